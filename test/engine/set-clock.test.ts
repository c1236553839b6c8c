/** A clock that was off and may have been put right while nobody watched it: two days are possible, and a person says which. */
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { createClock, type NodeClock, onOtherClock, readClock } from '#protocol/engine/clock.ts'
import { isDayInDoubt } from '#protocol/engine/clock-doubt.ts'
import { LIMITS } from '#protocol/limits.ts'
import { hostWith, MONDAY } from '#test/clock/host.ts'
import { COUNTY, connect, type Node, openNode, person, TOWNSHIP, until } from './county.ts'
import { DAY, MET, parted, toldClock } from './parted-clock.ts'

const HOUR = 60 * 60_000
const clerk = person(TOWNSHIP, ['clerk'])
const item = SAMPLE_ITEMS[0]?.id ?? ''
const status = ({ engine }: Node) => engine.office.status()

test('S159 a slow clock that was put right while the machine was off numbers nothing until a person has said which day it is', async () => {
  for (const [day, number] of [
    [MONDAY, '261123'],
    ['2026-11-26', '261126'],
  ] as const) {
    const { start, machine } = await parted(-3 * DAY)
    machine.set(HOUR)
    const township = await start()
    const { office } = township.engine
    expect(await status(township)).toMatchObject({ clockDoubt: { is: 'set' } })
    const refused = await office.openCase(clerk, item)
    expect(refused).toMatchObject({ ok: false, problem: { code: 'clock-set' } })
    for (const one of ['2026-11-23', '2026-11-26']) expect(!refused.ok && refused.problem.message).toContain(one)
    expect((await office.confirmDay(clerk, day as Day)).ok).toBe(true)
    const made = await office.openCase(clerk, item)
    expect(made.ok && made.value.number).toContain(number)
    // By the day that was said, the clock is right to the second, or as slow as it was.
    const { clockOffset, clockDoubt } = await status(township)
    expect(Math.abs((clockOffset ?? -1) - (day === MONDAY ? 0 : 3 * DAY))).toBeLessThan(60_000)
    expect(clockDoubt).toBeNull()
  }
})

test('S159 the question stands over restarts until it is answered, and is none where the machine was off too shortly', async () => {
  const { start, machine } = await parted(-3 * DAY)
  machine.set(-2 * DAY)
  const early = await start()
  expect(await status(early)).toMatchObject({ clockDoubt: null })
  expect(early.engine.office.today()).toBe('2026-11-24')
  await early.engine.stop()
  machine.set(3 * DAY)
  for (let starts = 0; starts < 2; starts++) {
    const asked = await start()
    await asked.engine.office.audit(clerk, 'search', { subject: '王芳' })
    expect(await status(asked)).toMatchObject({ clockDoubt: { is: 'set' } })
    await asked.engine.stop()
  }
})

test('S159 what the program saw pass is no setting of the clock; what it did not may be one', () => {
  const slow = toldClock(-3 * DAY)
  expect(slow.passes(30 * DAY).clock.doubt(0)).toBeNull()
  // Hands are a day off at most: an hour hand, a date.
  expect(slow.moves(2 * DAY - 1).clock.doubt(0)).toBeNull()
  slow.moves(2 * DAY)
  const shown = slow.clock.now()
  expect(slow.clock.doubt(0)).toEqual({ is: 'set', time: shown, other: shown + 3 * DAY })
  expect(slow.clock.rootTime(0)).toBeNull()
  slow.clock.heardRoot(slow.clock.now())
  expect(slow.clock.doubt(0)).toBeNull()
  // A fast one is put right by setting it back, and the program sees that: what it sleeps is no question.
  const fast = toldClock(3 * DAY)
  expect(
    fast
      .passes(30 * DAY)
      .moves(14 * HOUR)
      .clock.doubt(0),
  ).toBeNull()
  expect(fast.moves(-3 * DAY).clock.doubt(0)).toBeNull()
  expect(fast.clock.time()).toBe(MET + 30 * DAY + 14 * HOUR)
  // What goes back leaves two times that it can be: it was right before and is not now, or the other way round.
  for (const [ahead, by] of [
    [3 * DAY, DAY],
    [0, DAY],
    [-DAY, 2 * DAY],
  ] as const) {
    const back = toldClock(ahead)
      .passes(10 * DAY)
      .moves(-by)
    const time = MET + 10 * DAY
    expect(back.clock.doubt(0), `${ahead} ${by}`).toEqual({ is: 'set', time: time + ahead - by, other: time })
    expect(back.clock.rootTime(0)).toBeNull()
    back.clock.passed(0)
    expect(back.passes(HOUR).clock.time()).toBe(time + HOUR)
  }
})

test('S159 a right clock that is set ahead by mistake and put right is asked about, and tells nobody the time', () => {
  const { clock, moves, passes } = toldClock(0)
  passes(HOUR)
  moves(3 * DAY)
  clock.passed(0)
  passes(HOUR)
  moves(-3 * DAY)
  expect(clock.doubt(0)).toEqual({ is: 'set', time: MET + 2 * HOUR, other: MET + 2 * HOUR + 3 * DAY })
  expect(clock.rootTime(0)).toBeNull()
  clock.confirm(MONDAY, clerk.person, 11 * 60)
  expect([clock.doubt(0), clock.time()]).toEqual([null, MET + 2 * HOUR])
  // The time server puts a clock right by minutes: no question by day, and nothing is told on until the parent has said it.
  passes(HOUR)
  moves(-3 * 60_000)
  expect([clock.doubt(0), clock.rootTime(0)]).toEqual([null, null])
  clock.heardRoot(MET + 3 * HOUR)
  expect(clock.rootTime(0)).toBe(MET + 3 * HOUR)
})

test('S159 each stretch is judged by itself: nights of a week are no week', () => {
  const { passes, moves, clock } = toldClock(-3 * DAY)
  for (let night = 0; night < 7; night++) {
    passes(10 * HOUR)
    moves(14 * HOUR)
    clock.passed(0)
    expect(clock.doubt(0)).toBeNull()
  }
})

test('S157 a county that was off for weeks has its clock looked at before it tells the time', () => {
  const kept = { at: MET, offset: null, by: null, told: null, said: null, since: null, contact: null }
  const started = (after: number) => createClock({ now: () => MET + after, elapsed: () => 5 }, true, kept)
  const last = LIMITS.rootAwayDays * DAY
  expect(started(last).rootTime(0)).toBe(MET + last)
  const ahead = started(last + 1)
  expect(ahead.doubt(0)).toEqual({ is: 'leapt', time: MET + last + 1, by: last + 1, isBack: false })
  expect(ahead.rootTime(0)).toBeNull()
  ahead.confirm(ahead.today(), clerk.person)
  expect(ahead.rootTime(0)).toBe(MET + last + 1)
})

test('S157 a county whose clock leaps by more than a day while it runs tells nobody the time until somebody has looked', () => {
  let [shown, elapsed] = [MET, 0]
  const clock = createClock({ now: () => shown, elapsed: () => elapsed }, true)
  clock.passed(0)
  shown += LIMITS.doubtfulDayMilliseconds
  expect(clock.rootTime(0)).toBe(shown)
  // What passes before its eyes is no leap.
  elapsed += 30 * DAY
  shown += 30 * DAY
  expect(clock.rootTime(0)).toBe(shown)
  shown += LIMITS.doubtfulDayMilliseconds + 1
  expect(clock.rootTime(0)).toBeNull()
  expect(clock.doubt(0)).toMatchObject({ is: 'leapt', by: LIMITS.doubtfulDayMilliseconds + 1 })
  // Nothing but a person's word answers it.
  shown -= LIMITS.doubtfulDayMilliseconds + 1
  expect(clock.rootTime(0)).toBeNull()
  clock.confirm(clock.today(), clerk.person)
  expect(clock.rootTime(0)).toBe(shown)
})

test('S152 a node whose county was ahead goes by its own clock once a person has said so twice', async () => {
  const { start } = await parted(-400 * DAY)
  const township = await start()
  const { office } = township.engine
  expect(office.today()).toBe(MONDAY)
  const own = '2025-10-19' as Day
  const asked = await office.confirmDay(clerk, own)
  expect(asked).toMatchObject({ ok: false, problem: { code: 'day-far', field: 'sure' } })
  for (const day of [own, MONDAY]) expect(!asked.ok && asked.problem.message).toContain(day)
  expect((await office.confirmDay(clerk, own, { isSure: true })).ok).toBe(true)
  expect(office.today()).toBe(own)
  const told = { clockDoubt: null, clockOffset: 0, clockKnown: expect.any(Number) }
  expect(await status(township)).toMatchObject(told)
})

test('S151 a clock that fell back does not come right by running on, nor by the next start', () => {
  // A dead battery: each day begins at the same moment.
  const boot = MET - HOUR
  const kept = { at: MET + 8 * HOUR, offset: 60_000, by: null, told: MET, said: MET, since: null, contact: null }
  const started = (mark: typeof kept | ReturnType<NodeClock['mark']>, after: number) => {
    let elapsed = 0
    const clock = createClock({ now: () => boot + after + elapsed, elapsed: () => elapsed }, false, mark)
    const passes = (by: number) => {
      elapsed += by
    }
    return { clock, passes }
  }
  const second = started(kept, 0)
  const least = kept.at + kept.offset
  expect(second.clock.doubt(0)).toMatchObject({ is: 'behind', since: least })
  second.passes(20 * HOUR)
  expect(second.clock.doubt(0)).toMatchObject({ is: 'behind', since: least + 20 * HOUR })
  expect(second.clock.offset()).toBeNull()
  expect(second.clock.rootTime(0)).toBeNull()
  second.clock.passed(0)
  // The program starts anew on the machine that went on running, and later on one that was put right.
  const third = started(second.clock.mark(null), 21 * HOUR)
  expect(third.clock.doubt(0)).toMatchObject({ is: 'behind', since: least + 20 * HOUR })
  third.clock.passed(0)
  // A machine that was off for as long as the clock fell shows a later time, and is as wrong as before.
  const later = started(third.clock.mark(null), 40 * HOUR)
  expect(isDayInDoubt(later.clock.doubt(0))).toBe(true)
  later.clock.confirm('2026-11-25' as Day, clerk.person, 60)
  expect(later.clock.doubt(0)).toBeNull()
})

test('S151 the county is not asked for having been told nothing for long: it tells itself', () => {
  let elapsed = 0
  const clock = createClock({ now: () => MET + elapsed, elapsed: () => elapsed }, true)
  clock.confirm(MONDAY, clerk.person)
  elapsed = (LIMITS.unheardDays + 1) * DAY
  expect(clock.doubt(0)).toBeNull()
  expect(clock.rootTime(0)).toBe(MET + elapsed)
})

test('S150 under another incarnation the clock may be another one, and what was told, reached and doubted stays', () => {
  const known = { at: MET, offset: 3 * DAY, by: clerk.person, told: MET - HOUR, said: MET, since: MET, contact: MET }
  expect(onOtherClock(known)).toEqual({ ...known, contact: null, maybe: [0] })
  expect(onOtherClock({ ...known, offset: 60_000 })).toEqual({ ...known, offset: 60_000, contact: null })
  const fallen = { ...known, offset: null, fell: DAY, leapt: 20 * DAY }
  expect(onOtherClock(fallen)).toEqual({ ...fallen, contact: null })
  // A backup that is put back answers nothing, and what was known may hold or not.
  const shows = (mark: typeof known) =>
    createClock({ now: () => MET + HOUR, elapsed: () => 0 }, false, onOtherClock(mark))
  expect(shows(known).doubt(0)).toMatchObject({ is: 'set', other: MET + HOUR + 3 * DAY })
  expect(shows({ ...known, offset: 60_000 }).doubt(0)).toBeNull()
})

test('S152 S153 the county’s word ends a person’s, also where both say the same; without it versions are the least', () => {
  const clock = createClock(
    hostWith(() => MET),
    false,
  )
  expect(clock.past(MET - DAY)).toEqual({ told: MET - DAY, newest: MET - DAY })
  clock.confirm(MONDAY, clerk.person)
  expect(clock.past(MET - DAY)).toEqual({ told: MET - DAY, newest: MET - DAY })
  expect(clock.heardRoot(MET + 1)).toBe(true)
  expect(clock.heardRoot(MET + 2)).toBe(false)
  expect(clock.past(0)).toMatchObject({ told: MET + 2 })
})

test('S152 a node whose parent cannot say what day it is may be told by a person, though they are connected', async () => {
  const { start, machine, root } = await parted(0)
  await root.engine.stop()
  const open = { station: COUNTY, lease: 1, keys: root.identity.keys, storage: root.storage, incarnation: 2 } as const
  const silent = await openNode({ ...open, host: hostWith(() => Date.parse('2009-01-01T08:00+08:00')) })
  machine.set(Date.parse('2009-01-01T08:00+08:00') - MET)
  const township = await start()
  const link = connect(township, silent)
  await until('they are connected', async () => Boolean((await status(township)).parent?.connected))
  expect((await township.engine.office.confirmDay(clerk, MONDAY)).ok).toBe(true)
  expect(township.engine.office.today()).toBe(MONDAY)
  link.cut()
})

test('S159 a clock off by hours that may have been put right is asked about when its two times begin to name two days', () => {
  const slow = toldClock(-8 * HOUR)
  slow.passes(HOUR).moves(8 * HOUR)
  // At ten in the morning both name Monday; nothing is forgotten with what is written, and nothing told to others.
  expect(slow.clock.doubt(0)).toBeNull()
  slow.clock.passed(0)
  expect(slow.clock.rootTime(0)).toBeNull()
  expect(slow.passes(7 * HOUR).clock.doubt(0)).toMatchObject({
    is: 'set',
    time: MET + 8 * HOUR,
    other: MET + 16 * HOUR,
  })
  const again = createClock({ now: () => slow.clock.now(), elapsed: () => 0 }, false, slow.clock.mark(null))
  expect(again.doubt(0)).toMatchObject({ is: 'set' })
  // Whoever says the time as well leaves no question, to the second.
  slow.clock.confirm(MONDAY, clerk.person, 17 * 60 + 3)
  expect(slow.clock.doubt(0)).toBeNull()
  expect(slow.clock.time()).toBe(MET + 8 * HOUR)
  expect(slow.passes(8 * HOUR).clock.today()).toBe('2026-11-24')
})

test('S152 the day that a person confirmed ends at midnight, whatever hour a dead clock showed', () => {
  let passed = 0
  const dead = Date.parse('2009-01-01T00:00+08:00')
  const clock = createClock({ now: () => dead + passed, elapsed: () => passed }, false)
  clock.confirm(MONDAY, clerk.person, 14 * 60)
  expect(clock.today()).toBe(MONDAY)
  passed = 10 * HOUR - 1
  expect(clock.today()).toBe(MONDAY)
  passed += 1
  expect(clock.today()).toBe('2026-11-24')
})

test('S159 a clock that is put right after a person said the time is asked about, though the watch was some minutes off', () => {
  let [shown, elapsed] = [MET - 227 * HOUR, 0]
  const clock = createClock({ now: () => shown, elapsed: () => elapsed }, false)
  clock.confirm(MONDAY, clerk.person, 9 * 60 + 10)
  elapsed += HOUR
  shown += HOUR + 227 * HOUR
  expect(clock.doubt(0)).toMatchObject({ is: 'set', time: MET + HOUR })
})

test('S158 S159 who rightly confirmed the day is accused of nothing when the clock is put right after it, and what is written meanwhile bears no offset', async () => {
  const { start, machine, root } = await parted(0)
  const first = await start()
  const made = await first.engine.office.openCase(clerk, item)
  if (!made.ok) throw new Error(made.problem.message)
  await first.engine.stop()
  machine.set(Date.parse('2009-01-01T00:00+08:00') - MET)
  const township = await start()
  const { office } = township.engine
  expect((await office.confirmDay(clerk, MONDAY, { minutes: 9 * 60 })).ok).toBe(true)
  machine.set(0)
  expect(await status(township)).toMatchObject({ clockDoubt: { is: 'set' } })
  expect((await office.act(clerk, made.value.id, 'noted', { text: '电话联系过' })).ok).toBe(true)
  const state = await office.state(made.value.id)
  expect(state.ok && state.value.story.at(-1)).toMatchObject({ clockOffset: null, day: MONDAY })
  // A92: what is looked at meanwhile has a time that nobody vouches for, and says so.
  await office.audit(clerk, 'search', { subject: '王芳' })
  const trail = await office.auditTrail({ from: '2000-01-01' as Day, until: '2099-12-31' as Day, stations: [TOWNSHIP] })
  expect(trail.ok && trail.value.lines[0]).toMatchObject({ event: 'search', unsureTime: true })
  const link = connect(township, root)
  await until('the county says what day it is', async () => (await status(township)).clockConfirmedBy === null)
  const kept = (await status(township)).findings.flatMap((finding) => finding.kept ?? [])
  expect(kept.filter((name) => name.startsWith('wrong-day'))).toEqual([])
  link.cut()
})

test('S157 a leap of the county’s clock that nobody has looked at outlasts a start', () => {
  let [shown, elapsed] = [MET, 0]
  const clock = createClock({ now: () => shown, elapsed: () => elapsed }, true)
  clock.passed(0)
  shown += 5 * DAY
  clock.passed(0)
  const kept = readClock(JSON.parse(JSON.stringify(clock.mark(null))))
  const next = createClock({ now: () => shown, elapsed: () => elapsed }, true, kept)
  expect(next.rootTime(0)).toBeNull()
  expect(next.doubt(0)).toMatchObject({ is: 'leapt' })
  next.confirm(next.today(), clerk.person)
  expect(
    createClock({ now: () => shown + 5 * DAY, elapsed: () => 0 }, true, next.mark(null)).rootTime(0),
  ).not.toBeNull()
  elapsed += 1
})

test('S158 a day that only a person said is no evidence after the clock fell, either', () => {
  let [shown, elapsed] = [MET, 0]
  const clock = createClock({ now: () => shown, elapsed: () => elapsed }, false)
  clock.confirm('2036-11-26' as Day, clerk.person)
  shown = Date.parse('2009-01-01T08:00+08:00')
  elapsed += HOUR
  clock.passed(0)
  expect(clock.today()).toBe('2036-11-26')
  const next = createClock({ now: () => shown, elapsed: () => 0 }, false, clock.mark(null))
  expect(isDayInDoubt(next.doubt(0))).toBe(true)
  next.passed(0)
  expect(next.past(MET).newest).toBe(MET)
})

test('S151 a node whose clock leaps by weeks before its eyes is to be looked at', () => {
  const right = toldClock(0)
  expect(
    right
      .passes(HOUR)
      .moves(LIMITS.rootAwayDays * DAY)
      .clock.doubt(0),
  ).toBeNull()
  expect(right.moves(LIMITS.rootAwayDays * DAY + 1).clock.doubt(0)).toMatchObject({ is: 'leapt' })
  // What is written meanwhile bears no offset.
  expect(right.clock.knownOffset()).toBeNull()
  // A start does not answer it, nor what goes on.
  right.clock.passed(0)
  const shown = right.clock.now() + HOUR
  const again = createClock({ now: () => shown, elapsed: () => 0 }, false, readClock(right.clock.mark(null)))
  expect(again.doubt(0)).toMatchObject({ is: 'leapt' })
  expect(again.rootTime(0)).toBeNull()
})
