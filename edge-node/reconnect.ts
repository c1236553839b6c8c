/** When the uplink calls its parent again; pure, so that a county of nodes can be tried out in a test. */
import type { LinkEnd } from '#protocol/engine/ports/identity.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

/** A union named for what the pause is for. */
export type Waiting =
  /** The program has just started, perhaps with every other machine of the county. */
  | { readonly for: 'slot'; readonly node: NodeId }
  /** The link failed or ended this many times without a healthy period between. */
  | { readonly for: 'network'; readonly failures: number }
  /** The parent named a time. */
  | { readonly for: 'parent'; readonly seconds: number; readonly failures: number }
  /** Only a person can help (revoked, wrong key). */
  | { readonly for: 'person' }

const MAXIMUM_SLOT = 2 ** 32
/** Beyond this many doublings every pause is the cap; keeps the power finite. */
const DOUBLINGS = 20

/** Milliseconds until the next call; `random` is at least 0 and below 1. */
export function nextPause(waiting: Waiting, random: number): number {
  switch (waiting.for) {
    case 'slot':
      return Math.floor((Number.parseInt(waiting.node.slice(0, 8), 16) / MAXIMUM_SLOT) * LIMITS.coldSlotMilliseconds)
    case 'network':
      return Math.floor(random * spread(waiting.failures))
    case 'parent':
      return waiting.seconds * 1000 + Math.floor(random * spread(waiting.failures))
    case 'person':
      return Math.floor(LIMITS.refusedPauseMilliseconds * (0.5 + random / 2))
  }
}

/** Full jitter: anywhere up to the doubled base, so that a thousand nodes never call in step. */
const spread = (failures: number) =>
  Math.min(LIMITS.reconnectCapMilliseconds, LIMITS.reconnectBaseMilliseconds * 2 ** Math.min(failures, DOUBLINGS))

/** What to wait for after a link has ended. */
export function afterEnd(waiting: Waiting, end: LinkEnd): Waiting {
  if (!end.retry) return { for: 'person' }
  const healthy = end.liveMilliseconds >= LIMITS.healthyMilliseconds
  const before = waiting.for === 'network' || waiting.for === 'parent' ? waiting.failures + 1 : 0
  const failures = healthy ? 0 : before
  if (end.retryAfterSeconds !== null) return { for: 'parent', seconds: end.retryAfterSeconds, failures }
  return { for: 'network', failures }
}
