/** Where the coordinator's ruling on a stopped case is written: behind the side that it is for, which counts with it (rule C15). */
import type { CaseState } from '#protocol/casework/case.ts'
import { type FactEntry, isGuarded } from '#protocol/casework/facts/facts.ts'
import { foldCase } from '#protocol/casework/folding/fold.ts'
import { letsIn } from '#protocol/casework/folding/standing.ts'
import type { Register } from '#protocol/casework/register.ts'
import { isProposal } from '#protocol/casework/rules/four-eyes.ts'
import { isAdoptable } from '#protocol/casework/rules/transitions.ts'
import { type DocumentId, type EntryHash, logParts, type StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

/** A stopped case, and a ruling that is to end it. */
export interface Stopped {
  readonly id: DocumentId
  readonly facts: readonly FactEntry[]
  readonly state: CaseState
  readonly register: Register
  readonly to: StationCode
  /** The ruling as it would stand behind a fact. */
  planned(previous: EntryHash): FactEntry
}

const previousOf = ({ fact, newer }: FactEntry): EntryHash | null =>
  fact === undefined ? (newer?.previous ?? null) : isGuarded(fact.kind) ? fact.previous : null

/** The facts on one line, up to a fact or through it: what stands before it, what follows it, and what stands in no line. */
class Lines {
  readonly #facts: readonly FactEntry[]
  readonly #byHash: ReadonlyMap<EntryHash, FactEntry>
  readonly #followers: ReadonlyMap<EntryHash | null, readonly FactEntry[]>

  constructor(facts: readonly FactEntry[]) {
    this.#facts = facts
    this.#byHash = new Map(facts.map((fact) => [fact.hash, fact]))
    this.#followers = Map.groupBy(facts, previousOf)
  }

  named(hash: EntryHash | null): FactEntry | undefined {
    return hash === null ? undefined : this.#byHash.get(hash)
  }

  behind({ hash }: FactEntry): readonly FactEntry[] {
    return this.#followers.get(hash) ?? []
  }

  /** What stands before a fact, and it. */
  #before(fact: FactEntry): Set<EntryHash> {
    const line = new Set<EntryHash>()
    for (let at: FactEntry | undefined = fact; at && !line.has(at.hash); at = this.named(previousOf(at)))
      line.add(at.hash)
    return line
  }

  #along(line: ReadonlySet<EntryHash>): readonly FactEntry[] {
    const letIn = new Set<unknown>()
    for (const { hash, fact } of this.#facts)
      if (fact !== undefined && letsIn(fact.kind) && line.has(hash)) letIn.add(fact.fields.fact)
    // What was adopted or countersigned on it counts there, wherever it was written; what moves custody nobody lets in.
    const isLetIn = ({ hash, fact }: FactEntry) =>
      letIn.has(hash) && fact !== undefined && (isAdoptable(fact.kind) || isProposal(fact.fields))
    const isApart = (fact: FactEntry) => previousOf(fact) === null && fact.fact?.kind !== 'opened'
    return this.#facts.filter((fact) => line.has(fact.hash) || isLetIn(fact) || isApart(fact))
  }

  upTo(end: FactEntry): readonly FactEntry[] {
    return this.#along(this.#before(end))
  }

  through(start: FactEntry): readonly FactEntry[] {
    const line = this.#before(start)
    const pending = [start]
    for (let last = pending.pop(); last !== undefined; last = pending.pop()) {
      line.add(last.hash)
      for (const follower of this.behind(last)) pending.push(follower)
    }
    return this.#along(line)
  }

  /** What has one of some facts behind it. */
  beforeAny(some: readonly FactEntry[]): ReadonlySet<EntryHash> {
    const found = new Set<EntryHash>()
    for (const one of some) {
      let at = this.named(previousOf(one))
      for (; at && !found.has(at.hash); at = this.named(previousOf(at))) found.add(at.hash)
    }
    return found
  }
}

/** Whether a machine of the named station wrote it in its name: a name alone anybody can write. */
const isOwn = ({ register, to }: Pick<Stopped, 'register' | 'to'>, { station, log }: FactEntry): boolean =>
  station === to && register.authority.serves(logParts(log).node, to)

/**
 * Where lines begin at which the named station may have the case: what it took, opened or wrote at the stop itself; and the
 * declines from which it went on, whoever wrote them. Only the station itself can make many of either.
 */
function startsOf(stopped: Stopped, lines: Lines): readonly FactEntry[] {
  const { facts, state } = stopped
  const sides = new Set([...state.forks.flatMap((fork) => fork.facts), ...state.unread])
  const begins = ({ hash, fact }: FactEntry) => fact?.kind === 'taken' || fact?.kind === 'opened' || sides.has(hash)
  const goesOn = (one: FactEntry) => lines.behind(one).some((fact) => isOwn(stopped, fact))
  const own = facts.filter((one) => begins(one) && isOwn(stopped, one))
  const declines = facts.filter((one) => one.fact?.kind === 'declined' && goesOn(one))
  return [own, declines].flatMap(within)
}

/** Only so many are looked at; of more none is better than another. */
const within = (starts: readonly FactEntry[]): readonly FactEntry[] =>
  starts.length > LIMITS.rulingLines ? [] : starts

/** Offers of the named station that were declined, where it has written nothing behind: whoever else answered, it has the case up to there. */
function declinedOffers(stopped: Stopped, lines: Lines): readonly FactEntry[] {
  const { facts, register } = stopped
  const goneOn = lines.beforeAny(facts.filter((fact) => isOwn(stopped, fact)))
  const isDeclined = (offer: FactEntry) =>
    lines
      .behind(offer)
      .some(
        (one) => one.fact?.kind === 'declined' && isOwn({ register, to: offer.fact?.fields.to as StationCode }, one),
      )
  const isOffer = (one: FactEntry) => one.fact?.kind === 'offered' && isOwn(stopped, one) && !goneOn.has(one.hash)
  return within(facts.filter((one) => isOffer(one) && isDeclined(one)))
}

/** The facts at the ends of all lines at which the named station has the case, each as if nothing stood beside it. */
function endsOf(stopped: Stopped): ReadonlySet<EntryHash> {
  const { id, facts, register, to } = stopped
  const lines = new Lines(facts)
  // What somebody else wrote and nobody can read keeps no ruling from its side; what the station itself wrote may have ended it.
  const isUnread = (hash: EntryHash) => isOwn(stopped, lines.named(hash) as FactEntry)
  const endOf = (start: FactEntry, line: readonly FactEntry[]) => {
    const side = foldCase(id, line, register)
    const isSettled = side?.holder === to && side.forks.length === 0 && !side.unread.some(isUnread)
    return isSettled && side.story.some(({ hash, epoch }) => hash === start.hash && epoch !== null) ? [side.tip] : []
  }
  const ends = new Set(startsOf(stopped, lines).flatMap((start) => endOf(start, lines.through(start))))
  if (ends.size > 0) return ends
  return new Set(declinedOffers(stopped, lines).flatMap((offer) => endOf(offer, lines.upTo(offer))))
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
  const [end, ...others] = endsOf(stopped)
  const takesEffect = (tip: EntryHash) => {
    const ruling = stopped.planned(tip)
    return foldCase(id, [...facts, ruling], register)?.tip === ruling.hash
  }
  if (end !== undefined && others.length === 0 && takesEffect(end)) return end
  return state.forks.some((fork) => fork.facts.includes(state.tip)) ? undefined : state.tip
}
