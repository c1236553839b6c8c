/** The clocks of a case (SOURCES.md 3.2): limit, used, remaining and due day, from the spans the transition table starts and stops. */
import type { DayUnit } from '../codes.ts'
import type { Course } from '../course/course.ts'
import {
  CLOCK_IDS,
  CLOCKS,
  type ClockId,
  type ClockSpans,
  type EndedRun,
  IS_HELD_ABOVE,
  IS_OFFICES,
  IS_PAUSABLE,
} from '../course/spans.ts'
import { STAGES, type Stage } from '../course/stages.ts'
import type { Item } from '../item.ts'
import type { Register } from '../register.ts'
import type { Span } from '../time/calendar.ts'
import {
  CALENDAR_DAYS,
  type Counting,
  countsUpTo,
  estimating,
  lastDay,
  rollOver,
  type Stretch,
  unite,
  usedDays,
} from '../time/counting.ts'
import type { Day } from '../time/days.ts'
import { type Limit, limitOf, TELLING_DAYS } from './time-limits.ts'

export const CLOCK_STATES = ['running', 'paused', 'stopped'] as const

/** One clock of a case on one day. Days are civil days; counts are in the clock's unit. */
export interface Clock {
  readonly id: ClockId
  readonly title: string
  readonly unit: DayUnit
  /** Days allowed, with what lengthened the limit while it ran. */
  readonly limit: number
  /** Day 0, which does not count. */
  readonly start: Day
  readonly state: (typeof CLOCK_STATES)[number]
  readonly stopped: Day | null
  /** The last day; null while paused or beyond the published calendar. */
  readonly due: Day | null
  /** Only beyond the published calendar: counted by weekdays alone, never to be relied on. */
  readonly estimate: Day | null
  /** Days used up to today or to the day it stopped; null beyond the published calendar. */
  readonly used: number | null
  /** limit − used; negative when overdue. */
  readonly remaining: number | null
  /** Whether it is exceeded: open and past its due day, or stopped behind it. */
  readonly exceeded: boolean
  /** Where the limit comes from, for people. */
  readonly source: string
}

/** A limit of the office that had run out when its run ended, or when that was written down. */
export interface Late {
  readonly clock: ClockId
  readonly title: string
  /** The last day. */
  readonly due: Day
  /** The day for which the end counts: it was done, or the clock began anew. */
  readonly ended: Day
  /** The day on which that was written down. */
  readonly written: Day
}

/** The limits of a case that had run out. */
export interface Lateness {
  readonly late: readonly Late[]
  /** They ended in time on the word of whoever wrote it down afterwards, with a reason: it counts, and is told for good. */
  readonly enteredLate: readonly Late[]
}

/** A course with the runs of its clocks that have ended. */
export type Timed = Course & { readonly ended: readonly EndedRun[] }

/**
 * Every clock of the case that was started and has a limit, in the order of {@link CLOCKS}, as of `register.today`.
 * @param item the edition the case was received under; undefined while its record is not here.
 */
export function clocksOf(course: Course, item: Item | undefined, register: Register): readonly Clock[] {
  const clocks: Clock[] = []
  for (const id of CLOCK_IDS) {
    const span = course.spans[id]
    if (span === undefined) continue
    const limit = limitOf(id, course, item, register)
    if (limit !== undefined) clocks.push(clockOf(id, span, limit, course, register))
  }
  return clocks
}

/** Whether the extension of a case lengthened a clock: given behind its last day, it left that where it was (rule Q77). */
export const isExtended = ({ extension }: Course, { due }: Clock): boolean =>
  extension !== null && (due === null || extension.day <= due)

/** When a clock stands still: during special procedures, and while an upper level decides. */
export const standsStill = (id: ClockId, { pauses, away }: Pick<Course, 'pauses' | 'away'>): readonly Span[] => [
  ...(IS_PAUSABLE[id] ? pauses : []),
  ...(IS_HELD_ABOVE[id] ? away : []),
]

/** What the office was late with: a clock that begins anew, or a step that is over, makes nothing timely. */
export function latenessOf(course: Timed, item: Item | undefined, register: Register): Lateness {
  const [late, enteredLate]: [Late[], Late[]] = [[], []]
  for (const { id, start, stop, written, stage } of course.ended) {
    const limit = IS_OFFICES[id] ? limitOf(id, { ...course, stage, suspendedAt: null }, item, register) : undefined
    if (limit === undefined) continue
    const still = unite(standsStill(id, course))
    const due = dueDay(start, granted(limit, start, still, register), still, register)
    const isBehind = (day: Day) => due !== undefined && countsUpTo(day, still) > due
    if (due === undefined || !isBehind(written)) continue
    const list = isBehind(stop) ? late : enteredLate
    list.push({ clock: id, title: titleOf(id, stage), due, ended: stop, written })
  }
  return { late, enteredLate }
}

const titleOf = (id: ClockId, stage: Stage): string => (id === 'T3' ? `${CLOCKS.T3}·${STAGES[stage]}` : CLOCKS[id])

const countingIn = (unit: DayUnit, { calendar }: Register): Counting => (unit === 'working' ? calendar : CALENDAR_DAYS)

/** The last day of a limit; undefined when it is not known, or something holds it that has no end yet. */
function dueDay(start: Day, { days, unit }: Limit, still: readonly Stretch[], register: Register): Day | undefined {
  const last = lastDay(countingIn(unit, register), start, days, still)
  return last === undefined || unit === 'working' ? last : rollOver(register.calendar, last)
}

/**
 * A limit with what lengthened it. Whatever is granted behind the last day comes too late: it makes nothing timely that
 * was late (art. 42: the time runs out by itself; an extension is of one that runs).
 */
function granted(limit: Limit, start: Day, still: readonly Stretch[], register: Register): Limit {
  let whole = limit
  for (const { on, days, source } of limit.longer ?? []) {
    const due = dueDay(start, whole, still, register)
    if (due === undefined || on <= due) whole = { ...whole, days: whole.days + days, source: source(whole.source) }
  }
  return whole
}

type ClockSpan = NonNullable<ClockSpans[ClockId]>

function clockOf(id: ClockId, { start, stop }: ClockSpan, limit: Limit, course: Course, register: Register): Clock {
  const { calendar, today } = register
  const spans = standsStill(id, course)
  const pauses = unite(spans)
  const state = stop !== null ? 'stopped' : isLasting(spans) ? 'paused' : 'running'
  const { days, unit, source } = granted(limit, start, pauses, register)
  const reference = countsUpTo(stop ?? today, pauses)
  const due = dueDay(start, { days, unit, source }, pauses, register)
  const used = usedDays(countingIn(unit, register), start, reference, pauses) ?? null
  return {
    id,
    title: titleOf(id, course.suspendedAt ?? course.stage),
    unit,
    limit: days,
    start,
    state,
    stopped: stop,
    due: state === 'paused' ? null : (due ?? null),
    estimate:
      due === undefined && state !== 'paused' ? estimate(estimating(calendar), unit, start, days, pauses) : null,
    used,
    remaining: used === null ? null : days - used,
    exceeded: due !== undefined && reference > due,
    source,
  }
}

const isLasting = (spans: readonly Span[]): boolean => spans.some(({ until }) => until === null)

function estimate(
  counting: Counting,
  unit: Limit['unit'],
  start: Day,
  days: number,
  pauses: readonly Stretch[],
): Day | null {
  const last = lastDay(unit === 'working' ? counting : CALENDAR_DAYS, start, days, pauses)
  if (last === undefined || unit === 'working') return last ?? null
  return rollOver(counting, last) ?? null
}

/** The last day of the five for telling the applicant; undefined when it cannot be known or does not run. */
export function fiveDayDue(course: Course, register: Register): Day | undefined {
  const span = course.spans.T1
  return span === undefined || span.stop !== null ? undefined : register.calendar.after(span.start, TELLING_DAYS)
}
