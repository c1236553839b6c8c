/** 逾期视为受理 (行政许可法 art. 32): derived on every node from the same facts, never written, never sent. */
import type { DocumentId, EntryHash } from '#protocol/ids.ts'
import type { Course } from '../course/course.ts'
import type { ClockSpans } from '../course/spans.ts'
import type { Item } from '../item.ts'
import { isLicence } from '../item-law.ts'
import type { Register } from '../register.ts'
import { type Day, dayNumber } from '../time/days.ts'
import { fiveDayDue } from './clocks.ts'

/**
 * The last of the five working days when nobody had told the applicant by a day; undefined while it has not come to that.
 * Only licences have this rule; without a published calendar nothing is derived.
 */
export function deemedBy(course: Course, item: Item | undefined, register: Register, day: Day): Day | undefined {
  if (course.stage !== '20' || !isLicence(item)) return undefined
  const due = fiveDayDue(course, register)
  return due !== undefined && day > due ? due : undefined
}

/** The parts of a course that change: accepted as of the day the materials were received, not as of day six. */
export function asAccepted(course: Course, due: Day): Pick<Course, 'stage' | 'days' | 'spans'> {
  const received = course.spans.T1?.start ?? due
  const running = { start: received, stop: null }
  const spans: ClockSpans = {
    ...course.spans,
    T1: { start: received, stop: due },
    T2p: running,
    T2s: running,
    T4: running,
  }
  return { stage: '30', days: { ...course.days, deemed: received }, spans }
}

/** The course as it was before the acceptance was derived: what a back-dated notice is judged by (late evidence). */
export function beforeDeeming<Of extends Course>(course: Of): Of {
  const { deemed: _, ...days } = course.days
  const { T2p: _p, T2s: _s, T4: _4, ...spans } = course.spans
  const start = course.spans.T1?.start
  return { ...course, stage: '20', days, spans: start === undefined ? spans : { ...spans, T1: { start, stop: null } } }
}

/** Milliseconds at which a Chinese civil day ends. */
export const endOfDay = (day: Day): number => (dayNumber(day) + 1) * 24 * 60 * 60 * 1000 - 8 * 60 * 60 * 1000 - 1

const RULE = 'd32'

/** The name of the derived line: case, rule and due day, so that edge and hub say the same. */
export const deemedHash = (id: DocumentId, due: Day): EntryHash =>
  `${id}${RULE}${due.replaceAll('-', '')}`.padEnd(64, '0') as EntryHash
