/** A hub with sample data and nodes below it, joined as an administrator and a person at the new machine do it. */
import { join } from 'node:path'
import { expect } from 'vitest'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { SAMPLE_COUNTY } from '#hub/samples/stations.ts'
import { type Program, run, signIn, syncOf, until } from './program.ts'

export const TOWNSHIP = '510724100'
export const VILLAGE = '510724100201'
const FIRST_SYNC_MILLISECONDS = 2_000
export const HUB = { STATION_CODE: SAMPLE_COUNTY.id, STATION_NAME: SAMPLE_COUNTY.name, SAMPLE_DATA: 'yes' }

export const startHub = (folder: string, values: Record<string, string> = {}): Program =>
  run('hub', { ...HUB, DATA_FOLDER: join(folder, 'hub'), ...values })

/** The code an administrator reads off the hub's page. */
export async function codeFor(hub: string, station: string, parentNode: string): Promise<string> {
  const administrator = await signIn(hub, 'admin', SAMPLE_PASSWORD)
  const made = await administrator.post('/hub/enrolment', '/hub/enrolment', { station, parent: parentNode })
  const page = made.location ? await administrator.get(made.location) : made
  return /[0-9A-Z]{4}(-[0-9A-Z]{4}){4}/.exec(page.text)?.[0] ?? expect.fail(`no code: ${made.status} ${made.text}`)
}

/** Joins a node and starts it; resolves when it is connected and its people can sign in. */
export async function startNode(folder: string, parent: string, code: string, person: string, values = {}) {
  const settings = { DATA_FOLDER: folder, ...values }
  const joining = run('edge-node', settings, ['join', parent, code])
  expect(await joining.ended, joining.text()).toBe(0)
  const program = run('edge-node', settings)
  const address = await program.address()
  await until(() => expect(program.text()).toContain('connected to the parent'))
  const sync = await connected(address, person, FIRST_SYNC_MILLISECONDS)
  return { program, address, node: sync.node, joined: joining.text() }
}

/** Waits until a node is connected to its parent and its people have come down; tries them rarely, or they are locked. */
export const connected = (address: string, person: string, interval = 50) =>
  until(async () => {
    const sync = await syncOf(address, person, SAMPLE_PASSWORD)
    expect(sync.parent?.connected).toBe(true)
    return sync
  }, interval)

export const rootOf = async (hub: string): Promise<string> => (await syncOf(hub, 'coordinator', SAMPLE_PASSWORD)).node
