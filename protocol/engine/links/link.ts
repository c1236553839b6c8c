/** A running link, and the streams both of its sides are granted. */
import type { LogKey, NodeId, StreamId } from '#protocol/ids.ts'
import type { Event, Session } from '#protocol/session/state.ts'
import type { Core } from '../core.ts'
import type { LinkShare } from './link-budget.ts'

export interface Link {
  readonly direction: 'up' | 'down'
  session: Session
  /** Null until the peer has proved itself. */
  peer: NodeId | null
  liveSince: number | null
  /** Told who the peer is when it has proved itself. */
  proved(peer: NodeId): void
  /** What the peer may have under work here. */
  readonly share: LinkShare
  /** Heights at the root learnt while the peer still proved itself; the digest it compared does not have them. */
  readonly untold: Map<LogKey, number>
  dispatch(event: Event): void
}

/** Streams granted to both sides of a link. */
export function sharedStreams(core: Core, peer: NodeId): StreamId[] {
  const theirs = core.directory.streamsOf(peer)
  return [...core.directory.streamsOf(core.identity.node)].filter((stream) => theirs.has(stream))
}
