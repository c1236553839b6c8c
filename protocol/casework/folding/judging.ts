/** Judging: why a fact has no effect where it stands, and what takes effect with one that lets another in. */
import type { EntryHash } from '#protocol/ids.ts'
import type { CaseState, Resolution } from '../case.ts'
import { asAccepted, deemedBy } from '../clocks/deemed.ts'
import type { Fact, FactEntry, FieldValue, GuardedKind } from '../facts/facts.ts'
import type { Item } from '../item.ts'
import type { Register } from '../register.ts'
import { isProposal, mayAlone, maySecond, type Second, secondsFor } from '../rules/four-eyes.ts'
import { type Attempt, lateness, objectionTo } from '../rules/objection.ts'
import type { AsideReason } from '../rules/reasons.ts'
import { findTransition, isAdoptable } from '../rules/transitions.ts'
import type { Day } from '../time/days.ts'
import type { Answers } from './answers.ts'
import { asUnfinished, isConfirming, withoutConfirming } from './confirming.ts'
import type { Backing } from './custody.ts'
import { dayOf, writtenOn } from './day-of.ts'
import { asFormerlyAnswered } from './former-answers.ts'
import type { Judged } from './gather.ts'
import type { Progress } from './progress.ts'

/** What a fold works with. */
export interface Folding {
  readonly all: readonly Judged[]
  readonly byHash: ReadonlyMap<EntryHash, Judged>
  readonly register: Register
  readonly answers: Answers
  readonly progress: Progress
  /** The case as other facts tell it. */
  readonly foldAgain: (facts: readonly FactEntry[]) => CaseState | undefined
  /** Who stands behind each fact. */
  readonly backing: (fact: Judged) => Backing
  /** Who may stand behind each fact, if what only a newer program can read is what it may be. */
  readonly possible: (fact: Judged) => Backing
}

/** The hash an adoption or dismissal names. */
export const factNamedIn = (fields: Readonly<Record<string, FieldValue>>): EntryHash => fields.fact as EntryHash

export const editionOf = ({ progress, register }: Pick<Folding, 'progress' | 'register'>): Item | undefined =>
  register.edition(progress.item, progress.itemVersion)

/** Why the writer of one fact may not do on a day what a fact (its own or an adopted one) says. */
function objectionToFact(
  folding: Folding,
  { writer, entry, roles }: Judged,
  fact: Fact,
  // An adoption counts as written now, whatever day the adopted fact names.
  day = fact === entry.fact ? dayOf(entry) : writtenOn(entry),
): AsideReason | undefined {
  const { progress, register, answers, byHash } = folding
  const item = editionOf(folding)
  const kind = fact.kind as GuardedKind
  const { tier, root } = writer
  const { person, station } = entry
  const attempt: Attempt = { kind, fields: fact.fields, person, station, tier, root, day, item, roles }
  const answered = asFormerlyAnswered(kind, progress, answers, byHash)
  const course = isConfirming(answered, fact) ? asUnfinished(answered) : answered
  const due = deemedBy(progress, item, register, day)
  if (due === undefined) return objectionTo(course, attempt, register)
  // Nobody had told the applicant by then: what is judged stands at a case that is accepted (art. 32).
  const objection = objectionTo({ ...course, ...asAccepted(course, due) }, attempt, register)
  return objection === undefined ? undefined : lateness(kind, objection)
}

/** Why a set-aside fact may not be adopted by this adoption; undefined when it may. */
function objectionToAdoption(folding: Folding, adoption: Judged, fact: Fact): AsideReason | undefined {
  const target = folding.byHash.get(factNamedIn(fact.fields))
  if (target === undefined) return 'orphan' // not here yet; once it arrives this is computed anew
  const adopted = target.entry.fact
  if (adopted === undefined || !isAdoptable(adopted.kind)) return 'wrong-stage'
  // Once only, also when a later table lets a stage come back.
  if (typeof target.verdict === 'number' || target.resolution !== null) return 'wrong-stage'
  // A fact that could take effect right here needs no adoption: it competes by itself.
  const isWaitingHere = isProposal(adopted.fields)
  const competes = !isWaitingHere && adopted.previous === fact.previous && target.writer.served && !target.barred
  if (competes && objectionToFact(folding, target, adopted) === undefined) return 'wrong-stage'
  const objection = objectionToFact(folding, adoption, adopted)
  // Adopting counts as doing it now: whoever may not do it alone does not get round the second person so.
  const isAlone = !isWaitingHere || mayAlone(secondsOf(folding, adoption, adopted, false), adoption.roles)
  return objection ?? (isAlone ? undefined : 'awaits-second')
}

/** Why a fact that somebody wrote, or lets in, needs a second person as the case stands. */
function secondsOf(
  folding: Folding,
  { writer }: Judged,
  { kind, fields }: Fact,
  isBackdated: boolean,
): readonly Second[] {
  const { progress: course } = folding
  const { tier } = writer
  const transition = findTransition(
    kind as GuardedKind,
    { stage: course.stage, tier, item: editionOf(folding) },
    fields,
  )
  return transition ? secondsFor({ kind: kind as GuardedKind, course, transition, isBackdated }) : []
}

/** The day for which a proposal counts once it is countersigned: the earlier one that it names, else that of the second signature. */
const dayOfProposal = (proposal: FactEntry, signature: FactEntry): Day =>
  dayOf(proposal) < writtenOn(proposal) ? dayOf(proposal) : writtenOn(signature)

/** Whether a fact waits at this place of the chain, or has waited since an earlier one. */
function isWaiting(folding: Folding, target: Judged, place: Fact): boolean {
  const { fact } = target.entry
  if (fact === undefined || target.resolution !== null) return false
  if (target.verdict !== undefined || fact.previous !== place.previous) return target.verdict === 'awaits-second'
  return objection(folding, target) === 'awaits-second'
}

/** Why a second person may not let a proposal take effect with this signature (rule C154); undefined when she may. */
function objectionToCountersignature(folding: Folding, signature: Judged, fact: Fact): AsideReason | undefined {
  const target = folding.byHash.get(factNamedIn(fact.fields))
  if (target === undefined) return 'orphan' // not here yet; once it arrives this is computed anew
  const proposed = target.entry.fact
  if (proposed === undefined || !isWaiting(folding, target, fact)) return 'wrong-stage'
  const day = dayOfProposal(target.entry, signature.entry)
  if (day < folding.progress.lastDay) return 'moved-on'
  const seconds = secondsOf(folding, target, proposed, day !== writtenOn(signature.entry))
  const isOther = signature.entry.person !== target.entry.person
  if (!isOther || !maySecond(seconds, signature.roles)) return 'not-second'
  return objectionToFact(folding, target, proposed, day)
}

/** Why nothing is there for a ruling to confirm: the case stands there without it. Only the root comes so far, and its rulings are few. */
function objectionToConfirming({ all, progress, foldAgain }: Folding, ruling: Judged): AsideReason | undefined {
  const isThere = foldAgain(withoutConfirming(all, progress, ruling))?.tip === ruling.entry.fact?.previous
  return isThere ? 'wrong-stage' : undefined
}

/** Why a fact that follows the tip has no effect there; undefined when it may have. */
export function objection(folding: Folding, judged: Judged): AsideReason | undefined {
  const { fact } = judged.entry
  if (fact === undefined) return 'malformed'
  if (!judged.writer.served) return 'not-authorised'
  if (judged.barred) return judged.barred
  const found = objectionToFact(folding, judged, fact)
  if (found !== undefined) return found
  if (isProposal(fact.fields)) return 'awaits-second'
  if (isConfirming(folding.progress, fact)) return objectionToConfirming(folding, judged)
  if (fact.kind === 'adopted') return objectionToAdoption(folding, judged, fact)
  return fact.kind === 'countersigned' ? objectionToCountersignature(folding, judged, fact) : undefined
}

/** What takes effect with a fact: itself, or what it lets in; an adoption as the adopter's, a countersigned fact as its author's. */
export function effectOf({ byHash }: Folding, { entry, writer: { tier } }: Judged, fact: Fact) {
  const { kind } = fact
  const target = kind === 'adopted' || kind === 'countersigned' ? byHash.get(factNamedIn(fact.fields)) : undefined
  if (target?.entry.fact === undefined) return { effective: fact, author: entry, tier, day: dayOf(entry) }
  const effective = target.entry.fact
  const author = target.entry
  target.resolution = { by: kind as Resolution['by'], fact: entry.hash }
  if (kind === 'adopted') return { effective, author, tier, day: writtenOn(entry) }
  return { effective, author, tier: target.writer.tier, day: dayOfProposal(author, entry) }
}
