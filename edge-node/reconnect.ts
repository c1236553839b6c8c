/** When the uplink calls its parent again; pure, so that a county of nodes can be tried out in a test. */
import type { LinkEnd } from '#protocol/engine/ports/identity.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

/** A union named for what the pause is for. */
export type Waiting =
  /** The program has just started, perhaps with every other machine of the county. */
  | { readonly for: 'slot'; readonly node: NodeId }
  /** The parent was lost at that time, on the clock that nobody sets; the pause is at most so long. */
  | { readonly for: 'network'; readonly lostAt: number; readonly longest: number }
  /** The parent named a time. */
  | { readonly for: 'parent'; readonly seconds: number; readonly lostAt: number; readonly longest: number }
  /** Only a person can help (revoked, wrong key). */
  | { readonly for: 'person' }

const MAXIMUM_SLOT = 2 ** 32
/** Ends of a link that worked: the line broke, or the parent went. After a refusal calling at once would not help. */
const LOSSES: readonly string[] = ['closed', 'silent', 'stopping']

/** Milliseconds until the next call; `random` is at least 0 and below 1. */
export function nextPause(waiting: Waiting, random: number): number {
  switch (waiting.for) {
    case 'slot':
      return Math.floor((Number.parseInt(waiting.node.slice(0, 8), 16) / MAXIMUM_SLOT) * LIMITS.coldSlotMilliseconds)
    case 'network':
      return Math.floor(random * waiting.longest)
    case 'parent':
      return waiting.seconds * 1000 + Math.floor(random * waiting.longest)
    case 'person':
      return Math.floor(LIMITS.refusedPauseMilliseconds * (0.5 + random / 2))
  }
}

/** What to wait for where there is another parent, or another address of it: what was lost was the former one. */
export const beginAnew = (elapsed: number): Waiting => ({
  for: 'network',
  lostAt: elapsed,
  longest: LIMITS.reconnectBaseMilliseconds,
})

/**
 * What to wait for after a link has ended; `elapsed` is the host's clock that nobody sets. Full jitter: anywhere up to half of the time since the parent was
 * lost, so that a thousand nodes never call in step and a short outage stays short.
 */
export function afterEnd(waiting: Waiting, end: LinkEnd, elapsed: number): Waiting {
  if (!end.retry) return { for: 'person' }
  const lostAt = 'lostAt' in waiting && !wasWell(end) ? waiting.lostAt : elapsed
  const half = (elapsed - lostAt) / 2
  const longest = Math.min(LIMITS.reconnectCapMilliseconds, Math.max(LIMITS.reconnectBaseMilliseconds, half))
  const lost = { lostAt, longest }
  return end.retryAfterSeconds === null
    ? { for: 'network', ...lost }
    : { for: 'parent', seconds: end.retryAfterSeconds, ...lost }
}

/** Whether the parent was there until this end: then the time of its absence begins now. */
function wasWell({ reason, liveMilliseconds }: LinkEnd): boolean {
  if (liveMilliseconds >= LIMITS.healthyMilliseconds || reason === 'stopping') return true
  return liveMilliseconds > 0 && LOSSES.includes(reason)
}
