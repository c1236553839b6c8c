/** Judging: why a fact has no effect where it stands, and what takes effect with one that lets another in. */
import type { EntryHash } from '#protocol/ids.ts'
import type { CaseState } from '../case.ts'
import { asAccepted, deemedBy } from '../clocks/deemed.ts'
import type { Fact, FactEntry, FieldValue, GuardedKind } from '../facts/facts.ts'
import type { Item } from '../item.ts'
import type { Register } from '../register.ts'
import { isProposal, maySecond, secondsFor } from '../rules/four-eyes.ts'
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
import { letsIn } from './standing.ts'

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
  const { register } = folding
  const item = editionOf(folding)
  const kind = fact.kind as GuardedKind
  const { tier, root } = writer
  const { person, station } = entry
  const attempt: Attempt = { kind, fields: fact.fields, person, station, tier, root, day, item, roles }
  const { course, isDeemed } = courseFor(folding, fact, day)
  const objection = objectionTo(course, attempt, register)
  return objection !== undefined && isDeemed ? lateness(kind, objection) : objection
}

/** The case as it stands for what a fact says on a day. */
function courseFor({ progress, register, answers, byHash }: Folding, fact: Fact, day: Day) {
  const answered = asFormerlyAnswered(fact.kind as GuardedKind, progress, answers, byHash)
  const course = isConfirming(answered, fact) ? asUnfinished(answered) : answered
  const due = deemedBy(progress, editionOf({ progress, register }), register, day)
  // Nobody had told the applicant by then: what is judged stands at a case that is accepted (art. 32).
  return due === undefined
    ? { course, isDeemed: false }
    : { course: { ...course, ...asAccepted(course, due) }, isDeemed: true }
}

/** Why a set-aside fact may not be adopted by this adoption; undefined when it may. */
function objectionToAdoption(folding: Folding, adoption: Judged, fact: Fact): AsideReason | undefined {
  const target = folding.byHash.get(factNamedIn(fact.fields))
  if (target === undefined) return 'orphan' // not here yet; once it arrives this is computed anew
  const adopted = target.entry.fact
  if (adopted === undefined || !isAdoptable(adopted.kind)) return 'wrong-stage'
  // Once only, also when a later table lets a stage come back.
  if (typeof target.verdict === 'number' || target.resolution !== null) return 'wrong-stage'
  // Adopting would take the second person's place.
  if (isProposal(adopted.fields)) return 'needs-second'
  // A fact that could take effect right here needs no adoption: it competes by itself.
  const competes = adopted.previous === fact.previous && target.writer.served && !target.barred
  if (competes && objectionToFact(folding, target, adopted) === undefined) return 'wrong-stage'
  return objectionToFact(folding, adoption, adopted)
}

/** Whether somebody may sign what somebody else wants to do on a day, where that may be done. */
function isSecondTo(folding: Folding, { entry, roles }: Judged, { entry: asked, writer }: Judged, day: Day): boolean {
  const fact = asked.fact as Fact
  const kind = fact.kind as GuardedKind
  const { course } = courseFor(folding, fact, day)
  const position = { stage: course.stage, tier: writer.tier, item: editionOf(folding) }
  const transition = findTransition(kind, position, fact.fields)
  if (transition === undefined || entry.person === asked.person) return false
  return maySecond(secondsFor({ kind, course, transition, isBackdated: day !== writtenOn(entry) }), transition, roles)
}

/** The day for which a proposal counts once it is countersigned: the earlier one that it names, else that of the second signature. */
const dayOfProposal = (proposal: FactEntry, signature: FactEntry): Day =>
  dayOf(proposal) < writtenOn(proposal) ? dayOf(proposal) : writtenOn(signature)

/** Whether a fact waits at this place of the chain, or has waited since an earlier one. */
function isWaiting(folding: Folding, target: Judged, place: Fact): boolean {
  const { fact } = target.entry
  if (fact === undefined || !isProposal(fact.fields)) return false
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
  if (day < writtenOn(target.entry) && day < folding.progress.lastDay) return 'moved-on'
  return (
    objectionToFact(folding, target, proposed, day) ??
    (isSecondTo(folding, signature, target, day) ? undefined : 'not-second')
  )
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

/** A fact that takes effect: whose it is, the day for which it counts and that on which it was written down. */
interface Effect {
  readonly fact: Fact
  /** Whose act it is: of an adoption the adopter's, of what was countersigned its author's. */
  readonly actor: Judged
  /** Whose numbers it bears. */
  readonly author: FactEntry
  readonly day: Day
  readonly written: Day
}

/** What takes effect with a fact: itself, or what it lets in. */
export function effectOf({ byHash, progress }: Folding, judged: Judged, fact: Fact): Effect {
  const { entry } = judged
  const written = writtenOn(entry)
  const target = letsIn(fact.kind) ? byHash.get(factNamedIn(fact.fields)) : undefined
  if (target?.entry.fact === undefined) return { fact, actor: judged, author: entry, day: dayOf(entry), written }
  const author = target.entry
  const letIn = { fact: target.entry.fact, author }
  if (fact.kind === 'adopted') {
    target.resolution = { by: 'adopted', fact: entry.hash }
    return { ...letIn, actor: judged, day: written, written }
  }
  const day = dayOfProposal(author, entry)
  target.verdict = progress.epoch
  target.seconded = { day, by: entry }
  return { ...letIn, actor: target, day, written: day < written ? writtenOn(author) : written }
}
