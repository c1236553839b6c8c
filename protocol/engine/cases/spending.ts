/** How much has been written about one case, by log and by author, and what of it counts (rule S134). */
import { type LogKey, logParts, type NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

/** What an entry costs in memory beside its bytes: objects, hashes in hex, places in sets (measured: 500 to 700). */
export const ENTRY_BYTES = 600

/** Whose share of a case a log spends: its author's, in the home's stream or elsewhere; undefined: nobody's, it always counts. */
export type ShareOf = (log: LogKey) => string | undefined

/**
 * What becomes of an entry. One that `fills` is the first beyond its author's share: from then on less of what he wrote
 * counts. One that `ends` is the first in its log that does not count. Those behind it are held in their log only.
 */
export type Spent = 'counts' | 'fills' | 'ends' | 'beyond'

/** Where an entry lies, and how long it is. */
interface Measured {
  readonly log: LogKey
  readonly length: number
}

/** What a log has of a case. */
interface Written {
  readonly bytes: number
  readonly entries: number
}

const NOTHING: Written = { bytes: 0, entries: 0 }

/** Sums of a case. They do not depend on the order in which logs arrive: inside a log the order is its own. */
export class Spending {
  readonly #logs: Map<LogKey, Written>
  #total: number
  /** Made when the case is longer than one author may make it: almost none is. */
  #shares: Map<string, number> | undefined

  constructor(like?: Spending) {
    this.#logs = new Map(like ? like.#logs : [])
    this.#total = like ? like.#total : 0
    this.#shares = like ? like.#copyShares() : undefined
  }

  #copyShares(): Map<string, number> | undefined {
    return this.#shares && new Map(this.#shares)
  }

  /** Counts an entry that comes behind all others of its log. */
  spend({ log, length }: Measured, shareOf: ShareOf): Spent {
    const cost = ENTRY_BYTES + length
    const spent = this.#judge(log, cost, shareOf)
    if (spent !== 'beyond') this.#add(log, cost, shareOf)
    return spent
  }

  #judge(log: LogKey, cost: number, shareOf: ShareOf): Spent {
    if (this.#total + cost <= LIMITS.caseAuthorBytes) return 'counts'
    const share = this.#shareBytes(log, shareOf)
    if (share === undefined || share + cost <= LIMITS.caseAuthorBytes) return 'counts'
    if (share <= LIMITS.caseAuthorBytes) return 'fills'
    return inLog((this.#logs.get(log) ?? NOTHING).bytes, cost)
  }

  #add(log: LogKey, cost: number, shareOf: ShareOf): void {
    const share = this.#shares && shareOf(log)
    if (share !== undefined) this.#shares?.set(share, (this.#shares.get(share) ?? 0) + cost)
    const { bytes, entries } = this.#logs.get(log) ?? NOTHING
    this.#logs.set(log, { bytes: bytes + cost, entries: entries + 1 })
    this.#total += cost
  }

  #shareBytes(log: LogKey, shareOf: ShareOf): number | undefined {
    this.#shares ??= sharesOf(this.#logs, shareOf)
    const share = shareOf(log)
    return share === undefined ? undefined : (this.#shares.get(share) ?? 0)
  }

  /** How many entries of the case a node wrote. */
  entriesOf(node: NodeId): number {
    let sum = 0
    for (const [log, { entries }] of this.#logs) if (logParts(log).node === node) sum += entries
    return sum
  }

  /** At least so much a log's author may still write about the case. */
  left(log: LogKey, shareOf: ShareOf): number {
    if (this.#total <= LIMITS.caseAuthorBytes / 2) return LIMITS.caseAuthorBytes - this.#total
    const share = this.#shareBytes(log, shareOf)
    return share === undefined ? Number.POSITIVE_INFINITY : LIMITS.caseAuthorBytes - share
  }

  /** Counts all entries of a case at once; answers with those that count and those that end what counts of their logs. */
  spendAll<Place extends Measured>(
    places: readonly Place[],
    shareOf: ShareOf,
  ): { counting: readonly Place[]; ends: Place[] } {
    for (const { log, length } of places) this.#add(log, ENTRY_BYTES + length, shareOf)
    const ends: Place[] = []
    if (this.#total <= LIMITS.caseAuthorBytes) return { counting: places, ends }
    const logs = new Map<LogKey, number>()
    const counting = places.filter((place) => {
      const { log, length } = place
      if ((this.#shareBytes(log, shareOf) ?? 0) <= LIMITS.caseAuthorBytes) return true
      const before = logs.get(log) ?? 0
      const spent = inLog(before, ENTRY_BYTES + length)
      logs.set(log, before + ENTRY_BYTES + length)
      if (spent === 'ends') ends.push(place)
      return spent === 'counts'
    })
    return { counting, ends }
  }
}

/** Of an author who wrote too much the beginning of each log counts. */
function inLog(before: number, cost: number): Spent {
  if (before + cost <= LIMITS.caseLogBytes) return 'counts'
  return before <= LIMITS.caseLogBytes ? 'ends' : 'beyond'
}

function sharesOf(logs: ReadonlyMap<LogKey, Written>, shareOf: ShareOf): Map<string, number> {
  const shares = new Map<string, number>()
  for (const [log, { bytes }] of logs) {
    const share = shareOf(log)
    if (share !== undefined) shares.set(share, (shares.get(share) ?? 0) + bytes)
  }
  return shares
}
