/** Following the chains of others' packs: what is new must continue what is held, what is held already must be the same. */
import type { LogKey } from '#protocol/ids.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import { entryHash } from '#protocol/log/chain.ts'
import { type Entry, type EntryRecord, encodeRecord, isSound, readEntry } from '#protocol/log/entry.ts'
import { fitsDoor } from '#protocol/log/entry-size.ts'
import { decodePack, encodePack, type PackedRecord } from '#protocol/log/pack.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import type { RefusalCode } from '#protocol/wire/refusals.ts'
import type { Cryptography } from '../ports/host.ts'
import { type ChainedPack, type StagedLogs, stagedHash, stagedHead } from './staged-logs.ts'

/** Why entries of others are refused. */
export interface ChainRefusal {
  readonly code: RefusalCode
  readonly detail: string
  /** The log whose chain does not go on, or is another one, where it is one log's. */
  readonly log?: LogKey
}

export const refused = (code: RefusalCode, detail: string) => failure<ChainRefusal>({ code, detail })
const refusedIn = (log: LogKey, code: RefusalCode, detail: string) =>
  failure<ChainRefusal>({ code, detail: `${log} ${detail}`, log })

/** A pack as it came. */
export interface ReceivedPack {
  readonly bytes: Uint8Array
  readonly records: readonly PackedRecord[]
}

/** A pack whose entries are new, chained and readable. */
export interface FollowedPack extends ChainedPack {
  readonly entries: readonly Entry[]
  /** Where each entry lies in the bytes. */
  readonly places: readonly { readonly offset: number; readonly length: number }[]
}

/** How far a log has got while packs are followed. */
interface Position {
  height: number
  hash: Uint8Array
  /** Highest seq that is named: so much the sender holds for certain. */
  told: number
}

/** What must be signed by the author of a log: then everything before it in the chain is authentic. */
export interface Signed {
  readonly log: LogKey
  readonly hash: Uint8Array
  readonly signature: Uint8Array | null
}

/** A walk along the chains of several packs that belong together. */
export interface Walk {
  readonly staged: StagedLogs
  readonly heights: Map<LogKey, Position>
  /** Ends of runs; each is to be verified. */
  readonly ends: Signed[]
  /** Records that are held already; a different entry under the same seq is a fork, not a repetition. */
  readonly held: Map<LogKey, EntryRecord[]>
  /** Why a log may not be here at all; asked once for each. */
  readonly problemOf: (log: LogKey) => ChainRefusal | undefined
  /** Whether there is room for one more log of its author; what is beyond is passed over, and holds up nothing else. */
  readonly hasRoom: (log: LogKey) => boolean
  readonly passedOver: Set<LogKey>
}

export const beginWalk = (staged: StagedLogs, problemOf: Walk['problemOf'], hasRoom: Walk['hasRoom']): Walk => ({
  staged,
  heights: new Map(),
  ends: [],
  held: new Map(),
  problemOf,
  hasRoom,
  passedOver: new Set(),
})

interface OpenRun {
  readonly log: LogKey
  readonly first: number
  last: number
  readonly before: Uint8Array
  hash: Uint8Array
  signature: Uint8Array | null
}

/** Follows the chains through one pack; entries held already are passed over. */
export function followPack(walk: Walk, pack: ReceivedPack): Result<FollowedPack, ChainRefusal> {
  const fresh: PackedRecord[] = []
  const entries: Entry[] = []
  const runs = new Map<LogKey, OpenRun>()
  for (const packed of pack.records) {
    const followed = follow(walk, packed, runs)
    if (!followed.ok) return followed
    if (!followed.value) continue
    fresh.push(packed)
    entries.push(followed.value)
  }
  for (const { log, last, hash, signature } of runs.values()) {
    if (!signature) return refused('bad-signature', `${log} ${last}: unsigned head`)
    walk.ends.push({ log, hash, signature })
  }
  return success(layOut(pack, fresh, entries, [...runs.values()]))
}

/** Follows one log by one record; undefined when it is held already. */
function follow(
  walk: Walk,
  { log, record }: PackedRecord,
  runs: Map<LogKey, OpenRun>,
): Result<Entry | undefined, ChainRefusal> {
  let position = walk.heights.get(log)
  if (walk.passedOver.has(log)) return success(undefined)
  if (!position) {
    const problem = walk.problemOf(log)
    if (problem) return failure(problem)
    if (!walk.hasRoom(log)) {
      walk.passedOver.add(log)
      return success(undefined)
    }
    const head = stagedHead(walk.staged, log)
    position = { height: head.height, hash: head.hash, told: 0 }
    walk.heights.set(log, position)
  }
  position.told = Math.max(position.told, record.seq)
  if (record.seq <= position.height) {
    const held = walk.held.get(log)
    if (held) held.push(record)
    else walk.held.set(log, [record])
    return success(undefined)
  }
  if (record.seq !== position.height + 1) return refusedIn(log, 'gap', `${position.height} → ${record.seq}`)
  const hash = entryHash(walk.staged.committed.sha256, log, position.hash, record)
  const entry = readEntry(log, record, hash)
  if (!entry || !isSound(entry)) return refused('malformed', `${log} ${record.seq}`)
  if (!fitsDoor(entry, record)) return refused('oversized', `${log} ${record.seq}: ${record.content.length} bytes`)
  const { signature } = record
  const run = runs.get(log) ?? { log, first: record.seq, last: record.seq, before: position.hash, hash, signature }
  runs.set(log, run)
  run.last = record.seq
  run.hash = hash
  run.signature = signature
  position.height = record.seq
  position.hash = hash
  return success(entry)
}

/** Keeps the received bytes; only a pack with entries held already is written anew without them. */
function layOut(
  pack: ReceivedPack,
  fresh: readonly PackedRecord[],
  entries: readonly Entry[],
  runs: ChainedPack['runs'],
): FollowedPack {
  if (fresh.length === pack.records.length) return { bytes: pack.bytes, runs, entries, places: pack.records }
  const bytes = encodePack(fresh.map(({ log, record }) => ({ log, bytes: encodeRecord(record) })))
  return { bytes, runs, entries, places: decodePack(bytes) ?? [] }
}

/** What is held already must be the same: else an author wrote twice under one number, and neither may get lost. */
export async function checkHeld({ staged, held }: Walk): Promise<Result<void, ChainRefusal>> {
  const { sha256 } = staged.committed
  for (const [log, records] of held) {
    let hash = await stagedHash(staged, log, (records[0] as EntryRecord).seq - 1)
    for (const record of records) if (hash) hash = entryHash(sha256, log, hash, record)
    const last = (records.at(-1) as EntryRecord).seq
    const ours = await stagedHash(staged, log, last)
    if (!hash || !ours || !equalBytes(hash, ours))
      return refusedIn(log, 'bad-chain', `${last}: differs from what is held`)
  }
  return success(undefined)
}

/** Checks a signature by its author's key; undefined when it holds. */
export async function checkSignature(
  { verify }: Pick<Cryptography, 'verify'>,
  key: Uint8Array | undefined,
  { log, hash, signature }: Signed,
): Promise<ChainRefusal | undefined> {
  if (!key) return { code: 'unknown-author', detail: log }
  const valid = signature !== null && (await verify(key, hash, signature))
  return valid ? undefined : { code: 'bad-signature', detail: log, log }
}
