/** What proves something about a clock, and how far: each as a function of what was known. */
import { expect, test } from 'vitest'
import { doubtWords } from '#edge-node/desk/words.ts'
import { civilDay, type Day } from '#protocol/casework/time/days.ts'
import { createClock, onOtherClock, readClock } from '#protocol/engine/clock.ts'
import { doubtOf, hasStood } from '#protocol/engine/clock-doubt.ts'
import { afterStart, afterStretch, type ClockMark, leastOf, possibly } from '#protocol/engine/clock-reckoning.ts'
import type { Core } from '#protocol/engine/core.ts'
import { publishedAt } from '#protocol/engine/writing/clock-mark.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MONDAY } from '#test/clock/host.ts'
import { person, TOWNSHIP } from './county.ts'
import { DAY, MET, toldClock } from './parted-clock.ts'

const HOUR = 60 * 60_000
const clerk = person(TOWNSHIP, ['clerk'])
const told: ClockMark = { at: MET, offset: 0, by: null, told: MET, said: MET, since: MET, contact: null }
const in2009 = Date.parse('2009-01-01T08:00+08:00')
const fallen: ClockMark = { ...told, offset: null, fell: MET - in2009 }

test('S151 of several times that a clock could show the earliest was reached, and a person’s word proves none', () => {
  expect(leastOf({ ...told, maybe: [-3 * DAY, DAY] })).toBe(MET - 3 * DAY)
  expect(leastOf({ ...told, by: clerk.person, offset: 5 * DAY })).toBe(MET)
  expect(leastOf({ ...told, by: clerk.person, offset: 5 * DAY, told: null })).toBe(0)
  // What went back over a start, by a person's word alone, has no time.
  const back = afterStart({ mark: { ...told, by: clerk.person }, now: MET + DAY, isRoot: false })
  expect(back).not.toHaveProperty('fell')
  const said: ClockMark = { ...told, at: MET + 3 * DAY, by: clerk.person }
  expect(afterStart({ mark: said, now: MET + DAY, isRoot: false })).toMatchObject({ at: MET + DAY, fell: 2 * DAY })
  expect(createClock({ now: () => MET + DAY, elapsed: () => 0 }, false, said).past(0).newest).toBe(MET)
})

test('S151 a dead clock that is set is believed soon after the least that it can be, and a deeper fall is told as that', () => {
  const last = LIMITS.rootAwayDays * DAY
  expect(afterStart({ mark: fallen, now: MET + last, isRoot: false })).not.toHaveProperty('fell')
  expect(afterStart({ mark: fallen, now: MET + last + 1, isRoot: false })).toHaveProperty('fell')
  // What was guessed of it while it was dead is forgotten.
  const guessed: ClockMark = { ...fallen, offset: MET - in2009 }
  expect(afterStart({ mark: guessed, now: MET + DAY, isRoot: false })).toMatchObject({ at: MET + DAY, offset: null })
  // All go by the root's: whoever set it is asked whether that was no slip.
  expect(afterStart({ mark: fallen, now: MET + DAY, isRoot: true })).toHaveProperty('fell')
  expect(afterStretch({ mark: fallen, now: MET + DAY, isRoot: true }, 0, MET + DAY - in2009)).toHaveProperty('fell')
  const little: ClockMark = { ...told, offset: null, fell: DAY }
  expect(afterStart({ mark: little, now: in2009, isRoot: true }).fell).toBe(MET - in2009)
})

test('S157 S162 what goes back after a leap is measured by what the clock had reached before it', () => {
  const leapt: ClockMark = { ...told, leapt: 20 * DAY }
  const back = afterStretch({ mark: leapt, now: MET, isRoot: true }, 0, -20 * DAY)
  expect([back.at, back.leapt, back.fell]).toEqual([MET, 20 * DAY, undefined])
  // Nobody is told that it shows too late a day: it shows the right one, and still has to be confirmed.
  const shown = (mark: ClockMark, now: number) => doubtOf({ mark, now, isRoot: true }, 0)
  expect(shown(leapt, MET + 20 * DAY)).toMatchObject({ is: 'leapt', isBack: false })
  expect(shown(back, MET)).toMatchObject({ is: 'leapt', isBack: true })
  expect(doubtWords(shown(back, MET))).toContain('此前多走过约 20 天,已经调回来,还没有人确认')
})

test('S159 a clock that was years slow goes by what it shows once it is put right', () => {
  const slow = toldClock(-2_000 * DAY)
  slow.passes(HOUR).moves(2_000 * DAY)
  expect(slow.clock.time()).toBe(MET + HOUR)
  expect(slow.clock.doubt(0)).toMatchObject({ is: 'set' })
  // Whoever says by a watch that it was not put right means its old time, to the second.
  slow.clock.confirm(civilDay(MET + 2_000 * DAY), clerk.person, 10 * 60 + 2)
  expect(slow.clock.time()).toBe(MET + 2_000 * DAY + HOUR)
})

test.each([
  ['no more than months slow', LIMITS.unheardDays, 0, LIMITS.unheardDays * DAY],
  ['slower', LIMITS.unheardDays + 1, 0, 0],
  ['years slow and set a day early', 2_000, DAY, 0],
  ['years slow and moved on by less', 2_000, DAY + 1, 2_000 * DAY],
])('S159 a clock that is %s may sleep as long, or has been put right', (_, days, early, offset) => {
  expect(
    toldClock(-days * DAY)
      .moves(days * DAY - early)
      .clock.offset(),
  ).toBe(offset)
})

test('S159 other offsets outlast a setting by years, and no more of them are kept than can be told apart', () => {
  const years = 2_000 * DAY
  const slow: ClockMark = { ...told, offset: years, maybe: [DAY] }
  expect(afterStretch({ mark: slow, now: MET + years, isRoot: false }, 0, years).maybe).toEqual([years, DAY])
  const many = Array.from({ length: LIMITS.possibleOffsets + 2 }, (_, place) => (place + 1) * DAY)
  const kept = many.slice(0, LIMITS.possibleOffsets)
  expect(possibly(told, 0, many).maybe).toEqual(kept)
  expect(readClock({ ...told, maybe: many }).maybe).toEqual(kept)
})

test('S151 a clock that may have stood still goes by what was known, and stands at the least time that it can be', () => {
  const mark: ClockMark = { ...told, at: MET + 13 * DAY, offset: -3 * DAY, boot: 'one' }
  const boot = () => ({ id: 'two', ago: HOUR })
  const shows = (now: number, isRoot = false, kept = mark) =>
    createClock({ now: () => now, elapsed: () => 0, boot }, isRoot, kept)
  const fast = shows(mark.at)
  expect(fast.doubt(0)).toMatchObject({ is: 'behind', since: MET + 10 * DAY, fell: 1 })
  expect([fast.past(0).newest, fast.time()]).toEqual([MET + 10 * DAY, MET + 10 * DAY])
  // One that was put right went back, and did not stand.
  expect(shows(MET + 10 * DAY).doubt(0)).toBeNull()
})

test('S151 a clock that goes by its own time is behind while it is earlier than the newest of catalogue and calendar', () => {
  // It was told the time once, was put right while off, and is too slow now.
  const own = createClock({ now: () => MET, elapsed: () => 0 }, false, { ...told, offset: null })
  for (const [catalogue, calendar] of [
    [MET + DAY, 0],
    [0, MET + DAY],
  ] as const) {
    const directory = { catalogueVersion: () => catalogue, calendarVersion: () => calendar }
    const published = publishedAt({ directory } as unknown as Core)
    expect(own.doubt(published)).toMatchObject({ is: 'behind', since: MET + DAY, proof: 'published' })
  }
})

test('S151 a county whose clock a person confirmed falls or stands still over a start like any other', () => {
  const boot = (id: string) => () => ({ id, ago: HOUR })
  const county = createClock({ now: () => MET, elapsed: () => 0, boot: boot('one') }, true)
  county.confirm(MONDAY, clerk.person, 9 * 60)
  const started = (now: number, id: string) =>
    createClock({ now: () => now, elapsed: () => 0, boot: boot(id) }, true, county.mark(null)).doubt(0)
  expect(started(MET - 5 * DAY, 'one')).toEqual(expect.objectContaining({ is: 'behind', since: MET, fell: 5 * DAY }))
  expect(started(MET, 'two')).toEqual(expect.objectContaining({ is: 'behind', since: MET, fell: 1 }))
})

test('S159 what goes back over a start keeps other offsets where it was set wrong, and none where it was put right', () => {
  const fast: ClockMark = { ...told, offset: -10 * DAY, maybe: [-5 * DAY] }
  const back = (by: number) => afterStart({ mark: fast, now: MET - by, isRoot: false })
  expect(back(3 * DAY)).toMatchObject({ offset: -10 * DAY, maybe: [0, -5 * DAY] })
  expect(back(9 * DAY)).toEqual({ ...told, at: MET - 9 * DAY, offset: null })
})

test('S159 a clock that is off by minutes is right once they are taken back', () => {
  const fast = toldClock(5 * 60_000).moves(-5 * 60_000)
  expect([fast.clock.time(), fast.clock.mark(null).maybe]).toEqual([MET, undefined])
})

test('S151 steps back of the county’s clock that heal one by one are a fall together', () => {
  let shown = MET
  const county = createClock({ now: () => shown, elapsed: () => 0 }, true)
  county.passed(0)
  for (const fell of [0, 80 * 60_000]) {
    shown -= 40 * 60_000
    expect(county.doubt(0)).toMatchObject({ is: 'behind', since: MET, fell })
  }
})

test('S151 the time that is guessed of a dead clock goes on while somebody sets it', () => {
  const dead = toldClock(-6_000 * DAY)
  let shown = dead.clock.now()
  const again = createClock({ now: () => shown, elapsed: () => 0 }, false, dead.clock.mark(null))
  shown += 3 * DAY
  expect([again.time(), again.doubt(0)?.is]).toEqual([MET, 'behind'])
})

test('S158 since when a node goes by an offset is kept while the same is said, and a day to come is told once', () => {
  let shown = MET
  const clock = createClock({ now: () => shown, elapsed: () => shown }, false)
  clock.heardRoot(MET)
  shown += DAY
  clock.heardRoot(MET + DAY + LIMITS.clockOffsetMilliseconds - 1)
  expect(clock.since()).toBe(MET)
  clock.numbers()
  clock.heardRoot(MET - DAY)
  expect(clock.since()).toBe(MET - DAY)
  expect([clock.toCome(), clock.toCome()]).toEqual(['2026-11-24', null])
})

test('S158 a number of a day that the root had said was over is told of once, unless the root had been ahead', () => {
  const next = (again: number) => {
    let shown = MET
    const clock = createClock({ now: () => shown, elapsed: () => shown }, false)
    clock.heardRoot(MET)
    clock.confirm('2026-11-21' as Day, clerk.person, 9 * 60)
    clock.numbers()
    clock.confirm('2026-11-20' as Day, clerk.person, 9 * 60)
    clock.numbers()
    clock.confirm('2026-11-22' as Day, clerk.person, 9 * 60)
    clock.numbers()
    // As long as nobody says a later day than the root did, it may have been the one that erred.
    expect(clock.over()).toBe(null)
    shown += HOUR
    const kept = createClock({ now: () => shown, elapsed: () => shown }, false, readClock(clock.mark(null)))
    kept.heardRoot(again)
    return [kept.over(), kept.over()]
  }
  expect(next(MET + HOUR)).toEqual([{ from: '2026-11-20', until: '2026-11-22' }, null])
  // The root had been ahead: what is not over by its new word never was.
  expect(next(MET - DAY)).toEqual([{ from: '2026-11-20', until: '2026-11-21' }, null])
  expect(next(MET - 3 * DAY)).toEqual([null, null])
})

test('S158 a number of later today is told where nobody watched the clock since it was given, or somebody set it', () => {
  const after = (isWatched: boolean, back = 0) => {
    let [shown, elapsed] = [MET, 0]
    const clock = createClock({ now: () => shown, elapsed: () => elapsed }, false)
    clock.confirm(MONDAY, clerk.person, 15 * 60)
    clock.numbers()
    shown += HOUR - back
    elapsed += HOUR
    const kept = isWatched
      ? clock
      : createClock({ now: () => shown, elapsed: () => elapsed }, false, readClock(clock.mark(null)))
    kept.heardRoot(MET + HOUR)
    return kept.toCome()
  }
  expect([after(true), after(false), after(true, 2 * HOUR)]).toEqual([null, MONDAY, MONDAY])
})

test('S158 a number of an earlier hour of the day that the root had told bears no day that was over', () => {
  const clock = createClock({ now: () => MET, elapsed: () => 0 }, false)
  clock.heardRoot(MET)
  clock.confirm(MONDAY, clerk.person, 8 * 60)
  clock.numbers()
  expect(clock.mark(null)).not.toHaveProperty('earlier')
})

test('S158 a day that a person said while the root was ahead was right, once the root says the same', () => {
  const over = (minutes: number) => {
    let shown = MET
    const clock = createClock({ now: () => shown, elapsed: () => shown }, false)
    clock.heardRoot(MET + 3 * DAY)
    clock.confirm(MONDAY, clerk.person, 9 * 60)
    clock.numbers()
    shown += 4 * DAY
    clock.heardRoot(shown + minutes * 60_000)
    return clock.over()
  }
  expect([over(14), over(16)]).toEqual([null, { from: MONDAY, until: MONDAY }])
})

test('S150 what a clock gained, since when it goes by its offset and what else it may be outlast a start', () => {
  const first = toldClock(0).moves(3 * DAY).clock
  let shown = first.now()
  const again = createClock({ now: () => shown, elapsed: () => 0 }, false, readClock(first.mark(null)))
  expect(again.since()).toBe(MET)
  shown -= DAY
  expect(again.mark(null).maybe).toEqual([0, -2 * DAY])
  expect(onOtherClock({ ...told, offset: 3 * DAY, maybe: [DAY] }).maybe).toEqual([0, DAY])
})

test('S153 what differs by half a minute is news, and less is not', () => {
  const { clock } = toldClock(0)
  const step = LIMITS.clockStepMilliseconds
  expect([clock.heardRoot(MET + step - 1), clock.heardRoot(MET + 2 * step - 1)]).toEqual([false, true])
})

test('S159 while a clock can be of two days, what is written bears no offset', () => {
  expect(
    toldClock(8 * HOUR)
      .moves(-DAY)
      .clock.knownOffset(),
  ).toBeNull()
})

test('S151 a clock has stood that fell by nothing that anybody saw; what is behind without a fall has not', () => {
  const behind = { is: 'behind', time: MET, since: MET, proof: 'reached' } as const
  const falls = [0, 1, LIMITS.clockOffsetMilliseconds]
  expect(falls.map((fell) => hasStood({ ...behind, fell }))).toEqual([false, true, false])
})
