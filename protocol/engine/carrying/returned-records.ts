/** Directory records that others cut off with a fork of this node's log: they come back to it, and it writes them again. */
import type { DirectoryRecord } from '#protocol/casework/directory.ts'
import { knowsService, withForgotten } from '#protocol/casework/rules/service.ts'
import { COUNTY_STREAM, type DocumentId, type LogKey, logParts, type StationCode, toHex } from '#protocol/ids.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import { storedEntry } from '../cases/case-reading.ts'
import type { Core } from '../core.ts'
import { readDirectoryRecord } from '../directory/record-reading.ts'
import { isStationDocument } from '../directory/station-records.ts'
import { inPieces } from '../logs/pieces.ts'
import type { Afterwork } from '../writing/afterwork.ts'
import { newDraft } from '../writing/draft.ts'
import {
  append,
  countsOfStation,
  parentsIn,
  RETURNED_RECORDS_SPACE,
  RETURNED_REVOCATIONS_SPACE,
  RETURNED_SERVICE_SPACE,
  RETURNED_STATIONS_SPACE,
} from '../writing/placing.ts'
import { recordsInPieces } from '../writing/record-pieces.ts'
import { getLocal, type Staging, setLocal } from '../writing/staging.ts'
import { provedBehind } from './proved-records.ts'

/** How far a log has been looked through, and how many records came of it since the work began. */
interface Looked {
  readonly seq: number
  /** The chain hash there, in hex: behind a cut the log is looked through anew. */
  readonly hash: string
  readonly written: number
}

const LOOKED_SPACE = 'returned-records-looked'

async function lookedUpTo(staging: Staging, log: LogKey): Promise<Pick<Looked, 'seq' | 'written'>> {
  const noted = (await getLocal(staging, LOOKED_SPACE, log)) as Looked | undefined
  const hash = noted && (await staging.core.logs.hashAt(log, noted.seq))
  return noted && hash && toHex(hash) === noted.hash ? noted : { seq: 0, written: 0 }
}

/**
 * Writes again what is not held: with the same version, so that a newer record stays in force. As much of a log at once
 * as may be read while others wait; whoever carries without end is read once.
 */
async function takeBack(staging: Staging, key: string): Promise<void> {
  const { core } = staging
  const log = key as LogKey
  const looked = await lookedUpTo(staging, log)
  const { records, upTo, isEnd } = await provedBehind(core, log, looked.seq)
  let { written } = looked
  // A copy may have lied: what counted nowhere is not said again.
  const counting = records.filter((record) => !isStationDocument(record.document) || countsOfStation(core, record))
  for (const { log: from, seq: _seq, hash: _hash, signature: _signature, ...draft } of await lacking(core, counting)) {
    if (append(staging, logParts(from).stream, [draft]).ok) written += 1
    else core.tellBug(new Error(`${draft.document}: a returned record cannot be written again`))
  }
  const hash = (await core.logs.hashAt(log, upTo)) ?? GENESIS
  setLocal(staging, LOOKED_SPACE, log, { seq: upTo, hash: toHex(hash), written: isEnd ? 0 : written } satisfies Looked)
  setLocal(staging, RETURNED_RECORDS_SPACE, log, isEnd ? null : true)
  if (!isEnd || written === 0) return
  core.news.add({
    kind: 'fork',
    message: `其他节点转回了本机恢复备份或分叉时失去的 ${written} 条目录资料,已核对签名并重新写入。`,
    next: '请在目录中核对最近的修改。',
  })
}

/** Those of which nothing with the same content is held in the same stream, each once. */
async function lacking(core: Core, records: readonly Entry[]): Promise<Entry[]> {
  const { sha256 } = core.logs
  const contentOf = ({ log, document, payload }: Entry) =>
    `${logParts(log).stream} ${document} ${toHex(sha256(payload))}`
  const wanted = new Map(records.map((record) => [contentOf(record), record]))
  for await (const held of heldRecords(core, [...new Set(records.map(({ document }) => document))]))
    wanted.delete(contentOf(held))
  return [...wanted.values()]
}

/** Directory records that are held about some things, in whatever log: others may have carried any number about one of them. */
async function* heldRecords(core: Core, documents: readonly DocumentId[]): AsyncGenerator<Entry> {
  const pieces = inPieces(core.host)
  for await (const piece of recordsInPieces(core.storage, documents)) {
    await pieces()
    yield* piece.map(storedEntry).filter(({ kind }) => kind === KIND.directory)
  }
}

/** What the root itself ever wrote about one thing, as far as it is held. */
async function ownRecords(core: Core, document: DocumentId): Promise<DirectoryRecord[]> {
  const found: DirectoryRecord[] = []
  for await (const { log, payload } of heldRecords(core, [document])) {
    const record = core.logs.isOwn(log) && readDirectoryRecord(new TextDecoder().decode(payload), document)
    if (record) found.push(record)
  }
  return found
}

/** Writes a record above the one in force. */
function writeAbove(staging: Staging, document: DocumentId, record: DirectoryRecord): void {
  const { core } = staging
  const version = (core.directory.row(document)?.version ?? 0) + 1
  const payload = new TextEncoder().encode(JSON.stringify({ ...record, version }))
  const own = core.directory.node(core.identity.node)?.stations[0] ?? ('000000' as StationCode)
  const draft = newDraft(core, { kind: KIND.directory, document, person: '', station: own, payload })
  if (!append(staging, COUNTY_STREAM, [draft]).ok) core.tellBug(new Error(`${document}: it cannot be written`))
}

/** Writes down who was ever above a station: a record that came back may name parents that the present one does not. */
async function nameParents(staging: Staging, key: string): Promise<void> {
  const { core } = staging
  setLocal(staging, RETURNED_STATIONS_SPACE, key, null)
  const station = core.directory.station(key as StationCode)
  const document = `station/${key}` as DocumentId
  if (!station) return
  const above = (await ownRecords(core, document)).flatMap((one) => (one.type === 'station' ? parentsIn(one) : []))
  const former = [...new Set([...(station.formerParents ?? []), ...above])].filter((one) => one !== station.parent)
  if (former.every((one) => station.formerParents?.includes(one))) return
  writeAbove(staging, document, { ...station, formerParents: former })
}

/** A node that was revoked stays so: the record in force was written by who did not know that. */
async function keepRevoked(staging: Staging, key: string): Promise<void> {
  const { core } = staging
  setLocal(staging, RETURNED_REVOCATIONS_SPACE, key, null)
  const document = key as DocumentId
  const row = core.directory.row(document)
  const present = row && readDirectoryRecord(row.json, document)
  if (present?.type !== 'node' || present.revoked) return
  const records = (await ownRecords(core, document)).flatMap((one) => (one.type === 'node' ? one : []))
  const last = records.sort((left, right) => left.version - right.version).findLast(({ revoked }) => revoked)
  if (last) writeAbove(staging, document, { ...present, revoked: last.revoked })
}

/** Writes down where a person ever was: a record that came back may know of service that the present one does not. */
async function keepService(staging: Staging, key: string): Promise<void> {
  const { core } = staging
  setLocal(staging, RETURNED_SERVICE_SPACE, key, null)
  const document = key as DocumentId
  const row = core.directory.row(document)
  const present = row && readDirectoryRecord(row.json, document)
  if (present?.type !== 'staff') return
  const records = (await ownRecords(core, document)).flatMap((one) => (one.type === 'staff' ? one : []))
  const whole = records.reduce((staff, one) => withForgotten(staff, one, core.clock.today()), present)
  if (!knowsService(present, whole)) writeAbove(staging, document, whole)
}

export const RETURNED_SERVICE: Afterwork = { space: RETURNED_SERVICE_SPACE, work: keepService }
export const RETURNED_STATIONS: Afterwork = { space: RETURNED_STATIONS_SPACE, work: nameParents }
export const RETURNED_REVOCATIONS: Afterwork = { space: RETURNED_REVOCATIONS_SPACE, work: keepRevoked }
export const RETURNED_RECORDS: Afterwork = { space: RETURNED_RECORDS_SPACE, work: takeBack }
