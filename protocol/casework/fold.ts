/** The fold: from the facts of a case to its state, the same on every node that holds the same facts. */
import type { DocumentId, EntryHash } from '#protocol/ids.ts'
import type { AsideReason, Authority, CaseState } from './case.ts'
import { byTimeThenHash, contest, objectionTo } from './custody.ts'
import type { Fact, FactEntry, FieldValue } from './facts.ts'
import { gather, type Judged } from './gather.ts'
import { begin, type Progress, takeEffect } from './progress.ts'
import { findTransition, type GuardedKind, isAdoptable } from './stages.ts'
import { tellStory } from './story.ts'

type ByHash = ReadonlyMap<EntryHash, Judged>

const inOrder = (left: Judged, right: Judged): number => byTimeThenHash(left.entry, right.entry)

/** The hash an adoption or dismissal names. */
const subjectOf = (fields: Readonly<Record<string, FieldValue>>): EntryHash => fields.fact as EntryHash

/** The opening that counts: of several valid ones the earliest by time, then hash. */
function chooseOpening(openings: Judged[]): Judged | undefined {
  const valid: Judged[] = []
  for (const opening of openings) {
    if (opening.writer.served && opening.writer.tier !== undefined) valid.push(opening)
    else opening.verdict = 'not-authorised'
  }
  const [first, ...others] = valid.sort(inOrder)
  for (const other of others) other.verdict = 'fork'
  return first
}

/** Why the writer of one fact may not do what a fact (its own or an adopted one) says. */
const objectionToFact = (progress: Progress, { writer, entry }: Judged, fact: Fact): AsideReason | undefined =>
  objectionTo(progress, {
    kind: fact.kind as GuardedKind,
    fields: fact.fields,
    station: entry.station,
    tier: writer.tier,
    root: writer.root,
  })

/** Why a set-aside fact may not be adopted by this adoption; undefined when it may. */
function objectionToAdoption(byHash: ByHash, progress: Progress, adoption: Judged, fact: Fact) {
  const target = byHash.get(subjectOf(fact.fields))
  if (target === undefined) return 'orphan' // not here yet; once it arrives this is computed anew
  const adopted = target.entry.fact
  if (adopted === undefined || !isAdoptable(adopted.kind)) return 'wrong-stage'
  // Once only, also when a later table lets a stage come back.
  if (typeof target.verdict === 'number' || target.resolution !== null) return 'wrong-stage'
  // A fact that could take effect right here needs no adoption: it competes by itself.
  const competes = adopted.previous === fact.previous && target.writer.served
  if (competes && objectionToFact(progress, target, adopted) === undefined) return 'wrong-stage'
  return objectionToFact(progress, adoption, adopted)
}

function objection(byHash: ByHash, progress: Progress, judged: Judged): AsideReason | undefined {
  const { fact } = judged.entry
  if (fact === undefined) return 'malformed'
  if (!judged.writer.served) return 'not-authorised'
  const found = objectionToFact(progress, judged, fact)
  if (found !== undefined || fact.kind !== 'adopted') return found
  return objectionToAdoption(byHash, progress, judged, fact)
}

function proceed(byHash: ByHash, progress: Progress, judged: Judged, fact: Fact): void {
  let effective = fact
  const target = fact.kind === 'adopted' ? byHash.get(subjectOf(fact.fields)) : undefined
  if (target?.entry.fact !== undefined) {
    target.resolution = { by: 'adopted', fact: judged.entry.hash }
    effective = target.entry.fact
  }
  const kind = effective.kind as GuardedKind
  const transition = findTransition(kind, progress.stage, judged.writer.tier, effective.fields)
  if (transition !== undefined) takeEffect(progress, judged.entry, kind, effective.fields, transition)
  judged.verdict = progress.epoch
}

/** Judges everything that follows the tip and says what takes effect next, or where the chain forks. */
function settle(byHash: ByHash, progress: Progress, tip: Judged) {
  const valid: Judged[] = []
  for (const follower of tip.followers) {
    const reason = objection(byHash, progress, follower)
    if (reason === undefined) valid.push(follower)
    else follower.verdict = reason
  }
  const { winner, losers, fork } = contest(valid)
  for (const { candidate, reason } of losers) candidate.verdict = reason
  return { winner, fork }
}

/** Walks the chain from the opening as far as it is undisputed. */
function walk(byHash: ByHash, progress: Progress, opening: Judged) {
  const chain = [opening]
  opening.verdict = progress.epoch
  for (let tip = opening; ; ) {
    const { winner, fork } = settle(byHash, progress, tip)
    if (winner?.entry.fact === undefined) {
      const facts = fork.map(({ entry }) => entry.hash)
      return { chain, tip, forks: facts.length === 0 ? [] : [{ after: tip.entry.hash, facts }] }
    }
    proceed(byHash, progress, winner, winner.entry.fact)
    chain.push(winner)
    tip = winner
  }
}

/** What follows a displaced fact is displaced with it; what follows anything else without effect is an orphan. */
function setDescendantsAside(all: readonly Judged[]): void {
  const pending = all.filter(({ verdict }) => typeof verdict === 'string')
  for (let judged = pending.pop(); judged !== undefined; judged = pending.pop()) {
    const inherited = judged.verdict === 'superseded' || judged.verdict === 'fork' ? judged.verdict : 'orphan'
    for (const follower of judged.followers) {
      if (follower.verdict !== undefined) continue
      follower.verdict = inherited
      pending.push(follower)
    }
  }
  for (const judged of all) if (judged.verdict === undefined) judged.verdict = 'orphan'
}

function judgeContributions(contributions: Judged[], progress: Progress): void {
  for (const contribution of contributions.sort(inOrder)) {
    const { entry, writer } = contribution
    contribution.verdict = writer.served ? null : 'not-authorised'
    if (writer.served && entry.fact !== undefined) progress.times[entry.fact.kind] ??= entry.time
  }
}

/** A dismissal counts from a station that holds or held the case, but a former holder cannot dismiss its own facts. */
function dismiss(byHash: ByHash, contributions: readonly Judged[], progress: Progress): void {
  for (const { entry, writer } of contributions) {
    if (entry.fact?.kind !== 'dismissed' || !writer.served) continue
    const target = byHash.get(subjectOf(entry.fact.fields))
    if (target === undefined || target.resolution !== null) continue
    const isFormerHolder = progress.holders.has(entry.station) && entry.station !== target.entry.station
    if (entry.station === progress.holder || isFormerHolder) {
      target.resolution = { by: 'dismissed', fact: entry.hash }
    }
  }
}

/**
 * Folds the facts of one case; undefined when none of them is a valid opening.
 * Total, and independent of arrival order and duplicates; two entries with the same hash are the same entry.
 * Custody as in sync.md section 8, stages as in the table of stages.ts.
 */
export function foldCase(id: DocumentId, facts: readonly FactEntry[], authority: Authority): CaseState | undefined {
  const { byHash, all, openings, contributions } = gather(facts, authority)
  const opening = chooseOpening(openings)
  const begun = opening?.entry.fact?.fields
  if (opening === undefined || begun === undefined) return undefined
  const progress = begin(opening.entry)
  const { chain, tip, forks } = walk(byHash, progress, opening)
  if (all.length > chain.length) {
    judgeContributions(contributions, progress)
    setDescendantsAside(all)
    dismiss(byHash, contributions, progress)
  }
  const others = all.filter(({ verdict }) => typeof verdict !== 'number')
  const { stage, holder, epoch, offer, applicant, times, result, seals } = progress
  return {
    id,
    number: typeof begun.number === 'string' ? begun.number : '',
    item: typeof begun.item === 'string' ? begun.item : '',
    itemVersion: typeof begun.itemVersion === 'number' ? begun.itemVersion : 0,
    home: opening.entry.station,
    stage,
    holder,
    epoch,
    offer,
    tip: tip.entry.hash,
    applicant,
    times,
    result,
    seals,
    story: tellStory(chain, others),
    forks,
    asideOpen: others.filter(({ verdict, resolution }) => verdict !== null && resolution === null).length,
  }
}
