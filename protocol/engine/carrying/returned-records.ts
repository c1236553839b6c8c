/** Directory records that others cut off with a fork of the root's log: they come back to the root, which writes them again. */
import type { DirectoryRecord } from '#protocol/casework/directory.ts'
import { COUNTY_STREAM, type DocumentId, isCase, type LogKey, logParts, type StationCode } from '#protocol/ids.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import { openCarried } from '#protocol/log/carried.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import { storedEntry } from '../cases/case-reading.ts'
import type { Core } from '../core.ts'
import { readDirectoryRecord } from '../directory/record-reading.ts'
import { readInPacks } from '../logs/log-reading.ts'
import { inPieces } from '../logs/pieces.ts'
import type { Afterwork } from '../writing/afterwork.ts'
import { newDraft } from '../writing/draft.ts'
import {
  append,
  parentsIn,
  RETURNED_RECORDS_SPACE,
  RETURNED_REVOCATIONS_SPACE,
  RETURNED_STATIONS_SPACE,
} from '../writing/placing.ts'
import { type Staging, setLocal } from '../writing/staging.ts'

/** What a log carries of the root's own entries about no case. The rest of it, which may be long, is let go at once. */
async function carriersIn(core: Core, log: LogKey) {
  const found: { readonly entry: Entry; readonly before: Uint8Array }[] = []
  const pieces = inPieces(core.host)
  for await (const entries of readInPacks(core.logs, log, 0)) {
    await pieces()
    for (const { entry } of entries) {
      if (entry.kind !== KIND.carried || isCase(entry.document)) continue
      const carried = openCarried(core.host.cryptography.sha256, entry.payload)
      if (carried && core.logs.isOwn(carried.entry.log)) found.push(carried)
    }
  }
  return found
}

/**
 * The root's own entries that a log carries, each proved: one of a run is signed, and the hashes of those before it
 * lead there. Whoever carries them can neither make one up nor change one.
 */
async function provedIn(core: Core, log: LogKey): Promise<Entry[]> {
  const { verify } = core.host.cryptography
  const proved: Entry[] = []
  let run: Entry[] = []
  for (const carried of await carriersIn(core, log)) {
    const last = run.at(-1)
    if (last && (last.log !== carried.entry.log || !equalBytes(last.hash, carried.before))) run = []
    run.push(carried.entry)
    const { signature, hash } = carried.entry
    if (!signature) continue
    if (await verify(core.identity.keys.publicKey, hash, signature)) proved.push(...run)
    run = []
  }
  return proved
}

/** Writes again what is not held: with the same version, so that a newer record stays in force. */
async function takeBack(staging: Staging, key: string): Promise<void> {
  const { core } = staging
  const records = (await provedIn(core, key as LogKey)).filter(({ kind }) => kind === KIND.directory)
  const held = await core.storage.recordsOf([...new Set(records.map(({ document }) => document))])
  let count = 0
  for (const { log, seq: _seq, hash: _hash, signature: _signature, ...draft } of records) {
    const { stream } = logParts(log)
    const isHeld = (held.get(draft.document) ?? []).some((placed) => {
      if (logParts(placed.log).stream !== stream) return false
      const known = storedEntry(placed)
      return known.kind === KIND.directory && equalBytes(known.payload, draft.payload)
    })
    if (isHeld) continue
    if (append(staging, stream, [draft]).ok) count += 1
    else core.tellBug(new Error(`${draft.document}: a returned record cannot be written again`))
  }
  setLocal(staging, RETURNED_RECORDS_SPACE, key, null)
  if (count === 0) return
  core.news.add({
    kind: 'fork',
    message: `下级节点转回了本机恢复备份时丢失的 ${count} 条目录资料,已核对签名并重新写入。`,
    next: '请在目录中核对最近的修改。',
  })
}

/** What the root itself ever wrote about one thing, as far as it is held. */
async function ownRecords(core: Core, document: DocumentId): Promise<DirectoryRecord[]> {
  const held = ((await core.storage.recordsOf([document])).get(document) ?? []).map(storedEntry)
  return held.flatMap((entry) => {
    const isOwn = entry.kind === KIND.directory && core.logs.isOwn(entry.log)
    return isOwn ? (readDirectoryRecord(new TextDecoder().decode(entry.payload), document) ?? []) : []
  })
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

export const RETURNED_STATIONS: Afterwork = { space: RETURNED_STATIONS_SPACE, work: nameParents }
export const RETURNED_REVOCATIONS: Afterwork = { space: RETURNED_REVOCATIONS_SPACE, work: keepRevoked }
export const RETURNED_RECORDS: Afterwork = { space: RETURNED_RECORDS_SPACE, work: takeBack }
