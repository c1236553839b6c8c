/** Contributions (知会、意见、缴款、补正、联系): judged before the chain, because they follow no order and conditions ask for them. */
import type { EntryHash, StationCode } from '#protocol/ids.ts'
import type { Opinion, Waiver } from '../codes.ts'
import type { Fee, Invitation, PaperRecord, Supply } from '../course/course.ts'
import { contentProblem } from '../facts/contribution-checks.ts'
import { type ContributionKind, documentOfFact, type FactKind, type Fields, isGuarded } from '../facts/facts.ts'
import { linesOf, numberOf, textOf } from '../facts/values.ts'
import { checkNumber } from '../identity/case-numbers.ts'
import type { AsideReason } from '../rules/reasons.ts'
import type { Day } from '../time/days.ts'
import { type Dated, dayOf, writtenAt, writtenOn } from './day-of.ts'
import type { Judged } from './gather.ts'
import { ownDocument, ownNumber } from './own-numbers.ts'

type ByHash = ReadonlyMap<EntryHash, Judged>
/**
 * What contributions say, ready for the facts they answer. Those that name no fact are dated: they answer the question that
 * stood when they were given (rule C150).
 */
export interface Answers {
  readonly readings: ReadonlyMap<EntryHash, Day>
  readonly opinions: ReadonlyMap<EntryHash, Invitation['opinion']>
  readonly payments: ReadonlyMap<EntryHash, Fee['paid']>
  readonly refunds: ReadonlyMap<EntryHash, Fee['refunded']>
  readonly waivers: ReadonlyMap<EntryHash, Fee['waived']>
  readonly supplies: readonly (Dated & { readonly supply: Supply })[]
  readonly contacts: readonly Dated[]
  /** Departments that minutes name as absent, as of the day of the meeting. */
  readonly absences: readonly (Dated & { readonly departments: readonly string[] })[]
  /** What the upper level said was told to the applicant. */
  readonly relays: readonly Dated[]
  readonly papers: readonly PaperRecord[]
}

interface Collected {
  readonly readings: Map<EntryHash, Day>
  readonly opinions: Map<EntryHash, Invitation['opinion']>
  readonly payments: Map<EntryHash, Fee['paid']>
  readonly refunds: Map<EntryHash, Fee['refunded']>
  readonly waivers: Map<EntryHash, Fee['waived']>
  readonly supplies: Answers['supplies'][number][]
  readonly contacts: Dated[]
  readonly relays: Dated[]
  readonly absences: Answers['absences'][number][]
  readonly papers: PaperRecord[]
  rated: boolean
}

/** The fact a contribution names, when it is of the kind that can be answered so. */
function targetOf(byHash: ByHash, fields: Fields, kind: FactKind): Judged | AsideReason {
  const target = byHash.get(fields.fact as EntryHash)
  if (target === undefined) return 'orphan' // not here yet; once it arrives this is computed anew
  return target.entry.fact?.kind === kind ? target : 'malformed'
}

/** Keeps the first answer to a fact; a second one is shown beside it. */
function keepFirst<Value>(map: Map<EntryHash, Value>, fact: EntryHash, value: Value): AsideReason | null {
  if (map.has(fact)) return 'answered-already'
  map.set(fact, value)
  return null
}

/** Judges one contribution: why it is set aside, or null after what it says was collected. */
type Judge = (found: Collected, judged: Judged, fields: Fields, byHash: ByHash) => AsideReason | null

/** The notice that a contribution answers, when its station was asked by it. */
function noticeFor(byHash: ByHash, station: StationCode, fields: Fields): Judged | AsideReason {
  const notice = targetOf(byHash, fields, 'invited')
  return typeof notice === 'string' || notice.entry.fact?.fields.to === station ? notice : 'not-invited'
}

function noteReading({ readings }: Collected, notice: Judged, day: Day): void {
  if (!readings.has(notice.entry.hash)) readings.set(notice.entry.hash, day)
}

const readNotice: Judge = (found, { entry }, fields, byHash) => {
  const notice = noticeFor(byHash, entry.station, fields)
  if (typeof notice === 'string') return notice
  noteReading(found, notice, dayOf(entry))
  return null
}

const answerNotice: Judge = (found, { entry }, fields, byHash) => {
  const notice = noticeFor(byHash, entry.station, fields)
  if (typeof notice === 'string') return notice
  if (contentProblem('opined', fields, undefined) !== undefined) return 'malformed'
  const day = dayOf(entry)
  noteReading(found, notice, day)
  const opinion = textOf(fields.opinion) as Opinion
  return keepFirst(found.opinions, notice.entry.hash, {
    fact: entry.hash,
    opinion,
    reasons: textOf(fields.reasons),
    day,
  })
}

const pay: Judge = (found, { entry }, fields, byHash) => {
  const charge = targetOf(byHash, fields, 'charged')
  if (typeof charge === 'string') return charge
  const charged = numberOf(charge.entry.fact?.fields.amount)
  if (contentProblem('paid', fields, charged) !== undefined) return 'malformed'
  const paid = { fact: entry.hash, receipt: textOf(fields.receipt), amount: numberOf(fields.amount), day: dayOf(entry) }
  return keepFirst(found.payments, charge.entry.hash, paid)
}

const refund: Judge = (found, { entry }, fields, byHash) => {
  const charge = targetOf(byHash, fields, 'charged')
  if (typeof charge === 'string') return charge
  if (!found.payments.has(charge.entry.hash)) return 'orphan' // nothing was paid that could be given back
  return keepFirst(found.refunds, charge.entry.hash, { fact: entry.hash, receipt: textOf(fields.receipt) })
}

const waive: Judge = (found, { entry }, fields, byHash) => {
  const charge = targetOf(byHash, fields, 'charged')
  if (typeof charge === 'string') return charge
  if (charge.entry.station !== entry.station) return 'not-charger'
  if (contentProblem('waived', fields, undefined) !== undefined) return 'malformed'
  const as = textOf(fields.as) as Waiver
  return keepFirst(found.waivers, charge.entry.hash, { fact: entry.hash, as, reason: textOf(fields.reason) })
}

/** It is told in the story, and nothing follows from it. */
const onlyTold: Judge = () => null

/** What becomes of each kind of contribution; whoever adds one says it here. */
const JUDGES: Readonly<Record<ContributionKind, Judge>> = {
  dismissed: onlyTold, // it resolves another fact once the chain is known
  supplied: (found, { entry, writer }, fields) => {
    const day = dayOf(entry)
    const supply = { fact: entry.hash, items: linesOf(fields.items), day, tier: writer.tier }
    found.supplies.push({ entry, day, supply })
    return null
  },
  contacted: (found, { entry }) => {
    found.contacts.push({ entry, day: dayOf(entry) })
    return null
  },
  progressed: onlyTold,
  relayed: (found, { entry }) => {
    found.relays.push({ entry, day: dayOf(entry) })
    return null
  },
  acknowledged: readNotice,
  opined: answerNotice,
  met: (found, { entry }, fields) => {
    const [written, on] = [writtenOn(entry), fields.on as Day]
    found.absences.push({ entry, day: on < written ? on : written, departments: linesOf(fields.absent) })
    return null
  },
  verified: (_found, _judged, fields) =>
    contentProblem('verified', fields, undefined) === undefined ? null : 'malformed',
  paid: pay,
  refunded: refund,
  waived: waive,
  rated: (found, _judged, fields) => {
    if (contentProblem('rated', fields, undefined) !== undefined) return 'malformed'
    const answer = found.rated ? 'answered-already' : null // entered twice: the first counts
    found.rated = true
    return answer
  },
  renumbered: (_found, { entry }, fields) => {
    if (!checkNumber(textOf(fields.number)).ok) return 'malformed'
    if (ownNumber(entry.station, fields) === '') return 'foreign-number'
    return fields.second === entry.person ? 'second-person' : null // who may is known with the chain (fold.ts)
  },
  noted: onlyTold,
}

function take(found: Collected, byHash: ByHash, contribution: Judged): void {
  const { entry, writer } = contribution
  const { fact } = entry
  if (fact === undefined || isGuarded(fact.kind)) return
  if (!writer.served) contribution.verdict = 'not-authorised'
  else if (contribution.barred) contribution.verdict = contribution.barred
  else contribution.verdict = JUDGES[fact.kind](found, contribution, fact.fields, byHash)
  const code = documentOfFact(fact.kind)
  if (contribution.verdict === null && code !== undefined) {
    found.papers.push({ code, number: ownDocument(entry.station, fact.fields), fact: entry.hash, day: dayOf(entry) })
  }
}

/** Whether a contribution names an earlier time than what it answers: no such answer takes anybody's place. */
function isBeforeItsTarget(byHash: ByHash, { entry }: Judged, time: number): boolean {
  const target = byHash.get(entry.fact?.fields.fact as EntryHash)
  return target !== undefined && time < writtenAt(target.entry)
}

const byHashOf = ({ entry: { hash: left } }: Judged, { entry: { hash: right } }: Judged): number =>
  left < right ? -1 : left > right ? 1 : 0

/** Judges the contributions of a case in an order that does not depend on arrival, and collects what they say. */
export function collectAnswers(byHash: ByHash, contributions: Judged[]): Answers {
  const found: Collected = {
    readings: new Map(),
    opinions: new Map(),
    payments: new Map(),
    refunds: new Map(),
    waivers: new Map(),
    supplies: [],
    contacts: [],
    relays: [],
    absences: [],
    papers: [],
    rated: false,
  }
  // A refund answers a payment: it is judged behind all of them, whatever the clocks of two windows say.
  const isRefund = ({ entry }: Judged) => entry.fact?.kind === 'refunded'
  if (contributions.length > 1) {
    const times = new Map(contributions.map((one) => [one, writtenAt(one.entry)]))
    const timeOf = (one: Judged) => times.get(one) ?? 0
    const early = new Set(contributions.filter((one) => isBeforeItsTarget(byHash, one, timeOf(one))))
    contributions.sort(
      (left, right) =>
        Number(early.has(left)) - Number(early.has(right)) || timeOf(left) - timeOf(right) || byHashOf(left, right),
    )
    contributions.sort((left, right) => Number(isRefund(left)) - Number(isRefund(right)))
  }
  for (const contribution of contributions) take(found, byHash, contribution)
  return found
}
