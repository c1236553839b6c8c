/** The sample county on machines of its own: hub, township, villages, each joined by a real code. */
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { SAMPLE_COUNTY } from '#hub/samples/stations.ts'
import type { WallClock } from '#test/clock/wall-clock.ts'
import { signIn } from '#test/programs/calls.ts'
import { untilTrue } from '#test/programs/process.ts'
import { type Api, apiAt } from './api.ts'
import { createMachine, type Machine } from './machine.ts'

export const COUNTY_HALL = SAMPLE_COUNTY.id
export const TOWNSHIP = '510724100'
export const VILLAGES = { hongyan: '510724100201', yonghe: '510724100202' } as const
export type VillageName = keyof typeof VILLAGES

/** The code an administrator reads off the hub's page. */
async function codeFor(hub: Machine, station: string, parent: string): Promise<string> {
  const administrator = await signIn(hub.address, 'admin', SAMPLE_PASSWORD)
  const made = await administrator.post('/hub/enrolment', '/hub/enrolment', { station, parent })
  const page = made.location ? await administrator.get(made.location) : made
  const code = /[0-9A-Z]{4}(-[0-9A-Z]{4}){4}/.exec(page.text)?.[0]
  if (!code) throw new Error(`no code: ${made.status} ${made.text}`)
  return code
}

/** Joins a machine below another, starts it, and waits until its people can sign in. */
export async function enrol(
  hub: Machine,
  parent: { machine: Machine; api: Api },
  machine: Machine,
  at: At,
): Promise<Api> {
  const code = await codeFor(hub, at.station, (await parent.api.sync()).node)
  const joined = await machine.command(['join', parent.machine.address, code])
  if (joined.code !== 0) throw new Error(joined.text)
  await machine.start()
  await untilTrue(() => {
    if (!machine.text().includes('connected to the parent')) throw new Error(`${machine.name} is not connected`)
  })
  const api = apiAt(machine, at.person)
  await api.sync()
  return api
}

interface At {
  readonly station: string
  readonly person: string
}

export interface Place {
  readonly machine: Machine
  readonly api: Api
}

/** The settings of the sample county's hub. */
export const HUB_VALUES = { STATION_CODE: COUNTY_HALL, STATION_NAME: SAMPLE_COUNTY.name, SAMPLE_DATA: 'yes' }

/** Sets up the county in a folder; everything runs and is connected afterwards. */
export async function openCounty<Name extends VillageName>(folder: string, names: readonly Name[], clock?: WallClock) {
  const hubMachine = await createMachine('hub', folder, 'hub', { values: HUB_VALUES, clock })
  await hubMachine.start()
  const hub: Place = { machine: hubMachine, api: apiAt(hubMachine, 'handler') }
  const make = (name: string) => createMachine('edge-node', folder, name, { clock })
  const townshipMachine = await make('township')
  const clerk = { station: TOWNSHIP, person: 'anchang.clerk' }
  const township: Place = { machine: townshipMachine, api: await enrol(hubMachine, hub, townshipMachine, clerk) }
  const villages: Partial<Record<Name, Place>> = {}
  for (const name of names) {
    const machine = await make(name)
    const api = await enrol(hubMachine, township, machine, { station: VILLAGES[name], person: name })
    villages[name] = { machine, api }
  }
  const places = villages as Record<Name, Place>
  const machines = [hubMachine, townshipMachine, ...names.map((name) => places[name].machine)]
  return { hub, township, villages: places, machines }
}
