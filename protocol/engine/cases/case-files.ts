/** Decoded cases in memory, the latest of them; a miss only costs a read. */
import type { DocumentId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { CaseFile } from './case-file.ts'

export interface CaseFiles {
  get(id: DocumentId): CaseFile | undefined
  /** Keeps files as they were just committed; the oldest ones go. */
  keep(files: Iterable<CaseFile>): void
  /** Forgets all: who may speak for whom has changed. */
  clear(): void
}

/** Opens an empty cache of at most {@link LIMITS.cachedDocuments} cases. */
export function createCaseFiles(): CaseFiles {
  const files = new Map<DocumentId, CaseFile>()
  return {
    get: (id) => files.get(id),
    keep(kept) {
      for (const file of kept) {
        files.delete(file.id)
        files.set(file.id, file)
      }
      for (const id of files.keys()) {
        if (files.size <= LIMITS.cachedDocuments) break
        files.delete(id)
      }
    },
    clear: () => files.clear(),
  }
}
