/** What a fact that takes effect changes in a case: stage, custody, clocks, and everything conditions look at. */
import type { EntryHash, StationCode } from '#protocol/ids.ts'
import type { Answers } from './answers.ts'
import type { CaseState, Course, Pause } from './case.ts'
import type { ClockEffect, ClockSpans } from './clocks.ts'
import type { ClosingType, Procedure } from './codes.ts'
import { type Day, plusDays } from './days.ts'
import { documentOfFact, type FactEntry, type FactKind, type FieldValue, type Seal } from './facts.ts'
import type { Item } from './item.ts'
import type { GuardedKind, Transition } from './stages.ts'
import { countsOf, linesOf, numberOf, textOf } from './values.ts'

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

function passTo(progress: Progress, holder: StationCode): void {
  progress.holder = holder
  progress.epoch += 1
  progress.offer = null
  progress.holders.add(holder)
}

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
 * 补正后受理日 (casework.md section 0 no. 4): the day on which windows of the agency had everything that was asked for,
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

type Change = (progress: Progress, effect: Effect, answers: Answers) => void

const takeApplicant: Change = (progress, { fields }) => {
  progress.applicant = {
    name: textOf(fields.applicant),
    idNumber: textOf(fields.idNumber),
    phone: textOf(fields.phone),
  }
}

const endPause: Change = (progress, { day }) => {
  progress.pauses = progress.pauses.map((pause): Pause => (pause.until === null ? { ...pause, until: day } : pause))
  progress.suspendedAt = null
}

const closeAs =
  (closing: ClosingType): Change =>
  (progress) => {
    progress.closing = closing
  }

const settleResult: Change = (progress, { fields }) => {
  progress.result = fields.result === 'granted' ? 'granted' : 'refused'
}

/** What each kind changes besides stage, clocks, days, papers and seals. */
const CHANGES: Readonly<Partial<Record<GuardedKind, Change>>> = {
  captured: (progress, effect, answers) => {
    takeApplicant(progress, effect, answers)
    const { entry, fields } = effect
    progress.agency = {
      agent: entry.person,
      authorisation: textOf(fields.authorisation),
      free: fields.free !== false,
    }
  },
  submitted: takeApplicant,
  received: (progress, effect, answers) => {
    takeApplicant(progress, effect, answers)
    const edition = numberOf(effect.fields.itemVersion)
    if (edition > 0) progress.itemVersion = edition
  },
  rejected: closeAs('1'),
  notified: (progress, { entry, fields, day, item }) => {
    const days = numberOf(fields.days) || (item?.supplementDays ?? 30)
    const count = (progress.notice?.count ?? 0) + 1
    const until = plusDays(day, days)
    progress.notice = { fact: entry.hash, missing: linesOf(fields.missing), day, until, count }
  },
  lapsed: closeAs('5'),
  accepted: (progress, { fields }) => {
    const items = linesOf(fields.deferred)
    if (items.length > 0) progress.deferred = { items, until: (textOf(fields.deferredUntil) || null) as Day | null }
    if (fields.commitment === true) progress.commitment = true
  },
  settled: (progress, effect, answers) => {
    settleResult(progress, effect, answers)
    progress.closing = progress.result === 'granted' ? '0' : '6'
  },
  assigned: (progress, { fields }) => {
    progress.assignee = textOf(fields.to) as Progress['assignee']
  },
  entrusted: (progress, { fields }) => {
    progress.assignee = textOf(fields.to) as Progress['assignee']
  },
  handled: (progress, { entry }) => {
    progress.handledBy = entry.person
  },
  examined: (progress, { entry }) => {
    progress.examinedBy = entry.person
  },
  'sent-back': (progress) => {
    progress.examinedBy = ''
    if (progress.stage !== '41') progress.handledBy = ''
  },
  suspended: (progress, { fields, day }) => {
    const procedure = textOf(fields.procedure) as Procedure
    progress.pauses = [...progress.pauses, { procedure, from: day, until: null, days: numberOf(fields.days) }]
  },
  resumed: endPause,
  withdrawn: (progress, effect, answers) => {
    endPause(progress, effect, answers)
    progress.closing = '6'
  },
  extended: (progress, { entry, fields, day }) => {
    progress.extension = { fact: entry.hash, days: numberOf(fields.days), day }
  },
  reported: (progress, { fields, day }, answers) => {
    progress.report = { organ: textOf(fields.organ), day, relayed: answers.relayed }
  },
  replied: (progress, effect, answers) => {
    if (effect.fields.result !== 'returned') settleResult(progress, effect, answers)
  },
  decided: (progress, effect, answers) => {
    settleResult(progress, effect, answers)
    progress.tier = textOf(effect.fields.tier)
  },
  concluded: (progress, effect, answers) => {
    settleResult(progress, effect, answers)
    progress.closing = progress.result === 'granted' ? '0' : '6'
  },
  closed: (progress, { fields }) => {
    progress.closing = (textOf(fields.closing) || (progress.result === 'granted' ? '0' : '6')) as ClosingType
  },
  voided: (progress, effect, answers) => {
    endPause(progress, effect, answers)
    progress.offer = null
    progress.closing = effect.fields.as === 'error' ? '3' : '2'
  },
  prioritised: (progress, { fields }) => {
    progress.green = {
      rule: textOf(fields.rule),
      liaison: textOf(fields.liaison),
      reason: textOf(fields.reason),
    }
  },
  invited: (progress, { entry, fields, day }, answers) => {
    const department = textOf(fields.department)
    progress.invitations = [
      ...progress.invitations,
      {
        fact: entry.hash,
        to: textOf(fields.to) as StationCode,
        department,
        item: textOf(fields.item),
        mode: (textOf(fields.mode) || 'notice') as 'notice' | 'meeting' | 'commitment',
        day,
        due: textOf(fields.due) as Day,
        read: answers.readings.get(entry.hash) ?? null,
        opinion: answers.opinions.get(entry.hash) ?? null,
        absent: answers.absences.some(
          ({ station, departments }) => station === entry.station && departments.includes(department),
        ),
      },
    ]
  },
  charged: (progress, { entry, fields, day }, answers) => {
    progress.fees = [
      ...progress.fees,
      {
        fact: entry.hash,
        fee: textOf(fields.fee),
        amount: numberOf(fields.amount),
        day,
        paid: answers.payments.get(entry.hash) ?? null,
        refunded: answers.refunds.get(entry.hash) ?? null,
      },
    ]
  },
  offered: (progress, { entry, fields, day }) => {
    progress.offer = {
      to: textOf(fields.to) as StationCode,
      fact: entry.hash,
      time: entry.time,
      day,
      materials: numberOf(fields.materials),
      counts: countsOf(fields.counts),
    }
  },
  taken: (progress, { entry }) => passTo(progress, entry.station),
  reassigned: (progress, { fields }) => passTo(progress, textOf(fields.to) as StationCode),
  declined: (progress) => {
    progress.offer = null
  },
  retracted: (progress) => {
    progress.offer = null
  },
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
