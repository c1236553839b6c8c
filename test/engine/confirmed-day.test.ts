/** What a person says of the day, and what people hear when another one, or the county, says otherwise. */
import { expect, test, vi } from 'vitest'
import type { Person } from '#protocol/casework/directory.ts'
import { civilDay, type Day, plusDays } from '#protocol/casework/time/days.ts'
import { createClock } from '#protocol/engine/clock.ts'
import { isOld } from '#protocol/engine/links/root-time.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { success } from '#protocol/result.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { hostWith, MONDAY } from '#test/clock/host.ts'
import { withLimits } from '#test/hostile/other-limits.ts'
import {
  COUNTY,
  connect,
  type Node,
  nodeRecord,
  openNode,
  person,
  publish,
  STATIONS,
  TOWNSHIP,
  until,
} from './county.ts'
import { ENABLED } from './levels.ts'
import { countyHost, DAY, MET, openMachine, parted } from './parted-clock.ts'

const clerk = person(TOWNSHIP, ['clerk'])
const status = ({ engine }: Node) => engine.office.status()
const in2009 = Date.parse('2009-01-01T08:00+08:00') - MET
const wrongDays = async (node: Node) =>
  (await status(node)).findings.flatMap(({ kept, message }) => (kept?.startsWith('wrong-day') ? [message] : []))

/** Meets the county, and ends again. */
async function meets(node: Node, root: Node) {
  const link = connect(node, root)
  await until('the county says what day it is', async () => (await status(node)).clockConfirmedBy === null)
  link.cut()
  await link.ended
}

test('S158 a wrong day is told of though the node has meanwhile not been told the time for long', async () => {
  let passed = 0
  const hostAt = (begun: number) => ({ ...countyHost(), now: () => begun + passed, elapsed: () => passed })
  const root = await openNode({ station: COUNTY, lease: 1, host: hostAt(MET) })
  const host = hostAt(Date.parse('2009-01-01T08:00+08:00'))
  const township = await openNode({ station: TOWNSHIP, lease: 2, parent: root, host })
  await publish(root, [...STATIONS, nodeRecord(root, null), nodeRecord(township, root.identity.node)])
  const { office } = township.engine
  expect((await office.confirmDay(clerk, '2026-11-20' as Day, { minutes: 9 * 60, isSure: true })).ok).toBe(true)
  passed = (LIMITS.unheardDays + 1) * DAY
  expect((await status(township)).clockDoubt).toMatchObject({ is: 'unheard' })
  await meets(township, root)
  // Nobody is named: the county may be the one that errs.
  expect(await wrongDays(township)).toEqual([
    '确认的日期和县中心的不同:本机按 2026-11-20 至 2027-02-19 办理,县中心的日期是 2027-02-22',
  ])
})

test('S158 every day by which a node went since a wrong one was confirmed is named', async () => {
  let passed = 0
  const hostAt = (begun: number) => ({ ...countyHost(), now: () => begun + passed, elapsed: () => passed })
  const root = await openNode({ station: COUNTY, lease: 1, host: hostAt(MET) })
  const host = hostAt(Date.parse('2009-01-01T08:00+08:00'))
  const township = await openNode({ station: TOWNSHIP, lease: 2, parent: root, host })
  await publish(root, [...STATIONS, nodeRecord(root, null), nodeRecord(township, root.identity.node)])
  const { office } = township.engine
  expect((await office.confirmDay(clerk, '2026-11-20' as Day, { minutes: 9 * 60, isSure: true })).ok).toBe(true)
  passed = 2 * DAY
  await meets(township, root)
  expect(await wrongDays(township)).toEqual([
    '确认的日期和县中心的不同:本机按 2026-11-20 至 2026-11-22 办理,县中心的日期是 2026-11-25',
  ])
})

test('S158 minutes around midnight are no wrong day, also where nobody knows what became of the clock', async () => {
  const midnight = Date.parse('2026-11-24T00:00+08:00')
  for (const ahead of [-MINUTE, MINUTE]) {
    const { start, machine, root } = await parted(0)
    machine.set(in2009)
    const first = await start()
    // The node is a minute off, on the other side of midnight.
    const minutes = ahead < 0 ? 23 * 60 + 59 : 0
    const day = civilDay(midnight + (ahead < 0 ? ahead : 0))
    expect((await first.engine.office.confirmDay(clerk, day, { minutes, isSure: true })).ok).toBe(true)
    await first.engine.stop()
    const township = await start()
    const before = await wrongDays(township)
    expect(before).toEqual([])
    const county = await silentAt(root, midnight - ahead)
    await meets(township, county)
    expect(await wrongDays(township), `${ahead}`).toEqual([])
  }
})

const MINUTE = 60_000

/** The county again, with a clock that stands there. */
async function silentAt(root: Node, time: number): Promise<Node> {
  await root.engine.stop()
  const { keys } = root.identity
  const storage = root.storage
  const open = { station: COUNTY, lease: 1, keys, storage, incarnation: 2 } as const
  return openNode({ ...open, host: hostWith(() => time) })
}

test('S158 two in the afternoon typed as 2:05 is asked about once more, and so is no hour at which people work', async () => {
  const { start, machine } = await parted(0)
  machine.set(in2009)
  const { office } = (await start()).engine
  const next = plusDays(MONDAY, 1) // on the same day the county had told an hour
  const confirm = (minutes: number, isSure = false) => office.confirmDay(clerk, next, { minutes, isSure })
  for (const hour of [0, 2, LIMITS.wakingFromHour - 1, LIMITS.wakingUntilHour, 23])
    expect(await confirm(hour * 60 + 5), `${hour}`).toMatchObject({ ok: false, problem: { field: 'sure' } })
  for (const hour of [LIMITS.wakingFromHour, 14, LIMITS.wakingUntilHour - 1])
    expect((await confirm(hour * 60)).ok, `${hour}`).toBe(true)
  expect((await confirm(2 * 60, true)).ok).toBe(true)
  expect(office.today()).toBe(next)
})

test('S152 the county confirms no time that its own clock does not show', async () => {
  const machine = openMachine()
  const root = await openNode({ station: COUNTY, lease: 1, storage: new MemoryStorage(), host: machine.host })
  const chief = person(COUNTY, ['chief'])
  const confirm = (minutes: number) => root.engine.office.confirmDay(chief, MONDAY, { minutes })
  expect(await confirm(9 * 60 + 17)).toMatchObject({ ok: false, problem: { code: 'set-clock', field: 'time' } })
  expect((await confirm(9 * 60 + 14)).ok).toBe(true)
})

test('S153 a county whose time moved by days is told of at every node that went by the other, also after a start', async () => {
  // Five minutes off, and off at night: what it knows of the county may not hold any more, and is good enough for this.
  const { start, root, machine } = await parted(5 * MINUTE)
  machine.set(5 * MINUTE + 3 * 60 * MINUTE)
  const township = await start()
  await meets(township, root)
  expect(await wrongDays(township)).toEqual([])
  const county = await silentAt(root, MET - 7 * DAY)
  const chief = person(COUNTY, ['chief'])
  expect((await county.engine.office.confirmDay(chief, '2026-11-16' as Day, { isSure: true })).ok).toBe(true)
  const link = connect(township, county)
  await until('the township hears it', () => township.engine.office.today() === '2026-11-16', 5_000)
  const told = `县中心的时间或本机时钟变过:本机按 ${MONDAY} 办理,县中心的日期是 2026-11-16`
  expect(await wrongDays(township)).toEqual([told])
  link.cut()
  await link.ended
  await township.engine.stop()
  expect(await wrongDays(await start())).toEqual([told])
})

test('S158 a county that leapt is asked about once more before a day far after all that is known counts', async () => {
  const machine = openMachine()
  const storage = new MemoryStorage()
  const open = { station: COUNTY, lease: 1, storage, host: machine.host } as const
  const first = await openNode(open)
  await publish(first, [...STATIONS, nodeRecord(first, null)])
  await first.engine.stop()
  machine.set(365 * DAY)
  const root = await openNode({ ...open, keys: first.identity.keys })
  const { office } = root.engine
  expect((await status(root)).clockDoubt).toMatchObject({ is: 'leapt' })
  const chief = person(COUNTY, ['chief'])
  const asked = await office.confirmDay(chief, office.today())
  expect(asked).toMatchObject({ ok: false, problem: { field: 'sure' } })
  expect(!asked.ok && asked.problem.message).toContain('晚 365 天')
  expect((await office.confirmDay(chief, office.today(), { isSure: true })).ok).toBe(true)
})

test('S150 a clock that nobody asks for is looked at all the same: what was set before the machine slept is known', async () => {
  let [shown, elapsed] = [MET, 0]
  const timers: (() => void)[] = []
  const host = {
    ...countyHost(),
    now: () => shown,
    elapsed: () => elapsed,
    after: (milliseconds: number, callback: () => void) => {
      if (milliseconds === LIMITS.clockLookMilliseconds) timers.push(callback)
      return () => {}
    },
  }
  const storage = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage, host })
  let told = 0
  root.engine.office.watch((notice) => {
    if (notice.status) told += 1
  })
  const looks = async () => {
    timers.pop()?.()
    await root.engine.office.audit(clerk, 'search', { subject: '' })
  }
  await looks()
  shown -= DAY
  await looks()
  expect(told).toBeGreaterThan(0)
  // It fell, slept over the weekend, and shows a later time than it had reached.
  shown += 62 * 60 * MINUTE
  elapsed += MINUTE
  await looks()
  expect((await status(root)).clockDoubt).toMatchObject({ is: 'behind', fell: DAY })
  await root.engine.stop()
  const again = await openNode({ station: COUNTY, lease: 1, storage, host, keys: root.identity.keys })
  expect((await status(again)).clockDoubt).toMatchObject({ is: 'behind', fell: DAY })
  await again.engine.stop()
})

const account: Person = {
  type: 'person',
  id: 'wang' as PersonId,
  version: 1,
  name: '王芳',
  station: TOWNSHIP,
  roles: ['clerk'],
  password: { salt: 'salt', hash: 'hash' },
  disabled: false,
}

test('S157 a county that cannot say what day it is writes no day of anybody’s service, and does once it was confirmed', async () => {
  const machine = openMachine()
  const storage = new MemoryStorage()
  const open = { station: COUNTY, lease: 1, storage, host: machine.host } as const
  const first = await openNode(open)
  const moved = { ...account, station: COUNTY, version: 2 }
  await publish(first, [...STATIONS, nodeRecord(first, null), ENABLED])
  await publish(first, [account])
  await first.engine.stop()
  machine.set(in2009)
  const root = await openNode({ ...open, keys: first.identity.keys })
  const { office } = root.engine
  const chief = person(COUNTY, ['chief'])
  const refused = await office.publish(chief, [moved])
  expect(refused).toMatchObject({ ok: false, problem: { code: 'day-in-doubt' } })
  expect(office.directory.person(account.id)?.station).toBe(TOWNSHIP)
  machine.set(DAY)
  expect((await office.confirmDay(chief, '2026-11-24' as Day)).ok).toBe(true)
  expect((await office.publish(chief, [moved])).ok).toBe(true)
  expect(office.directory.staff(account.id)?.service.map(({ from, until }) => [from, until])).toEqual([
    [null, '2026-11-24'],
    ['2026-11-24', null],
  ])
})

test('S157 people of before the level sign while the county’s day is in doubt; who moved is published once it was confirmed', async () => {
  const machine = openMachine()
  const storage = new MemoryStorage()
  const open = { station: COUNTY, lease: 1, storage, host: machine.host } as const
  const first = await openNode(open)
  const mover: Person = { ...account, id: 'mover' as PersonId }
  await publish(first, [...STATIONS, nodeRecord(first, null), account, mover])
  await publish(first, [{ ...mover, station: COUNTY }])
  await first.engine.stop()
  machine.set(in2009)
  const root = await openNode({ ...open, keys: first.identity.keys })
  const { office } = root.engine
  await publish(root, [ENABLED])
  await until('who serves on any day is published', () => office.directory.staff(account.id) !== undefined)
  expect(office.directory.staff(mover.id)).toBe(undefined)
  const password = { salt: 'other', hash: 'other' }
  expect((await office.publishAccount(null, () => success({ ...account, version: 2, password }))).ok).toBe(true)
  machine.set(DAY)
  expect((await office.confirmDay(person(COUNTY, ['chief']), '2026-11-24' as Day)).ok).toBe(true)
  expect(office.directory.staff(mover.id)?.service.map(({ station, until }) => [station, until])).toEqual([
    [TOWNSHIP, '2026-11-24'],
    [COUNTY, null],
  ])
})

test('S158 a number that bears a day to come is told of as soon as somebody says the time, whatever became of the clock', async () => {
  const { start, machine } = await parted(0)
  machine.set(in2009)
  const township = await start()
  const { office } = township.engine
  const [item] = office.directory.items()
  const confirm = () => office.confirmDay(clerk, MONDAY, { minutes: 9 * 60 + 1 })
  const opened = async () => {
    const made = await office.openCase(clerk, item?.id ?? '')
    return made.ok ? made.value.number.split('-')[1] : made.problem.code
  }
  expect((await confirm()).ok).toBe(true)
  expect(await opened()).toBe('261123')
  // Three days ahead by a slip: it looks like a machine that slept.
  machine.set(in2009 + 3 * DAY)
  expect(await opened()).toBe('261126')
  machine.set(in2009)
  expect(await opened()).toBe('clock-set')
  await township.engine.stop()
  const again = await start()
  expect((await again.engine.office.confirmDay(clerk, MONDAY, { minutes: 9 * 60 + 1 })).ok).toBe(true)
  const told = `有编号用了还没有到的日期:本机按 2026-11-24 至 2026-11-26 办理,今天是 ${MONDAY}`
  expect(await wrongDays(again)).toEqual([told])
  // Once.
  expect((await again.engine.office.confirmDay(clerk, MONDAY, { minutes: 9 * 60 + 2 })).ok).toBe(true)
  expect(await wrongDays(again)).toEqual([told])
})

test('S66 what a parent said while the machine slept is passed over when it is read after waking', () => {
  let [shown, elapsed] = [MET, 0]
  const host = { now: () => shown, elapsed: () => elapsed }
  const clock = createClock(host, false)
  clock.heardRoot(MET)
  const [before, during] = [{ liveSince: 0 }, { liveSince: null }]
  expect(isOld({ clock, host }, before)).toBe(false)
  // Asleep, however shortly: what waits in the socket says the time before.
  shown += LIMITS.clockOffsetMilliseconds
  expect(isOld({ clock, host }, before)).toBe(true)
  elapsed += 2 * LIMITS.heartbeatMilliseconds - 1
  shown += 2 * LIMITS.heartbeatMilliseconds - 1
  expect(isOld({ clock, host }, before)).toBe(true)
  // A link of after waking is believed at once, and the old one once what waited is read.
  expect(isOld({ clock, host }, { liveSince: elapsed })).toBe(false)
  expect(isOld({ clock, host }, during)).toBe(false)
  elapsed += 1
  shown += 1
  expect(isOld({ clock, host }, before)).toBe(false)
  // What goes back is no sleep.
  shown -= DAY
  expect(isOld({ clock, host }, before)).toBe(false)
})

test('S158 what was recorded under a wrong day is found by it, in older cases too, over pages and starts', async () => {
  const { start, machine, root } = await parted(0)
  const first = await start()
  const { office } = first.engine
  const opened = async (desk = office) => {
    const made = await desk.openCase(clerk, 'SL0001')
    if (!made.ok) throw new Error(made.problem.message)
    return made.value.id
  }
  const older = await opened()
  await opened()
  machine.set(in2009)
  expect((await office.confirmDay(clerk, '2026-11-20' as Day, { minutes: 9 * 60, isSure: true })).ok).toBe(true)
  const wrong = await opened()
  expect((await office.act(clerk, older, 'noted', { text: '电话联系了申请人' })).ok).toBe(true)
  machine.set(0)
  await meets(first, root)
  const right = await opened()
  // That the clock was set meanwhile hides nothing: the county had told a later day before.
  expect((await status(first)).findings.map(({ days }) => days)).toEqual([
    { from: '2026-11-20', until: '2026-11-20' },
    { from: '2026-11-21', until: MONDAY },
  ])
  await first.engine.stop()
  const { office: later } = (await start(3)).engine
  const records = { from: '2026-11-20' as Day, until: '2026-11-20' as Day }
  const page = await later.dayRecords(records)
  expect(page.next).toBe(null)
  expect(page.cases.map(({ row, records }) => [row.id, records])).toEqual([
    [older, [{ kind: 'noted', day: '2026-11-20' }]],
    [wrong, [{ kind: 'opened', day: '2026-11-20' }]],
  ])
  const days = { from: MONDAY, until: MONDAY }
  expect((await later.dayRecords(days)).cases.map(({ row }) => row.id)).toContain(right)
  // In pages as small as may be each record stands once.
  withLimits({ dayRecordEntries: 1 })
  const found: unknown[] = []
  let pages = 0
  for (let after: string | null | undefined; after !== null && pages < 50; pages++) {
    const one = await later.dayRecords({ ...records, ...(after === undefined ? {} : { after }) })
    found.push(...one.cases.flatMap(({ row, records }) => records.map(({ kind }) => [row.id, kind])))
    after = one.next
  }
  expect(pages).toBeGreaterThan(2)
  expect(found).toEqual([
    [older, 'noted'],
    [wrong, 'opened'],
  ])
})

test('S158 a finding of a wrong day is written with the first group that the disk takes, and with no later one', async () => {
  const { start, machine, storage } = await parted(0)
  const { office } = (await start()).engine
  machine.set(in2009)
  const confirm = (day: string) => office.confirmDay(clerk, day as Day, { minutes: 9 * 60, isSure: true })
  expect((await confirm('2026-11-20')).ok).toBe(true)
  expect((await office.openCase(clerk, 'SL0001')).ok).toBe(true)
  const written: string[][] = []
  const commit = storage.commit.bind(storage)
  vi.spyOn(storage, 'commit').mockImplementation((change) => {
    written.push(change.local.filter(({ space }) => space === 'findings').map(({ key }) => key))
    return commit(change)
  })
  expect((await confirm('2026-11-24')).ok).toBe(true)
  expect(written.flat()).toContain('wrong-day-2026-11-20')
  const before = written.length
  expect((await office.openCase(clerk, 'SL0001')).ok).toBe(true)
  expect(written.length).toBeGreaterThan(before)
  expect(written.slice(before).flat()).toEqual([])
})
