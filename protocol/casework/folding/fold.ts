/** The fold: from the facts of a case to its state, the same on every node that holds the same facts. */
import type { DocumentId, EntryHash } from '#protocol/ids.ts'
import type { CaseState } from '../case.ts'
import { clocksOf } from '../clocks/clocks.ts'
import { asAccepted, deemedBy } from '../clocks/deemed.ts'
import { latenessOf } from '../clocks/lateness.ts'
import type { LocalKind } from '../codes.ts'
import type { Fact, FactEntry, FieldValue, GuardedKind } from '../facts/facts.ts'
import type { Item } from '../item.ts'
import type { Register } from '../register.ts'
import { type Attempt, lateness, objectionTo } from '../rules/objection.ts'
import type { AsideReason } from '../rules/reasons.ts'
import { findTransition, isAdoptable } from '../rules/transitions.ts'
import { type Day, plusDays } from '../time/days.ts'
import { type Answers, collectAnswers } from './answers.ts'
import { backingIn } from './built-on.ts'
import { asUnfinished, isConfirming, withoutConfirming } from './confirming.ts'
import { BACKING, type Backing, byTimeThenHash, contest, firstAnswers, isRuling, mostOf } from './custody.ts'
import { dayOf, writtenAt, writtenOn } from './day-of.ts'
import { ownReason, setDescendantsAside } from './displaced.ts'
import { asFormerlyAnswered } from './former-answers.ts'
import { gather, type Judged } from './gather.ts'
import { numbersOf } from './numbers.ts'
import { chooseOpening } from './openings.ts'
import { ownDocument, ownNumber } from './own-numbers.ts'
import { begin, endClock, type Progress } from './progress.ts'
import { type Derived, tellStory } from './story.ts'
import { takeEffect } from './taking-effect.ts'

/** What a fold works with. */
interface Folding {
  readonly id: DocumentId
  readonly all: readonly Judged[]
  readonly byHash: ReadonlyMap<EntryHash, Judged>
  readonly register: Register
  readonly answers: Answers
  readonly progress: Progress
  /** Who stands behind each fact. */
  readonly backing: (fact: Judged) => Backing
  /** Who may stand behind each fact, if what only a newer program can read is what it may be. */
  readonly possible: (fact: Judged) => Backing
}

/** The hash an adoption or dismissal names. */
const subjectOf = (fields: Readonly<Record<string, FieldValue>>): EntryHash => fields.fact as EntryHash

const itemOf = ({ progress, register }: Pick<Folding, 'progress' | 'register'>): Item | undefined =>
  register.edition(progress.item, progress.itemVersion)

/** Why the writer of one fact may not do what a fact (its own or an adopted one) says. */
function objectionToFact(folding: Folding, { writer, entry, roles }: Judged, fact: Fact): AsideReason | undefined {
  const { progress, register, answers, byHash } = folding
  const item = itemOf(folding)
  // An adoption counts as written now, whatever day the adopted fact names.
  const day = fact === entry.fact ? dayOf(entry) : writtenOn(entry)
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
  const target = folding.byHash.get(subjectOf(fact.fields))
  if (target === undefined) return 'orphan' // not here yet; once it arrives this is computed anew
  const adopted = target.entry.fact
  if (adopted === undefined || !isAdoptable(adopted.kind)) return 'wrong-stage'
  // Once only, also when a later table lets a stage come back.
  if (typeof target.verdict === 'number' || target.resolution !== null) return 'wrong-stage'
  // A fact that could take effect right here needs no adoption: it competes by itself.
  const competes = adopted.previous === fact.previous && target.writer.served && !target.barred
  if (competes && objectionToFact(folding, target, adopted) === undefined) return 'wrong-stage'
  return objectionToFact(folding, adoption, adopted)
}

/** Why nothing is there for a ruling to confirm: the case stands there without it. Only the root comes so far, and its rulings are few. */
function objectionToConfirming({ id, all, progress, register }: Folding, ruling: Judged): AsideReason | undefined {
  const isThere = foldCase(id, withoutConfirming(all, progress, ruling), register)?.tip === ruling.entry.fact?.previous
  return isThere ? 'wrong-stage' : undefined
}

function objection(folding: Folding, judged: Judged): AsideReason | undefined {
  const { fact } = judged.entry
  if (fact === undefined) return 'malformed'
  if (!judged.writer.served) return 'not-authorised'
  if (judged.barred) return judged.barred
  const found = objectionToFact(folding, judged, fact)
  if (found === undefined && isConfirming(folding.progress, fact)) return objectionToConfirming(folding, judged)
  if (found !== undefined || fact.kind !== 'adopted') return found
  return objectionToAdoption(folding, judged, fact)
}

/** Derives the acceptance that is due before a day; undefined when none is. */
function deem(folding: Folding, day: Day): Derived | undefined {
  const { progress, register } = folding
  const deemed = deemedBy(progress, itemOf(folding), register, day)
  if (deemed === undefined) return undefined
  // Nobody told the applicant within the five days: that stays so, however early the case is accepted (art. 72 no. 3).
  endClock(progress, 'T1', plusDays(deemed, 1), plusDays(deemed, 1))
  Object.assign(progress, asAccepted(progress, deemed))
  return { deemed, holder: progress.holder, epoch: progress.epoch }
}

function proceed(folding: Folding, judged: Judged, fact: Fact): Derived | undefined {
  const { byHash, progress, answers } = folding
  const { entry, writer } = judged
  let effective = fact
  let author = entry
  const target = fact.kind === 'adopted' ? byHash.get(subjectOf(fact.fields)) : undefined
  if (target?.entry.fact !== undefined) {
    target.resolution = { by: 'adopted', fact: entry.hash }
    effective = target.entry.fact
    author = target.entry
  }
  const day = effective === fact ? dayOf(entry) : writtenOn(entry)
  const derived = deem(folding, day)
  const kind = effective.kind as GuardedKind
  const { fields } = effective
  const item = itemOf(folding)
  const transition = findTransition(kind, { stage: progress.stage, tier: writer.tier, item }, fields)
  const document = ownDocument(author.station, fields)
  if (transition !== undefined) takeEffect(progress, { entry, kind, fields, document, day, item }, transition, answers)
  judged.verdict = progress.epoch
  return derived
}

/**
 * Whether what follows the tip may move the case on in a way that only a newer program can read: such a fact, or the
 * adoption of one, by whoever may write guarded facts at this point.
 */
function isUnread({ byHash, progress }: Folding, { entry, writer, barred }: Judged): boolean {
  const subject = entry.fact?.kind === 'adopted' ? byHash.get(subjectOf(entry.fact.fields))?.entry : undefined
  if (entry.newer === undefined && subject?.newer === undefined) return false
  const mayMove = writer.root || entry.station === progress.holder || entry.station === progress.offer?.to
  return mayMove && writer.served && !barred
}

/** Judges everything that follows the tip and says what takes effect next, or where the chain forks. */
function settle(folding: Folding, tip: Judged) {
  const valid: Judged[] = []
  for (const follower of tip.followers) {
    const reason = objection(folding, follower)
    if (reason === undefined) valid.push(follower)
    else follower.verdict ??= reason
  }
  // An offer that its receiver has answered is no longer the sender's to take back, by whatever kind.
  const { holder, offer } = folding.progress
  const isAnswered = valid.some(({ entry }) => entry.station === offer?.to && entry.station !== holder)
  // Nor is it anybody's but the root's to write beside what more than its author stands behind.
  const { backing, possible } = folding
  // Who has answered says nothing new either.
  const answers = firstAnswers(valid)
  const best = tip.followers.length > 1 ? mostOf(valid, backing) : BACKING.author
  const isBeaten = (one: Judged) =>
    !one.writer.root &&
    (backing(one) < best ||
      (isAnswered && one.entry.station === holder && backing(one) === BACKING.author) ||
      one.entry.seq > (answers.get(one.entry.log) ?? Number.POSITIVE_INFINITY))
  const unread = tip.followers.filter((follower) => isUnread(folding, follower) && !isBeaten(follower))
  const settled = contest(valid, backing)
  // What they leave of the others only a newer program can tell; a ruling of the root beats them there as well.
  const isOpen = unread.length > 0 || (valid.length > 1 && contest(valid, possible).winner !== settled.winner)
  if (isOpen && !valid.some(({ entry }) => isRuling(entry))) {
    for (const one of [...valid, ...unread]) one.verdict = 'unread'
    const waiting = [...(unread.length > 0 ? unread : valid)].sort((left, right) =>
      byTimeThenHash(left.entry, right.entry),
    )
    return { winner: undefined, fork: [], unread: waiting }
  }
  const { winner, losers, fork } = settled
  for (const { candidate, reason } of losers) candidate.verdict = reason
  return { winner, fork, unread: [] }
}

/** Several openings were signed for by others: the case stops behind the one that is shown, as at a fork. */
function stopAt(opening: Judged, rivals: readonly Judged[]) {
  for (const follower of opening.followers) follower.verdict ??= ownReason(follower) ?? 'fork'
  return { winner: undefined, fork: rivals, unread: [] }
}

/** Walks the chain from the opening as far as it is undisputed. */
function walk(folding: Folding, opening: Judged, rivals: readonly Judged[]) {
  const chain: (Judged | Derived)[] = [opening]
  opening.verdict = folding.progress.epoch
  for (let tip = opening; ; ) {
    const { winner, fork, unread } = rivals.length > 0 ? stopAt(opening, rivals) : settle(folding, tip)
    if (winner?.entry.fact === undefined) {
      // What the unread fact did to the clocks is not known here.
      const derived = unread.length > 0 ? undefined : deem(folding, folding.register.today)
      if (derived !== undefined) chain.push(derived)
      const facts = fork.map(({ entry }) => entry.hash)
      const forks = facts.length === 0 ? [] : [{ after: tip.entry.hash, facts }]
      return { chain, tip, forks, unread: unread.map(({ entry }) => entry.hash) }
    }
    const derived = proceed(folding, winner, winner.entry.fact)
    if (derived !== undefined) chain.push(derived)
    chain.push(winner)
    tip = winner
  }
}

/** A dismissal counts from a station that holds or held the case, but a former holder cannot dismiss its own facts. */
function dismiss({ byHash, progress }: Folding, contributions: readonly Judged[]): void {
  const holders = new Set(progress.holders.values())
  for (const { entry, writer, barred } of contributions) {
    const { fact } = entry
    if (fact === undefined || !writer.served || barred) continue
    progress.times[fact.kind] ??= writtenAt(entry)
    if (fact.kind !== 'dismissed') continue
    const target = byHash.get(subjectOf(fact.fields))
    if (target === undefined || target.resolution !== null) continue
    const isFormerHolder = holders.has(entry.station) && entry.station !== target.entry.station
    if (entry.station === progress.holder || isFormerHolder) {
      target.resolution = { by: 'dismissed', fact: entry.hash }
    }
  }
}

/** 即办、承诺、上报、联办、补办、退回: what the case has become, several at once (SOURCES.md 5.1). */
function kindsOf(progress: Progress, item: Item | undefined): LocalKind[] {
  const kinds: LocalKind[] = []
  if (item?.caseKind === '1') kinds.push('immediate')
  if (item?.caseKind === '2') kinds.push('promised')
  if (progress.report !== null) kinds.push('reported')
  if (progress.invitations.length > 0 || progress.master !== '') kinds.push('joint')
  if (progress.deferred !== null) kinds.push('deferred')
  if (['80', '81', '82'].includes(progress.stage)) kinds.push('returned')
  return kinds
}

/** Whether somebody has to decide about a fact; what only a newer program can read waits for that. */
const isUndecided = ({ verdict, resolution }: Judged): boolean =>
  verdict !== null && verdict !== 'unread' && resolution === null

/** What contributions say of the whole case, once the chain is known. */
function finish({ progress, answers, byHash }: Folding): void {
  const papers = answers.papers.filter(({ fact }) => byHash.get(fact)?.verdict === null)
  progress.papers = papers.length > 0 ? [...progress.papers, ...papers] : progress.papers
}

/**
 * Folds the facts of one case; undefined when none of them is a valid opening.
 * Total, and independent of arrival order and duplicates; two entries with the same hash are the same entry.
 * Custody as in DESIGN.md section 8, stages as in the table of rules/transitions.ts, clocks as of `register.today`.
 */
export function foldCase(id: DocumentId, facts: readonly FactEntry[], register: Register): CaseState | undefined {
  const { byHash, all, openings, contributions } = gather(facts, register.authority)
  const backing = backingIn(openings)
  const possible = facts.some(({ newer }) => newer !== undefined) ? backingIn(openings, true) : backing
  const { opening, rivals } = chooseOpening(openings, backing)
  if (opening === undefined) return undefined
  const answers = collectAnswers(byHash, contributions)
  const progress = begin(opening.entry, dayOf(opening.entry), answers)
  const folding: Folding = { id, all, byHash, register, answers, progress, backing, possible }
  const { chain, tip, forks, unread } = walk(folding, opening, rivals)
  dismiss(folding, contributions)
  const given = ownNumber(opening.entry.station, opening.entry.fact?.fields ?? {})
  const numbers = numbersOf(folding, given, contributions)
  setDescendantsAside(all)
  finish(folding)
  const others = all.filter(({ verdict }) => typeof verdict !== 'number')
  const item = itemOf(folding)
  const { holders: _, ended: _ended, writtenOn: _written, ...course } = progress
  return {
    ...course,
    id,
    number: numbers.at(-1) ?? '',
    formerNumbers: numbers.slice(0, -1).filter((number) => number !== ''),
    home: opening.entry.station,
    tip: tip.entry.hash,
    clocks: clocksOf(progress, item, register),
    ...latenessOf(progress, item, register),
    kinds: kindsOf(progress, item),
    story: tellStory(id, chain, others),
    forks,
    unread,
    asideOpen: others.filter(isUndecided).length,
  }
}
