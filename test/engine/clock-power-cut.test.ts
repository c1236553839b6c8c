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
const writes = ({ engine }: Pick<Node, 'engine'>) => engine.office.audit(clerk, 'search', { subject: `${lines++}` })
const confirm = ({ engine }: Node, day: string) =>
  engine.office.confirmDay(clerk, day as Day, { minutes: 9 * 60 + 1, isSure: true })
const numbers = async ({ engine: { office } }: Node) => expect((await office.openCase(clerk, 'SL0001')).ok).toBe(true)
const wrongDays = async (node: Node) =>
  (await status(node)).findings.flatMap(({ kept, days }) => (kept?.startsWith('wrong-day') ? [days] : []))

/** What a test does meanwhile, the disk refuses. */
async function whileFull(storage: MemoryStorage, act: () => unknown) {
  let isAsked = false
  storage.beforeCommit = () => {
    isAsked = true
    return 'full'
  }
  await act()
  await until('the disk has refused', async () => isAsked)
  storage.beforeCommit = undefined
}

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
  const { machine, storage, start } = await parted(0)
  machine.set(shows)
  await act(await start(), storage)
  const disk = copyOf(storage)
  return { machine, again: () => start(2, disk) }
}

test.each([
  ['leapt', 5 * DAY, 5 * DAY, { is: 'leapt', by: expect.any(Number) }],
  // It was off for two days, and shows more than it had reached.
  ['fell', -DAY, DAY, { is: 'behind', fell: DAY }],
  ['had come further', 10 * MINUTE, 0, { is: 'behind', fell: expect.any(Number) }],
])('S150 that the county’s clock %s is known after a power cut', async (_, by, shows, doubt) => {
  const { again, set } = await countyWith(async (root, moves) => {
    moves(by)
    await writes(root)
  })
  set(shows)
  expect((await status(await again())).clockDoubt).toMatchObject(doubt)
})

test('S150 how far a clock has come is kept with what is written, and a refused request writes nothing', async () => {
  const { again, set } = await countyWith(async () => {})
  const { engine, storage } = await again()
  const kept = () => storage.local('engine', 'clock')
  const before = await kept()
  set(10 * MINUTE)
  expect(await engine.office.openCase(clerk, 'SL9999')).toMatchObject({ ok: false })
  expect(await kept()).toBe(before)
  await writes({ engine })
  expect(await kept()).not.toBe(before)
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

test('S158 numbers of a day that was over are known after a power cut, also where others of that day were checked', async () => {
  const { machine, start, root, storage } = await parted(0)
  const township = await start()
  await numbers(township)
  const raw = new RawNode(COUNTY, root.identity.keys)
  await raw.link(township, 'up')
  raw.send({ type: 'beat', rootTime: MET + DAY })
  await until('the next day is heard', () => township.engine.office.today() === '2026-11-24')
  raw.cut()
  await until('it has ended', async () => (await status(township)).parent?.connected === false)
  expect((await township.engine.office.findingDone(`wrong-day-${MONDAY}`)).ok).toBe(true)
  await confirm(township, MONDAY)
  expect(await wrongDays(township)).toEqual([])
  await numbers(township)
  machine.set(in2009)
  const again = await start(2, copyOf(storage))
  await confirm(again, '2026-11-24')
  expect(await wrongDays(again)).toContainEqual({ from: MONDAY, until: MONDAY })
})

/** A township under another incarnation, to which no start of any machine is known: it starts in the one of that name. */
async function movedTownship() {
  const { machine, storage, start } = await parted(0)
  const open = (disk: MemoryStorage, id: string) =>
    start(3, disk, { ...machine.host, boot: () => ({ id, ago: MINUTE }) })
  const first = await open(storage, 'thursday')
  await writes(first)
  expect((await status(first)).clockDoubt).toBeNull()
  return { machine, storage, first, open }
}

test('S151 the start of the machine is known after a power cut: a clock that stood still since is asked about', async () => {
  const { storage, open } = await movedTownship()
  expect((await status(await open(copyOf(storage), 'friday'))).clockDoubt).toMatchObject({ is: 'behind', fell: 1 })
})

test('S151 a start on a clock that stood still after half a minute without a write is asked about', async () => {
  const { machine, storage, first, open } = await movedTownship()
  machine.set(MINUTE - 5_000)
  await first.engine.stop()
  machine.set(MINUTE + 20_000)
  expect((await status(await open(storage, 'friday'))).clockDoubt).toMatchObject({ is: 'behind', fell: 1 })
})

test.each([
  ['what a person said', 0, [MONDAY], { clockConfirmedBy: clerk.person }],
  ['what is said by the same person', in2009, ['2026-11-24', '2026-11-25'], { clockOffset: expect.any(Number) }],
] as const)('S152 %s while the disk refused is kept with the next group', async (_, shows, days, known) => {
  const { again } = await townshipWith(shows, async (township, storage) => {
    await writes(township)
    for (const day of days.slice(0, -1)) await confirm(township, day)
    await whileFull(storage, () => confirm(township, days.at(-1) ?? ''))
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
  await whileFull(storage, () => raw.send({ type: 'beat', rootTime: host.now() }))
  await writes(township)
  expect((await status(await again(copyOf(storage)))).clockOffset).not.toBeNull()
})

test('S159 what the county answered while the disk refused is not asked again after a power cut', async () => {
  const { raw, host, set, storage, township, again } = await linked()
  raw.send({ type: 'beat', rootTime: MET })
  await until('it is heard', async () => (await status(township)).clockTold)
  // What goes back before the program’s eyes leaves two days.
  set(-3 * DAY)
  await writes(township)
  expect((await status(township)).clockDoubt).toMatchObject({ is: 'set' })
  await whileFull(storage, () => raw.send({ type: 'beat', rootTime: host.now() + 3 * DAY }))
  await writes(township)
  expect((await status(await again(copyOf(storage)))).clockDoubt).toBeNull()
})
