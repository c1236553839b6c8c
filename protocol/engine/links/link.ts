/** A running link, and the streams both of its sides are granted. */
import type { LogKey, NodeId, StreamId } from '#protocol/ids.ts'
import type { Search } from '#protocol/session/common-height.ts'
import type { Event, Session } from '#protocol/session/state.ts'
import type { Core } from '../core.ts'

export interface Link {
  readonly direction: 'up' | 'down'
  session: Session
  /** Null until the peer has proved itself. */
  peer: NodeId | null
  liveSince: number | null
  /** Heights at the root learnt while the peer still proved itself; the digest it compared does not have them. */
  readonly untold: Map<LogKey, number>
  /** Logs of which the peer holds another version, and how far the search for the height is at which it parts from ours. */
  readonly searches: Map<LogKey, Search>
  /** Work on forks, one after the other: each reads many hashes from the disk. */
  readonly forkWork: { last: Promise<void>; waiting: number }
  dispatch(event: Event): void
}

/** Streams granted to both sides of a link. */
export function sharedStreams(core: Core, peer: NodeId): StreamId[] {
  const theirs = core.directory.streamsOf(peer)
  return [...core.directory.streamsOf(core.identity.node)].filter((stream) => theirs.has(stream))
}
