/** What a clock is believed after a start, a fall, or a hand that set it. */
import { expect, test } from 'vitest'
import { createClock, type NodeClock, readClock } from '#protocol/engine/clock.ts'
import { isDayInDoubt } from '#protocol/engine/clock-doubt.ts'
import { MONDAY } from '#test/clock/host.ts'
import { person, TOWNSHIP } from './county.ts'
import { DAY, MET, toldClock } from './parted-clock.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const clerk = person(TOWNSHIP, ['clerk'])

/** The clock after a start with what was kept, on a machine whose clock shows that. */
function restarted(clock: NodeClock, shows: number, isRoot = false) {
  let elapsed = 0
  const next = createClock({ now: () => shows + elapsed, elapsed: () => elapsed }, isRoot, clock.mark(null))
  const passes = (by: number) => {
    elapsed += by
    return next
  }
  return { clock: next, passes }
}

test('S159 a clock that is put right by hand, early by minutes or by half a day, is asked about', () => {
  for (const early of [3 * 60_000, 10 * 60_000, 12 * HOUR]) {
    const slow = toldClock(-3 * DAY)
    expect(
      slow
        .passes(HOUR)
        .moves(3 * DAY - early)
        .clock.doubt(0),
      `${early}`,
    ).toMatchObject({ is: 'set' })
    const off = restarted(toldClock(-3 * DAY).passes(HOUR).clock, MET + 2 * HOUR - early)
    expect(off.clock.doubt(0), `${early} while off`).toMatchObject({ is: 'set' })
  }
  // A fast one that goes back by a part of it while the machine is off.
  const partly = restarted(toldClock(3 * DAY).passes(HOUR).clock, MET + DAY)
  expect(partly.clock.doubt(0)).toBeNull() // about the whole: put right
  const less = restarted(toldClock(3 * DAY).passes(HOUR).clock, MET + 3 * DAY - 6 * HOUR)
  expect(less.clock.doubt(0)).toMatchObject({ is: 'set' })
})

test('S151 S159 a clock that is off by minutes is followed like any other: nights are no question, a fall is one', () => {
  for (const skew of [-3, 0, 3]) {
    const node = toldClock(skew * 60_000)
    for (let night = 0; night < 60; night++) {
      node.passes(9 * HOUR)
      node.clock.passed(0)
      expect(node.clock.doubt(0), `${skew} ${night}`).toBeNull()
      node.moves(15 * HOUR)
      node.clock.passed(0)
      expect(node.clock.doubt(0), `${skew} ${night}`).toBeNull()
    }
    const fallen = restarted(node.clock, node.clock.now() - 5 * DAY)
    expect(fallen.clock.doubt(0), `${skew}`).toMatchObject({ is: 'behind', fell: expect.any(Number) })
  }
})

test('S157 whatever fell while nobody watched has no day, however little it fell, and a dead clock has none after any start', () => {
  for (const isRoot of [false, true]) {
    const right = createClock({ now: () => MET + 8 * HOUR, elapsed: () => 0 }, isRoot)
    if (!isRoot) right.heardRoot(MET + 8 * HOUR)
    right.passed(0)
    const next = restarted(right, MET + 8 * HOUR - 5 * 60_000, isRoot)
    expect(isDayInDoubt(next.clock.doubt(0))).toBe(true)
    next.clock.passed(0)
    // It does not heal by running on, nor by another start of the program.
    expect(isDayInDoubt(next.passes(3 * HOUR).doubt(0))).toBe(true)
    next.clock.passed(0)
    const again = restarted(next.clock, next.clock.now() + 60_000, isRoot)
    expect(isDayInDoubt(again.clock.doubt(0))).toBe(true)
    expect(again.clock.rootTime(0)).toBeNull()
  }
  const boot = Date.parse('2009-01-01T08:00+08:00')
  const dead = createClock({ now: () => boot, elapsed: () => 0 }, false)
  dead.heardRoot(MET)
  for (const later of [0, 10 * 60_000, 9 * HOUR])
    expect(restarted(dead, boot + later).clock.doubt(0)).toMatchObject({
      is: 'behind',
      since: MET,
      fell: expect.any(Number),
    })
})

test('L6 an offset stays a whole number of milliseconds, whatever the machine counts what passes in', () => {
  let [shown, elapsed] = [MET, 0.25]
  const clock = createClock({ now: () => shown, elapsed: () => elapsed }, false)
  clock.heardRoot(MET)
  shown -= 5 * HOUR
  elapsed += 1_000.7
  clock.passed(0)
  expect(Number.isInteger(clock.offset())).toBe(true)
  // Nor is anything of it lost, however often somebody asks.
  const fallen = createClock({ now: () => MET - DAY, elapsed: () => elapsed }, true, { ...clock.mark(null), at: MET })
  for (let looks = 0; looks < 1_000; looks++) {
    elapsed += 0.3
    fallen.passed(0)
  }
  expect(fallen.doubt(0)).toMatchObject({ is: 'behind', since: MET + 300 })
})

/** A clock that nobody told the time, here or at the root; what it shows moves, and what passes is seen. */
function untold(isRoot: boolean) {
  let [shown, elapsed] = [MET, 0]
  const clock = createClock({ now: () => shown, elapsed: () => elapsed }, isRoot)
  clock.passed(0)
  return {
    clock,
    moves(by: number) {
      shown += by
    },
    passes(by: number) {
      elapsed += by
      shown += by
    },
  }
}

test('S151 what goes back by minutes before the program’s eyes heals by running on, what goes back further does not', () => {
  for (const isRoot of [true, false]) {
    const little = untold(isRoot)
    little.passes(HOUR)
    little.clock.passed(0)
    little.moves(-30 * MINUTE)
    expect(little.clock.doubt(0), `${isRoot}`).toMatchObject({ is: 'behind', since: MET + HOUR, fell: 0 })
    expect(isDayInDoubt(little.clock.doubt(0))).toBe(false)
    for (let minutes = 0; minutes < 30; minutes++) {
      little.passes(MINUTE)
      little.clock.passed(0)
    }
    expect(little.clock.doubt(0)).toBeNull()
    const far = untold(isRoot)
    far.moves(-HOUR - 1)
    expect(isDayInDoubt(far.clock.doubt(0))).toBe(true)
    far.clock.passed(0)
    far.passes(60 * DAY)
    far.clock.passed(0)
    expect(far.clock.doubt(0)).toMatchObject({ is: 'behind', fell: HOUR + 1 })
    expect(far.clock.rootTime(0)).toBeNull()
  }
})

test('S151 a county that fell by a day and was shut over a weekend has no day, nor has one that lost years and is put right: somebody confirms it', () => {
  const fallen = untold(true)
  fallen.moves(-DAY)
  fallen.clock.passed(0)
  const monday = restarted(fallen.clock, MET + 62 * HOUR, true)
  expect(monday.clock.doubt(0)).toMatchObject({ is: 'behind', time: MET + 62 * HOUR, fell: DAY })
  expect(monday.clock.rootTime(0)).toBeNull()
  const dead = restarted(fallen.clock, Date.parse('2009-01-01T08:00+08:00'), true)
  expect(isDayInDoubt(dead.clock.doubt(0))).toBe(true)
  const lost = restarted(untold(true).clock, Date.parse('2009-01-01T08:00+08:00'), true)
  lost.clock.passed(0)
  const right = restarted(lost.clock, MET + DAY, true)
  expect([right.clock.doubt(0)?.is, right.clock.rootTime(0)]).toEqual(['behind', null])
})

test('S151 a clock shows no dead battery while it is less than a month behind what it was told', () => {
  const slow = (days: number) => restarted(toldClock(-days * DAY).clock, MET - days * DAY)
  expect(slow(29).clock.doubt(0)).toBeNull()
  expect(slow(29).clock.time()).toBe(MET)
  expect(slow(31).clock.doubt(0)).toMatchObject({ is: 'behind', since: MET })
  // A guess is told to nobody, and stands in nothing that is written.
  expect([slow(31).clock.rootTime(0), slow(31).clock.knownOffset()]).toEqual([null, null])
  // It goes by the guess as long as the clock runs on, and by the clock once that shows a later time.
  expect(slow(31).clock.today()).toBe('2026-11-23')
})

test('S159 hands are off by half of what they mend', () => {
  const slow = (moved: number) => toldClock(-HOUR).moves(moved).clock
  expect(slow(HOUR / 2 - 1).mark(null).maybe).toBeUndefined()
  expect(slow(HOUR / 2).mark(null).maybe).toEqual([0])
})

test('S159 a clock of two times within one day keeps its offset; one right or slow that goes back while off fell', () => {
  const slow = toldClock(-3 * HOUR)
    .passes(HOUR)
    .moves(3 * HOUR).clock
  expect([slow.doubt(0), slow.knownOffset(), slow.rootTime(0)]).toEqual([null, 3 * HOUR, null])
  for (const ahead of [0, -3 * HOUR]) {
    const back = restarted(toldClock(ahead).clock, MET + ahead - 4 * MINUTE)
    expect(isDayInDoubt(back.clock.doubt(0)), `${ahead}`).toBe(true)
  }
})

test('S159 the clock nearest to what was said gives the offset, and a watch counts within its minutes', () => {
  const slow = toldClock(-14 * MINUTE)
  // Somebody has put it right.
  slow.moves(14 * MINUTE)
  slow.clock.confirm(slow.clock.today(), clerk.person, 9 * 60)
  expect(slow.clock.time()).toBe(MET)
  const other = toldClock(0)
  other.clock.confirm(other.clock.today(), clerk.person, 9 * 60 + 15)
  expect(other.clock.time()).toBe(MET)
  other.clock.confirm(other.clock.today(), clerk.person, 9 * 60 + 16)
  expect(other.clock.time()).toBe(MET + 16 * MINUTE)
})

test('S159 a clock that may have stood still while its machine was off is asked about, at the county too', () => {
  for (const isRoot of [false, true]) {
    const first = createClock({ now: () => MET, elapsed: () => 0, boot: () => ({ id: 'one', ago: HOUR }) }, isRoot)
    if (!isRoot) first.heardRoot(MET)
    first.passed(0)
    const kept = readClock(JSON.parse(JSON.stringify(first.mark(null))))
    /** It starts anew and shows so much more; `ago`: since its machine did. */
    const started = (more: number, boot: { id: string; ago: number } | undefined) =>
      createClock({ now: () => MET + more, elapsed: () => 0, boot: () => boot }, isRoot, kept)
    const doubtful = [
      started(30_000, { id: 'two', ago: 28_000 }),
      // It has run for longer than its clock says that anything has passed.
      started(5 * MINUTE, { id: 'two', ago: 20 * MINUTE }),
    ]
    for (const clock of doubtful) {
      expect(clock.doubt(0)).toMatchObject({ is: 'behind', fell: 1 })
      expect([clock.rootTime(0), isDayInDoubt(clock.doubt(0))]).toEqual([null, true])
      const now = clock.now()
      clock.confirm(MONDAY, clerk.person)
      expect([clock.doubt(0), clock.time()]).toEqual([null, now])
    }
    for (const boot of [undefined, { id: 'one', ago: HOUR + 30_000 }, { id: 'two', ago: 10_000 }])
      expect(started(30_000, boot).doubt(0)).toBeNull()
  }
})

test('S153 what was known of the root’s time before a start, or before nobody watched the clock, is passed on to nobody', () => {
  const told = toldClock(0)
  expect([told.clock.isTold(), told.clock.rootTime(0)]).toEqual([true, MET])
  const again = restarted(told.clock, MET + HOUR)
  expect([again.clock.time(), again.clock.isTold(), again.clock.rootTime(0)]).toEqual([MET + HOUR, false, null])
  again.clock.heardRoot(MET + HOUR)
  expect(again.clock.rootTime(0)).toBe(MET + HOUR)
  told.moves(HOUR)
  expect(told.clock.rootTime(0)).toBeNull()
})

test('S151 a new county whose clock shows a day before there were programs is asked, and small steps back add up', () => {
  const early = createClock({ now: () => Date.parse('2025-12-31T09:00+08:00'), elapsed: () => 0 }, true)
  expect([early.rootTime(0), isDayInDoubt(early.doubt(0))]).toEqual([null, true])
  for (const isConfirmed of [false, true]) {
    let shown = MET
    const county = createClock({ now: () => shown, elapsed: () => 0 }, true)
    county.passed(0)
    if (isConfirmed) county.confirm(MONDAY, clerk.person, 9 * 60)
    for (let step = 0; step < 600; step++) {
      shown -= 110_000
      county.passed(0)
    }
    expect(isDayInDoubt(county.doubt(0)), `${isConfirmed}`).toBe(true)
  }
})

test('S159 minutes by which a clock that slept is trimmed take back no night, and an hour may', () => {
  const fast = (back: number) =>
    toldClock(3 * MINUTE)
      .moves(16 * HOUR)
      .moves(-back)
      .clock.mark(null).maybe
  expect(fast(3 * MINUTE)).toBeUndefined()
  expect(fast(HOUR - 1)).toEqual([0])
  expect(fast(HOUR)).toEqual([0, -15 * HOUR - 3 * MINUTE])
  // What it had slept before somebody said the time is no setting that is taken back.
  const told = toldClock(0).moves(14 * HOUR)
  told.clock.heardRoot(told.clock.now())
  expect(told.moves(-DAY).clock.mark(null).maybe).toEqual([0])
})

test('S159 of several other days the one is named that follows from what was told', () => {
  const { clock } = toldClock(0)
    .moves(2 * DAY)
    .moves(-DAY)
  expect(clock.doubt(0)).toEqual({ is: 'set', time: MET + DAY, other: MET + 2 * DAY })
})

test('S159 whatever a clock may have been, it is by so much more once it goes back, also where a time server may have trimmed it', () => {
  const other = toldClock(3 * DAY)
    .moves(14 * HOUR)
    .moves(-3 * DAY)
  expect([other.clock.offset(), other.clock.mark(null).maybe]).toEqual([0, [-14 * HOUR]])
  const minutes = 5 * MINUTE
  expect(other.moves(-minutes).clock.mark(null)).toMatchObject({ offset: 0, maybe: [minutes, minutes - 14 * HOUR] })
  const moved = other.moves(-DAY).clock.mark(null)
  expect(moved.maybe).toEqual([0, DAY - 14 * HOUR, minutes + DAY, minutes + DAY - 14 * HOUR])
})

test('S153 nobody is told on the time of a clock that was set back, also while that names one day', () => {
  const back = toldClock(8 * HOUR).moves(-2 * HOUR)
  expect([back.clock.doubt(0), back.clock.isTold(), back.clock.rootTime(0)]).toEqual([null, false, null])
})

test('S150 what a person said of a clock that shows a time before 1970 outlasts a start', () => {
  const host = { now: () => -DAY, elapsed: () => 0 }
  const clock = createClock(host, false)
  clock.confirm(MONDAY, clerk.person, 9 * 60)
  const again = createClock(host, false, readClock(clock.mark(null)))
  expect([again.today(), again.confirmedBy()]).toEqual([MONDAY, clerk.person])
})

test('S159 a right clock that goes back by an hour was set, one that goes back by less was trimmed or set', () => {
  const right = (back: number) => toldClock(0).moves(-back).clock.mark(null)
  expect(right(HOUR - 1)).toMatchObject({ offset: 0, maybe: [HOUR - 1] })
  expect(right(HOUR)).toMatchObject({ offset: HOUR, maybe: [0] })
})
