/** Case files as the disk has them. */
import type { DocumentId } from '#protocol/ids.ts'
import { type Entry, readEntry, readRecord } from '#protocol/log/entry.ts'
import type { Directory } from '../directory/directory.ts'
import type { Logs } from '../logs/logs.ts'
import { damagedEntries, type PlacedRecord, type Storage } from '../ports/storage.ts'
import { addEntry } from './case-entries.ts'
import { type CaseFile, emptyFile } from './case-file.ts'
import type { CaseFiles } from './case-files.ts'

/** Where cases are read from, and what their entries are judged by. */
export interface CaseSource {
  readonly storage: Storage
  readonly directory: Directory
  readonly logs: Pick<Logs, 'sha256'>
}

/** The entry of a record as it lies on the disk. */
export function storedEntry({ log, hash, bytes }: PlacedRecord): Entry {
  const record = readRecord(bytes)
  const entry = record && readEntry(log, record, hash)
  if (!entry) throw damagedEntries()
  return entry
}

/** A case as its entries make it. */
export function fileFrom({ directory, logs }: CaseSource, id: DocumentId, records: readonly PlacedRecord[]): CaseFile {
  const file = emptyFile(id)
  for (const placed of records) {
    addEntry(file, storedEntry(placed), directory, logs.sha256)
    file.arrival = placed.arrival
  }
  return file
}

/** Cases as the disk has them, whatever is in memory. */
export async function readFiles(source: CaseSource, ids: readonly DocumentId[]): Promise<CaseFile[]> {
  const held = await source.storage.recordsOf(ids)
  return ids.map((id) => fileFrom(source, id, held.get(id) ?? []))
}

/** One case, from memory first. What comes back is shared: only a group of writes may change it, as its own copy. */
export async function readFile(source: CaseSource & { readonly files: CaseFiles }, id: DocumentId): Promise<CaseFile> {
  const known = source.files.get(id)
  if (known) return known
  const { version } = source.files
  const [file] = (await readFiles(source, [id])) as [CaseFile]
  // Kept for the next page of it, unless something was committed meanwhile: then this may be the case before that.
  if (file.entries > 0 && source.files.version === version) source.files.keep([file])
  return file
}
