/** What stations write of themselves, in memory: of each type and station the records of the highest versions. */
import { LISTED, type StationRecord } from '#protocol/casework/directory.ts'
import type { DocumentId } from '#protocol/ids.ts'
import type { DirectoryRow } from '../ports/storage.ts'
import { listOf } from './station-records.ts'

/** What decides which record of a document counts. */
export type Rank = Pick<DirectoryRow, 'version' | 'hash'>

/** Whether a row beats another: the higher version, then the greater hash. */
export const isNewer = (row: Rank, known: Rank | undefined): boolean =>
  known === undefined || row.version > known.version || (row.version === known.version && row.hash > known.hash)

export interface StationLists {
  /** Takes a record when it is newer than what is listed of its document; answers whether it did. */
  take(row: Rank & Pick<DirectoryRow, 'document'>, record: StationRecord): boolean
  /** The rank of a record that is listed. */
  rank(document: DocumentId): Rank | undefined
  forget(document: DocumentId): void
  clear(): void
  /** All listed records of a type by id; the same list until one of them changes. */
  list<Of extends StationRecord>(type: Of['type']): readonly Of[]
}

interface Listed extends Rank {
  readonly record: StationRecord
}

/**
 * Opens empty lists. A list that is full loses its lowest record with each higher one. So it is the same whatever order
 * records come in: what is lost stands below all that stay, and a record of a document never comes back lower.
 */
export function createStationLists(): StationLists {
  const lists = new Map<string, Map<DocumentId, Listed>>()
  const made = new Map<StationRecord['type'], readonly StationRecord[]>()
  return {
    take({ document, version, hash }, record) {
      const name = listOf(document)
      const list = lists.get(name) ?? new Map<DocumentId, Listed>()
      if (!isNewer({ version, hash }, list.get(document))) return false
      lists.set(name, list.set(document, { version, hash, record }))
      if (list.size > LISTED[record.type]) list.delete(lowest(list))
      made.delete(record.type)
      return true
    },
    rank: (document) => lists.get(listOf(document))?.get(document),
    forget(document) {
      if (lists.get(listOf(document))?.delete(document)) made.clear()
    },
    clear() {
      lists.clear()
      made.clear()
    },
    list: <Of extends StationRecord>(type: Of['type']) => {
      const known = made.get(type)
      if (known) return known as readonly Of[]
      const records = [...lists.values()].flatMap((list) => [...list.values()].map(({ record }) => record))
      const listed = records.filter((record) => record.type === type)
      made.set(
        type,
        listed.sort((left, right) => (left.id < right.id ? -1 : 1)),
      )
      return listed as readonly StationRecord[] as readonly Of[]
    },
  }
}

/** The document whose record gives way to all others. */
function lowest(list: ReadonlyMap<DocumentId, Listed>): DocumentId {
  let found: readonly [DocumentId, Listed] | undefined
  for (const one of list) if (!found || isNewer(found[1], one[1])) found = one
  return found?.[0] as DocumentId
}
