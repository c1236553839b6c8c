/** Counting limits: by working or by calendar days, without the time that does not count (SOURCES.md 3.3). */
import type { Span, WorkCalendar } from './calendar.ts'
import { type Day, dayAt, dayNumber, plusDays } from './days.ts'

/** A way to count days; undefined where it is not known which days count. */
export interface Counting {
  /** Days that count with `start < day ≤ end`. */
  count(start: Day, end: Day): number | undefined
  /** The last of so many days that count behind the start. */
  after(start: Day, days: number): Day | undefined
}

/** A stretch that does not count, cut out of the others so that none overlap. */
export interface Stretch {
  readonly from: Day
  readonly until: Day
}

/** Stands for the end of a stretch that still lasts. */
const LASTING = '9999-12-31' as Day

/** Every day counts. */
export const CALENDAR_DAYS: Counting = {
  count: (start, end) => (end <= start ? 0 : dayNumber(end) - dayNumber(start)),
  after: plusDays,
}

// Monday is 0: 1970-01-01 was a Thursday.
const weekdaysUpTo = (number: number): number => Math.floor((number + 3) / 7) * 5 + Math.min(((number + 3) % 7) + 1, 5)
const weekdayAt = (count: number): number => Math.floor((count - 1) / 5) * 7 + ((count - 1) % 5) - 3

/** Mondays to Fridays. */
const WEEKDAYS = {
  count: (start: Day, end: Day) => (end <= start ? 0 : weekdaysUpTo(dayNumber(end)) - weekdaysUpTo(dayNumber(start))),
  after: (start: Day, days: number) => (days === 0 ? start : dayAt(weekdayAt(weekdaysUpTo(dayNumber(start)) + days))),
}

/** Counts by the calendar as far as it goes and by weekdays alone behind it: for marked estimates only. */
export function estimating(calendar: WorkCalendar): Counting {
  const { coverage } = calendar
  if (coverage === null) return WEEKDAYS
  const { until } = coverage
  return {
    count(start, end) {
      const known = calendar.count(start, end)
      if (known !== undefined) return known
      const covered = calendar.count(start, until)
      return covered === undefined || start >= until ? WEEKDAYS.count(start, end) : covered + WEEKDAYS.count(until, end)
    },
    after(start, days) {
      const known = calendar.after(start, days)
      if (known !== undefined) return known
      const covered = calendar.count(start, until)
      if (covered === undefined || start >= until) return WEEKDAYS.after(start, days)
      return WEEKDAYS.after(until, days - covered)
    },
  }
}

/** Overlapping, repeated and touching spans as stretches in order of time: nothing is left out twice. */
export function unite(spans: readonly Span[]): readonly Stretch[] {
  if (spans.length === 0) return []
  const ordered = spans
    .map(({ from, until }) => ({ from, until: until ?? LASTING }))
    .filter(({ from, until }) => from < until)
    .sort((one, other) => (one.from < other.from ? -1 : one.from > other.from ? 1 : 0))
  const united: Stretch[] = []
  for (const span of ordered) {
    const last = united.at(-1)
    if (last === undefined || span.from > last.until) united.push(span)
    else if (span.until > last.until) united[united.length - 1] = { from: last.from, until: span.until }
  }
  return united
}

/** The last day up to the given one that may count: the day a pause begins, while it lasts. */
export function countsUpTo(day: Day, pauses: readonly Stretch[]): Day {
  return pauses.find(({ from, until }) => from < day && day <= until)?.from ?? day
}

/** Days that count with `start < day ≤ end` and lie in no pause. */
export function usedDays(counting: Counting, start: Day, end: Day, pauses: readonly Stretch[]): number | undefined {
  let used = counting.count(start, end)
  for (const { from, until } of pauses) {
    const paused = counting.count(from > start ? from : start, until < end ? until : end)
    if (used === undefined || paused === undefined) return undefined
    used -= paused
  }
  return used
}

/** The last of so many counted days behind the start; undefined when it is not known or a pause lasts. */
export function lastDay(counting: Counting, start: Day, limit: number, pauses: readonly Stretch[]): Day | undefined {
  if (limit === 0) return start
  let cursor = start
  let remaining = limit
  for (const { from, until } of pauses) {
    if (until <= cursor) continue
    if (from > cursor) {
      const last = counting.after(cursor, remaining)
      if (last !== undefined && last <= from) return last
      const counted = counting.count(cursor, from)
      if (counted === undefined) return undefined
      remaining -= counted
    }
    cursor = until
  }
  return cursor === LASTING ? undefined : counting.after(cursor, remaining)
}

/** The next working day when a day is none (民法典 art. 203). */
export function rollOver(counting: Counting, day: Day): Day | undefined {
  const counted = counting.count(plusDays(day, -1), day)
  return counted === 0 ? counting.after(day, 1) : counted === undefined ? undefined : day
}
