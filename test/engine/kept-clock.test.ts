/** What a node knows of its clock over a stop, and what speaks against a clock: it went back, or nobody has told it the time for long. */
import { expect, test } from 'vitest'
import { keepConsultation } from '#edge-node/commands/station/consultations.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { civilDay, type Day } from '#protocol/casework/time/days.ts'
import { createClock, readClock } from '#protocol/engine/clock.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { hostWith, MONDAY } from '#test/clock/host.ts'
import {
  COUNTY,
  callUntil,
  connect,
  type Node,
  nodeRecord,
  openNode,
  person,
  publish,
  STATIONS,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { countyHost, DAY, MET, openMachine, parted } from './parted-clock.ts'

const clerk = person(TOWNSHIP, ['clerk'])
const status = ({ engine }: Node) => engine.office.status()
const today = ({ engine }: Node) => engine.office.today()

test('S150 after a start without a line the days are those of the county, and when it last synced is known', async () => {
  for (const days of [-3, 3, -14]) {
    const { start } = await parted(days * DAY)
    const township = await start()
    expect(today(township)).toBe(MONDAY)
    const { clockOffset, parent, clockDoubt } = await status(township)
    expect(Math.abs((clockOffset ?? 0) + days * DAY)).toBeLessThan(60_000)
    expect(Math.abs((parent?.lastContact ?? 0) - MET)).toBeLessThan(60_000)
    expect(clockDoubt).toBeNull()
  }
})

test('S150 under another incarnation no offset holds, because the clock is another; what was reached still does', async () => {
  const { start, machine } = await parted(3 * DAY)
  machine.set(0)
  const moved = await start(3)
  expect(await status(moved)).toMatchObject({ clockOffset: null, clockDoubt: null, parent: { lastContact: null } })
  expect(today(moved)).toBe(MONDAY)
  await moved.engine.stop()
  machine.set(-DAY)
  const late = await start(4)
  expect((await status(late)).clockDoubt).toMatchObject({ is: 'behind' })
})

test('S150 a clock that was ahead and is put right while nobody is connected is right, and nobody is told otherwise', async () => {
  const { start, machine } = await parted(3 * DAY)
  machine.set(0)
  const township = await start()
  expect(today(township)).toBe(MONDAY)
  expect(await status(township)).toMatchObject({ clockOffset: null, clockDoubt: null })
})

test('S151 a clock that stands before what it had reached, or before the catalogue, is said to be behind', async () => {
  const { start, machine } = await parted(0)
  machine.set(Date.parse('2009-01-01T08:00+08:00') - MET)
  const township = await start()
  const { clockDoubt, clockOffset, clockKnown } = await status(township)
  expect([clockOffset, clockKnown]).toEqual([null, null])
  expect(clockDoubt).toMatchObject({ is: 'behind' })
  expect(Math.abs((clockDoubt?.is === 'behind' ? clockDoubt.since : 0) - MET)).toBeLessThan(60_000)
  // A step that a time server makes says nothing.
  await township.engine.stop()
  machine.set(-LIMITS.clockOffsetMilliseconds / 2)
  const near = await start()
  expect((await status(near)).clockDoubt).toBeNull()
  expect(today(near)).toBe(MONDAY)
})

test('S151 what the node wrote itself without a line is a moment that its clock had reached', async () => {
  const { start, machine } = await parted(0)
  machine.set(2 * DAY)
  const township = await start()
  const written = await township.engine.office.openCase(clerk, SAMPLE_ITEMS[0]?.id ?? '')
  expect(written.ok).toBe(true)
  expect((await status(township)).clockDoubt).toBeNull()
  await township.engine.stop()
  machine.set(DAY)
  const again = await start()
  expect((await status(again)).clockDoubt).toMatchObject({ is: 'behind', proof: 'reached' })
})

test('Q76 rows, numbers and what a station writes of itself bear the corrected time', async () => {
  const { start } = await parted(-3 * DAY)
  const township = await start()
  const { office } = township.engine
  const opened = await office.openCase(clerk, SAMPLE_ITEMS[0]?.id ?? '')
  if (!opened.ok) throw new Error(opened.problem.message)
  expect(opened.value.number).toContain('261123')
  const [row] = (await office.find({})).rows
  for (const time of [row?.openedAt, row?.changedAt]) expect(civilDay(time ?? 0)).toBe(MONDAY)
  const kept = await keepConsultation(office, clerk, { matter: '低保怎么申请', asker: '', phone: '' })
  expect(kept.ok && civilDay(kept.value.asked)).toBe(MONDAY)
})

test('S151 a clock that nobody has told the time for long is to be looked at', async () => {
  const { start, machine } = await parted(0)
  machine.set((LIMITS.unheardDays - 1) * DAY)
  const within = await start()
  expect((await status(within)).clockDoubt).toBeNull()
  await within.engine.stop()
  machine.set((LIMITS.unheardDays + 1) * DAY)
  const township = await start()
  const { clockDoubt } = await status(township)
  expect(clockDoubt).toMatchObject({ is: 'unheard' })
})

test('S152 a person says what day it is: it counts, stands in what is written, and ends with the county’s time', async () => {
  const { start, machine, root } = await parted(0)
  machine.set(Date.parse('2009-01-01T08:00+08:00') - MET)
  const township = await start()
  const { office } = township.engine
  const [item] = office.directory.items()
  const refused = await office.openCase(clerk, item?.id ?? '')
  expect(refused).toMatchObject({ ok: false, problem: { code: 'clock-behind' } })
  expect(await office.confirmDay(clerk, '2026-11-20' as Day)).toMatchObject({ ok: false, problem: { field: 'sure' } })
  expect(await office.confirmDay(clerk, '2026-11-31' as Day)).toMatchObject({ ok: false, problem: { field: 'day' } })
  expect((await office.confirmDay(clerk, '2026-11-24' as Day)).ok).toBe(true)
  expect(today(township)).toBe('2026-11-24')
  expect(await status(township)).toMatchObject({ clockDoubt: null, clockConfirmedBy: clerk.person })
  expect((await status(township)).findings[0]).toMatchObject({ kind: 'clock' })
  const opened = await office.openCase(clerk, item?.id ?? '')
  if (!opened.ok) throw new Error(opened.problem.message)
  expect(opened.value.number).toContain('261124')
  const state = await office.state(opened.value.id)
  expect(state.ok && state.value.days.opened).toBe('2026-11-24')
  // It is kept, and it is nobody else's word: what the county did not say goes to no node below.
  await township.engine.stop()
  const again = await start()
  expect(today(again)).toBe('2026-11-24')
  const link = connect(again, root)
  await until('the county says what day it is', async () => (await status(again)).clockConfirmedBy === null)
  expect(today(again)).toBe(MONDAY)
  expect(await again.engine.office.confirmDay(clerk, '2026-11-25' as Day)).toMatchObject({ ok: false })
  link.cut()
})

test('S152 the county confirms what its own clock shows, and nothing else', async () => {
  const machine = openMachine()
  const storage = new MemoryStorage()
  const open = (incarnation: number, keys?: Node['identity']['keys']) =>
    openNode({ station: COUNTY, lease: 1, storage, host: machine.host, incarnation, ...(keys ? { keys } : {}) })
  machine.set(400 * DAY)
  const first = await open(1)
  await publish(first, [...STATIONS, nodeRecord(first, null)])
  await publish(first, SAMPLE_ITEMS)
  await first.engine.stop()
  machine.set(0)
  const root = await open(1, first.identity.keys)
  expect((await status(root)).clockDoubt).toMatchObject({ is: 'behind' })
  const chief = person(COUNTY, ['chief'])
  expect(await root.engine.office.confirmDay(chief, '2026-11-24' as Day)).toMatchObject({ ok: false })
  // An earlier day than it had reached is asked about once more: every node goes by it.
  const asked = await root.engine.office.confirmDay(chief, MONDAY)
  expect(asked).toMatchObject({ ok: false, problem: { field: 'sure' } })
  expect((await root.engine.office.confirmDay(chief, MONDAY, { isSure: true })).ok).toBe(true)
  expect(await status(root)).toMatchObject({ clockDoubt: null, clockOffset: 0 })
  // Nobody else's word would ever end it.
  expect((await status(root)).findings.filter(({ kind }) => kind === 'clock')).toMatchObject([{ kind: 'clock' }])
  expect((await status(root)).findings.flatMap(({ kept }) => kept ?? [])).toEqual([`county-day-${MONDAY}`])
  expect(today(root)).toBe(MONDAY)
})

test('S153 who hears the county’s time first passes it on at once, and people are told', async () => {
  const machine = openMachine()
  machine.set(-3 * DAY)
  const root = await openNode({ station: COUNTY, lease: 1, host: countyHost() })
  const township = await openNode({ station: TOWNSHIP, lease: 2, parent: root })
  const village = await openNode({ station: VILLAGE, lease: 3, parent: township, root, host: machine.host })
  const nodes = [nodeRecord(root, null), nodeRecord(township, root.identity.node)]
  await publish(root, [...STATIONS, ...nodes, nodeRecord(village, township.identity.node)])
  const knows = () => township.engine.office.stations.length === 1
  const first = await callUntil(township, root, 'the township knows the village', knows)
  first.cut()
  await first.ended
  // The township has been away and forgotten what time it is; nothing else than its own call brings it.
  await township.engine.stop()
  const forgetful = await openNode({
    station: TOWNSHIP,
    lease: 2,
    keys: township.identity.keys,
    parent: root,
    storage: township.storage,
    incarnation: 9,
  })
  const below = await callUntil(village, forgetful, 'the village is connected', async () => {
    return (await status(village)).parent?.connected === true
  })
  expect((await status(village)).clockOffset).toBeNull()
  let told = 0
  village.engine.office.watch((notice) => {
    if (notice.status) told += 1
  })
  const before = told
  const link = connect(forgetful, root)
  // The links of this county give no sign of life meanwhile: their clock would have to go on for that.
  await until('the village knows', async () => (await status(village)).clockOffset !== null, 5_000)
  expect(told).toBeGreaterThan(before)
  expect(Math.abs(((await status(village)).clockOffset ?? 0) - 3 * DAY)).toBeLessThan(60_000)
  link.cut()
  below.cut()
})

test('S151 a node that kept nothing of its clock goes by what the root has published', () => {
  const clock = createClock(
    hostWith(() => Date.parse('2009-01-01T08:00+08:00')),
    false,
  )
  expect(clock.doubt(MET)).toMatchObject({ is: 'behind', since: MET, proof: 'published' })
  expect(clock.doubt(0)).toBeNull()
  clock.heardRoot(MET)
  expect(clock.doubt(MET + DAY)).toBeNull() // the county’s own clock may once have been ahead
})

test('S152 what a person says is not told on as the time at the root', () => {
  const clock = createClock(
    hostWith(() => MET - 2 * DAY),
    false,
  )
  clock.confirm(MONDAY, clerk.person)
  expect(clock.today()).toBe(MONDAY)
  expect(clock.rootTime(0)).toBeNull()
  clock.heardRoot(MET + 60_000)
  expect(clock.rootTime(0)).toBe(MET + 60_000)
})

test('S152 the root tells the time as before once somebody has confirmed what its own clock shows', () => {
  const clock = createClock(countyHost(), true)
  const before = clock.rootTime(0)
  clock.confirm(clock.today(), clerk.person)
  expect(before).not.toBeNull()
  expect(clock.rootTime(0)).not.toBeNull()
  expect(clock.confirmedBy()).toBeNull()
})

test('S150 what the disk holds of a clock is read as far as it can be one', () => {
  const none = { at: 0, offset: null, by: null, told: null, said: null, since: null, contact: null }
  for (const given of [undefined, null, 'x', [], {}, { at: -1 }, { at: 8.64e15 }, { at: '1' }])
    expect(readClock(given)).toEqual(none)
  const bad = { at: MET, offset: 1e300, by: '../x', told: Number.NaN, contact: {} }
  expect(readClock(bad)).toEqual({ ...none, at: MET })
})
