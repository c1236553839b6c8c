/** A dead township and a moved hub: real programs keep their folders, find their parent again and deliver everything. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import { ask } from '#test/programs/calls.ts'
import { untilTrue } from '#test/programs/process.ts'
import { administratorAt } from './administrator.ts'
import { type Api, apiAt } from './api.ts'
import { createAuthor, createLedger, type Ledger } from './author.ts'
import { capture } from './capture.ts'
import { enrol, HUB_VALUES, openCounty, type Place, TOWNSHIP, VILLAGES, type VillageName } from './county.ts'
import { untilAtRoot, untilSync } from './day.ts'
import { createMachine, killMachines } from './machine.ts'

const NAMES = ['hongyan', 'yonghe'] as const
let folder: string
let hub: Place
let township: Place
let villages: Readonly<Record<VillageName, Place>>
const ledgers: Readonly<Record<VillageName, Ledger>> = {
  hongyan: createLedger(VILLAGES.hongyan),
  yonghe: createLedger(VILLAGES.yonghe),
}
let citizens = 0

/** A village takes in cases and sends nothing up; what it answered stands in its ledger. */
async function take(village: VillageName, count: number): Promise<void> {
  const author = createAuthor(villages[village].api, ledgers[village])
  for (let index = 0; index < count; index++) await capture(author, ++citizens)
}

/** What an administrator records about a node on its page. */
const changed = async (node: string, form: 'addresses' | 'parent' | 'children', values: Record<string, string>) =>
  (await administratorAt(hub.machine)).place(node, form, values)

const nodeOf = async (api: Api): Promise<string> => (await api.sync()).node
const keyIn = ({ machine }: Place) => readFile(join(machine.folder, 'node-key.pem'), 'utf8')
const belowNow = (api: Api, name: string) =>
  untilSync(api, ({ parent }) => expect(parent).toMatchObject({ name, connected: true }))

/** Everything that villages acknowledged is held by these nodes, with its content. */
async function heldBy(apis: readonly Api[]): Promise<void> {
  for (const ledger of Object.values(ledgers))
    for (const { id, what, holds } of ledger.acknowledged)
      for (const api of apis) expect(holds(await api.view(id)), `${what} of ${id}`).toBe(true)
}

/** What a node would tell others of where a node belongs. */
async function placementAt(machine: Place['machine'], node: string): Promise<string> {
  const { text } = await ask(`${machine.address}/join/placement?node=${node}`)
  return Buffer.from((JSON.parse(text) as { parent: string }).parent, 'hex').toString('latin1')
}

beforeAll(async () => {
  await buildPrograms(['hub', 'edge-node'])
  folder = await mkdtemp(join(tmpdir(), 'county-parents-'))
  ;({ hub, township, villages } = await openCounty(folder, NAMES))
}, 180_000)

afterAll(async () => {
  await killMachines()
  await rm(folder, { recursive: true, force: true })
})

describe('a parent that is gone strands nobody', { timeout: 240_000 }, () => {
  test('N35 the villages of a dead township go on below its successor, in their folders, with everything they wrote', async () => {
    const { hongyan, yonghe } = villages
    const [former, key] = [await nodeOf(township.api), await keyIn(hongyan)]
    expect(await hub.machine.stop()).toBe(0)
    for (const village of NAMES) await take(village, 2)
    for (const village of NAMES)
      await untilSync(villages[village].api, ({ casesOnlyHere }) => expect(casesOnlyHere).toBe(0))
    // The township's computer dies for good with what only it and the villages have.
    await township.machine.kill()
    await rm(township.machine.folder, { recursive: true })
    await take('hongyan', 1)
    await take('yonghe', 1)
    expect(await yonghe.machine.stop()).toBe(0)

    // A new computer at the same address, as offices do it; the county says who it is and what takes its place.
    await hub.machine.start()
    const administrator = await administratorAt(hub.machine)
    await administrator.revoke(former, '电脑损坏', 'broken')
    const port = Number(new URL(township.machine.address).port)
    const machine = await createMachine('edge-node', folder, 'new-township', { port })
    township = {
      machine,
      api: await enrol(administrator, hub, machine, { station: TOWNSHIP, person: 'anchang.clerk' }),
    }
    const successor = await nodeOf(township.api)
    const refused = await administrator.onNode(former, 'children', { parent: successor })
    expect(refused.text).toContain('还没有登记地址')
    await changed(successor, 'addresses', { addresses: machine.address })
    await changed(former, 'children', { parent: successor })

    // One village meets the other key at the address it knows and asks it; the other was off and is told by hand.
    const { name = '' } = (await hongyan.api.sync()).parent ?? {}
    await untilSync(hongyan.api, ({ findings }) => expect(findings.map(({ kind }) => kind)).toContain('parent-changed'))
    const told = await yonghe.machine.command(['parent', hub.machine.address])
    expect(told, told.text).toMatchObject({ code: 0 })
    expect(told.text).toContain(machine.address)
    await yonghe.machine.start()
    for (const village of NAMES) {
      await belowNow(villages[village].api, name)
      await untilAtRoot(villages[village].api)
    }
    await untilAtRoot(township.api)
    await heldBy([hub.api, township.api])
    expect(await keyIn(hongyan)).toBe(key)
    for (const { api } of [hongyan, yonghe]) {
      const { findings, conservation } = await api.sync()
      expect(findings.map(({ kind }) => kind)).not.toContain('parent-restored')
      expect(conservation).toMatchObject({ setAside: 0, quarantined: 0 })
    }
  })

  test('N35 a village is given to the county while it runs, and delivers past its township', async () => {
    const { hongyan } = villages
    const [village, root] = [await nodeOf(hongyan.api), await nodeOf(hub.api)]
    await changed(root, 'addresses', { addresses: hub.machine.address })
    const starts = hongyan.machine.text().split('node started').length
    await changed(village, 'parent', { parent: root })
    await belowNow(hongyan.api, HUB_VALUES.STATION_NAME)
    await township.machine.kill()
    await take('hongyan', 1)
    await untilAtRoot(hongyan.api)
    await heldBy([hub.api])
    expect(hongyan.machine.text().split('node started')).toHaveLength(starts)
    await township.machine.start()
    await belowNow(township.api, HUB_VALUES.STATION_NAME)
  })

  test('N36 a moved hub is followed by announcement and by command, and an impostor at its address by nobody', async () => {
    const { hongyan } = villages
    const [root, township1, node] = [await nodeOf(hub.api), await nodeOf(township.api), await nodeOf(hongyan.api)]
    const before = hub.machine
    const after = await createMachine('hub', folder, 'hub', { values: HUB_VALUES })
    expect(await hongyan.machine.stop()).toBe(0) // misses the announcement
    await changed(root, 'addresses', { addresses: `${after.address}\n${before.address}` })
    await untilTrue(async () => expect(await placementAt(township.machine, township1)).toContain(after.address))
    expect(await before.stop()).toBe(0)
    const port = Number(new URL(before.address).port)
    const values = { ...HUB_VALUES, LOG_LEVEL: 'debug' }
    const impostor = await createMachine('hub', folder, 'impostor', { values, port })
    await impostor.start()
    await after.start()
    hub = { machine: after, api: apiAt(after, 'handler') }

    await belowNow(township.api, HUB_VALUES.STATION_NAME)
    expect(township.machine.text()).toContain('another machine answers at an address of the parent')

    await hongyan.machine.start()
    await take('hongyan', 1)
    await untilTrue(() => expect(hongyan.machine.text()).toContain('another machine answers'))
    const refused = await hongyan.machine.command(['parent', before.address])
    expect(refused.code).toBe(2)
    expect(refused.text).toContain('不是本机的上级')
    expect(refused.text).toContain('县中心')
    expect((await hongyan.api.sync()).parent).toMatchObject({ connected: false })
    // While it runs: the program takes up what the command has written.
    const followed = await hongyan.machine.command(['parent', after.address])
    expect(followed, followed.text).toMatchObject({ code: 0 })
    await belowNow(hongyan.api, HUB_VALUES.STATION_NAME)
    await untilAtRoot(hongyan.api)
    await heldBy([hub.api])
    expect(await placementAt(hongyan.machine, node)).toContain(after.address)
    expect(impostor.text()).not.toContain('link opened from below')
  })
})
