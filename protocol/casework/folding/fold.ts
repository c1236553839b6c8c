/** The fold: from the facts of a case to its state, the same on every node that holds the same facts. */
import type { DocumentId } from '#protocol/ids.ts'
import type { CaseState } from '../case.ts'
import { clocksOf } from '../clocks/clocks.ts'
import { asAccepted, deemedBy } from '../clocks/deemed.ts'
import { latenessOf } from '../clocks/lateness.ts'
import type { LocalKind } from '../codes.ts'
import type { Fact, FactEntry, GuardedKind } from '../facts/facts.ts'
import type { Item } from '../item.ts'
import type { Register } from '../register.ts'
import { findTransition } from '../rules/transitions.ts'
import { type Day, plusDays } from '../time/days.ts'
import { collectAnswers } from './answers.ts'
import { backingIn } from './built-on.ts'
import { BACKING, byTimeThenHash, contest, firstAnswers, isRuling, lateCountersignatures, mostOf } from './custody.ts'
import { dayOf, writtenAt } from './day-of.ts'
import { ownReason, setDescendantsAside } from './displaced.ts'
import { gather, type Judged } from './gather.ts'
import { editionOf, effectOf, type Folding, factNamedIn, objection } from './judging.ts'
import { numbersOf } from './numbers.ts'
import { chooseOpening } from './openings.ts'
import { ownDocument, ownNumber } from './own-numbers.ts'
import { begin, endClock, type Progress } from './progress.ts'
import { letsIn } from './standing.ts'
import { type Derived, tellStory } from './story.ts'
import { takeEffect } from './taking-effect.ts'

/** Derives the acceptance that is due before a day; undefined when none is. */
function deem(folding: Folding, day: Day): Derived | undefined {
  const { progress, register } = folding
  const deemed = deemedBy(progress, editionOf(folding), register, day)
  if (deemed === undefined) return undefined
  // Nobody told the applicant within the five days: that stays so, however early the case is accepted (art. 72 no. 3).
  endClock(progress, 'T1', plusDays(deemed, 1), plusDays(deemed, 1))
  Object.assign(progress, asAccepted(progress, deemed))
  return { deemed, holder: progress.holder, epoch: progress.epoch }
}

function proceed(folding: Folding, judged: Judged, said: Fact): (Judged | Derived)[] {
  const { progress, answers } = folding
  const { fact, actor, author, day, written } = effectOf(folding, judged, said)
  const derived = deem(folding, day)
  const kind = fact.kind as GuardedKind
  const { fields } = fact
  const item = editionOf(folding)
  const transition = findTransition(kind, { stage: progress.stage, tier: actor.writer.tier, item }, fields)
  const document = ownDocument(author.station, fields)
  const effect = { entry: actor.entry, kind, fields, document, day, written, item }
  if (transition !== undefined) takeEffect(progress, effect, transition, answers)
  if (letsIn(said.kind)) progress.times[said.kind] ??= writtenAt(judged.entry)
  judged.verdict = progress.epoch
  return [...(derived === undefined ? [] : [derived]), ...(actor === judged ? [] : [actor]), judged]
}

/**
 * Whether what follows the tip may move the case on in a way that only a newer program can read: such a fact, or the
 * adoption of one, by whoever may write guarded facts at this point.
 */
function isUnread({ byHash, progress }: Folding, { entry, writer, barred }: Judged): boolean {
  const subject = entry.fact?.kind === 'adopted' ? byHash.get(factNamedIn(entry.fact.fields))?.entry : undefined
  if (entry.newer === undefined && subject?.newer === undefined) return false
  const mayMove = writer.root || entry.station === progress.holder || entry.station === progress.offer?.to
  return mayMove && writer.served && !barred
}

/** Those of what follows the tip that may take effect there; the others are told why not. */
function judge(folding: Folding, tip: Judged): readonly Judged[] {
  const valid: Judged[] = []
  for (const follower of tip.followers) {
    const reason = objection(folding, follower)
    if (reason === undefined) valid.push(follower)
    else follower.verdict ??= reason
  }
  const late = lateCountersignatures(valid, folding.backing)
  for (const one of late) one.verdict = 'moved-on'
  return late.size === 0 ? valid : valid.filter((one) => !late.has(one))
}

/** Judges everything that follows the tip and says what takes effect next, or where the chain forks. */
function settle(folding: Folding, tip: Judged) {
  const valid = judge(folding, tip)
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
    for (const link of proceed(folding, winner, winner.entry.fact)) chain.push(link)
    tip = winner
  }
}

/** Whether something waits for a second person, who is at the root or where it was asked for: nobody else refuses it. */
const isOpenProposal = ({ verdict, entry }: Judged, { holder }: Progress): boolean =>
  verdict === 'awaits-second' && (entry.station === holder || entry.fact?.kind === 'voided')

/** A dismissal counts from a station that holds or held the case, but a former holder cannot dismiss its own facts. */
function dismiss({ byHash, progress }: Folding, contributions: readonly Judged[]): void {
  const holders = new Set(progress.holders.values())
  for (const { entry, writer, barred } of contributions) {
    const { fact } = entry
    if (fact === undefined || !writer.served || barred) continue
    progress.times[fact.kind] ??= writtenAt(entry)
    if (fact.kind !== 'dismissed') continue
    const target = byHash.get(factNamedIn(fact.fields))
    if (target === undefined || target.resolution !== null) continue
    const isFormerHolder = holders.has(entry.station) && entry.station !== target.entry.station
    const isTheirs = isOpenProposal(target, progress)
      ? writer.root || entry.station === target.entry.station
      : entry.station === progress.holder || isFormerHolder
    if (isTheirs) {
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
  const foldAgain = (others: readonly FactEntry[]) => foldCase(id, others, register)
  const folding: Folding = { all, byHash, register, answers, progress, foldAgain, backing, possible }
  const { chain, tip, forks, unread } = walk(folding, opening, rivals)
  dismiss(folding, contributions)
  const given = ownNumber(opening.entry.station, opening.entry.fact?.fields ?? {})
  const numbers = numbersOf(folding, given, contributions)
  setDescendantsAside(all)
  finish(folding)
  const others = all.filter(({ verdict }) => typeof verdict !== 'number')
  const item = editionOf(folding)
  const { holders: _, ended: _ended, writtenOn: _written, lastDay: _last, ...course } = progress
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
