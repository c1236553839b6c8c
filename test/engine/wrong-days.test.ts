/** Wrong days by which a node went: what nobody would say again is not lost with a disk that refuses, and has a bound. */
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { createClock } from '#protocol/engine/clock.ts'
import type { Core } from '#protocol/engine/core.ts'
import { createNews } from '#protocol/engine/news.ts'
import { goneBy, tellWrongDays } from '#protocol/engine/writing/confirmed-days.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { MONDAY } from '#test/clock/host.ts'
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
import { RawNode } from './raw-node.ts'

const clerk = person(TOWNSHIP, ['clerk'])
const HOUR = 60 * 60_000
const in2009 = Date.parse('2009-01-01T08:00+08:00') - MET
const status = ({ engine }: Node) => engine.office.status()
const wrongDays = async (node: Node) =>
  (await status(node)).findings.flatMap(({ kept, days }) => (kept?.startsWith('wrong-day') ? [days] : []))
const confirm = (node: Node, day: string) =>
  node.engine.office.confirmDay(clerk, day as Day, { minutes: 9 * 60 + 1, isSure: true })
const opened = async ({ engine: { office } }: Node) => {
  const made = await office.openCase(clerk, 'SL0001')
  return made.ok ? made.value.number.split('-')[1] : made.problem.code
}

test('S158 a disk that refuses while the right day is said loses no wrong day, over a restart either', async () => {
  const { start, machine, root, storage } = await parted(0)
  machine.set(in2009)
  const township = await start()
  await confirm(township, '2026-11-26')
  expect(await opened(township)).toBe('261126')
  storage.beforeCommit = () => 'full'
  const day = { from: '2026-11-26', until: '2026-11-26' }
  expect(await confirm(township, MONDAY)).toMatchObject({ ok: false, problem: { code: 'storage-full' } })
  expect(await wrongDays(township)).toEqual([day])
  const link = connect(township, root)
  await until('the county says what day it is', async () => (await status(township)).clockConfirmedBy === null)
  storage.beforeCommit = undefined
  await township.engine.office.audit(clerk, 'search', { subject: '王芳' })
  link.cut()
  await link.ended
  await township.engine.stop()
  const again = await start()
  expect(await wrongDays(again)).toEqual([day])
  // What was checked stays so.
  const [kept] = (await status(again)).findings.flatMap(({ kept }) => (kept?.startsWith('wrong-day') ? kept : []))
  expect((await again.engine.office.findingDone(kept ?? '')).ok).toBe(true)
  await again.engine.stop()
  expect(await wrongDays(await start())).toEqual([])
})

test('S158 a later day that numbers bear is told beside the one that was confirmed', async () => {
  const { start, machine } = await parted(0)
  machine.set(in2009)
  const township = await start()
  await confirm(township, '2026-11-25')
  expect(await opened(township)).toBe('261125')
  machine.set(in2009 + 10 * DAY)
  expect(await opened(township)).toBe('261205')
  machine.set(in2009)
  expect(await opened(township)).toBe('clock-set')
  await confirm(township, MONDAY)
  expect((await wrongDays(township)).map((days) => days?.until)).toEqual(['2026-12-05', '2026-11-25'])
})

test('S158 all days that were over before are told, over a start, and none of them is lost behind a later finding', async () => {
  const { start, machine, root } = await parted(0)
  machine.set(in2009)
  const township = await start()
  for (const [day, number] of Object.entries({ '2026-11-20': '261120', '2026-11-21': '261121' })) {
    await confirm(township, day)
    expect(await opened(township)).toBe(number)
  }
  await township.engine.stop()
  machine.set(0)
  const again = await start()
  const link = connect(again, root)
  await until('the county says what day it is', async () => (await status(again)).clockConfirmedBy === null)
  const days = { from: '2026-11-20', until: '2026-11-21' }
  expect(await wrongDays(again)).toContainEqual(days)
  link.cut()
  await link.ended
  machine.set(in2009)
  await confirm(again, '2026-11-21')
  expect(await opened(again)).toBe('261121')
  await confirm(again, MONDAY)
  expect((await wrongDays(again)).filter((one) => one?.until === days.until)).toEqual([days])
})

test('S158 what a clock numbered that somebody set by hand is told, by its own time and by a time typed hours late', async () => {
  const { start, machine, root } = await parted(0)
  // Dead, and set to a wrong day by hand: it goes by its own time.
  machine.set(in2009)
  const first = await start()
  await first.engine.stop()
  machine.set(2 * DAY)
  const township = await start()
  expect((await status(township)).clockDoubt).toBeNull()
  expect(await opened(township)).toBe('261125')
  const truth = await openNode({
    station: COUNTY,
    lease: 1,
    storage: root.storage,
    keys: root.identity.keys,
    host: countyHost(),
  })
  const link = connect(township, truth)
  await until('the county says what day it is', async () => (await wrongDays(township)).length > 0)
  expect(await wrongDays(township)).toEqual([{ from: '2026-11-25', until: '2026-11-25' }])
  link.cut()
  await link.ended
})

test('S158 a time of day that was typed hours late is told where a number bears the next day', async () => {
  const { start, machine, root } = await parted(0)
  machine.set(in2009)
  const township = await start()
  expect((await township.engine.office.confirmDay(clerk, MONDAY, { minutes: 21 * 60 + 1 })).ok).toBe(true)
  machine.set(in2009 + 4 * HOUR)
  expect(await opened(township)).toBe('261124')
  machine.set(in2009)
  const link = connect(township, root)
  await until('the county says what day it is', async () => (await status(township)).clockConfirmedBy === null)
  expect(await wrongDays(township)).toEqual([{ from: '2026-11-24', until: '2026-11-24' }])
  link.cut()
})

test('S158 a parent whose time swings without end makes no findings without end, and all days lie between those told', async () => {
  const root = await openNode({ station: COUNTY, lease: 1, host: countyHost() })
  const raw = new RawNode(TOWNSHIP)
  const parent = { identity: { node: raw.node, keys: raw.keys } } as unknown as Node
  const village = await openNode({ station: VILLAGE, lease: 3, root, host: countyHost(), parent })
  await publish(root, [...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 2)])
  await raw.link(village, 'up')
  const swings = LIMITS.wrongDays * 3
  for (let turn = 1; turn <= swings; turn++)
    raw.send({ type: 'beat', rootTime: MET + (turn % 2 === 0 ? 0 : turn * DAY) })
  const last = '2027-02-20'
  await until('all of it is heard', async () => (await wrongDays(village)).some((days) => days?.until === last))
  const told = await wrongDays(village)
  expect(told.length).toBeLessThanOrEqual(LIMITS.wrongDays + 1)
  const kept = async () => (await village.storage.localAll('findings')).length
  await until('they are kept', async () => (await kept()) === told.length)
})

test('S158 several wrong days that are found at once stand all, beyond the bound as well', () => {
  let shown = MET
  const clock = createClock({ now: () => shown, elapsed: () => shown }, false)
  clock.heardRoot(MET)
  clock.confirm('2026-11-15' as Day, clerk.person, 9 * 60)
  clock.numbers()
  clock.confirm('2026-12-05' as Day, clerk.person, 9 * 60)
  clock.numbers()
  const monday = { from: MONDAY, until: MONDAY }
  const standing = Array.from({ length: LIMITS.wrongDays }, (_, place) => ({
    ...{ kind: 'clock' as const, message: `${place}`, next: '', time: MET, kept: `wrong-day-${place}`, days: monday },
  }))
  const news = createNews(
    () => MET,
    standing,
    () => undefined,
  )
  const core = { clock, news, directory: { catalogueVersion: () => 1, calendarVersion: () => 1 } } as unknown as Core
  const before = goneBy(core)
  shown += HOUR
  clock.heardRoot(MET + HOUR)
  tellWrongDays(core, before)
  const more = news.findings.filter(({ kept }) => kept === 'wrong-day-more')
  expect(more.map(({ days }) => days)).toEqual([{ from: '2026-11-15', until: '2026-12-05' }])
  expect(news.findings).toHaveLength(LIMITS.wrongDays + 1)
})

test('S158 a county that was wrong by hours is told of at a node that gave numbers of the other day by it', async () => {
  for (const isNumbered of [true, false]) {
    const machine = openMachine()
    machine.set(-12 * HOUR)
    const storage = new MemoryStorage()
    const county = { station: COUNTY, lease: 1, storage, host: machine.host } as const
    const root = await openNode(county)
    const township = await openNode({ station: TOWNSHIP, lease: 2, parent: root, host: countyHost() })
    await publish(root, [...STATIONS, nodeRecord(root, null), nodeRecord(township, root.identity.node)])
    await publish(root, SAMPLE_ITEMS)
    const { office } = township.engine
    const isThere = async () => office.directory.items().length === SAMPLE_ITEMS.length && office.stations.length === 1
    const link = await callUntil(township, root, 'the township can work', isThere)
    if (isNumbered) expect(await opened(township)).toBe('261122')
    link.cut()
    await link.ended
    await root.engine.stop()
    // It is put right while it is off.
    machine.set(0)
    const right = await openNode({ ...county, keys: root.identity.keys })
    const again = connect(township, right)
    await until('the township hears it', () => office.today() === MONDAY)
    const days = { from: '2026-11-22', until: '2026-11-22' }
    expect(await wrongDays(township)).toEqual(isNumbered ? [days] : [])
    again.cut()
  }
})

test('S151 a machine whose clock stood still over a night is asked after a clean stop; the same on another machine is not', async () => {
  const { machine, storage, root, keys } = await parted(0)
  const boots = { id: 'thursday', ago: HOUR }
  const host = { ...machine.host, boot: () => ({ ...boots }) }
  const open = (incarnation = 2) =>
    openNode({ station: TOWNSHIP, lease: 2, keys, parent: root, root, storage, host, incarnation })
  const first = await open()
  machine.set(7 * 60_000) // an idle while, in which nothing is written
  await first.engine.stop()
  Object.assign(boots, { id: 'friday', ago: 60_000 })
  machine.set(7 * 60_000 + 30_000)
  const again = await open()
  expect((await status(again)).clockDoubt).toMatchObject({ is: 'behind', fell: 1 })
  expect(await opened(again)).toBe('clock-behind')
  await confirm(again, MONDAY)
  expect(await opened(again)).toBe('261123')
  await again.engine.stop()
  Object.assign(boots, { id: 'elsewhere', ago: 30 * DAY })
  expect((await status(await open(3))).clockDoubt).toBeNull()
})
