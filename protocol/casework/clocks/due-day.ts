/** The last day of a limit: with what lengthened it in time, and without the stretches in which it stood still. */
import type { DayUnit } from '../codes.ts'
import { CLOCK_RULES, type ClockId, type StandingStill, type Still } from '../course/spans.ts'
import type { Register } from '../register.ts'
import { CALENDAR_DAYS, type Counting, lastDay, rollOver, type Stretch, unite } from '../time/counting.ts'
import type { Day } from '../time/days.ts'
import type { Limit } from './time-limits.ts'

/** How days of a unit are counted. */
export const countingIn = (unit: DayUnit, { calendar }: Register): Counting =>
  unit === 'working' ? calendar : CALENDAR_DAYS

/** The last day of a limit; undefined when it is not known, or something holds it that has no end yet. */
export function dueDay(
  start: Day,
  { days, unit }: Limit,
  still: readonly Stretch[],
  register: Register,
): Day | undefined {
  const last = lastDay(countingIn(unit, register), start, days, still)
  return last === undefined || unit === 'working' ? last : rollOver(register.calendar, last)
}

/**
 * A limit with what lengthened it. Whatever is granted behind the last day comes too late: it makes nothing timely that
 * was late (art. 42: the time runs out by itself; an extension is of one that runs).
 */
export function granted(limit: Limit, start: Day, still: readonly Stretch[], register: Register): Limit {
  let whole = limit
  for (const { on, days, source, act } of limit.longer?.toSorted(byDay) ?? []) {
    const due = dueDay(start, whole, still, register)
    const isInTime = due === undefined || on <= due
    whole = isInTime
      ? { ...whole, days: whole.days + days, source: source(whole.source) }
      : { ...whole, source: `${whole.source};${on}的${act}在期限届满以后,不计入` }
  }
  return whole
}

const byDay = (one: { readonly on: Day }, other: { readonly on: Day }): number =>
  one.on < other.on ? -1 : one.on > other.on ? 1 : 0

const spansOf = (id: ClockId, { pauses, away }: StandingStill): readonly Still[] => [
  ...(CLOCK_RULES[id].isPausable ? pauses : []),
  ...(CLOCK_RULES[id].isHeldAbove ? away : []),
]

const isLater = ({ from, written }: Still): boolean => written !== undefined && written > from

/**
 * When a clock stands still: during special procedures, and while an upper level decides. One that was written down behind
 * its beginning counts only where the limit had not run out by then: it makes nothing timely that was late (rule Q77).
 */
export function standsStill(
  id: ClockId,
  start: Day,
  limit: Limit,
  still: StandingStill,
  register: Register,
): readonly Still[] {
  const all = spansOf(id, still)
  const later = all.filter(isLater)
  if (later.length === 0) return all
  let counting = all.filter((span) => !isLater(span))
  for (const span of later) {
    const stretches = unite(counting)
    const due = dueDay(start, granted(limit, start, stretches, register), stretches, register)
    if (due === undefined || (span.written ?? span.from) <= due) counting = [...counting, span]
  }
  return counting
}
