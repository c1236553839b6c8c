/** One group of writes in the making: everything that will be committed at once, visible to the group itself. */
import { assert } from '#protocol/assert.ts'
import type { DirectoryRecord } from '#protocol/casework/directory.ts'
import type { Register } from '#protocol/casework/register.ts'
import {
  type DocumentId,
  type EntryHash,
  isCase,
  type LogKey,
  logKey,
  logParts,
  type StreamId,
  toHex,
} from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { entryHash, GENESIS } from '#protocol/log/chain.ts'
import {
  type Draft,
  type Entry,
  type EntryRecord,
  encodeContent,
  isSound,
  KIND,
  readEntry,
  readRecord,
} from '#protocol/log/entry.ts'
import type { LogHead } from '#protocol/log/head.ts'
import { decodePack, encodePack, type Packable, packable, type Run, runsOf } from '#protocol/log/pack.ts'
import { addEntry, type CaseFile, copyOf, emptyFile, ownReceipts, standingReceipts } from '../cases/case-file.ts'
import { rowOf } from '../cases/case-row.ts'
import { type Core, readLocal } from '../core.ts'
import { type Directory, isNewer, isStationRecord, streamOfRecord } from '../directory/directory.ts'
import { readRecord as readDirectoryRecord } from '../directory/record-reading.ts'
import type { Change, DirectoryRow, LocalRow, Place, PlacedRecord, ReceiptRow, StoredPack } from '../ports/storage.ts'
import { registerOf } from '../register.ts'

/** An entry of ours that waits for its pack: facts are signed one by one, a run at its end. */
interface Authored {
  readonly log: LogKey
  readonly seq: number
  readonly hash: Uint8Array
  readonly content: Uint8Array
  readonly document: DocumentId
  readonly signed: boolean
}

type MutableChange = { -readonly [Key in keyof Change]: Change[Key][number][] }

export interface Staging {
  readonly core: Core
  readonly heads: Map<LogKey, LogHead>
  /** The heads of the core from which those of the group started. */
  readonly bases: Map<LogKey, LogHead | undefined>
  readonly files: Map<DocumentId, CaseFile>
  readonly touched: Set<DocumentId>
  readonly authored: Authored[]
  readonly before: Map<LogKey, { readonly first: number; readonly hash: Uint8Array }>
  readonly directory: Map<DocumentId, DirectoryRow>
  readonly locals: Map<string, LocalRow>
  readonly change: MutableChange
  arrival: number
}

/** Begins a group. */
export const beginStaging = (core: Core): Staging => ({
  core,
  heads: new Map(),
  bases: new Map(),
  files: new Map(),
  touched: new Set(),
  authored: [],
  before: new Map(),
  directory: new Map(),
  locals: new Map(),
  change: { cuts: [], packs: [], places: [], heads: [], cases: [], receipts: [], directory: [], local: [] },
  arrival: core.arrival,
})

/** The head of a log as the group sees it. */
export function headOf(staging: Staging, log: LogKey): LogHead {
  const staged = staging.heads.get(log)
  const committed = staging.core.heads.get(log)
  if (!staged) staging.bases.set(log, committed)
  return staged ?? committed ?? { key: log, height: 0, hash: GENESIS, parentHeight: 0, rootHeight: 0 }
}

/** Case files as the group sees them; those not in memory are read at once. */
export async function loadFiles(staging: Staging, ids: readonly DocumentId[]): Promise<void> {
  const { core } = staging
  const missing: DocumentId[] = []
  for (const id of ids) {
    if (staging.files.has(id)) continue
    const cached = core.files.get(id)
    if (cached) staging.files.set(id, copyOf(cached))
    else missing.push(id)
  }
  if (missing.length === 0) return
  for (const file of await readFiles(core, missing)) {
    file.told = file.entries > 0 ? await receiptsTold(core, file) : []
    staging.files.set(file.id, file)
  }
}

/** Case files as the disk has them. */
export async function readFiles(core: Core, ids: readonly DocumentId[]): Promise<CaseFile[]> {
  const held = await core.storage.recordsOf(ids)
  return ids.map((id) => fileFrom(core, id, held.get(id) ?? []))
}

/** What the disk says of a case's entries; while rows may be stale that is not what the fold says now. */
async function receiptsTold(core: Core, file: CaseFile): Promise<readonly ReceiptRow[]> {
  const register = registerOf(core)
  const isBehind = core.refolding !== null || core.foldedOn !== register.today
  return isBehind ? ownReceipts(await core.storage.receiptsOf(file.id)) : standingReceipts(file, register)
}

/** The entry of a record as it lies on the disk. */
export function storedEntry({ log, hash, bytes }: PlacedRecord): Entry {
  const record = readRecord(bytes)
  const entry = record && readEntry(log, record, hash)
  assert(entry, 'a stored entry is readable')
  return entry
}

function fileFrom(core: Core, id: DocumentId, records: readonly PlacedRecord[]): CaseFile {
  const file = emptyFile(id)
  for (const placed of records) {
    addEntry(file, storedEntry(placed), core.directory, core.host.cryptography.sha256)
    file.arrival = placed.arrival
  }
  return file
}

/**
 * Builds case files anew without the entries of a log above a height (a rotation cuts them off). Only in a group of
 * its own, before anything else is staged: what counts may hang together in ways that no single removal undoes.
 */
export async function refileWithout(
  staging: Staging,
  ids: readonly DocumentId[],
  log: LogKey,
  height: number,
): Promise<void> {
  const held = await staging.core.storage.recordsOf(ids)
  for (const id of ids) {
    const left = (held.get(id) ?? []).filter((placed) => placed.log !== log || placed.seq <= height)
    const file = fileFrom(staging.core, id, left)
    file.told = staging.files.get(id)?.told ?? []
    staging.files.set(id, file)
    staging.touched.add(id)
  }
}

/** One case file as the group sees it. */
export async function fileOf(staging: Staging, id: DocumentId): Promise<CaseFile> {
  await loadFiles(staging, [id])
  return staging.files.get(id) as CaseFile
}

/** Content of an entry of ours: with seq and signature it stays an entry. */
export const CONTENT_BYTES = LIMITS.entryBytes - 128

/** Appends drafts to this node's log of a stream; their hashes come back. Files must be loaded before. */
export function append(staging: Staging, stream: StreamId, drafts: readonly Draft[]): EntryHash[] {
  const { core } = staging
  const log = logKey({ node: core.identity.node, incarnation: core.incarnation, stream })
  return drafts.map((draft) => {
    const head = headOf(staging, log)
    assert(isSound(draft), 'an entry of ours passes every door')
    const content = encodeContent(draft)
    assert(content.length <= CONTENT_BYTES, 'an entry of ours is inside the limit')
    const record: EntryRecord = { seq: head.height + 1, signature: null, content }
    const hash = entryHash(core.host.cryptography.sha256, log, head.hash, record)
    if (!staging.before.has(log)) staging.before.set(log, { first: record.seq, hash: head.hash })
    const own = core.identity.parent === null
    staging.heads.set(log, {
      ...head,
      height: record.seq,
      hash,
      parentHeight: own ? record.seq : head.parentHeight,
      rootHeight: own ? record.seq : head.rootHeight,
    })
    staging.authored.push({
      log,
      seq: record.seq,
      hash,
      content,
      document: draft.document,
      signed: draft.kind === KIND.fact,
    })
    place(staging, { ...draft, log, seq: record.seq, hash, signature: null })
    return toHex(hash) as EntryHash
  })
}

/** Makes an entry count: in its case file, in the directory (`again`: as if nothing were known), or only as kept. */
export function place(staging: Staging, entry: Entry, again = false): void {
  const { core } = staging
  if (isCase(entry.document)) {
    const file = staging.files.get(entry.document)
    assert(file, 'files are loaded before entries are placed')
    addEntry(file, entry, core.directory, core.host.cryptography.sha256)
    staging.touched.add(entry.document)
    return
  }
  const odd = entry.kind === KIND.directory ? placeRecord(staging, entry, again) : placeOther(staging, entry)
  if (odd) staging.change.receipts.push({ log: entry.log, seq: entry.seq, document: entry.document, ...odd })
}

type Oddity = Pick<ReceiptRow, 'outcome' | 'reason'>

/** At the root: logs that carry directory records; what is true of them is found out after the commit. */
export const RETURNED_RECORDS_SPACE = 'returned-records'

/** Directory records that a fork cut off come carried: without effect here, the root writes them again. */
function placeOther(staging: Staging, entry: Entry): Oddity {
  if (entry.kind !== KIND.carried) return { outcome: 'unknown-kind', reason: '本机程序不认识的条目类型' }
  if (staging.core.identity.parent === null) setLocal(staging, RETURNED_RECORDS_SPACE, entry.log, true)
  return { outcome: 'forked', reason: '分叉时截下的目录资料,由县级核对后重新写入' }
}

const decoder = new TextDecoder()

/** The root writes everything; a station's node writes what the station says of itself, where the station's cases lie. */
function writerProblem({ authority }: Directory, log: LogKey, record: DirectoryRecord): string | undefined {
  const { node, stream } = logParts(log)
  if (!isStationRecord(record)) return authority.isRoot(node) ? undefined : '目录资料只能由县中心写入'
  if (stream !== streamOfRecord(record)) return '站点记录不在该站点的分区'
  return authority.isRoot(node) || authority.serves(node, record.station) ? undefined : '写入的节点不代表该站点'
}

function placeRecord(staging: Staging, entry: Entry, again = false): Oddity | undefined {
  const json = decoder.decode(entry.payload)
  const record: DirectoryRecord | undefined = readDirectoryRecord(json, entry.document)
  if (!record) return { outcome: 'quarantined', reason: '目录资料无法识别' }
  const problem = writerProblem(staging.core.directory, entry.log, record)
  if (problem !== undefined) return { outcome: 'quarantined', reason: problem }
  const row: DirectoryRow = {
    document: entry.document,
    version: record.version,
    hash: toHex(entry.hash) as EntryHash,
    json,
  }
  const committed = again ? undefined : staging.core.directory.row(entry.document)
  const known = staging.directory.get(entry.document) ?? committed
  if (isNewer(row, known)) staging.directory.set(entry.document, row)
  return undefined
}

/** Stores a pack of others as it came, and remembers where each document's entries lie in it. */
export function storePack(
  staging: Staging,
  pack: { readonly bytes: Uint8Array; readonly runs: readonly (Run & { readonly before: Uint8Array })[] },
  placed: readonly (Omit<Place, 'arrival'> & { readonly document: DocumentId })[],
): void {
  staging.arrival += 1
  const stored: StoredPack = { arrival: staging.arrival, bytes: pack.bytes, runs: pack.runs }
  staging.change.packs.push(stored)
  const byDocument = new Map<DocumentId, Place[]>()
  for (const { document, ...where } of placed) {
    const list = byDocument.get(document)
    const one = { ...where, arrival: staging.arrival }
    if (list) list.push(one)
    else byDocument.set(document, [one])
    const file = staging.files.get(document)
    if (file) file.arrival = staging.arrival
  }
  for (const [document, places] of byDocument) staging.change.places.push({ document, places })
}

/** Keeps a node-local value with the group; null deletes. */
export function setLocal(staging: Staging, space: string, key: string, value: unknown): void {
  const row: LocalRow = { space, key, value: value === null ? null : JSON.stringify(value) }
  staging.locals.set(`${space}\n${key}`, row)
}

/** Whether the group has already written a node-local value. */
export const isLocalStaged = (staging: Staging, space: string, key: string): boolean =>
  staging.locals.has(`${space}\n${key}`)

/** A node-local value as the group sees it. */
export async function getLocal(staging: Staging, space: string, key: string): Promise<unknown> {
  const staged = staging.locals.get(`${space}\n${key}`)
  const text = staged ? staged.value : await readLocal(staging.core, space, key)
  return text === null || text === undefined ? undefined : (JSON.parse(text) as unknown)
}

/** Signs and packs what this node wrote in the group. */
async function packAuthored(staging: Staging): Promise<void> {
  const { cryptography } = staging.core.host
  const { privateKey } = staging.core.identity.keys
  for (let start = 0; start < staging.authored.length; ) {
    const chunk = nextChunk(staging.authored, start)
    start += chunk.length
    const heads = new Map(chunk.map((one) => [one.log, one.seq]))
    const records = await Promise.all(
      chunk.map(async (one): Promise<Packable> => {
        const sign = one.signed || heads.get(one.log) === one.seq
        const signature = sign ? await cryptography.sign(privateKey, one.hash) : null
        return packable(one.log, { seq: one.seq, signature, content: one.content })
      }),
    )
    const bytes = encodePack(records)
    const packed = decodePack(bytes)
    assert(packed, 'a pack of ours is readable')
    const runs = runsOf(packed).map((run) => ({ ...run, before: beforeRun(staging, run) }))
    const placed = chunk.map(({ log, seq, hash, document }, index) => {
      const { offset, length } = packed[index] as { offset: number; length: number }
      return { log, seq, hash, document, offset, length }
    })
    storePack(staging, { bytes, runs }, placed)
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

function beforeRun(staging: Staging, run: Run): Uint8Array {
  const begun = staging.before.get(run.log)
  if (begun?.first === run.first) return begun.hash
  const previous = staging.authored.find((one) => one.log === run.log && one.seq === run.first - 1)
  assert(previous, 'the hash before a run of ours is known')
  return previous.hash
}

/** Receipts that are new or cured since the file was last committed. */
function changedReceipts(file: CaseFile, register: Register): ReceiptRow[] {
  const now = standingReceipts(file, register)
  if (now.length === 0 && file.told.length === 0) return []
  const name = ({ log, seq }: ReceiptRow) => `${log}#${seq}`
  const standing = new Set(now.map(name))
  const cured = file.told.filter((row) => !standing.has(name(row)))
  return [...now, ...cured.map((row) => ({ ...row, outcome: 'applied' as const, reason: '' }))]
}

/** Finishes a group: what is to be committed at once. */
export async function settle(staging: Staging): Promise<Change> {
  await packAuthored(staging)
  const { change, core } = staging
  const register = registerOf(core)
  for (const id of staging.touched) {
    const file = staging.files.get(id) as CaseFile
    const row = rowOf(file, register)
    if (row) change.cases.push(row)
    change.receipts.push(...changedReceipts(file, register))
  }
  change.heads.push(...staging.heads.values())
  change.directory.push(...staging.directory.values())
  change.local.push(...staging.locals.values())
  return change
}

/** Places the stored entries of directory records again, whatever is known of them; for rebuilds. */
export async function placeRecords(staging: Staging, documents: readonly DocumentId[]): Promise<void> {
  const held = await staging.core.storage.recordsOf(documents)
  for (const placed of [...held.values()].flat()) place(staging, storedEntry(placed), true)
}
