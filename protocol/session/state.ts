/** The states of a link, each named for what it awaits, with the events that move it and the effects it asks for. */
import type { LogKey, NodeId, StreamId } from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log/head.ts'
import type {
  AtRoot,
  Beat,
  Fork,
  Frontier,
  Height,
  Hello,
  Levels,
  LogPosition,
  Message,
  Receipt,
  Rungs,
  Status,
} from '#protocol/wire/messages.ts'
import type { RefusalCode } from '#protocol/wire/refusals.ts'
import type { Window } from './window.ts'

/** What a session may look at when it steps; given afresh with every event. */
export interface View {
  /** Milliseconds that no change of the clock moves. */
  readonly elapsed: number
  readonly node: NodeId
  readonly heads: ReadonlyMap<LogKey, LogHead>
  /** Highest arrival number here. */
  readonly arrival: number
  /** The root's time as far as this node knows it. */
  readonly rootTime: number | null
  /** Streams both this node and the peer are granted; none with a peer that is revoked. */
  shared(peer: NodeId): readonly StreamId[]
  /** Streams that this node was once granted and the peer is: what is held of them is delivered, nothing comes back. */
  gives(peer: NodeId): readonly StreamId[]
  /** Whether a stream is that of a station which this node serves. */
  writes(stream: StreamId): boolean
  /** Streams that the peer was once granted and this node is: what the peer holds of them is taken. */
  takes(peer: NodeId): readonly StreamId[]
  /** Bytes a second that an earlier link carried to the peer; null when there was none. */
  rate(peer: NodeId): number | null
  /** Whether a peer may connect: its key is known; a revoked one only delivers. */
  admits(peer: NodeId): 'yes' | 'delivers' | 'unknown-node' | 'revoked'
}

/** Both sides have opened; nothing is known of the peer. */
export interface AwaitingHello {
  readonly is: 'awaiting-hello'
  readonly hello: Hello
  readonly since: number
}

/** What our proof said we hold, as of the moment it was made. */
export interface Said {
  readonly digest: Uint8Array
  /** The streams the digest speaks of; one granted a moment later is told by a frontier. */
  readonly streams: readonly StreamId[]
  readonly arrival: number
  readonly heights: Map<LogKey, number>
}

/** The peer said who it is; its proof of key is outstanding. */
export interface AwaitingProof {
  readonly is: 'awaiting-proof'
  readonly hello: Hello
  readonly peer: Hello
  readonly since: number
  /** What our own proof said we hold; null until it is made. */
  readonly said: Said | null
  /** The peer's digest, once its proof has arrived. */
  readonly heard: { readonly digest: Uint8Array; readonly signature: Uint8Array; readonly checked: boolean } | null
  /** Logs that were cut here since the proof was asked for: what it says we hold may be older. */
  readonly cuts: ReadonlyMap<LogKey, number>
  /** Messages of a peer that went live before us; handled once we are. */
  readonly early?: readonly Message[]
}

/** Both proofs hold: entries flow. Its maps belong to this session alone and are changed in place. */
export interface Live {
  readonly is: 'live'
  readonly peer: NodeId
  /** The highest protocol version that both sides speak. */
  readonly version: number
  readonly since: number
  /** Under which the peer writes. */
  readonly incarnation: number
  /** Streams whose frontier the peer has told (or whose digests agreed): entries may be sent. */
  readonly ready: Set<StreamId>
  /** Streams for which we told our frontier. */
  readonly told: Set<StreamId>
  /** How often a frontier of each stream was told and heard: who hears more often than it told tells again (S31). */
  readonly tellings: Map<StreamId, number>
  readonly hearings: Map<StreamId, number>
  /** Those of them that we only deliver. */
  readonly delivered: Set<StreamId>
  /** Frontiers of streams that we do not share yet, kept until a grant arrives. */
  readonly waiting: Map<StreamId, LogPosition[]>
  /** Streams that the peer only delivers and whose frontier was answered. */
  readonly answered: Set<StreamId>
  readonly peerHeights: Map<LogKey, number>
  /**
   * For each frontier of the peer that is being compared with the disk, the oldest first, what the peer was heard to hold
   * since: newer than that frontier, and older than those behind it.
   */
  readonly comparing: Map<LogKey, number>[]
  /** Heights at the root told meanwhile, newer as well. */
  readonly rootMeanwhile: Map<LogKey, number>
  /** Logs that differ here and there: nothing of them is sent until a person or a rotation resolved it. */
  readonly forked: Set<LogKey>
  /** Streams of which a log was cut here since we told them. */
  readonly cuts: Set<StreamId>
  /** Those that were told for that and of which no frontier was heard since. */
  readonly unanswered: Set<StreamId>
  /** When that was last told; null before. */
  cutsTold: number | null
  /** When a log of the county stream was first found among them on this link; null before. */
  partedSince: number | null
  /** What a revoked peer said it holds; null until it did, and on every other link. */
  owed: Map<LogKey, number> | null
  /** When something was last heard or taken of a revoked peer's entries. */
  lastTaken: number
  /** Everything up to this arrival has been considered for sending. */
  cursor: number
  /** What arrived behind this goes before what is older (S127); at or below the cursor there is nothing older. */
  front: number
  /** The last batch was one of those that go before: now it is the turn of what is older. */
  turn: 'newer' | 'older'
  /** Whether receipts are left to be told, or the last of them not acknowledged. */
  standing: boolean
  /** What is under way. */
  readonly window: Window
  /** Bytes that had come from the peer at the last tick. */
  received: number
  lastHeard: number
  lastBeat: number
}

export interface Ended {
  readonly is: 'ended'
}

export type Session = AwaitingHello | AwaitingProof | Live | Ended

export type Event =
  | { readonly type: 'opened'; readonly hello: Hello }
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'malformed'; readonly code: 'malformed' | 'oversized'; readonly detail: string }
  | (Said & { readonly type: 'proof-made'; readonly signature: Uint8Array })
  | { readonly type: 'proof-checked'; readonly valid: boolean }
  | {
      readonly type: 'compared'
      readonly positions: readonly LogPosition[]
      readonly streams: readonly StreamId[]
      /** Logs whose hashes differ at a common height. */
      readonly forks: readonly LogKey[]
      /** Everything the peer lacks lies behind this arrival. */
      readonly start: number
    }
  /** A peer that only delivers was told what is held of that: each stream stands here as often as a frontier named it. */
  | { readonly type: 'held-told'; readonly streams: readonly StreamId[] }
  /** What lay behind `after` was considered up to `through`. */
  | { readonly type: 'loaded'; readonly after: number; readonly through: number }
  /** Receipts are to be told. */
  | { readonly type: 'standing-begun' }
  /** Some were told; whether receipts are left that the peer is to be told, or not acknowledged. */
  | { readonly type: 'standing'; readonly left: boolean }
  | { readonly type: 'dispatched'; readonly sizes: readonly number[]; readonly heights: readonly Height[] }
  | { readonly type: 'admitted'; readonly frames: number; readonly heights: readonly Height[] }
  | { readonly type: 'refused'; readonly code: RefusalCode; readonly detail: string }
  /** A log was cut here: it goes on otherwise behind this height. */
  | { readonly type: 'cut'; readonly log: LogKey; readonly height: number }
  /** Our version of a log gave way to the peer's, whose height is known. */
  | { readonly type: 'settled'; readonly log: LogKey }
  /** The logs that were cut are to be told, all at once. */
  | { readonly type: 'tell-cuts' }
  /** Something was committed here, or grants changed. */
  | { readonly type: 'changed' }
  | {
      readonly type: 'tell'
      readonly message:
        | AtRoot
        | Levels
        | Status
        | Fork
        | Rungs
        | Beat
        | { readonly type: 'receipts'; readonly receipts: readonly Receipt[] }
    }
  /** Time passed: `received` bytes have come so far; `reading` is false while we leave what comes in the network. */
  | { readonly type: 'tick'; readonly received: number; readonly reading: boolean }
  | { readonly type: 'stop'; readonly code: RefusalCode }

export type Effect =
  | { readonly type: 'send'; readonly message: Message }
  /** Sign the transcript of both hellos and compute the digest. */
  | { readonly type: 'prove'; readonly hello: Hello; readonly peer: Hello }
  | { readonly type: 'check-proof'; readonly hello: Hello; readonly peer: Hello; readonly signature: Uint8Array }
  | { readonly type: 'tell-frontier'; readonly streams: readonly StreamId[] }
  | { readonly type: 'compare'; readonly frontier: Frontier }
  /** Tell a peer that only delivers these streams what is held here of the logs it named, and of its own. */
  | { readonly type: 'tell-held'; readonly frontier: Frontier }
  /** Read packs behind the cursor, select what the peer lacks, send it. */
  | { readonly type: 'load'; readonly after: number }
  /** Note that the receipts told before are acknowledged, and tell the next. */
  | { readonly type: 'tell-standing' }
  | { readonly type: 'admit'; readonly packed: Uint8Array }
  /** The peer holds these heights durably. `exact` when it is its whole truth (rule S71: it may be lower than before). */
  | { readonly type: 'acknowledged'; readonly heights: readonly Height[]; readonly exact: boolean }
  | { readonly type: 'at-root'; readonly heights: readonly Height[]; readonly exact: boolean }
  | { readonly type: 'own-log-ahead'; readonly log: LogKey; readonly height: number }
  | { readonly type: 'fork-found'; readonly log: LogKey; readonly peer: NodeId }
  | { readonly type: 'fork-told'; readonly fork: Fork }
  /** The peer searches for the height at which its version of a log and ours part. */
  | { readonly type: 'rungs-asked'; readonly question: Rungs }
  | { readonly type: 'receipts'; readonly receipts: readonly Receipt[] }
  | { readonly type: 'status'; readonly status: Status }
  | { readonly type: 'levels'; readonly levels: Levels }
  | { readonly type: 'root-time'; readonly rootTime: number | null }
  | { readonly type: 'live'; readonly peer: NodeId }
  | {
      readonly type: 'end'
      readonly reason: string
      readonly retry: boolean
      readonly retryAfterSeconds: number | null
    }

/** A step's outcome. */
export interface Step {
  readonly session: Session
  readonly effects: readonly Effect[]
}
