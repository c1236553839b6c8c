/** What the office was late with, and what was written down behind its limit: no later act takes either back. */
import type { Course } from '../course/course.ts'
import { CLOCK_RULES, type ClockId, type EndedRun, type StandingStill, type Still } from '../course/spans.ts'
import type { Item } from '../item.ts'
import type { Register } from '../register.ts'
import { countsUpTo, unite } from '../time/counting.ts'
import type { Day } from '../time/days.ts'
import { clockTitle } from './clocks.ts'
import { dueDay, granted, standsStill } from './due-day.ts'
import { limitOf } from './time-limits.ts'

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

/** What the office was late with: a clock that begins anew, or a step that is over, makes nothing timely. */
export function latenessOf(course: Timed, item: Item | undefined, register: Register): Lateness {
  const [late, enteredLate]: [Late[], Late[]] = [[], []]
  for (const run of course.ended) {
    const { id, start, stop, written, stage } = run
    const limit = CLOCK_RULES[id].isOffices
      ? limitOf(id, { ...course, stage, suspendedAt: null }, item, register)
      : undefined
    if (limit === undefined) continue
    const still = unite(standsStill(id, start, limit, within(run), register))
    const due = dueDay(start, granted(limit, start, still, register), still, register)
    const isBehind = (day: Day) => due !== undefined && countsUpTo(day, still) > due
    if (due === undefined || !isBehind(written)) continue
    const list = isBehind(stop) ? late : enteredLate
    list.push({ clock: id, title: clockTitle(id, stage), due, ended: stop, written })
  }
  return { late, enteredLate }
}

/** What stood still within a run; what lasted at its end stood still up to there. */
function within({ start, stop, still }: EndedRun): StandingStill {
  const cut = (spans: readonly Still[]) =>
    spans.flatMap((span) => {
      const until = span.until === null || span.until > stop ? stop : span.until
      return until > start && span.from < stop ? [{ ...span, until }] : []
    })
  return { pauses: cut(still.pauses), away: cut(still.away) }
}
