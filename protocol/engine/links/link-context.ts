/** What links share, and what is told to several of them. */
import { type LogKey, logParts, type NodeId, type StreamId } from '#protocol/ids.ts'
import type { Event, Session } from '#protocol/session/state.ts'
import type { Height } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import type { WriteQueue } from '../writing/write-queue.ts'
import type { Reports } from './reports.ts'

/** A running link. */
export interface Link {
  readonly direction: 'up' | 'down'
  session: Session
  /** Null until the peer has proved itself. */
  peer: NodeId | null
  liveSince: number | null
  /** Heights at the root learnt while the peer still proved itself; the digest it compared does not have them. */
  readonly untold: Map<LogKey, number>
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
export function tellDown(context: LinkContext, heightsOf: HeightsOf): void {
  for (const link of context.links) {
    if (link.direction === 'down' && link.peer) tellRoot(context.core, link, link.peer, heightsOf)
    else if (link.direction === 'down') for (const { log, height } of heightsOf(EVERY)) link.untold.set(log, height)
  }
}

/** Tells a child that has just gone live what was learnt meanwhile. */
export function tellUntold(core: Core, link: Link, peer: NodeId): void {
  const heights = [...link.untold].map(([log, height]) => ({ log, height }))
  link.untold.clear()
  tellRoot(core, link, peer, (shared) => heights.filter(({ log }) => shared.has(logParts(log).stream)))
}

type HeightsOf = (shared: { has(stream: StreamId): boolean }) => readonly Height[]
const EVERY = { has: () => true }

function tellRoot(core: Core, link: Link, peer: NodeId, heightsOf: HeightsOf): void {
  const heights = heightsOf(new Set(sharedStreams(core, peer)))
  if (heights.length > 0) link.dispatch({ type: 'tell', message: { type: 'at-root', heights } })
}
