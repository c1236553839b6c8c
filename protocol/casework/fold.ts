/** The fold: from the facts of a case to its state, the same on every node that holds the same facts. */
import { type DocumentId, type EntryHash, logParts } from '#protocol/ids.ts'
import type { AsideReason, Authority, CaseState } from './case.ts'
import { type Attempt, byTimeThenHash, contest, objectionTo } from './custody.ts'
import type { Fact, FactEntry, FieldValue } from './facts.ts'
import { begin, type Progress, takeEffect } from './progress.ts'
import { findTransition, type GuardedKind, isAdoptable, isGuarded } from './stages.ts'
import { type Resolution, tellStory, type Verdict } from './story.ts'

/** A well-formed guarded fact with its entry. */
type Guarded = FactEntry & { readonly fact: Fact & { readonly kind: GuardedKind } }

/** Everything the fold has found out so far about one case. */
interface Fold {
  readonly authority: Authority
  readonly byHash: Map<EntryHash, FactEntry>
  /** Guarded facts by the fact they name. */
  readonly followers: Map<EntryHash, Guarded[]>
  readonly openings: Guarded[]
  readonly contributions: FactEntry[]
  readonly verdicts: Map<EntryHash, Verdict>
  readonly resolutions: Map<EntryHash, Resolution>
}

function sortOut(facts: readonly FactEntry[], authority: Authority): Fold {
  const fold: Fold = {
    authority,
    byHash: new Map(),
    followers: new Map(),
    openings: [],
    contributions: [],
    verdicts: new Map(),
    resolutions: new Map(),
  }
  for (const entry of facts) {
    if (fold.byHash.has(entry.hash)) continue // a duplicate
    fold.byHash.set(entry.hash, entry)
    const { fact } = entry
    if (fact === undefined) fold.verdicts.set(entry.hash, 'malformed')
    else if (!isGuarded(fact.kind)) fold.contributions.push(entry)
    else if (fact.previous === null) {
      if (fact.kind === 'opened') fold.openings.push(entry as Guarded)
    } else {
      const siblings = fold.followers.get(fact.previous)
      if (siblings === undefined) fold.followers.set(fact.previous, [entry as Guarded])
      else siblings.push(entry as Guarded)
    }
  }
  return fold
}

const isServed = (fold: Fold, entry: FactEntry): boolean =>
  fold.authority.serves(logParts(entry.log).node, entry.station)

/** The opening that counts: of several valid ones the earliest by time, then hash. */
function chooseOpening(fold: Fold): Guarded | undefined {
  const valid: Guarded[] = []
  for (const entry of fold.openings) {
    if (isServed(fold, entry) && fold.authority.tierOf(entry.station) !== undefined) valid.push(entry)
    else fold.verdicts.set(entry.hash, 'not-authorised')
  }
  const [opening, ...others] = valid.sort(byTimeThenHash)
  for (const other of others) fold.verdicts.set(other.hash, 'fork')
  return opening
}

const attemptOf = (fold: Fold, entry: FactEntry, kind: GuardedKind, fields: Fact['fields']): Attempt => ({
  kind,
  fields,
  station: entry.station,
  tier: fold.authority.tierOf(entry.station),
  root: fold.authority.isRoot(logParts(entry.log).node),
})

const objectionToEntry = (fold: Fold, progress: Progress, entry: Guarded): AsideReason | undefined =>
  isServed(fold, entry)
    ? objectionTo(progress, attemptOf(fold, entry, entry.fact.kind, entry.fact.fields))
    : 'not-authorised'

const adoptedHash = (fields: Readonly<Record<string, FieldValue>>): EntryHash => String(fields.fact) as EntryHash

/** Why a set-aside fact may not be adopted by this adoption; undefined when it may. */
function objectionToAdoption(fold: Fold, progress: Progress, adoption: Guarded): AsideReason | undefined {
  const target = fold.byHash.get(adoptedHash(adoption.fact.fields))
  if (target === undefined) return 'orphan' // not here yet; once it arrives this is computed anew
  const { fact } = target
  if (fact === undefined || !isAdoptable(fact.kind)) return 'wrong-stage'
  const effective = typeof fold.verdicts.get(target.hash) === 'number'
  if (effective || fold.resolutions.has(target.hash)) return 'wrong-stage'
  // A fact that could take effect right here needs no adoption: it competes by itself.
  const competes = fact.previous === adoption.fact.previous
  if (competes && objectionToEntry(fold, progress, target as Guarded) === undefined) return 'wrong-stage'
  return objectionTo(progress, attemptOf(fold, adoption, fact.kind, fact.fields))
}

function objection(fold: Fold, progress: Progress, entry: Guarded): AsideReason | undefined {
  const found = objectionToEntry(fold, progress, entry)
  if (found !== undefined || entry.fact.kind !== 'adopted') return found
  return objectionToAdoption(fold, progress, entry)
}

function proceed(fold: Fold, progress: Progress, entry: Guarded): void {
  let effective: Fact = entry.fact
  if (effective.kind === 'adopted') {
    const hash = adoptedHash(effective.fields)
    fold.resolutions.set(hash, { by: 'adopted', fact: entry.hash })
    effective = (fold.byHash.get(hash) as Guarded).fact
  }
  const kind = effective.kind as GuardedKind
  const transition = findTransition(kind, progress.stage, fold.authority.tierOf(entry.station), effective.fields)
  if (transition !== undefined) takeEffect(progress, entry, kind, effective.fields, transition)
  fold.verdicts.set(entry.hash, progress.epoch)
}

/** Walks the chain from the opening as far as it is undisputed. */
function walk(fold: Fold, opening: Guarded, progress: Progress) {
  const chain = [opening]
  fold.verdicts.set(opening.hash, progress.epoch)
  for (let tip = opening; ; ) {
    const valid: Guarded[] = []
    for (const entry of fold.followers.get(tip.hash) ?? []) {
      const reason = objection(fold, progress, entry)
      if (reason === undefined) valid.push(entry)
      else fold.verdicts.set(entry.hash, reason)
    }
    const { winner, losers, fork } = contest(valid)
    for (const { entry, reason } of losers) fold.verdicts.set(entry.hash, reason)
    if (winner === undefined) {
      const facts = fork.map((entry) => entry.hash)
      return { chain, forks: facts.length === 0 ? [] : [{ after: tip.hash, facts }] }
    }
    tip = winner as Guarded
    proceed(fold, progress, tip)
    chain.push(tip)
  }
}

/** What follows a displaced fact is displaced with it; what follows anything else without effect is an orphan. */
function setDescendantsAside(fold: Fold): void {
  const pending: EntryHash[] = []
  for (const [hash, verdict] of fold.verdicts) if (typeof verdict === 'string') pending.push(hash)
  for (let hash = pending.pop(); hash !== undefined; hash = pending.pop()) {
    const verdict = fold.verdicts.get(hash)
    const inherited = verdict === 'superseded' || verdict === 'fork' ? verdict : 'orphan'
    for (const { hash: follower } of fold.followers.get(hash) ?? []) {
      if (fold.verdicts.has(follower)) continue
      fold.verdicts.set(follower, inherited)
      pending.push(follower)
    }
  }
  for (const hash of fold.byHash.keys()) if (!fold.verdicts.has(hash)) fold.verdicts.set(hash, 'orphan')
}

function judgeContributions(fold: Fold, progress: Progress): void {
  for (const entry of fold.contributions.sort(byTimeThenHash)) {
    const served = isServed(fold, entry)
    fold.verdicts.set(entry.hash, served ? null : 'not-authorised')
    if (served && entry.fact !== undefined) progress.times[entry.fact.kind] ??= entry.time
  }
}

/** A dismissal counts from a station that holds or held the case, but a former holder cannot dismiss its own facts. */
function dismiss(fold: Fold, progress: Progress): void {
  for (const entry of fold.contributions) {
    if (entry.fact?.kind !== 'dismissed' || fold.verdicts.get(entry.hash) !== null) continue
    const target = fold.byHash.get(adoptedHash(entry.fact.fields))
    if (target === undefined || fold.resolutions.has(target.hash)) continue
    const mayDismiss =
      entry.station === progress.holder || (progress.holders.has(entry.station) && entry.station !== target.station)
    if (mayDismiss) fold.resolutions.set(target.hash, { by: 'dismissed', fact: entry.hash })
  }
}

/**
 * Folds the facts of one case; undefined when none of them is a valid opening.
 * Total, and independent of arrival order and duplicates; two entries with the same hash are the same entry.
 * Custody as in sync.md section 8, stages as in the table of stages.ts.
 */
export function foldCase(id: DocumentId, facts: readonly FactEntry[], authority: Authority): CaseState | undefined {
  const fold = sortOut(facts, authority)
  const opening = chooseOpening(fold)
  if (opening === undefined) return undefined
  const progress = begin(opening)
  const { chain, forks } = walk(fold, opening, progress)
  judgeContributions(fold, progress)
  if (fold.byHash.size > chain.length) setDescendantsAside(fold)
  dismiss(fold, progress)
  const links = new Set<FactEntry>(chain)
  const others = [...fold.byHash.values()].filter((entry) => !links.has(entry))
  const story = tellStory(
    chain,
    others,
    (entry) => fold.verdicts.get(entry.hash) ?? null,
    (entry) => fold.resolutions.get(entry.hash) ?? null,
  )
  const { number, item, itemVersion } = opening.fact.fields
  return {
    id,
    number: typeof number === 'string' ? number : '',
    item: typeof item === 'string' ? item : '',
    itemVersion: typeof itemVersion === 'number' ? itemVersion : 0,
    home: opening.station,
    stage: progress.stage,
    holder: progress.holder,
    epoch: progress.epoch,
    offer: progress.offer,
    tip: (chain.at(-1) ?? opening).hash,
    applicant: progress.applicant,
    times: progress.times,
    result: progress.result,
    seals: progress.seals,
    story,
    forks,
    asideOpen: story.filter((line) => line.aside !== null && line.aside.resolved === null).length,
  }
}
