/** What a fact that takes effect changes in a case: stage, custody, clocks, and everything conditions look at. */
import type { EntryHash, StationCode } from '#protocol/ids.ts'
import type { CaseState, Course } from '../case.ts'
import type { ClockEffect, ClockSpans } from '../clocks/clocks.ts'
import { documentOfFact, type FactEntry, type FactKind, type FieldValue, type Seal } from '../facts/facts.ts'
import { numberOf, textOf } from '../facts/values.ts'
import type { Item } from '../item.ts'
import type { GuardedKind, Transition } from '../rules/transition.ts'
import type { Day } from '../time/days.ts'
import type { Answers } from './answers.ts'
import { CHANGES } from './changes.ts'

type Mutable<Part> = { -readonly [Key in keyof Part]: Part[Key] }

/** A case while it is being folded. */
export interface Progress extends Mutable<Omit<Course, 'days' | 'spans'>> {
  seals: CaseState['seals']
  // Its own while it is folded, so that each step writes into it instead of copying it.
  days: Mutable<Course['days']>
  spans: Mutable<ClockSpans>
  readonly times: Partial<Record<FactKind, number>>
  /** Every station that has held the case, in any epoch. */
  readonly holders: Set<StationCode>
}

type Fields = Readonly<Record<string, FieldValue>>

/** A fact as it takes effect: of an adoption kind and fields are the adopted fact's, the rest is the adopter's. */
export interface Effect {
  readonly entry: FactEntry
  readonly kind: GuardedKind
  readonly fields: Fields
  readonly day: Day
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
  supplies: answers.supplies,
  contacts: answers.contacts,
  pauses: [],
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
  master: textOf(opening.fact?.fields.master),
  seals: {},
  times: { opened: opening.time },
  holders: new Set([opening.station]),
})

function keepSeals(progress: Progress, fact: EntryHash, fields: Fields): void {
  if (!Array.isArray(fields.seals)) return
  // Spread and computed keys define own properties, so a section called __proto__ stays plain data.
  for (const seal of fields.seals as readonly Seal[]) {
    progress.seals = { ...progress.seals, [seal.section]: { ...seal, fact } }
  }
}

/** Starts, stops and pauses clocks as the table says. A clock that is started again begins anew. */
function moveClocks(progress: Progress, effect: ClockEffect | undefined, day: Day): void {
  if (effect === undefined) return
  const { spans } = progress
  for (const id of effect.stop ?? []) {
    const span = spans[id]
    if (span !== undefined && span.stop === null) spans[id] = { start: span.start, stop: day }
  }
  for (const id of effect.start ?? []) spans[id] = { start: day, stop: null }
  for (const id of effect.begin ?? []) if (spans[id]?.stop !== null) spans[id] = { start: day, stop: null }
}

/**
 * 补正后受理日 (SOURCES.md section 0 no. 4): the day on which windows of the agency had everything that was asked for,
 * not the day on which somebody wrote it down; the fact's own day when something came with it.
 */
function dayAllIn({ notice, supplies }: Progress, { day, item }: Effect): Day {
  if (notice === null || item === undefined) return day
  let all = notice.day
  for (const line of notice.missing) {
    const brought = supplies.find(
      ({ items, tier }) => tier !== undefined && item.receivingTiers.includes(tier) && items.includes(line),
    )
    if (brought === undefined) return day
    if (brought.day > all) all = brought.day
  }
  return all < day ? all : day
}

function moveStage(progress: Progress, { to }: Transition): void {
  const before = progress.stage
  const next = to === 'back' ? (progress.suspendedAt ?? before) : (to ?? before)
  if (next === '45') progress.suspendedAt = before
  progress.stage = next
}

/** Lets a fact take effect. For an adoption, the entry is the adopter's: it counts as written now. */
export function takeEffect(progress: Progress, effect: Effect, transition: Transition, answers: Answers): void {
  const { entry, kind, fields } = effect
  const day = kind === 'supplemented' ? dayAllIn(progress, effect) : effect.day
  moveStage(progress, transition)
  moveClocks(progress, transition.clock, day)
  CHANGES[kind]?.(progress, effect, answers)
  keepSeals(progress, entry.hash, fields)
  progress.days[kind] ??= day
  progress.times[kind] ??= entry.time
  if (entry.fact?.kind === 'adopted') progress.times.adopted ??= entry.time
  const code = documentOfFact(kind)
  if (code !== undefined) {
    progress.papers = [...progress.papers, { code, number: textOf(fields.document), fact: entry.hash, day }]
  }
}
