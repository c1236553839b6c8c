/** The logs a node holds: one owner of their heads, of the hash at any height, of what is passed on and of the incarnation. */
import { type LogKey, logKey, logParts, type StreamId, toHex } from '#protocol/ids.ts'
import { entryHash, GENESIS, type Sha256 } from '#protocol/log/chain.ts'
import type { LogHead } from '#protocol/log/head.ts'
import { nextIncarnation } from '#protocol/log/incarnation.ts'
import { decodePack } from '#protocol/log/pack.ts'
import type { Host } from '../ports/host.ts'
import type { Identity } from '../ports/identity.ts'
import { type Change, damagedEntries, type Loaded, type Storage, type StoredPack } from '../ports/storage.ts'
import { createRecentPacks } from './recent-packs.ts'

export interface Logs {
  readonly sha256: Sha256
  /** What is held of each log, as committed, and how far it is known to be safe. */
  readonly heads: ReadonlyMap<LogKey, LogHead>
  /** The heads as this run found them, before it wrote or took anything. */
  readonly found: readonly LogHead[]
  /** Highest arrival number on the disk. */
  readonly arrival: number
  /** The incarnation under which this node writes. */
  readonly incarnation: number
  /** The log in which this node writes to a stream. */
  ownLog(stream: StreamId): LogKey
  /** Whether this node wrote a log, under whatever incarnation. */
  isOwn(log: LogKey): boolean
  /** What is held of a log; an empty head when nothing is. */
  head(log: LogKey): LogHead
  /** The chain hash at a height that is held; undefined above it. */
  hashAt(log: LogKey, seq: number): Promise<Uint8Array | undefined>
  packHolding(log: LogKey, seq: number): Promise<StoredPack | undefined>
  /** Packs behind an arrival number, about so many bytes: from memory when all of them are there, else from the disk. */
  packsAfter(arrival: number, aboutBytes: number): Promise<readonly StoredPack[]>
  /** Notes how far a log is safe; the disk follows with the next group that writes the head. */
  noteSafety(log: LogKey, safety: Partial<Pick<LogHead, 'parentHeight' | 'rootHeight'>>): void
  /**
   * Goes on under a new incarnation, made durable outside the database before anything is written under it.
   * @throws what {@link LogsOptions.rotated} throws; the incarnation then stays, and nothing may be written under it
   */
  rotate(): Promise<void>
  /** As {@link rotate}, where nothing forbids to go on under the present one: when the disk refuses, it stays in use. */
  beginAnew(): Promise<void>
  /** Nothing more is written under the present incarnation: the next group begins with {@link rotate}. */
  oweRotation(): void
  /** Does what {@link rotate} could not, or what is owed: called before anything is written. @throws as it does */
  rotateIfOwed(): Promise<void>
  /** A group is durable: its heads, packs and arrival numbers are what is. */
  adopt(change: Change, group: DurableGroup): void
  /** Heights and hashes of this node's own logs, for the sidecar. */
  ownHeads(): Readonly<Record<string, { readonly seq: number; readonly hash: string }>>
}

/** What a group has done, as logs take it over once it is durable. */
export interface DurableGroup {
  readonly arrival: number
  /** The heads from which it started. */
  readonly bases: ReadonlyMap<LogKey, LogHead | undefined>
  /** Logs in which this node itself wrote on, from where. */
  readonly begun: ReadonlyMap<LogKey, { readonly first: number }>
}

export interface LogsOptions {
  readonly storage: Storage
  readonly host: Host
  readonly identity: Identity
  readonly incarnation: number
  readonly loaded: Loaded
  /** Makes a new incarnation durable outside the database (sidecar). */
  rotated(incarnation: number): Promise<void>
}

/** A log of which nothing is held. */
const emptyHead = (key: LogKey): LogHead => ({ key, height: 0, hash: GENESIS, parentHeight: 0, rootHeight: 0 })

/** The logs of a node as its disk has them. */
export function createLogs({ storage, host, identity, incarnation, loaded, rotated }: LogsOptions): Logs {
  const { sha256 } = host.cryptography
  const heads = new Map(loaded.heads.map((head) => [head.key, head]))
  const recent = createRecentPacks()
  let present = incarnation
  let arrival = loaded.arrival
  /** Somebody else has written under the present incarnation, and the disk did not take a new one. */
  let owed = false
  const beginAnew = async () => {
    const used = [...heads.keys()].filter(isOwn).map((log) => logParts(log).incarnation)
    const next = nextIncarnation(new Set([present, ...used]), (bound) => randomBelow(host, bound))
    await rotated(next)
    present = next
    owed = false
  }
  const rotate = () => {
    owed = true
    return beginAnew()
  }
  const isOwn = (log: LogKey) => logParts(log).node === identity.node
  const packHolding = async (log: LogKey, seq: number) => {
    const pack = await storage.packHolding(log, seq)
    return pack && sound(pack)
  }
  return {
    sha256,
    heads,
    found: loaded.heads,
    get arrival() {
      return arrival
    },
    get incarnation() {
      return present
    },
    ownLog: (stream) => logKey({ node: identity.node, incarnation: present, stream }),
    isOwn,
    head: (log) => heads.get(log) ?? emptyHead(log),
    async hashAt(log, seq) {
      const head = heads.get(log)
      if (seq === 0) return GENESIS
      if (!head || seq > head.height) return undefined
      if (seq === head.height) return head.hash
      const pack = await packHolding(log, seq)
      return pack && hashInPack(sha256, pack, log, seq)
    },
    packHolding,
    packsAfter: async (after, aboutBytes) =>
      recent.after(after, aboutBytes) ?? (await storage.packsAfter(after, aboutBytes)).map(sound),
    noteSafety: (log, safety) => heads.set(log, { ...(heads.get(log) ?? emptyHead(log)), ...safety }),
    rotate,
    beginAnew,
    oweRotation: () => {
      owed = true
    },
    rotateIfOwed: async () => {
      if (owed) await rotate()
    },
    adopt(change, group) {
      arrival = group.arrival
      if (change.cuts.length > 0) recent.clear()
      recent.add(change.packs)
      for (const head of change.heads) {
        const { key } = head
        heads.set(key, withSafety(head, group.bases.get(key), heads.get(key), group.begun.get(key)?.first))
      }
    },
    ownHeads() {
      // A head without entries may be only heard of, and not on the disk yet: the record outside must never lead it.
      const own = [...heads.values()].filter(({ key, height }) => height > 0 && isOwn(key))
      return Object.fromEntries(own.map(({ key, height, hash }) => [key, { seq: height, hash: toHex(hash) }]))
    },
  }
}

/** A pack as it was read. Bytes that are no pack any more must not go over a link nor count as an empty one. */
function sound(pack: StoredPack): StoredPack {
  const held = pack.runs.reduce((sum, run) => sum + run.last - run.first + 1, 0)
  if ((decodePack(pack.bytes)?.length ?? 0) < held) throw damagedEntries()
  return pack
}

/** The chain hash of a log at a height that lies in a pack; undefined when none of its runs is in it. */
export function hashInPack(sha256: Sha256, pack: StoredPack, log: LogKey, seq: number): Uint8Array | undefined {
  const run = pack.runs.find((one) => one.log === log)
  if (!run) return undefined
  let hash = run.before
  for (const packed of decodePack(pack.bytes) ?? []) {
    if (packed.log !== log || packed.record.seq > seq || packed.record.seq < run.first) continue
    hash = entryHash(sha256, log, hash, packed.record)
  }
  return hash
}

/** A head as staged, with what was acknowledged while the group was being written; `first`: where this node wrote on in it. */
function withSafety(head: LogHead, before: LogHead | undefined, now: LogHead | undefined, first?: number): LogHead {
  if (!now || now === before) return head
  const newest = (step: 'parentHeight' | 'rootHeight') => {
    const then = before?.[step] ?? 0
    if (head[step] < then) return head[step] // the group has cut it
    const heard = first === undefined ? now[step] : Math.min(now[step], first - 1) // the rest nobody has yet
    return heard < then ? heard : Math.max(head[step], heard)
  }
  // The root may hold more than has arrived here so far; the parent's acknowledgement is only of what we hold.
  return { ...head, parentHeight: Math.min(newest('parentHeight'), head.height), rootHeight: newest('rootHeight') }
}

/** A number below the bound from the host's randomness. */
export function randomBelow(host: Host, bound: number): number {
  const bytes = host.random(4)
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0) % bound
}
