/** A registered node without an engine: it writes any bytes it likes into its logs and onto its link. */
import type { NodeRecord } from '#protocol/casework/directory.ts'
import { encodeFact, type Fact } from '#protocol/casework/facts/facts.ts'
import { CASE_RANDOM_BYTES, caseIdIn } from '#protocol/engine/cases/case-id.ts'
import type { KeyPair } from '#protocol/engine/ports/host.ts'
import type { Connection } from '#protocol/engine/ports/identity.ts'
import {
  type LogKey,
  logKey,
  type NodeId,
  type PersonId,
  type StationCode,
  type StreamId,
  streamOf,
  toHex,
} from '#protocol/ids.ts'
import { entryHash, GENESIS } from '#protocol/log/chain.ts'
import { type Draft, type EntryRecord, encodeContent, KIND } from '#protocol/log/entry.ts'
import { encodePack, joinPacks, type Packable, packable } from '#protocol/log/pack.ts'
import { transcript } from '#protocol/session/handshake.ts'
import { createInbox } from '#protocol/transport/inbox.ts'
import { generateKeys, nodeHost, nodeIdOf, sha256 } from '#protocol/transport/node-host.ts'
import { decodeMessage, encodeMessage } from '#protocol/wire/codec.ts'
import type { Hello, Message } from '#protocol/wire/messages.ts'
import { type Node, until } from './county.ts'

export interface WriteOptions {
  /** Signs every entry when it is not told otherwise. */
  readonly sign?: (seq: number) => boolean
  readonly incarnation?: number
  /** Signs with this node's key but in this name. */
  readonly author?: NodeId
}

/** A connection without any limit of its own, so that the engine's limits are what is tested. */
function openPair(): readonly [Connection, Connection] {
  const inboxes = [createInbox(), createInbox()] as const
  const end = (mine: 0 | 1): Connection => ({
    send: (frame) => queueMicrotask(() => inboxes[mine === 0 ? 1 : 0].deliver(frame)),
    close: (reason) => {
      inboxes[mine].end(reason)
      queueMicrotask(() => inboxes[mine === 0 ? 1 : 0].end(reason))
    },
    received: inboxes[mine].received,
    pause: inboxes[mine].pause,
    resume: inboxes[mine].resume,
    listen: inboxes[mine].listen,
  })
  return [end(0), end(1)]
}

export class RawNode {
  readonly keys: KeyPair
  readonly node: NodeId
  readonly station: StationCode
  readonly heads = new Map<LogKey, { seq: number; hash: Uint8Array }>()
  readonly received: Message[] = []
  /** Protocol versions it says it speaks. */
  versions: readonly [number, number] = [1, 1]
  ended = true
  #connection: Connection | undefined

  /** Given keys make it speak for the machine that has them. */
  constructor(station: StationCode, keys: KeyPair = generateKeys()) {
    this.station = station
    this.keys = keys
    this.node = nodeIdOf(keys.publicKey)
  }

  record(parent: NodeId, lease: number): NodeRecord {
    const { node, keys, station } = this
    const publicKey = toHex(keys.publicKey)
    return {
      type: 'node',
      id: node,
      version: 1,
      name: 'raw',
      publicKey,
      stations: [station],
      parent,
      lease,
      revoked: null,
    }
  }

  /** Connects to a node and proves the key; `up` when this node is the other's parent. */
  async link(other: Node, direction: 'up' | 'down' = 'down'): Promise<void> {
    const [mine, theirs] = openPair()
    const live = this.over(mine)
    void other.engine.attach(theirs, direction)
    await live
  }

  /** The same over a connection that somebody has opened. */
  async over(connection: Connection): Promise<void> {
    this.#connection = connection
    this.received.length = 0
    this.ended = false
    const hello: Hello = {
      type: 'hello',
      versions: this.versions,
      node: this.node,
      incarnation: 1,
      nonce: nodeHost.random(16),
      rootTime: null,
    }
    connection.listen({ frame: (frame) => void this.#hear(hello, decodeMessage(frame)), closed: () => this.#close() })
    this.send(hello)
    await until('raw node is live', () => this.ended || this.received.some(({ type }) => type === 'frontier'))
  }

  async #hear(hello: Hello, message: Message | undefined): Promise<void> {
    if (!message) throw new Error('the engine sent a malformed message')
    this.received.push(message)
    if (message.type !== 'hello') return
    const signature = await nodeHost.cryptography.sign(this.keys.privateKey, transcript(hello, message))
    this.send({ type: 'proof', signature, digest: new Uint8Array(16) })
  }

  #close(): void {
    this.ended = true
  }

  cut(): void {
    this.#connection?.close('cut')
    this.ended = true
  }

  send(message: Message): void {
    this.sendBytes(encodeMessage(message))
  }

  sendBytes(bytes: Uint8Array): void {
    this.#connection?.send(bytes)
  }

  /** Appends to the own log of a stream and gives the records. */
  async write(stream: StreamId, drafts: readonly Draft[], options: WriteOptions = {}): Promise<Packable[]> {
    const log = logKey({ node: options.author ?? this.node, incarnation: options.incarnation ?? 1, stream })
    const written: Packable[] = []
    for (const draft of drafts) {
      const { seq, hash } = this.heads.get(log) ?? { seq: 0, hash: GENESIS }
      const record = { seq: seq + 1, content: encodeContent(draft), signature: null }
      const next = entryHash(sha256, log, hash, record)
      this.heads.set(log, { seq: seq + 1, hash: next })
      const signs = options.sign?.(record.seq) ?? true
      const signature = signs ? await nodeHost.cryptography.sign(this.keys.privateKey, next) : null
      written.push(packable(log, { ...record, signature } satisfies EntryRecord))
    }
    return written
  }

  /** The code of the refusal that ended the link. */
  async refusal(): Promise<string> {
    await until('link ended', () => this.ended)
    const last = this.received.findLast((message) => message.type === 'refuse')
    return last?.type === 'refuse' ? last.code : 'none'
  }

  async stored(frames = 1): Promise<void> {
    const sum = () => this.received.reduce((total, one) => total + (one.type === 'stored' ? one.frames : 0), 0)
    await until(`${frames} frames stored`, () => {
      if (this.ended) throw new Error(`link ended: ${JSON.stringify(this.received.at(-1))}`)
      return sum() >= frames
    })
  }
}

/** A frame of packs. */
export const frameOf = (...packs: readonly (readonly Packable[])[]): Message => ({
  type: 'entries',
  packed: nodeHost.compression.pack(joinPacks(packs.map(encodePack))),
})

/** A draft by a station. */
export const draft = (station: StationCode, given: Partial<Draft> = {}): Draft => ({
  kind: KIND.fact,
  document: caseIdIn(sha256, streamOf(station), nodeHost.random(CASE_RANDOM_BYTES)),
  person: 'raw' as PersonId,
  station,
  time: 1_790_000_000_000,
  clockOffset: null,
  catalogueVersion: 1,
  calendarVersion: 0,
  payload: new TextEncoder().encode('{}'),
  ...given,
})

/** A fact as a payload. */
export const factPayload = (fact: Fact): Uint8Array => encodeFact(fact)
