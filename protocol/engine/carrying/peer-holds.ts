/** What the peer whose version of a log stays was known to hold: what it holds was written in sight of that version. */
import type { LogKey, NodeId } from '#protocol/ids.ts'
import type { Core } from '../core.ts'

/**
 * Whether the peer whose version stays holds an entry: then it was written in sight of that version, not of ours, and
 * counts again as soon as the peer's entries are here.
 */
export type PeerHolds = (log: LogKey, seq: number) => boolean

/** What is known of a peer when two versions are settled with it. */
export interface PeerView {
  readonly direction: 'up' | 'down'
  readonly peer: NodeId | null
  /** How much of each log it holds. */
  readonly heights: ReadonlyMap<LogKey, number>
  /** Logs of which it holds another version: nothing is known of those. */
  readonly forked: ReadonlySet<LogKey>
}

/** Whether a node is another one or stands below it, as the register has it. */
export function isBelow({ directory }: Core, node: NodeId, above: NodeId | null): boolean {
  const seen = new Set<NodeId>()
  for (let at: NodeId | null | undefined = node; at && !seen.has(at); at = directory.node(at)?.parent) {
    if (at === above) return true
    seen.add(at)
  }
  return false
}
