/** Making entries count in a group: in their case, in the directory, or only as kept. */
import { assert } from '#protocol/assert.ts'
import { isAudit } from '#protocol/casework/audit.ts'
import type { DirectoryRecord, NodeRecord, Staff, Station } from '#protocol/casework/directory.ts'
import { knowsService } from '#protocol/casework/rules/service.ts'
import {
  type DocumentId,
  type EntryHash,
  isCase,
  logParts,
  type StationCode,
  type StreamId,
  toHex,
} from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { type Draft, type Entry, KIND } from '#protocol/log/entry.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { AFTER_REVOCATION, addEntry } from '../cases/case-entries.ts'
import { storedEntry } from '../cases/case-reading.ts'
import { UNREAD_CASES_SPACE } from '../cases/unlisted.ts'
import type { Core } from '../core.ts'
import { type Directory, streamOfRecord } from '../directory/directory.ts'
import { readDirectoryRecord } from '../directory/record-reading.ts'
import { isNewer } from '../directory/station-lists.ts'
import { isOfItsStation, isStationDocument, isStationRecord, largeness } from '../directory/station-records.ts'
import { appendEntry } from '../logs/staged-logs.ts'
import { type DirectoryRow, NO_CHANGE, type ReceiptRow, StorageFailure } from '../ports/storage.ts'
import { placeAudit } from './audit-entries.ts'
import { recordsInPieces } from './record-pieces.ts'
import { type Staging, setLocal } from './staging.ts'
import { noteDamage } from './storage-problem.ts'

/**
 * Appends drafts to this node's log of a stream; their hashes come back. The cases must be loaded before. One that is
 * too long for an entry is refused in words; whoever asked is then refused too, and nothing of it is committed.
 */
export function append(staging: Staging, stream: StreamId, drafts: readonly Draft[]): Result<readonly EntryHash[]> {
  const hashes: EntryHash[] = []
  for (const draft of drafts) {
    const entry = appendEntry(staging.logs, stream, draft, staging.core.isRoot)
    if (!entry) return tooLong(draft)
    place(staging, entry)
    hashes.push(toHex(entry.hash) as EntryHash)
  }
  return success(hashes)
}

/** What is said of an entry that is too long. `field`: the longest of its parts, when one is known. */
export function tooLong(
  { payload }: Pick<Draft, 'payload'>,
  field?: { readonly name: string; readonly label: string },
) {
  const kilobytes = (bytes: number) => Math.ceil(bytes / 1024)
  const where = field ? `,其中“${field.label}”最长` : ''
  return fail(
    'entry-too-long',
    `一次写入的内容共 ${kilobytes(payload.length)} KB${where};一条记录最多 ${kilobytes(LIMITS.writtenBytes)} KB。`,
    '没有写入,此前已保存的内容都在。',
    '请缩短内容或分几次填写后再提交。',
    field?.name,
  )
}

/** Makes an entry count: in its case file, in the directory (`again`: as if nothing were known), or only as kept. */
export function place(staging: Staging, entry: Entry, again = false): void {
  const { core } = staging
  if (isCase(entry.document)) {
    const file = staging.own.has(entry.document) ? staging.files.get(entry.document) : undefined
    assert(file, 'files are loaded by whoever places entries in them')
    if (file.unreadable) {
      setLocal(staging, UNREAD_CASES_SPACE, entry.document, true)
      return
    }
    addEntry(file, entry, core.directory, core.logs.sha256)
    staging.touched.add(entry.document)
    return
  }
  const odd = placeApart(staging, entry, again)
  if (odd) staging.receipts.push({ log: entry.log, seq: entry.seq, document: entry.document, ...odd })
}

type Oddity = Pick<ReceiptRow, 'outcome' | 'reason'>

/** What is of no case: the audit log, the directory, anything else. */
function placeApart(staging: Staging, entry: Entry, again: boolean): Oddity | undefined {
  if (isAudit(entry.document)) return placeAudit(staging, entry)
  return entry.kind === KIND.directory ? placeRecord(staging, entry, again) : placeOther(staging, entry)
}

/** Logs that carry directory records of this node, or at the root any; what is true of them is found out after the commit. */
export const RETURNED_RECORDS_SPACE = 'returned-records'

/** At the root: stations of which a record has come back that names a parent which the present one does not know of. */
export const RETURNED_STATIONS_SPACE = 'returned-stations'

/** At the root: nodes that an older record revokes and the one in force does not: who wrote that knew less. */
export const RETURNED_REVOCATIONS_SPACE = 'returned-revocations'

/** At the root: people of whom a record has come back with service that the present one does not know of. */
export const RETURNED_SERVICE_SPACE = 'returned-service'

/** Every station that a record says was above: its parent then, and those before. */
export const parentsIn = ({ parent, formerParents = [] }: Station): StationCode[] =>
  parent === null ? [...formerParents] : [parent, ...formerParents]

/** Directory records that a fork cut off come carried: without effect here, whoever wrote them writes them again. */
function placeOther(staging: Staging, entry: Entry): Oddity {
  if (entry.kind !== KIND.carried) return { outcome: 'unknown-kind', reason: '本机程序不认识的条目类型' }
  if (staging.core.isRoot || isOurs(staging.core, entry)) setLocal(staging, RETURNED_RECORDS_SPACE, entry.log, true)
  return { outcome: 'forked', reason: '分叉时截下的目录资料,由写它的节点核对后重新写入' }
}

/** Whether an entry carries what this node said of a station. */
function isOurs({ logs }: Core, { document, payload }: Entry): boolean {
  const inner = isStationDocument(document) ? decodeCarried(logs.sha256, payload) : undefined
  return inner !== undefined && logs.isOwn(inner.log)
}

const decoder = new TextDecoder()

/** Said of a record whose version nothing could follow. */
const UNFOLLOWED = '版本号超出范围:之后谁也无法再更正'

/** The root writes everything; a station's node writes what the station says of itself, where the station's cases lie. */
function writerProblem({ authority }: Directory, { log, seq }: Entry, record: DirectoryRecord): string | undefined {
  const { node, stream } = logParts(log)
  if (authority.afterRevocation(log, seq)) return AFTER_REVOCATION
  if (!isStationRecord(record))
    return authority.isRoot(node) ? undefined : '目录资料只能由县中心写入,这一条不予采用;确实要改的请县中心办理'
  if (!isOfItsStation(record)) return '站点记录的编号不属于该站点'
  if (stream !== streamOfRecord(record)) return '站点记录不在该站点的分区'
  if (authority.isRoot(node)) return undefined
  if (!authority.serves(node, record.station)) return '写入的节点不代表该站点'
  return record.version > LIMITS.recordVersion ? UNFOLLOWED : undefined
}

/** Whether what an entry says of a station would count where it stands. */
export function countsOfStation({ directory }: Core, entry: Entry): boolean {
  const record = readDirectoryRecord(decoder.decode(entry.payload), entry.document)
  return record !== undefined && isStationRecord(record) && writerProblem(directory, entry, record) === undefined
}

/** So much lower is the version of a record that stands back: below every other one. */
const STANDS_BACK = Number.MAX_SAFE_INTEGER

/** What a machine wrote that was lost, stolen or misused counts behind what anybody else writes, whatever version it gave. */
function countedVersion({ node }: Directory, { log }: Entry, record: DirectoryRecord): number {
  const { held } = node(logParts(log).node)?.revoked ?? {}
  return isStationRecord(record) && held ? record.version - STANDS_BACK : record.version
}

/** Why a record cannot be read, in words. */
const unreadableWords = (json: string, document: DocumentId): string =>
  largeness(json, document) ??
  (isStationDocument(document)
    ? '站点记录无法识别,或有一栏超出长度'
    : '目录资料无法识别:内容不全,或本机程序较旧;请先升级本机程序,仍如此时请县中心重新发布')

function placeRecord(staging: Staging, entry: Entry, again: boolean): Oddity | undefined {
  const json = decoder.decode(entry.payload)
  const record: DirectoryRecord | undefined = readDirectoryRecord(json, entry.document)
  if (!record) return { outcome: 'quarantined', reason: unreadableWords(json, entry.document) }
  const problem = writerProblem(staging.core.directory, entry, record)
  if (problem !== undefined) return { outcome: 'quarantined', reason: problem }
  const { document } = entry
  const version = countedVersion(staging.core.directory, entry, record)
  const row: DirectoryRow = { document, version, hash: toHex(entry.hash) as EntryHash, json }
  const staged = staging.directory.get(document)
  const newer = isNewer(row, staged ?? (again ? undefined : staging.core.directory.rank(document)))
  if (newer) staging.directory.set(document, row)
  const known = staged ?? (again ? undefined : staging.core.directory.row(document))
  if (staging.core.isRoot && known) noteReturned(staging, record.type, newer ? [known, row] : [row, known])
  return undefined
}

/** What the record in force leaves out because the root that wrote it knew less: it was put back, or emptied. */
function noteReturned(
  staging: Staging,
  type: DirectoryRecord['type'],
  rows: readonly [DirectoryRow, DirectoryRow],
): void {
  if (type === 'station') noteParents(staging, rows)
  if (type === 'staff') noteService(staging, rows)
  if (type !== 'node') return
  const [before, now] = rows.map(({ json }) => JSON.parse(json) as NodeRecord)
  if (before?.revoked && now && !now.revoked) setLocal(staging, RETURNED_REVOCATIONS_SPACE, rows[0].document, true)
}

/** A root that was put back has forgotten where a person was: what was signed there still counts. */
function noteService(staging: Staging, [older, newer]: readonly [DirectoryRow, DirectoryRow]): void {
  const [before, now] = [older, newer].map(({ json }) => JSON.parse(json) as Staff)
  if (before && now && !knowsService(now, before)) setLocal(staging, RETURNED_SERVICE_SPACE, newer.document, true)
}

/** A root that was put back has forgotten where a station was: who was above it then may still hold what was written there. */
function noteParents(staging: Staging, [older, newer]: readonly [DirectoryRow, DirectoryRow]): void {
  const [before, now] = [older, newer].map(({ json }) => JSON.parse(json) as Station)
  if (!before || !now || parentsIn(before).every((parent) => parentsIn(now).includes(parent))) return
  setLocal(staging, RETURNED_STATIONS_SPACE, now.id, true)
}

/**
 * Places the stored entries of directory records again. What cannot be read is left out. Answers the documents of which
 * so many receipts came together that they went to the disk ahead of the group: they are computed, and say no more then.
 * `anew`: as if nothing were known of them; otherwise only what is newer counts. `mayTellAhead`: whether receipts that go
 * ahead stay, because nothing computed is dropped behind them.
 */
export async function placeRecords(
  staging: Staging,
  documents: readonly DocumentId[],
  how: { readonly anew?: boolean; readonly mayTellAhead?: boolean } = {},
): Promise<ReadonlySet<DocumentId>> {
  const { anew = true, mayTellAhead = true } = how
  const { core, receipts } = staging
  const before = receipts.length
  const ahead = new Set<DocumentId>()
  try {
    for await (const records of recordsInPieces(core.storage, documents)) {
      for (const entry of records.map(storedEntry)) place(staging, entry, anew)
      if (!mayTellAhead || receipts.length - before < LIMITS.standingReceipts) continue
      const told = receipts.splice(before)
      await core.storage.commit({ ...NO_CHANGE, receipts: told })
      for (const { document } of told) ahead.add(document)
    }
  } catch (problem) {
    if (!(problem instanceof StorageFailure) || problem.fault !== 'damaged') throw problem
    noteDamage(core, problem)
    if (documents.length === 1) return ahead
    for (const document of documents) for (const one of await placeRecords(staging, [document], how)) ahead.add(one)
  }
  return ahead
}
