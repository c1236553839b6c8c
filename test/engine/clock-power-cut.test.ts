/** What is known of a clock when a machine loses power: what is new of it is on the disk at once, however short the time since it was kept. */
import { expect, test } from 'vitest'
import type { Day } from '#protocol/casework/time/days.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { MONDAY } from '#test/clock/host.ts'
import { COUNTY, type Node, openNode, person, TOWNSHIP, until } from './county.ts'
import { DAY, MET, openMachine, parted } from './parted-clock.ts'
import { RawNode } from './raw-node.ts'
import { copyOf } from './restoring.ts'

const MINUTE = 60_000
const clerk = person(TOWNSHIP, ['clerk'])
const in2009 = Date.parse('2009-01-01T08:00+08:00') - MET
const status = ({ engine }: Node) => engine.office.status()
let lines = 0
/** A line of the audit log: with it is kept what is new of the clock, and nothing else of it so soon after the last time. */
const writes = ({ engine }: Node) => engine.office.audit(clerk, 'search', { subject: `${lines++}` })
const confirm = ({ engine }: Node, day: string) =>
  engine.office.confirmDay(clerk, day as Day, { minutes: 9 * 60 + 1, isSure: true })
const numbers = async ({ engine: { office } }: Node) => expect((await office.openCase(clerk, 'SL0001')).ok).toBe(true)
const wrongDays = async (node: Node) =>
  (await status(node)).findings.flatMap(({ kept, days }) => (kept?.startsWith('wrong-day') ? [days] : []))

/** A county whose program writes, and loses power after what a test does with it. */
async function countyWith(act: (root: Node, set: (by: number) => void) => Promise<unknown>) {
  const { host, set } = openMachine()
  const storage = new MemoryStorage()
  const options = { station: COUNTY, lease: 1, host } as const
  const root = await openNode({ ...options, storage })
  await writes(root)
  await act(root, set)
  const disk = copyOf(storage)
  const again = () => openNode({ ...options, storage: disk, keys: root.identity.keys })
  return { again, set }
}

/** A township that was parted from its county: it loses power after what a test does with it. */
async function townshipWith(shows: number, act: (township: Node, storage: MemoryStorage) => Promise<unknown>) {
  const { machine, root, storage, keys, start } = await parted(0)
  machine.set(shows)
  const first = await start()
  await act(first, storage)
  const disk = copyOf(storage)
  const options = { station: TOWNSHIP, lease: 2, keys, parent: root, root, host: machine.host, incarnation: 2 }
  return { machine, again: () => openNode({ ...options, storage: disk }) }
}

test.each([
  ['leapt', 5 * DAY, 5 * DAY, { is: 'leapt', by: expect.any(Number) }],
  // It was off for two days, and shows more than it had reached.
  ['fell', -DAY, DAY, { is: 'behind', fell: DAY }],
])('S150 that the county’s clock %s is known after a power cut', async (_, by, shows, doubt) => {
  const { again, set } = await countyWith(async (root, moves) => {
    moves(by)
    await writes(root)
  })
  set(shows)
  expect((await status(await again())).clockDoubt).toMatchObject(doubt)
})

test('S152 a confirmation that takes back minutes of what the county’s clock had reached outlasts a power cut', async () => {
  const chief = person(COUNTY, ['chief'])
  const { again } = await countyWith(async ({ engine: { office } }, moves) => {
    for (const back of [0, 30 * MINUTE]) {
      moves(-back)
      expect((await office.confirmDay(chief, MONDAY)).ok).toBe(true)
    }
  })
  expect((await status(await again())).clockDoubt).toBeNull()
})

test('S158 the latest day of a number is known after a power cut', async () => {
  const { machine, again } = await townshipWith(2 * DAY, async (township) => {
    await writes(township)
    await numbers(township)
  })
  machine.set(in2009)
  const township = await again()
  await confirm(township, MONDAY)
  expect(await wrongDays(township)).toEqual([{ from: '2026-11-24', until: '2026-11-25' }])
})

test('S158 numbers of days that were over are known after a power cut', async () => {
  const { again } = await townshipWith(in2009, async (township) => {
    await confirm(township, MONDAY)
    await numbers(township)
    await confirm(township, '2026-11-20')
    await numbers(township)
  })
  const township = await again()
  await confirm(township, MONDAY)
  expect(await wrongDays(township)).toContainEqual({ from: '2026-11-20', until: '2026-11-20' })
})

test('S151 the start of the machine is known after a power cut: a clock that stood still since is asked about', async () => {
  const { machine, storage, root, keys } = await parted(0)
  const open = (disk: MemoryStorage, id: string) => {
    const host = { ...machine.host, boot: () => ({ id, ago: MINUTE }) }
    return openNode({ station: TOWNSHIP, lease: 2, keys, parent: root, root, storage: disk, host, incarnation: 2 })
  }
  await writes(await open(storage, 'thursday'))
  expect((await status(await open(copyOf(storage), 'friday'))).clockDoubt).toMatchObject({ is: 'behind', fell: 1 })
})

test('S151 a start on a clock that stood still after half a minute without a write is asked about', async () => {
  const { machine, storage, root, keys } = await parted(0)
  const open = (id: string) => {
    const host = { ...machine.host, boot: () => ({ id, ago: MINUTE }) }
    return openNode({ station: TOWNSHIP, lease: 2, keys, parent: root, root, storage, host, incarnation: 2 })
  }
  const first = await open('thursday')
  await writes(first)
  machine.set(MINUTE - 5_000)
  await first.engine.stop()
  machine.set(MINUTE + 20_000)
  expect((await status(await open('friday'))).clockDoubt).toMatchObject({ is: 'behind', fell: 1 })
})

test.each([
  ['what a person said', 0, [MONDAY], { clockConfirmedBy: clerk.person }],
  ['what is said by the same person', in2009, ['2026-11-24', '2026-11-25'], { clockOffset: expect.any(Number) }],
] as const)('S152 %s while the disk refused is kept with the next group', async (_, shows, days, known) => {
  const { again } = await townshipWith(shows, async (township, storage) => {
    await writes(township)
    for (const [place, day] of days.entries()) {
      storage.beforeCommit = () => (place === days.length - 1 ? 'full' : 'ok')
      await confirm(township, day)
    }
    storage.beforeCommit = undefined
    await writes(township)
  })
  const township = await again()
  expect(await status(township)).toMatchObject(known)
  expect(township.engine.office.today()).toBe(days.at(-1))
})

/** A node that never met its county, with a link of tests to it; its own clock is right. */
async function linked() {
  const raw = new RawNode(COUNTY)
  const identity = { node: raw.node, keys: raw.keys, root: { node: raw.node, publicKey: raw.keys.publicKey } }
  const parent = { station: COUNTY, identity } as never
  const { host, set } = openMachine()
  const storage = new MemoryStorage()
  const options = { station: TOWNSHIP, lease: 2, parent, root: parent, host, incarnation: 2 } as const
  const township = await openNode({ ...options, storage })
  await raw.link(township, 'up')
  const again = (disk: MemoryStorage) => openNode({ ...options, storage: disk, keys: township.identity.keys })
  return { raw, host, set, storage, township, again }
}

test('S153 the county’s first word while the disk refused is kept with the next group', async () => {
  const { raw, host, storage, township, again } = await linked()
  await writes(township)
  storage.beforeCommit = () => 'full'
  raw.send({ type: 'beat', rootTime: host.now() })
  await until('it is heard', async () => (await status(township)).clockOffset !== null)
  storage.beforeCommit = undefined
  await writes(township)
  expect((await status(await again(copyOf(storage)))).clockOffset).not.toBeNull()
})

test('S159 what the county answered while the disk refused is not asked again after a power cut', async () => {
  const { raw, host, set, storage, township, again } = await linked()
  const hears = async (rootTime: number) => {
    raw.send({ type: 'beat', rootTime })
    await until('it is heard', async () => (await status(township)).clockTold)
  }
  await hears(MET)
  // What goes back before the program’s eyes leaves two days.
  set(-3 * DAY)
  await writes(township)
  expect((await status(township)).clockDoubt).toMatchObject({ is: 'set' })
  storage.beforeCommit = () => 'full'
  await hears(host.now() + 3 * DAY)
  storage.beforeCommit = undefined
  await writes(township)
  expect((await status(await again(copyOf(storage)))).clockDoubt).toBeNull()
})
