/** Case files as the disk has them. */
import { assert } from '#protocol/assert.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { type Entry, readEntry, readRecord } from '#protocol/log/entry.ts'
import type { Core } from '../core.ts'
import type { PlacedRecord } from '../ports/storage.ts'
import { addEntry, type CaseFile, emptyFile } from './case-file.ts'

/** The entry of a record as it lies on the disk. */
export function storedEntry({ log, hash, bytes }: PlacedRecord): Entry {
  const record = readRecord(bytes)
  const entry = record && readEntry(log, record, hash)
  assert(entry, 'a stored entry is readable')
  return entry
}

/** A case as its entries make it. */
export function fileFrom(core: Core, id: DocumentId, records: readonly PlacedRecord[]): CaseFile {
  const file = emptyFile(id)
  for (const placed of records) {
    addEntry(file, storedEntry(placed), core.directory, core.logs.sha256)
    file.arrival = placed.arrival
  }
  return file
}

/** Cases as the disk has them, whatever is in memory. */
export async function readFiles(core: Core, ids: readonly DocumentId[]): Promise<CaseFile[]> {
  const held = await core.storage.recordsOf(ids)
  return ids.map((id) => fileFrom(core, id, held.get(id) ?? []))
}

/** One case, from memory first. What comes back is shared: only a group of writes may change it, as its own copy. */
export const readFile = async (core: Core, id: DocumentId): Promise<CaseFile> =>
  core.files.get(id) ?? ((await readFiles(core, [id]))[0] as CaseFile)
