/** Listing what links brought: rows and receipts follow the commit of the entries, in slices, when nobody else writes. */
import type { DocumentId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Core } from '../core.ts'
import { StorageFailure } from '../ports/storage.ts'
import { loadFiles } from '../writing/case-loading.ts'
import { UNREAD_CASES_SPACE } from '../writing/placing.ts'
import { type Staging, setLocal } from '../writing/staging.ts'
import type { WriteQueue } from '../writing/write-queue.ts'

export interface Listing {
  /** Looks at what there is to list, after a commit or a start. */
  look(): void
  stop(): void
}

/** A disk that refused is tried again after this time; until then lists show what was listed. */
const RETRY_MILLISECONDS = 10_000

/** Opens the listing of a node. `queue`: the line whose turn comes when all others are empty. */
export function openListing(core: Core, queue: WriteQueue): Listing {
  let running = false
  let stopped = false
  const run = async () => {
    while (core.unlisted.size > 0 && !stopped) await listOrSetApart(queue, firstOf(core))
  }
  const look = () => {
    if (running || stopped || core.unlisted.size === 0) return
    running = true
    run()
      .finally(() => {
        running = false
      })
      .catch((problem) => {
        // A failing disk shows in the node's health; a bug was told by the queue. What is not listed stays noted.
        if (problem instanceof StorageFailure) core.host.after(RETRY_MILLISECONDS, look)
      })
  }
  return {
    look,
    stop() {
      stopped = true
    },
  }
}

function firstOf({ unlisted }: Core): DocumentId[] {
  const first: DocumentId[] = []
  for (const id of unlisted.ids()) if (first.push(id) === LIMITS.listedCases) break
  return first
}

/** Lists cases; one that a bug keeps from being folded holds up no other, and is tried again with the next start. */
async function listOrSetApart(queue: WriteQueue, ids: readonly DocumentId[]): Promise<void> {
  try {
    await queue.write((staging) => list(staging, ids))
  } catch (problem) {
    if (problem instanceof StorageFailure) throw problem
    const [only, ...others] = ids
    if (only === undefined) return
    if (others.length > 0) for (const id of ids) await listOrSetApart(queue, [id])
    else await queue.write(async (staging) => setApart(staging, only))
  }
}

function setApart(staging: Staging, id: DocumentId): void {
  setLocal(staging, UNREAD_CASES_SPACE, id, true)
  staging.unreadable.add(id)
}

/** Stages rows and receipts of cases as the disk has them. One that it cannot give is noted, and waits until it can. */
async function list(staging: Staging, ids: readonly DocumentId[]): Promise<void> {
  for (const id of ids) {
    await loadFiles(staging, [id])
    const file = staging.files.get(id)
    await staging.pieces(file?.entries)
    if (file?.unreadable) setApart(staging, id)
    else staging.touched.add(id)
  }
}
