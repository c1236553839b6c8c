/** The door for entries of others: chain, signature, grant and author are checked before anything is staged. */
import { COUNTY_STREAM, type DocumentId, isCase, type LogKey, logParts, type StreamId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import { entryHash } from '#protocol/log/chain.ts'
import { type Entry, type EntryRecord, encodeRecord, isSound, KIND, readEntry } from '#protocol/log/entry.ts'
import { decodePack, encodePack, type PackedRecord, type Run, splitPacks } from '#protocol/log/pack.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import type { Height } from '#protocol/wire/messages.ts'
import type { RefusalCode } from '#protocol/wire/refusals.ts'
import type { Core } from '../core.ts'
import { decodeCarried } from '../logs/carried.ts'
import { hashAt, hashInPack } from '../logs/positions.ts'
import type { StoredPack } from '../ports/storage.ts'
import { headOf, loadFiles, place, type Staging, storePack } from '../writing/staging.ts'

export interface FrameRefusal {
  readonly code: RefusalCode
  readonly detail: string
}

/** Where a frame comes from and what may be in it. */
export interface FrameSource {
  readonly shared: ReadonlySet<StreamId>
  /** From the parent: what it sends is safe there. */
  readonly fromParent: boolean
  /** The parent is the root: what it sends is safe at the county. */
  readonly fromRoot: boolean
}

/** A pack whose entries are new, chained and readable. */
interface CheckedPack {
  readonly bytes: Uint8Array
  readonly entries: readonly Entry[]
  /** Where each entry lies in the bytes. */
  readonly places: readonly { readonly offset: number; readonly length: number }[]
  readonly runs: readonly (Run & { readonly before: Uint8Array })[]
}

/** A pack as it came. */
export interface ReceivedPack {
  readonly bytes: Uint8Array
  readonly records: readonly PackedRecord[]
}

/** How far a log has got while a frame is followed. */
interface Position {
  height: number
  hash: Uint8Array
  /** Highest seq the frame names: so much the sender holds for certain. */
  told: number
}

interface Progress {
  readonly heights: Map<LogKey, Position>
  /** Signed ends of runs: one verification authenticates everything before it in the chain. */
  readonly ends: { readonly log: LogKey; readonly hash: Uint8Array; readonly signature: Uint8Array | null }[]
  /** Records of the frame that are held already; a different entry under the same seq is a fork, not a repetition. */
  readonly held: Map<LogKey, EntryRecord[]>
}

const refused = (code: RefusalCode, detail: string) => failure<FrameRefusal>({ code, detail })

/** Unpacks a frame's body; typed refusal when it is malformed or would unpack to too much. */
export function unpackFrame(core: Core, packed: Uint8Array): Result<ReceivedPack[], FrameRefusal> {
  const body = core.host.compression.unpack(packed, LIMITS.unpackedFrameBytes)
  const packs = body && splitPacks(body)
  if (!packs) return refused('malformed', 'entries: not a list of packs')
  const decoded: ReceivedPack[] = []
  for (const pack of packs) {
    const records = decodePack(pack)
    if (!records || records.length === 0) return refused('malformed', 'entries: not a pack')
    if (pack.length > LIMITS.receivedPackBytes) return refused('oversized', `entries: a pack of ${pack.length} bytes`)
    decoded.push({ bytes: pack, records })
  }
  return success(decoded)
}

/**
 * Splits a frame into what belongs to the county stream and the rest, when it has both: the directory is admitted
 * first, because what follows in the same frame may be by authors that are only named there.
 */
export function directoryFirst(packs: readonly ReceivedPack[]): readonly (readonly ReceivedPack[])[] {
  const [county, rest] = [true, false].map((wanted) => packs.flatMap((pack) => partOf(pack, wanted)))
  return county && rest && county.length > 0 && rest.length > 0 ? [county, rest] : [packs]
}

function partOf(pack: ReceivedPack, county: boolean): ReceivedPack[] {
  const records = pack.records.filter(({ log }) => (logParts(log).stream === COUNTY_STREAM) === county)
  if (records.length === 0) return []
  if (records.length === pack.records.length) return [pack]
  const bytes = encodePack(records.map(({ log, record }) => ({ log, bytes: encodeRecord(record) })))
  return [{ bytes, records: decodePack(bytes) ?? [] }]
}

/**
 * Admits a frame into a group: everything or nothing of it. Entries already held are passed over.
 * Answers up to where the frame's entries of every log are held: what lies above may be another's version.
 */
export async function admitFrame(
  staging: Staging,
  received: readonly ReceivedPack[],
  source: FrameSource,
): Promise<Result<readonly Height[], FrameRefusal>> {
  const progress: Progress = { heights: new Map(), ends: [], held: new Map() }
  const packs: CheckedPack[] = []
  for (const pack of received) {
    const checked = checkPack(staging, pack, source, progress)
    if (!checked.ok) return checked
    if (checked.value.entries.length > 0) packs.push(checked.value)
  }
  const verified = await verify(staging.core, progress, packs)
  if (!verified.ok) return verified
  const repeated = await checkHeld(staging, progress)
  if (!repeated.ok) return repeated
  await stage(staging, packs, progress, source)
  return success([...progress.heights].map(([log, { told }]) => ({ log, height: told })))
}

interface OpenRun {
  readonly log: LogKey
  readonly first: number
  last: number
  readonly before: Uint8Array
  hash: Uint8Array
  signature: Uint8Array | null
}

/** Follows the chains through one pack; entries held already are passed over. */
function checkPack(
  staging: Staging,
  pack: ReceivedPack,
  source: FrameSource,
  progress: Progress,
): Result<CheckedPack, FrameRefusal> {
  const fresh: PackedRecord[] = []
  const entries: Entry[] = []
  const runs = new Map<LogKey, OpenRun>()
  for (const packed of pack.records) {
    const followed = follow(staging, packed, source, progress, runs)
    if (!followed.ok) return followed
    if (!followed.value) continue
    fresh.push(packed)
    entries.push(followed.value)
  }
  for (const { log, last, hash, signature } of runs.values()) {
    if (!signature) return refused('bad-signature', `${log} ${last}: unsigned head`)
    progress.ends.push({ log, hash, signature })
  }
  return success(layOut(pack, fresh, entries, [...runs.values()]))
}

/** Follows one log by one record; undefined when it is held already. */
function follow(
  staging: Staging,
  { log, record }: PackedRecord,
  source: FrameSource,
  progress: Progress,
  runs: Map<LogKey, OpenRun>,
): Result<Entry | undefined, FrameRefusal> {
  let position = progress.heights.get(log)
  if (!position) {
    const problem = authorProblem(staging.core, log, source)
    if (problem) return failure(problem)
    const head = headOf(staging, log)
    position = { height: head.height, hash: head.hash, told: 0 }
    progress.heights.set(log, position)
  }
  position.told = Math.max(position.told, record.seq)
  if (record.seq <= position.height) {
    const held = progress.held.get(log)
    if (held) held.push(record)
    else progress.held.set(log, [record])
    return success(undefined)
  }
  if (record.seq !== position.height + 1) return refused('gap', `${log} ${position.height} → ${record.seq}`)
  const hash = entryHash(staging.core.host.cryptography.sha256, log, position.hash, record)
  const entry = readEntry(log, record, hash)
  if (!entry || !isSound(entry)) return refused('malformed', `${log} ${record.seq}`)
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
  runs: CheckedPack['runs'],
): CheckedPack {
  if (fresh.length === pack.records.length) return { bytes: pack.bytes, runs, entries, places: pack.records }
  const bytes = encodePack(fresh.map(({ log, record }) => ({ log, bytes: encodeRecord(record) })))
  return { bytes, runs, entries, places: decodePack(bytes) ?? [] }
}

/** Whether the author of a log may be in this frame at all. */
function authorProblem(core: Core, log: LogKey, source: FrameSource): FrameRefusal | undefined {
  const { node, stream } = logParts(log)
  if (!source.shared.has(stream)) return { code: 'foreign-stream', detail: log }
  if (!core.directory.keyOf(node)) return { code: 'unknown-author', detail: log }
  // Whether the author may write for a station is judged when its entries are folded: grants change, and what was
  // written before must still arrive everywhere. The link's own grants bound what a peer can bring here.
  const foreign = stream === COUNTY_STREAM && node !== core.identity.root.node
  return foreign ? { code: 'foreign-stream', detail: log } : undefined
}

/** One verification per run authenticates everything before it in the chain; carried facts are checked one by one. */
async function verify(
  core: Core,
  progress: Progress,
  packs: readonly CheckedPack[],
): Promise<Result<void, FrameRefusal>> {
  const { cryptography } = core.host
  const checks: Promise<FrameRefusal | undefined>[] = []
  const check = async (
    log: LogKey,
    hash: Uint8Array,
    signature: Uint8Array | null,
  ): Promise<FrameRefusal | undefined> => {
    const key = core.directory.keyOf(logParts(log).node)
    if (!key) return { code: 'unknown-author', detail: log }
    const valid = signature !== null && (await cryptography.verify(key, hash, signature))
    return valid ? undefined : { code: 'bad-signature', detail: log }
  }
  for (const { log, hash, signature } of progress.ends) checks.push(check(log, hash, signature))
  for (const entry of packs.flatMap((pack) => pack.entries)) {
    // The root's word is proof enough; a fact that another node carries is checked by its author's signature.
    if (entry.kind !== KIND.carried || core.directory.authority.isRoot(logParts(entry.log).node)) continue
    const inner = decodeCarried(cryptography.sha256, entry.payload)
    if (inner?.kind === KIND.fact) checks.push(check(inner.log, inner.hash, inner.signature))
  }
  const problem = (await Promise.all(checks)).find((outcome) => outcome !== undefined)
  return problem ? failure(problem) : success(undefined)
}

/** What is held already must be the same: else an author wrote twice under one number, and neither may get lost. */
async function checkHeld(staging: Staging, progress: Progress): Promise<Result<void, FrameRefusal>> {
  const { sha256 } = staging.core.host.cryptography
  for (const [log, records] of progress.held) {
    let hash = await hashHeld(staging, log, (records[0] as EntryRecord).seq - 1)
    for (const record of records) if (hash) hash = entryHash(sha256, log, hash, record)
    const last = (records.at(-1) as EntryRecord).seq
    const ours = await hashHeld(staging, log, last)
    if (!hash || !ours || !equalBytes(hash, ours))
      return refused('bad-chain', `${log} ${last}: differs from what is held`)
  }
  return success(undefined)
}

/** The chain hash of a log at a height, as the group sees it. */
async function hashHeld(staging: Staging, log: LogKey, seq: number): Promise<Uint8Array | undefined> {
  const head = headOf(staging, log)
  if (seq > 0 && seq === head.height) return head.hash
  const holds = (pack: StoredPack) => pack.runs.some((run) => run.log === log && run.first <= seq && seq <= run.last)
  const staged = staging.change.packs.find(holds)
  return staged ? hashInPack(staging.core, staged, log, seq) : hashAt(staging.core, log, seq)
}

async function stage(
  staging: Staging,
  packs: readonly CheckedPack[],
  progress: Progress,
  source: FrameSource,
): Promise<void> {
  const documents = new Set<DocumentId>()
  for (const { entries } of packs) for (const { document } of entries) if (isCase(document)) documents.add(document)
  await loadFiles(staging, [...documents])
  for (const pack of packs) {
    for (const entry of pack.entries) place(staging, entry)
    const placed = pack.entries.map(({ document, log, seq, hash }, index) => {
      const { offset, length } = pack.places[index] as { offset: number; length: number }
      return { document, log, seq, hash, offset, length }
    })
    storePack(staging, pack, placed)
  }
  const isRoot = staging.core.identity.parent === null
  for (const [log, { height, hash, told }] of progress.heights) {
    const head = headOf(staging, log)
    staging.heads.set(log, {
      ...head,
      height,
      hash,
      parentHeight: isRoot ? height : Math.max(head.parentHeight, source.fromParent ? told : 0),
      rootHeight: isRoot ? height : Math.max(head.rootHeight, source.fromRoot ? told : 0),
    })
  }
}
