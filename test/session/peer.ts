/** A session without an engine: heads are given, effects are collected, answers are made by hand. */
import { type LogKey, logKey, type NodeId, type StreamId, toHex } from '#protocol/ids.ts'
import type { LogHead } from '#protocol/log/head.ts'
import { frontierDigest, transcript } from '#protocol/session/handshake.ts'
import type { Effect, Event, Live, Session, View } from '#protocol/session/state.ts'
import { open, step } from '#protocol/session/step.ts'
import type { Hello, LogPosition, Message } from '#protocol/wire/messages.ts'
import { sha256 } from '#test/storage/fixtures.ts'

export const nodeOf = (letter: string) => letter.repeat(32) as NodeId
export const streamA = '510724100' as StreamId
export const streamB = '510724200' as StreamId
export const logIn = (letter: string, stream: StreamId, incarnation = 1): LogKey =>
  logKey({ node: nodeOf(letter), incarnation, stream })
export const head = (
  key: LogKey,
  height: number,
  hash = sha256(new TextEncoder().encode(`${key} ${height}`)),
): LogHead => ({
  key,
  height,
  hash,
  parentHeight: 0,
  rootHeight: 0,
})

export interface Given {
  node?: NodeId
  heads?: readonly LogHead[]
  shared?: StreamId[]
  arrival?: number
  admits?: 'yes' | 'delivers' | 'unknown-node' | 'revoked'
  gives?: StreamId[]
  writes?: StreamId[]
  takes?: StreamId[]
  versions?: [number, number]
  rate?: number | null
}

/** One side of a link. */
export class Peer {
  readonly node: NodeId
  readonly hello: Hello
  readonly effects: Effect[] = []
  readonly heads: Map<LogKey, LogHead>
  shared: StreamId[]
  now = 1_000_000
  arrival: number
  admits: 'yes' | 'delivers' | 'unknown-node' | 'revoked'
  gives: StreamId[]
  writes: StreamId[]
  takes: StreamId[]
  rate: number | null
  session: Session

  constructor(given: Given = {}) {
    this.node = given.node ?? nodeOf('a')
    this.heads = new Map((given.heads ?? []).map((one) => [one.key, one]))
    this.shared = given.shared ?? [streamA]
    this.arrival = given.arrival ?? 0
    this.admits = given.admits ?? 'yes'
    this.rate = given.rate ?? null
    this.gives = given.gives ?? []
    this.writes = given.writes ?? []
    this.takes = given.takes ?? []
    const nonce = sha256(new TextEncoder().encode(this.node)).subarray(0, 16)
    const versions = given.versions ?? [1, 1]
    this.hello = { type: 'hello', versions, node: this.node, incarnation: 1, nonce, rootTime: null }
    const opened = open(this.hello, this.view)
    this.session = opened.session
    this.effects.push(...opened.effects)
  }

  get view(): View {
    const { now, node, heads, arrival, shared, admits, gives, writes, takes, rate } = this
    return {
      elapsed: now,
      node,
      heads,
      arrival,
      rootTime: 5,
      shared: () => shared,
      gives: () => gives,
      writes: (stream) => writes.includes(stream),
      takes: () => takes,
      rate: () => rate,
      admits: () => admits,
    }
  }

  /** Steps by an event; the effects of this step come back. */
  do(event: Event): readonly Effect[] {
    const { session, effects } = step(this.session, event, this.view)
    this.session = session
    this.effects.push(...effects)
    return effects
  }

  hear(message: Message): readonly Effect[] {
    return this.do({ type: 'message', message })
  }

  /** What an engine answers to `prove`, with the transcript itself in place of a signature. */
  proof(other: Hello): Event & { readonly type: 'proof-made' } {
    const signature = signed(this.hello, other)
    const heights = new Map([...this.heads.values()].map(({ key, height }) => [key, height]))
    const digest = frontierDigest(sha256, this.view, other.node)
    return { type: 'proof-made', signature, digest, streams: this.shared, arrival: this.arrival, heights }
  }

  get live(): Live {
    if (this.session.is !== 'live') throw new Error(`session is ${this.session.is}`)
    return this.session
  }
}

/** Stands for a signature: 64 bytes only this transcript gives. */
export const signed = (own: Hello, other: Hello): Uint8Array => {
  const once = sha256(transcript(own, other))
  return Uint8Array.from([...once, ...sha256(once)])
}

/** Names of effects, messages by their type. */
export const names = (effects: readonly Effect[]): string[] =>
  effects.map((effect) => (effect.type === 'send' ? `send ${effect.message.type}` : effect.type))

export const sentBy = (effects: readonly Effect[]): Message[] =>
  effects.flatMap((effect) => (effect.type === 'send' ? [effect.message] : []))

/** Brings two sides through hello and proof. */
export function shakeHands(left: Peer, right: Peer): void {
  left.hear(right.hello)
  right.hear(left.hello)
  for (const [own, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const made = own.proof(other.hello)
    own.do(made)
    other.hear({ type: 'proof', signature: made.signature, digest: made.digest })
    other.do({ type: 'proof-checked', valid: toHex(made.signature) === toHex(signed(own.hello, other.hello)) })
  }
}

/** A live session with another side that shares the given streams and differs. */
export function livePeer(given: Given = {}): Peer {
  const peer = new Peer({ arrival: 10, ...given })
  shakeHands(
    peer,
    new Peer({ node: nodeOf('b'), heads: [head(logIn('b', streamA), 3)], shared: given.shared ?? [streamA] }),
  )
  peer.effects.length = 0
  return peer
}

/** What the other side says of a log. */
export const position = (log: LogKey, height: number, root = 0): LogPosition => ({
  log,
  height,
  hash: new Uint8Array(8),
  root,
})
/** A log of this side and one of the other. */
export const ours = logIn('a', streamA)
export const theirs = logIn('b', streamA)

/** The comparison comes back from the disk. */
export const compared = (
  peer: Peer,
  positions: LogPosition[],
  given: { forks?: LogKey[]; start?: number; streams?: StreamId[] } = {},
) =>
  peer.do({
    type: 'compared',
    positions,
    streams: given.streams ?? [streamA],
    forks: given.forks ?? [],
    start: given.start ?? 0,
  })

/** A live session whose other side has told what it holds. */
export const opened = (heads = [head(ours, 6)]) => {
  const peer = livePeer({ heads })
  peer.hear({ type: 'frontier', streams: [streamA], logs: [position(theirs, 3)] })
  compared(peer, [position(theirs, 3)])
  peer.effects.length = 0
  return peer
}
