/** The sample county on machines of its own: hub, township, villages, each joined by a real code. */
import { SAMPLE_COUNTY } from '#hub/samples/stations.ts'
import type { WallClock } from '#test/clock/wall-clock.ts'
import { untilTrue } from '#test/programs/process.ts'
import { type Administrator, administratorAt } from './administrator.ts'
import { type Api, apiAt } from './api.ts'
import { createMachine, type Machine } from './machine.ts'

export const COUNTY_HALL = SAMPLE_COUNTY.id
export const TOWNSHIP = '510724100'
export const VILLAGES = { hongyan: '510724100201', yonghe: '510724100202' } as const
export type VillageName = keyof typeof VILLAGES

/** Joins a machine below another, starts it, and waits until its people can sign in. */
export async function enrol(administrator: Administrator, parent: Place, machine: Machine, at: Post): Promise<Api> {
  const code = await administrator.code(at.station, (await parent.api.sync()).node)
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

/** A station, and who works there. */
export interface Post {
  readonly station: string
  readonly person: string
}

export interface Place {
  readonly machine: Machine
  readonly api: Api
}

/** The settings of the sample county's hub. */
export const HUB_VALUES = { STATION_CODE: COUNTY_HALL, STATION_NAME: SAMPLE_COUNTY.name, SAMPLE_DATA: 'yes' }

/** A county with nothing below its hall yet, and how places are opened in it. */
export async function openHall(folder: string, clock?: WallClock) {
  const machine = await createMachine('hub', folder, 'hub', { values: HUB_VALUES, clock })
  await machine.start()
  const hub: Place = { machine, api: apiAt(machine, 'handler') }
  const administrator = await administratorAt(machine)
  return {
    hub,
    /** A new computer below another one: joined, running and connected. */
    async open(name: string, parent: Place, post: Post): Promise<Place> {
      const computer = await createMachine('edge-node', folder, name, { clock })
      return { machine: computer, api: await enrol(administrator, parent, computer, post) }
    },
  }
}

/** Sets up the county in a folder; everything runs and is connected afterwards. */
export async function openCounty<Name extends VillageName>(folder: string, names: readonly Name[], clock?: WallClock) {
  const { hub, open } = await openHall(folder, clock)
  const township = await open('township', hub, { station: TOWNSHIP, person: 'anchang.clerk' })
  const villages: Partial<Record<Name, Place>> = {}
  for (const name of names) villages[name] = await open(name, township, { station: VILLAGES[name], person: name })
  const places = villages as Record<Name, Place>
  const machines = [hub, township, ...names.map((name) => places[name])].map(({ machine }) => machine)
  return { hub, township, villages: places, machines }
}
