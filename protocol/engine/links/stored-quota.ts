/** How much of one author's entries is stored at full speed: beyond it they come more slowly, and are never refused. */
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

export interface StoredQuota {
  /** Counts what was stored of an author, whom the register knows; answers for how long the peer that brought it should rest, in milliseconds. */
  take(author: NodeId, bytes: number): number
}

const HOUR = 60 * 60_000

/**
 * An empty quota: each author has LIMITS.authorBurstBytes, which fill up again by LIMITS.authorHourBytes an hour.
 * @param elapsed milliseconds of a clock that nobody sets
 */
export function createStoredQuota(elapsed: () => number): StoredQuota {
  const used = new Map<NodeId, { bytes: number; at: number }>()
  return {
    take(author, bytes) {
      const rate = LIMITS.authorHourBytes / HOUR
      const now = elapsed()
      const known = used.get(author) ?? { bytes: 0, at: now }
      const left = Math.max(0, known.bytes - (now - known.at) * rate)
      used.set(author, { bytes: left + bytes, at: now })
      const beyond = left + bytes - LIMITS.authorBurstBytes
      return beyond <= 0 ? 0 : Math.min(Math.ceil(beyond / rate), LIMITS.authorRestMilliseconds)
    },
  }
}
