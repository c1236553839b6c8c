/** A case while it is being folded, and a fact as it takes effect in it. */
import type { StationCode } from '#protocol/ids.ts'
import type { CaseState } from '../case.ts'
import type { Course } from '../course/course.ts'
import type { ClockId, ClockSpans, EndedRun } from '../course/spans.ts'
import type { FactEntry, FactKind, Fields, GuardedKind } from '../facts/facts.ts'
import { numberOf, textOf } from '../facts/values.ts'
import type { Item } from '../item.ts'
import { type Day, dayAt } from '../time/days.ts'
import type { Answers } from './answers.ts'
import { writtenAt, writtenOn } from './day-of.ts'

type Mutable<Part> = { -readonly [Key in keyof Part]: Part[Key] }

/** A case while it is being folded. */
export interface Progress extends Mutable<Omit<Course, 'days' | 'spans'>> {
  seals: CaseState['seals']
  // Its own while it is folded, so that each step writes into it instead of copying it.
  days: Mutable<Course['days']>
  spans: Mutable<ClockSpans>
  /** Runs of clocks in the order in which they ended. */
  readonly ended: EndedRun[]
  /** The latest day on which something that took effect was written. */
  writtenOn: Day
  /** The day for which the last fact behind the opening counts. */
  lastDay: Day
  readonly times: Partial<Record<FactKind, number>>
  /** The station that held the case in each epoch. */
  readonly holders: Map<number, StationCode>
}

/** Ends a clock that runs, by what was written down on a day, the same one or a later. */
export function endClock(progress: Progress, id: ClockId, day: Day, written: Day): void {
  const { spans, ended, suspendedAt, stage, pauses, away } = progress
  const span = spans[id]
  if (span === undefined || span.stop !== null) return
  spans[id] = { start: span.start, stop: day }
  const still = { pauses, away }
  // A time before that of what it follows is proved wrong: it was written no earlier.
  const since = written > progress.writtenOn ? written : progress.writtenOn
  ended.push({ id, start: span.start, stop: day, written: since, stage: suspendedAt ?? stage, still })
}

/** A fact as it takes effect: of an adoption kind and fields are the adopted fact's, the rest is the adopter's; of what was countersigned all is its own. */
export interface EffectiveFact {
  readonly entry: FactEntry
  readonly kind: GuardedKind
  readonly fields: Fields
  /** The number of the document it makes, where the station that wrote it may give that; else empty. */
  readonly document: string
  readonly day: Day
  /** The day on which it was written down, the same one or a later; of what waited and names no day, that of the second signature. */
  readonly written: Day
  readonly item: Item | undefined
}

/** Progress of a case that was just opened. */
export const begin = (opening: FactEntry, day: Day, answers: Answers): Progress => ({
  item: textOf(opening.fact?.fields.item),
  itemVersion: numberOf(opening.fact?.fields.itemVersion),
  stage: '00',
  holder: opening.station,
  epoch: 1,
  offer: null,
  applicant: { name: '', idNumber: '', phone: '' },
  days: { opened: day },
  result: null,
  closing: null,
  assignee: '',
  handledBy: '',
  examinedBy: '',
  agency: null,
  notice: null,
  supplies: answers.supplies.map(({ supply }) => supply),
  contacts: answers.contacts.length,
  pauses: [],
  away: [],
  suspendedAt: null,
  extension: null,
  report: null,
  invitations: [],
  fees: [],
  papers: [],
  green: null,
  deferred: null,
  commitment: false,
  tier: '',
  spans: {},
  ended: [],
  writtenOn: writtenOn(opening),
  lastDay: dayAt(0), // opening is writing down: what is entered later may well lie before it
  master: textOf(opening.fact?.fields.master),
  seals: {},
  times: { opened: writtenAt(opening) },
  holders: new Map([[1, opening.station]]),
})
