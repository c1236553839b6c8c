/** Case files as the disk has them. */
import type { DocumentId } from '#protocol/ids.ts'
import { type Entry, readEntry, readRecord } from '#protocol/log/entry.ts'
import type { Directory } from '../directory/directory.ts'
import type { Logs } from '../logs/logs.ts'
import { damagedEntries, notYetRead, type Place, type PlacedRecord, type Storage } from '../ports/storage.ts'
import { choosePlaces } from './case-bounds.ts'
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

/** How cases are read together. */
export interface ReadingTogether {
  /** Leaves out entries as if they were not there. */
  readonly stands?: (place: Place) => boolean
  /** Bytes that are read at once: cases beyond are `unreadable` for now, but for the first. */
  readonly room?: number
}

/** Cases as the disk has them, whatever is in memory: of each what counts, the rest is not even read. */
export async function readFiles(
  source: CaseSource,
  ids: readonly DocumentId[],
  { stands, room = Number.POSITIVE_INFINITY }: ReadingTogether = {},
): Promise<CaseFile[]> {
  const files = new Map(ids.map((id) => [id, emptyFile(id)]))
  let bytes = 0
  const choose = (id: DocumentId, all: readonly Place[]) => {
    const places = choosePlaces(source, files.get(id) as CaseFile, stands ? all.filter(stands) : all)
    const more = places.reduce((sum, { length }) => sum + length, 0)
    if (bytes > 0 && bytes + more > room) {
      files.set(id, { ...emptyFile(id), unreadable: notYetRead() })
      return []
    }
    bytes += more
    return places
  }
  const held = await source.storage.recordsOf(ids, choose)
  for (const file of files.values()) {
    for (const placed of held.get(file.id) ?? [])
      addEntry(file, storedEntry(placed), source.directory, source.logs.sha256)
  }
  return ids.map((id) => files.get(id) as CaseFile)
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
