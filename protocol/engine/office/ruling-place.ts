/** Where the coordinator's ruling on a stopped case is written: behind the side that it is for, which counts with it (rule C15). */
import type { CaseState } from '#protocol/casework/case.ts'
import { type FactEntry, isGuarded } from '#protocol/casework/facts/facts.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import type { Register } from '#protocol/casework/register.ts'
import type { DocumentId, EntryHash, StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

/** A stopped case, and a ruling that is to end it. */
export interface Stopped {
  readonly id: DocumentId
  readonly facts: readonly FactEntry[]
  readonly state: CaseState
  readonly register: Register
  readonly to: StationCode
  /** Whether a ruling may be written where a case stands so. */
  mayRule(side: CaseState): boolean
  /** The ruling as it would stand behind a fact. */
  planned(previous: EntryHash): FactEntry
}

const previousOf = ({ fact, newer }: FactEntry): EntryHash | null =>
  fact === undefined ? (newer?.previous ?? null) : isGuarded(fact.kind) ? fact.previous : null

/** The facts on one line through a fact: what stands before it, what follows it, and what stands in no line. */
function lineThrough(facts: readonly FactEntry[], start: FactEntry) {
  const byHash = new Map(facts.map((fact) => [fact.hash, fact]))
  const followers = Map.groupBy(facts, previousOf)
  const line = new Set<EntryHash>()
  for (
    let at: FactEntry | undefined = start;
    at && !line.has(at.hash);
    at = byHash.get(previousOf(at) ?? ('' as EntryHash))
  )
    line.add(at.hash)
  const pending = [start]
  for (let last = pending.pop(); last !== undefined; last = pending.pop()) {
    line.add(last.hash)
    for (const follower of followers.get(last.hash) ?? []) pending.push(follower)
  }
  const isApart = (fact: FactEntry) => previousOf(fact) === null && fact.fact?.kind !== 'opened'
  return facts.filter((fact) => line.has(fact.hash) || isApart(fact))
}

/** The states at the ends of all lines at which the named station has the case, each as if nothing stood beside it. */
function endsOf({ id, facts, state, register, to, mayRule }: Stopped): readonly CaseState[] {
  const sides = new Set([...state.forks.flatMap((fork) => fork.facts), ...state.unread])
  const starts = facts.filter(
    ({ hash, station, fact }) =>
      station === to && (fact?.kind === 'taken' || fact?.kind === 'opened' || sides.has(hash)),
  )
  // Only the station itself can make so many.
  if (starts.length > LIMITS.rulingLines) return []
  return starts.flatMap((start) => {
    const side = foldCase(id, lineThrough(facts, start), register)
    const isSettled = side?.holder === to && side.forks.length === 0 && side.unread.length === 0 && mayRule(side)
    return isSettled && side.story.some(({ hash, epoch }) => hash === start.hash && epoch !== null) ? [side] : []
  })
}

/**
 * The fact that a ruling follows. Where a case is stopped: the end of the one line at which the named station has the case;
 * what it and those before it did there counts then, and the root upholds it. Where there is none, or several, what came
 * before the fork: nothing of any side counts by itself. Undefined where the case has several openings and the ruling is for
 * none of them: behind any it would take sides by a time that anybody can write.
 */
export function rulingPlace(stopped: Stopped): EntryHash | undefined {
  const { id, facts, state, register } = stopped
  if (state.forks.length === 0 && state.unread.length === 0) return state.tip
  const [end, ...others] = new Set(endsOf(stopped).map(({ tip }) => tip))
  const takesEffect = (tip: EntryHash) => {
    const ruling = stopped.planned(tip)
    return foldCase(id, [...facts, ruling], register)?.tip === ruling.hash
  }
  if (end !== undefined && others.length === 0 && takesEffect(end)) return end
  return state.forks.some((fork) => fork.facts.includes(state.tip)) ? undefined : state.tip
}
