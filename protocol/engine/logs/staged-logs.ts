/** The logs as one group of writes sees them: appended to, taken from others, cut; packed and signed when it settles. */
import { assert } from '#protocol/assert.ts'
import type { DocumentId, LogKey, StreamId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { entryHash } from '#protocol/log/chain.ts'
import { type Draft, type Entry, type EntryRecord, encodeContent, isSound, KIND } from '#protocol/log/entry.ts'
import { fitsOwn } from '#protocol/log/entry-size.ts'
import type { LogHead } from '#protocol/log/head.ts'
import { decodePack, encodePack, type Packable, packable, type Run, runsOf } from '#protocol/log/pack.ts'

import type { Cryptography, KeyPair } from '../ports/host.ts'
import type { Change, Place, StoredPack } from '../ports/storage.ts'
import { hashInPack, type Logs } from './logs.ts'

/** A pack whose runs are chained to what is held before them. */
export interface ChainedPack {
  readonly bytes: Uint8Array
  readonly runs: readonly ChainedRun[]
}

/** A run with the chain hash before its first entry, so that any entry of it can be proved alone. */
export type ChainedRun = Run & { readonly before: Uint8Array }

/** Where an entry of a pack lies in it. */
export type PlaceInPack = Omit<Place, 'arrival'> & { readonly document: DocumentId }

/** An entry of ours that waits for its pack: facts are signed one by one, a run at its end. */
interface Authored {
  readonly log: LogKey
  readonly seq: number
  readonly hash: Uint8Array
  readonly content: Uint8Array
  readonly document: DocumentId
  readonly signed: boolean
}

type Mutable<List extends readonly unknown[]> = List[number][]

export interface StagedLogs {
  readonly committed: Logs
  readonly cuts: Mutable<Change['cuts']>
  readonly packs: Mutable<Change['packs']>
  readonly places: Mutable<Change['places']>
  /** The heads that the group has changed. */
  readonly heads: Map<LogKey, LogHead>
  /** The committed heads from which they started. */
  readonly bases: Map<LogKey, LogHead | undefined>
  readonly authored: Authored[]
  /** Where the runs of ours begin, with the hash before each. */
  readonly begun: Map<LogKey, { readonly first: number; readonly hash: Uint8Array }>
  /** Highest arrival number that the group has given. */
  arrival: number
}

/** Begins a group. */
export const stageLogs = (committed: Logs): StagedLogs => ({
  committed,
  cuts: [],
  packs: [],
  places: [],
  heads: new Map(),
  bases: new Map(),
  authored: [],
  begun: new Map(),
  arrival: committed.arrival,
})

/** Remembers how far a group has come; what comes back takes everything behind it out of the group again. */
export function markLogs(staged: StagedLogs): () => void {
  const lists = [staged.cuts, staged.packs, staged.places, staged.authored]
  const lengths = lists.map(({ length }) => length)
  const { arrival } = staged
  const restores = [markMap(staged.heads), markMap(staged.bases), markMap(staged.begun)]
  return () => {
    for (const [index, list] of lists.entries()) list.length = lengths[index] as number
    staged.arrival = arrival
    for (const restore of restores) restore()
  }
}

/** A map as it is now; what comes back makes it so again. */
export function markMap<Key, Value>(map: Map<Key, Value>): () => void {
  const entries = [...map]
  return () => {
    map.clear()
    for (const [key, value] of entries) map.set(key, value)
  }
}

/** The head of a log as the group sees it. */
export function stagedHead({ committed, heads, bases }: StagedLogs, log: LogKey): LogHead {
  const staged = heads.get(log)
  if (staged) return staged
  bases.set(log, committed.heads.get(log))
  return committed.head(log)
}

/** The chain hash of a log at a height, as the group sees it; undefined above what is held. */
export async function stagedHash(staged: StagedLogs, log: LogKey, seq: number): Promise<Uint8Array | undefined> {
  const head = stagedHead(staged, log)
  if (seq > 0 && seq === head.height) return head.hash
  const holds = (pack: StoredPack) => pack.runs.some((run) => run.log === log && run.first <= seq && seq <= run.last)
  const pack = staged.packs.find(holds)
  return pack ? hashInPack(staged.committed.sha256, pack, log, seq) : staged.committed.hashAt(log, seq)
}

/** How many entries the group has taken in or written. */
export const stagedEntries = ({ places, authored }: StagedLogs): number =>
  places.reduce((sum, one) => sum + one.places.length, authored.length)

/** No arrival number that the group may still give is above this one. */
export const lastArrival = ({ arrival, authored }: StagedLogs): number => arrival + authored.length

/** Facts, because an act of office must be provable alone; and records of nodes: a child gets them from anybody (rule E31). */
const isProvedAlone = ({ kind, document }: Draft): boolean =>
  kind === KIND.fact || (kind === KIND.directory && document.startsWith('node/'))

/**
 * Appends a draft to this node's log of a stream; undefined, and nothing is done, when it is too long for an entry.
 * `safe`: what this node writes is at the root at once.
 */
export function appendEntry(staged: StagedLogs, stream: StreamId, draft: Draft, safe: boolean): Entry | undefined {
  const { committed } = staged
  const log = committed.ownLog(stream)
  const head = stagedHead(staged, log)
  assert(isSound(draft), 'an entry of ours passes every door')
  const content = encodeContent(draft)
  if (!fitsOwn(draft, content)) return undefined
  const record: EntryRecord = { seq: head.height + 1, signature: null, content }
  const hash = entryHash(committed.sha256, log, head.hash, record)
  const { seq } = record
  if (!staged.begun.has(log)) staged.begun.set(log, { first: seq, hash: head.hash })
  // Whoever holds more of this log holds what somebody else wrote: what is written now lies nowhere else (S135).
  const rootHeight = safe ? seq : Math.min(head.rootHeight, head.height)
  staged.heads.set(log, { ...head, height: seq, hash, rootHeight, ...(safe ? { parentHeight: seq } : {}) })
  staged.authored.push({ log, seq, hash, content, document: draft.document, signed: isProvedAlone(draft) })
  return { ...draft, log, seq, hash, signature: null }
}

/** Keeps a pack as it is, and where the entries of each document lie in it. */
export function keepPack(staged: StagedLogs, { bytes, runs }: ChainedPack, placed: readonly PlaceInPack[]): void {
  staged.arrival += 1
  const { arrival } = staged
  staged.packs.push({ arrival, bytes, runs })
  const byDocument = new Map<DocumentId, Place[]>()
  for (const { document, ...where } of placed) {
    const list = byDocument.get(document)
    const one = { ...where, arrival }
    if (list) list.push(one)
    else byDocument.set(document, [one])
  }
  for (const [document, places] of byDocument) staged.places.push({ document, places })
}

/** Cuts a log: its entries above a height no longer count here. `hash`: the chain hash at that height. */
export function cutLog(staged: StagedLogs, log: LogKey, height: number, hash: Uint8Array): void {
  const head = stagedHead(staged, log)
  const parentHeight = Math.min(head.parentHeight, height)
  const rootHeight = Math.min(head.rootHeight, height)
  staged.heads.set(log, { ...head, height, hash, parentHeight, rootHeight })
  staged.cuts.push({ log, height })
}

/** Signs and packs what this node wrote in the group. */
export async function packAuthored(
  staged: StagedLogs,
  { sign }: Pick<Cryptography, 'sign'>,
  { privateKey }: KeyPair,
): Promise<void> {
  for (let start = 0; start < staged.authored.length; ) {
    const chunk = nextChunk(staged.authored, start)
    start += chunk.length
    const ends = new Map(chunk.map((one) => [one.log, one.seq]))
    const records = await Promise.all(
      chunk.map(async (one): Promise<Packable> => {
        const signature = one.signed || ends.get(one.log) === one.seq ? await sign(privateKey, one.hash) : null
        return packable(one.log, { seq: one.seq, signature, content: one.content })
      }),
    )
    const bytes = encodePack(records)
    const packed = decodePack(bytes)
    assert(packed, 'a pack of ours is readable')
    const runs = runsOf(packed).map((run) => ({ ...run, before: beforeRun(staged, run) }))
    const placed = chunk.map(({ log, seq, hash, document }, index) => {
      const { offset, length } = packed[index] as { offset: number; length: number }
      return { log, seq, hash, document, offset, length }
    })
    keepPack(staged, { bytes, runs }, placed)
  }
}

/** As many entries as one run and one pack may hold. */
function nextChunk(authored: readonly Authored[], start: number): Authored[] {
  const chunk: Authored[] = []
  let bytes = 0
  for (const one of authored.slice(start, start + LIMITS.runEntries)) {
    bytes += one.content.length
    if (chunk.length > 0 && bytes > LIMITS.packBytes) break
    chunk.push(one)
  }
  return chunk
}

function beforeRun(staged: StagedLogs, run: Run): Uint8Array {
  const begun = staged.begun.get(run.log)
  if (begun?.first === run.first) return begun.hash
  const previous = staged.authored.find((one) => one.log === run.log && one.seq === run.first - 1)
  assert(previous, 'the hash before a run of ours is known')
  return previous.hash
}
