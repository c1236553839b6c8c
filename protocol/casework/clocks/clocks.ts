/** The clocks of a case (SOURCES.md 3.2): limit, used, remaining and due day, from the spans the transition table starts and stops. */
import type { DayUnit } from '../codes.ts'
import type { Course } from '../course/course.ts'
import { CLOCK_IDS, CLOCKS, type ClockId, type ClockSpans } from '../course/spans.ts'
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
import { countingIn, dueDay, granted, standsStill } from './due-day.ts'
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

/** The stretches in which a clock of the case stood still. */
export function stillOf(id: ClockId, course: Course, item: Item | undefined, register: Register): readonly Span[] {
  const [limit, span] = [limitOf(id, course, item, register), course.spans[id]]
  return limit && span ? standsStill(id, span.start, limit, course, register) : []
}

/** The name of a clock; of a step with the step. */
export const clockTitle = (id: ClockId, stage: Stage): string =>
  id === 'T3' ? `${CLOCKS.T3}·${STAGES[stage]}` : CLOCKS[id]

type ClockSpan = NonNullable<ClockSpans[ClockId]>

function clockOf(id: ClockId, { start, stop }: ClockSpan, limit: Limit, course: Course, register: Register): Clock {
  const { calendar, today } = register
  const spans = standsStill(id, start, limit, course, register)
  const pauses = unite(spans)
  const state = stop !== null ? 'stopped' : isLasting(spans) ? 'paused' : 'running'
  const { days, unit, source } = granted(limit, start, pauses, register)
  const reference = countsUpTo(stop ?? today, pauses)
  const due = dueDay(start, { days, unit, source }, pauses, register)
  const used = usedDays(countingIn(unit, register), start, reference, pauses) ?? null
  return {
    id,
    title: clockTitle(id, course.suspendedAt ?? course.stage),
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
