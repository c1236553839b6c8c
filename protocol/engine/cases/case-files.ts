/** Decoded cases in memory, the latest of them; a miss only costs a read. */
import type { DocumentId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { CaseFile } from './case-file.ts'

export interface CaseFiles {
  /** Changes whenever files are kept or forgotten: what was read from the disk before may be older than they are. */
  readonly version: number
  get(id: DocumentId): CaseFile | undefined
  /** Keeps files as they were just committed; the oldest ones go. */
  keep(files: Iterable<CaseFile>): void
  /** Forgets files of which more lies on the disk now. */
  forget(ids: Iterable<DocumentId>): void
  /** Forgets all: who may speak for whom has changed. */
  clear(): void
}

/** Opens an empty cache of at most {@link LIMITS.cachedDocuments} cases and {@link LIMITS.cachedCaseBytes} bytes. */
export function createCaseFiles(): CaseFiles {
  const files = new Map<DocumentId, CaseFile>()
  let bytes = 0
  let version = 0
  const forget = (id: DocumentId) => {
    bytes -= files.get(id)?.bytes ?? 0
    files.delete(id)
  }
  return {
    get version() {
      return version
    },
    get: (id) => files.get(id),
    keep(kept) {
      version += 1
      for (const file of kept) {
        forget(file.id)
        files.set(file.id, file)
        bytes += file.bytes
      }
      for (const id of files.keys()) {
        // The latest stays whatever its size: it is the one that is being worked on.
        if (files.size === 1 || (files.size <= LIMITS.cachedDocuments && bytes <= LIMITS.cachedCaseBytes)) break
        forget(id)
      }
    },
    forget(ids) {
      version += 1
      for (const id of ids) forget(id)
    },
    clear() {
      version += 1
      files.clear()
      bytes = 0
    },
  }
}
