/** Gathers the facts of a case before they are judged: duplicates dropped, each beside the fact it follows. */
import { type EntryHash, type LogKey, logParts, type StationCode } from '#protocol/ids.ts'
import type { Tier } from '#protocol/tiers.ts'
import type { Resolution } from '../case.ts'
import type { Role } from '../directory.ts'
import { type FactEntry, type FactKind, isGuarded } from '../facts/facts.ts'
import type { Authority } from '../register.ts'
import type { AsideReason, Mark } from '../rules/reasons.ts'
import { CONTRIBUTORS, OPENERS } from '../rules/transitions.ts'
import { signingOf } from './day-of.ts'
import { isForeignDocument, ownNumber } from './own-numbers.ts'
import type { Seconded, Verdict } from './story.ts'

/** What the directory says of a log that writes for a station. */
export interface Writer {
  readonly station: StationCode
  /** Whether the log's node serves the station. */
  readonly served: boolean
  /** Whether the log's node is the root. */
  readonly root: boolean
  readonly tier: Tier | undefined
}

/** A fact while it is judged; the verdict is undefined until it is. */
export interface Judged {
  readonly entry: FactEntry
  readonly writer: Writer
  /**
   * Why it has no effect by itself, wherever the case stands: the root first saw it after it had revoked the node that
   * wrote it, or whoever signed it did not belong to the station, or had no role there for such a contribution or an opening.
   */
  readonly barred: Extract<AsideReason, 'after-revocation' | 'foreign-person' | 'no-role'> | undefined
  /** The roles that its signer had; null where the county has published nobody. */
  readonly roles: readonly Role[] | null
  readonly marks: Mark[]
  /** Guarded facts that name this one. */
  readonly followers: Judged[]
  verdict: Verdict | undefined
  resolution: Resolution | null
  /** How it came to count, where it waited for a second person. */
  seconded: Seconded | null
}

export interface Gathered {
  readonly byHash: ReadonlyMap<EntryHash, Judged>
  readonly all: readonly Judged[]
  readonly openings: Judged[]
  readonly contributions: Judged[]
}

/** Asks the directory once per log and station: a case has many facts and few writers. */
function writersOf(authority: Authority): (log: LogKey, station: StationCode) => Writer {
  const known = new Map<LogKey, Map<StationCode, Writer>>()
  return (log, station) => {
    const writers = known.get(log) ?? new Map<StationCode, Writer>()
    known.set(log, writers)
    const found = writers.get(station)
    if (found !== undefined) return found
    const { node } = logParts(log)
    const made: Writer = {
      station,
      served: authority.serves(node, station),
      root: authority.isRoot(node),
      tier: authority.tierOf(station),
    }
    writers.set(station, made)
    return made
  }
}

/** What the directory says of whoever signed a fact, and of the numbers it gives. */
function signed(entry: FactEntry, authority: Authority): Pick<Judged, 'barred' | 'marks' | 'roles'> {
  const { log, seq, hash, isOnlyCarried, person, station, fact } = entry
  const signing = signingOf(entry)
  const standing = authority.standing(person, station, signing)
  const roles = authority.rolesOf(person, station, signing)
  const marks: Mark[] = standing === 'disabled' ? ['account-disabled'] : []
  if (fact?.kind === 'opened' && ownNumber(station, fact.fields) === '') marks.push('foreign-number')
  if (fact !== undefined && isForeignDocument(station, fact.fields)) marks.push('foreign-document')
  const isLate = authority.afterRevocation(log, seq, hash, isOnlyCarried)
  if (isLate) return { barred: 'after-revocation', marks, roles }
  if (standing === 'foreign') return { barred: 'foreign-person', marks, roles }
  return { barred: fact && !mayBeSigned(roles, fact.kind) ? 'no-role' : undefined, marks, roles }
}

/** Whether somebody in these roles may sign a fact; a guarded one is judged where it stands, because its roles go by the stage, but an opening stands nowhere yet. */
function mayBeSigned(roles: Judged['roles'], kind: FactKind): boolean {
  if (roles === null || (isGuarded(kind) && kind !== 'opened')) return true
  return (kind === 'opened' ? OPENERS : CONTRIBUTORS[kind]).some((role) => roles.includes(role))
}

/** Sorts out the facts of a case; linear in their number. */
export function gather(facts: readonly FactEntry[], authority: Authority): Gathered {
  const byHash = new Map<EntryHash, Judged>()
  const all: Judged[] = []
  const openings: Judged[] = []
  const contributions: Judged[] = []
  const writerOf = writersOf(authority)
  for (const entry of facts) {
    if (byHash.has(entry.hash)) continue // a duplicate
    const writer = writerOf(entry.log, entry.station)
    const verdict = entry.fact === undefined ? (entry.newer === undefined ? 'malformed' : 'unread') : undefined
    const judged: Judged = {
      entry,
      writer,
      ...signed(entry, authority),
      followers: [],
      verdict,
      resolution: null,
      seconded: null,
    }
    byHash.set(entry.hash, judged)
    all.push(judged)
  }
  for (const judged of all) {
    const { fact, newer } = judged.entry
    if (newer !== undefined && newer.previous !== null) byHash.get(newer.previous)?.followers.push(judged)
    if (fact === undefined) continue
    if (!isGuarded(fact.kind)) contributions.push(judged)
    else if (fact.previous !== null) byHash.get(fact.previous)?.followers.push(judged)
    else if (fact.kind === 'opened') openings.push(judged)
  }
  return { byHash, all, openings, contributions }
}
