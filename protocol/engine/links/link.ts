/** A running link, and the streams both of its sides are granted. */
import { type LogKey, logParts, type NodeId, type StreamId } from '#protocol/ids.ts'
import type { Search } from '#protocol/session/common-height.ts'
import type { Event, Session } from '#protocol/session/state.ts'
import type { Receipt } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import type { Pieces } from '../logs/pieces.ts'
import type { LinkShare } from './link-budget.ts'

interface ToldLog {
  readonly log: LogKey
  /** Names all receipts of the log; null when only some of them are told. */
  readonly digest: string | null
}

/** What a child is still to be told on a link. */
export interface Standing {
  readonly left: (ToldLog & { readonly receipts: Receipt[] })[]
  /** Logs that end with the message under way. */
  underWay: ToldLog[]
  /** Places of receipts told since by a commit: what was read before is older. */
  readonly newer: Set<string>
}

export interface Link {
  readonly direction: 'up' | 'down'
  session: Session
  /** Null until the peer has proved itself. */
  peer: NodeId | null
  liveSince: number | null
  /** Streams that both sides were granted when the directory last changed. */
  shared: ReadonlySet<StreamId>
  /** Told who the peer is when it has proved itself. */
  proved(peer: NodeId): void
  /** What the peer may have under work here. */
  readonly share: LinkShare
  /** Heights at the root learnt while the peer still proved itself; the digest it compared does not have them. */
  readonly untold: Map<LogKey, number>
  /** Logs of which the peer holds another version, and how far the search for the height is at which it parts from ours. */
  readonly searches: Map<LogKey, Search>
  /** Logs held here of which the peer asked for our version. */
  readonly questioned: Set<LogKey>
  /** Receipts that the peer is still to be told; null when there are none. */
  standing: Standing | null
  /** Logs that were cut here while the link stands: the peer may have sent on in the version that ended. */
  readonly cut: Set<LogKey>
  /** Logs whose ladder waits to be told. */
  readonly ladders: Set<LogKey>
  /** Work on forks, one after the other: each reads many hashes from the disk. */
  forkWork: Promise<void>
  /** What the peer told of its logs, looked at in the order in which it told it: what it told last counts. */
  comparisons: Promise<void>
  /** The disk refused something: the link ends as soon as what the peer told of its logs is looked at. */
  refusing: boolean
  /** The rules levels that the peer, a parent, was last told. */
  levels: string
  /** Parts it so that everybody else has a turn. */
  readonly pieces: Pieces
  dispatch(event: Event): void
}

const isRevoked = ({ directory }: Core, peer: NodeId): boolean => Boolean(directory.node(peer)?.revoked)

/** What both have. Asked of every link after every commit: a node has few streams, its county all of them. */
const both = (one: ReadonlySet<StreamId>, other: ReadonlySet<StreamId>): StreamId[] =>
  one.size <= other.size ? [...one].filter((stream) => other.has(stream)) : both(other, one)

/** Streams granted to both sides of a link; a revoked peer is given nothing. */
export const sharedStreams = (core: Core, peer: NodeId): StreamId[] =>
  isRevoked(core, peer) ? [] : both(core.directory.streamsOf(core.identity.node), core.directory.streamsOf(peer))

/**
 * Streams of which this node only delivers what it holds from the time when it was granted them. The parent stands above
 * this node, as the root's record says, and is given everything: the county stream may not have told yet, and tells a
 * revoked node nothing any more.
 */
export function givenStreams(core: Core, peer: NodeId): StreamId[] {
  const { directory, identity } = core
  if (isRevoked(core, peer)) return []
  const deliverable = directory.deliverableBy(identity.node)
  const shared = new Set(sharedStreams(core, peer))
  const theirs = peer === identity.parent?.node ? deliverable : directory.streamsOf(peer)
  return both(deliverable, theirs).filter((stream) => !shared.has(stream))
}

/**
 * Streams of which the peer only delivers: it is revoked, or stations have moved away from it. This node may have been
 * granted them before as well: then it passes on what the peer brings.
 */
export function takenStreams(core: Core, peer: NodeId): StreamId[] {
  const shared = new Set(sharedStreams(core, peer))
  const { deliverableBy } = core.directory
  return both(deliverableBy(peer), deliverableBy(core.identity.node)).filter((stream) => !shared.has(stream))
}

/** Whether both sides may settle what a log is: one that they share, or that either of them wrote in a stream which one delivers. */
export function mayDispute(core: Core, peer: NodeId, log: LogKey): boolean {
  if (mayHearVersion(core, peer, log)) return true
  // What the county lost of its own log a former township may hold: its version is heard, ours is not told.
  const { node, stream } = logParts(log)
  return node === core.identity.node && takenStreams(core, peer).includes(stream)
}

/** Whether our version of a log may be told to a peer: of a stream that it only delivers, nothing but what it wrote itself. */
export function mayHearVersion(core: Core, peer: NodeId, log: LogKey): boolean {
  const { node, stream } = logParts(log)
  if (sharedStreams(core, peer).includes(stream)) return true
  const isEithers = node === peer || node === core.identity.node
  return (
    (isEithers && givenStreams(core, peer).includes(stream)) ||
    (node === peer && takenStreams(core, peer).includes(stream))
  )
}
