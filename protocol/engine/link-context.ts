/** What links share, and what is told to several of them. */
import type { NodeId, StreamId } from '#protocol/ids.ts'
import type { Event, Session } from '#protocol/session/state.ts'
import type { Height } from '#protocol/wire/messages.ts'
import type { Core } from './core.ts'
import type { Reports } from './reports.ts'
import type { WriteQueue } from './write-queue.ts'

/** A running link. */
export interface Link {
  readonly direction: 'up' | 'down'
  session: Session
  /** Null until the peer has proved itself. */
  peer: NodeId | null
  liveSince: number | null
  dispatch(event: Event): void
}

/** What all links of an engine share. */
export interface LinkContext {
  readonly core: Core
  readonly queue: WriteQueue
  readonly links: Set<Link>
  readonly reports: Reports
  rotated(incarnation: number): Promise<void>
  /** Bytes of frames waiting to be admitted, over all links. */
  pendingBytes: number
}

/** Streams granted to both sides of a link. */
export function sharedStreams(core: Core, peer: NodeId): StreamId[] {
  const theirs = core.directory.streamsOf(peer)
  return [...core.directory.streamsOf(core.identity.node)].filter((stream) => theirs.has(stream))
}

/** Tells children heights at the root, each only those of its own streams. */
export function tellDown(context: LinkContext, heightsOf: (shared: ReadonlySet<StreamId>) => readonly Height[]): void {
  for (const link of context.links) {
    if (link.direction !== 'down' || !link.peer) continue
    const heights = heightsOf(new Set(sharedStreams(context.core, link.peer)))
    if (heights.length > 0) link.dispatch({ type: 'tell', message: { type: 'at-root', heights } })
  }
}
