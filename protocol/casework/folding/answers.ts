/** Contributions (知会、意见、缴款、补正、联系): judged before the chain, because they follow no order and conditions ask for them. */
import type { EntryHash } from '#protocol/ids.ts'
import type { Course, Fee, Invitation, PaperRecord } from '../course/course.ts'
import { contentProblem } from '../facts/contribution-checks.ts'
import { documentOfFact, type FactKind, type FieldValue } from '../facts/facts.ts'
import { linesOf, numberOf, textOf } from '../facts/values.ts'
import type { AsideReason } from '../rules/reasons.ts'
import type { Day } from '../time/days.ts'
import { byTimeThenHash } from './custody.ts'
import { dayOf } from './day-of.ts'
import type { Judged } from './gather.ts'

type ByHash = ReadonlyMap<EntryHash, Judged>
type Fields = Readonly<Record<string, FieldValue>>

/** What contributions say, ready for the facts they answer. */
export interface Answers {
  readonly readings: ReadonlyMap<EntryHash, Day>
  readonly opinions: ReadonlyMap<EntryHash, Invitation['opinion']>
  readonly payments: ReadonlyMap<EntryHash, Fee['paid']>
  readonly refunds: ReadonlyMap<EntryHash, Fee['refunded']>
  readonly waivers: ReadonlyMap<EntryHash, Fee['waived']>
  readonly supplies: Course['supplies']
  readonly contacts: number
  /** Departments that minutes name as absent, with the station that wrote them. */
  readonly absences: readonly { readonly station: string; readonly departments: readonly string[] }[]
  readonly relayed: Day | null
  readonly papers: readonly PaperRecord[]
}

type Writable<Part> = { -readonly [Key in keyof Part]: Part[Key] }
interface Collected extends Writable<Pick<Answers, 'contacts' | 'relayed'>> {
  readonly readings: Map<EntryHash, Day>
  readonly opinions: Map<EntryHash, Invitation['opinion']>
  readonly payments: Map<EntryHash, Fee['paid']>
  readonly refunds: Map<EntryHash, Fee['refunded']>
  readonly waivers: Map<EntryHash, Fee['waived']>
  readonly supplies: Course['supplies'][number][]
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

function judgeJoint(found: Collected, byHash: ByHash, { entry }: Judged, fields: Fields): AsideReason | null {
  const target = targetOf(byHash, fields, 'invited')
  if (typeof target === 'string') return target
  if (target.entry.fact?.fields.to !== entry.station) return 'not-invited'
  const { hash } = target.entry
  const day = dayOf(entry)
  if (entry.fact?.kind === 'acknowledged') {
    if (!found.readings.has(hash)) found.readings.set(hash, day)
    return null
  }
  if (contentProblem('opined', fields, undefined) !== undefined) return 'malformed'
  const opinion = textOf(fields.opinion) as 'agree' | 'disagree' | 'report-up'
  const reasons = textOf(fields.reasons)
  if (!found.readings.has(hash)) found.readings.set(hash, day)
  return keepFirst(found.opinions, hash, { fact: entry.hash, opinion, reasons, day })
}

function judgeMoney(found: Collected, byHash: ByHash, { entry }: Judged, fields: Fields): AsideReason | null {
  const target = targetOf(byHash, fields, 'charged')
  if (typeof target === 'string') return target
  const { hash } = target.entry
  const receipt = textOf(fields.receipt)
  if (entry.fact?.kind === 'waived') {
    if (target.entry.station !== entry.station) return 'not-charger'
    if (contentProblem('waived', fields, undefined) !== undefined) return 'malformed'
    const as = fields.as === 'reduced' ? 'reduced' : 'cancelled'
    return keepFirst(found.waivers, hash, { fact: entry.hash, as, reason: textOf(fields.reason) })
  }
  if (entry.fact?.kind === 'refunded') {
    if (!found.payments.has(hash)) return 'orphan' // nothing was paid that could be given back
    return keepFirst(found.refunds, hash, { fact: entry.hash, receipt })
  }
  const amount = numberOf(fields.amount)
  const charged = numberOf(target.entry.fact?.fields.amount)
  if (contentProblem('paid', fields, charged) !== undefined) return 'malformed'
  return keepFirst(found.payments, hash, { fact: entry.hash, receipt, amount, day: dayOf(entry) })
}

function judge(found: Collected, byHash: ByHash, judged: Judged, kind: FactKind, fields: Fields): AsideReason | null {
  const { entry } = judged
  switch (kind) {
    case 'acknowledged':
    case 'opined':
      return judgeJoint(found, byHash, judged, fields)
    case 'paid':
    case 'refunded':
    case 'waived':
      return judgeMoney(found, byHash, judged, fields)
    case 'supplied':
      found.supplies.push({
        fact: entry.hash,
        items: linesOf(fields.items),
        day: dayOf(entry),
        tier: judged.writer.tier,
      })
      return null
    case 'contacted':
      found.contacts += 1
      return null
    case 'relayed':
      found.relayed ??= dayOf(entry)
      return null
    case 'met':
      found.absences.push({ station: entry.station, departments: linesOf(fields.absent) })
      return null
    case 'rated': {
      if (contentProblem(kind, fields, undefined) !== undefined) return 'malformed'
      const answer = found.rated ? 'answered-already' : null // entered twice: the first counts
      found.rated = true
      return answer
    }
    default:
      return contentProblem(kind, fields, undefined) === undefined ? null : 'malformed'
  }
}

function take(found: Collected, byHash: ByHash, contribution: Judged): void {
  const { entry, writer } = contribution
  const { fact } = entry
  if (fact === undefined) return
  contribution.verdict = writer.served ? judge(found, byHash, contribution, fact.kind, fact.fields) : 'not-authorised'
  const code = documentOfFact(fact.kind)
  if (contribution.verdict === null && code !== undefined) {
    found.papers.push({ code, number: textOf(fact.fields.document), fact: entry.hash, day: dayOf(entry) })
  }
}

/** Judges the contributions of a case in an order that does not depend on arrival, and collects what they say. */
export function collectAnswers(byHash: ByHash, contributions: Judged[]): Answers {
  const found: Collected = {
    readings: new Map(),
    opinions: new Map(),
    payments: new Map(),
    refunds: new Map(),
    waivers: new Map(),
    supplies: [],
    contacts: 0,
    absences: [],
    relayed: null,
    papers: [],
    rated: false,
  }
  // A refund answers a payment: it is judged behind all of them, whatever the clocks of two windows say.
  const isRefund = ({ entry }: Judged) => entry.fact?.kind === 'refunded'
  if (contributions.length > 1) {
    contributions.sort((left, right) => byTimeThenHash(left.entry, right.entry))
    contributions.sort((left, right) => Number(isRefund(left)) - Number(isRefund(right)))
  }
  for (const contribution of contributions) take(found, byHash, contribution)
  return found
}
