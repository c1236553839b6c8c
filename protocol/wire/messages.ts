/** The messages of a link. Every one travels alone in a frame: a tag byte and its body (codec.ts). */
import type { DocumentId, LogKey, NodeId, StreamId } from '#protocol/ids.ts'
import type { RefusalCode } from './refusals.ts'

/** First message of both sides. */
export interface Hello {
  readonly type: 'hello'
  /** Oldest and newest protocol version spoken. */
  readonly versions: readonly [number, number]
  readonly node: NodeId
  readonly incarnation: number
  /** 16 random bytes. */
  readonly nonce: Uint8Array
  /** The root's time in milliseconds as far as the sender knows it; null while it does not. */
  readonly rootTime: number | null
}

/** Second message of both sides: possession of the key, and what is held in a digest. */
export interface Proof {
  readonly type: 'proof'
  /** Ed25519 over the transcript (session/handshake.ts). */
  readonly signature: Uint8Array
  /** 16 bytes over the shared streams and their frontier; equal digests end the exchange. */
  readonly digest: Uint8Array
}

/** What the sender holds of one log. */
export interface LogPosition {
  readonly log: LogKey
  readonly height: number
  /** First 8 bytes of the hash at that height. */
  readonly hash: Uint8Array
  /** Height known to be stored at the root. */
  readonly root: number
}

/** Everything the sender holds of the named streams; logs not named are at height 0. */
export interface Frontier {
  readonly type: 'frontier'
  readonly streams: readonly StreamId[]
  readonly logs: readonly LogPosition[]
}

/** Entries in the sender's arrival order. */
export interface Entries {
  readonly type: 'entries'
  /** Compressed list of packs (log/pack.ts), each with its length before it. */
  readonly packed: Uint8Array
}

export interface Height {
  readonly log: LogKey
  readonly height: number
}

/** Committed with fsync: so many frames, up to these heights. Opens the window again. */
export interface Stored {
  readonly type: 'stored'
  readonly frames: number
  readonly heights: readonly Height[]
}

/** What the root holds, passed down. */
export interface AtRoot {
  readonly type: 'at-root'
  readonly heights: readonly Height[]
}

/** What may become of an entry that did not simply apply; `applied` takes an earlier receipt back. Order is the tag on the wire: append only. */
export const RECEIPT_OUTCOMES = ['set-aside', 'quarantined', 'forked', 'unknown-kind', 'applied'] as const
export type ReceiptOutcome = (typeof RECEIPT_OUTCOMES)[number]

/** What became of an entry that did not simply apply. */
export interface Receipt {
  readonly log: LogKey
  readonly seq: number
  readonly document: DocumentId
  readonly outcome: ReceiptOutcome
  readonly reason: string
}

export interface Receipts {
  readonly type: 'receipts'
  readonly receipts: readonly Receipt[]
}

/** The hash of a version of a log at a height. */
export interface Rung {
  readonly height: number
  /** First 8 bytes. */
  readonly hash: Uint8Array
}

/** The receiver's log differs from the sender's: positions of the sender's version, highest first. */
export interface Fork {
  readonly type: 'fork'
  readonly log: LogKey
  readonly ladder: readonly Rung[]
  /**
   * Unasked, the highest entry of the sender's version, carried (log/carried.ts): signed by the author, so nobody can
   * pretend. To a question (rungs) between neighbours, a pack of the entry behind `above` and those up to the first
   * signed one; to any other question nothing.
   */
  readonly proof: Uint8Array
}

/** Asks for hashes of a log strictly between two heights; between neighbours, for the entries that prove the difference. */
export interface Rungs {
  readonly type: 'rungs'
  readonly log: LogKey
  readonly above: number
  readonly below: number
}

/** Health of a node, sent upward; a relay passes on what it heard from below. */
export interface NodeReport {
  readonly node: NodeId
  /** Milliseconds ago on the reporting side, so that clocks do not matter. */
  readonly age: number
  readonly connected: boolean
  readonly unsentEntries: number
  readonly unsentCases: number
  readonly version: string
  readonly clockOffset: number | null
}

export interface Status {
  readonly type: 'status'
  readonly nodes: readonly NodeReport[]
}

/** The rules level that a node's program knows. */
export interface NodeLevel {
  readonly node: NodeId
  readonly level: number
}

/** What the sender and the nodes below it know of the rules, sent upward beside their reports. */
export interface Levels {
  readonly type: 'levels'
  readonly nodes: readonly NodeLevel[]
}

/** Sign of life; carries the root's time as the sender knows it. */
export interface Beat {
  readonly type: 'beat'
  readonly rootTime: number | null
}

/** Come back later: admission control. */
export interface Busy {
  readonly type: 'busy'
  readonly retryAfterSeconds: number
}

/** The last message of a link that one side will not go on with. */
export interface Refuse {
  readonly type: 'refuse'
  readonly code: RefusalCode
  /** What exactly, for logs. */
  readonly detail: string
}

export type Message =
  | Hello
  | Proof
  | Frontier
  | Entries
  | Stored
  | AtRoot
  | Receipts
  | Fork
  | Status
  | Beat
  | Busy
  | Refuse
  | Rungs
  | Levels
