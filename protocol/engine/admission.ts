/** The door for entries of others: chain, signature, grant and author are checked before anything is staged. */
import {
  COUNTY_STREAM,
  type DocumentId,
  isCase,
  isDocumentId,
  type LogKey,
  logParts,
  type StreamId,
} from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { entryHash } from '#protocol/log/chain.ts'
import { type Entry, encodeRecord, KIND, readEntry } from '#protocol/log/entry.ts'
import { decodePack, encodePack, type PackedRecord, type Run, splitPacks } from '#protocol/log/pack.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import type { Height } from '#protocol/wire/messages.ts'
import type { RefusalCode } from '#protocol/wire/refusals.ts'
import { decodeCarried } from './carried.ts'
import type { Core } from './core.ts'
import { headOf, loadFiles, place, type Staging, storePack } from './staging.ts'

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
interface ReceivedPack {
  readonly bytes: Uint8Array
  readonly records: readonly PackedRecord[]
}

interface Progress {
  readonly heights: Map<LogKey, { height: number; hash: Uint8Array; signature: Uint8Array | null }>
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
    decoded.push({ bytes: pack, records })
  }
  return success(decoded)
}

/**
 * Admits a frame into a group: everything or nothing of it. Entries already held are passed over.
 * Answers the heights now held of every log in the frame.
 */
export async function admitFrame(
  staging: Staging,
  packed: Uint8Array,
  source: FrameSource,
): Promise<Result<readonly Height[], FrameRefusal>> {
  const unpacked = unpackFrame(staging.core, packed)
  if (!unpacked.ok) return unpacked
  const progress: Progress = { heights: new Map() }
  const packs: CheckedPack[] = []
  for (const pack of unpacked.value) {
    const checked = checkPack(staging, pack, source, progress)
    if (!checked.ok) return checked
    if (checked.value.entries.length > 0) packs.push(checked.value)
  }
  const verified = await verify(staging.core, progress, packs)
  if (!verified.ok) return verified
  await stage(staging, packs, progress, source)
  return success([...progress.heights].map(([log, { height }]) => ({ log, height })))
}

interface OpenRun {
  readonly log: LogKey
  readonly first: number
  last: number
  readonly before: Uint8Array
  signed: boolean
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
  for (const run of runs.values())
    if (!run.signed) return refused('bad-signature', `${run.log} ${run.last}: unsigned head`)
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
    position = { height: head.height, hash: head.hash, signature: null }
    progress.heights.set(log, position)
  }
  if (record.seq <= position.height) return success(undefined)
  if (record.seq !== position.height + 1) return refused('gap', `${log} ${position.height} → ${record.seq}`)
  const hash = entryHash(staging.core.host.cryptography.sha256, log, position.hash, record)
  const entry = readEntry(log, record, hash)
  if (!entry || !isDocumentId(entry.document)) return refused('malformed', `${log} ${record.seq}`)
  const run = runs.get(log) ?? { log, first: record.seq, last: record.seq, before: position.hash, signed: false }
  runs.set(log, run)
  run.last = record.seq
  run.signed = record.signature !== null
  position.height = record.seq
  position.hash = hash
  position.signature = record.signature
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
  if (node === core.identity.root.node) return undefined
  if (stream === COUNTY_STREAM) return { code: 'foreign-stream', detail: log }
  const known = node === core.identity.node || core.directory.streamsOf(node).has(stream)
  return known ? undefined : { code: 'foreign-stream', detail: log }
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
  for (const [log, { hash, signature }] of progress.heights) if (signature) checks.push(check(log, hash, signature))
  for (const entry of packs.flatMap((pack) => pack.entries)) {
    if (entry.kind !== KIND.carried) continue
    const inner = decodeCarried(cryptography.sha256, entry.payload)
    if (inner?.kind === KIND.fact) checks.push(check(inner.log, inner.hash, inner.signature))
  }
  const problem = (await Promise.all(checks)).find((outcome) => outcome !== undefined)
  return problem ? failure(problem) : success(undefined)
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
  const atRoot = staging.core.identity.parent === null || source.fromRoot
  for (const [log, { height, hash }] of progress.heights) {
    const head = headOf(staging, log)
    staging.heads.set(log, {
      ...head,
      height,
      hash,
      parentHeight:
        source.fromParent || staging.core.identity.parent === null
          ? Math.max(head.parentHeight, height)
          : head.parentHeight,
      rootHeight: atRoot ? Math.max(head.rootHeight, height) : head.rootHeight,
    })
  }
}
