/** Listing what links brought: rows and receipts follow the commit of the entries, in slices, when nobody else writes. */
import type { DocumentId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { UNREAD_CASES_SPACE } from '../cases/unlisted.ts'
import type { Core } from '../core.ts'
import { StorageFailure } from '../ports/storage.ts'
import { loadFiles } from '../writing/case-loading.ts'
import { type Staging, setLocal } from '../writing/staging.ts'
import { noteDamage } from '../writing/storage-problem.ts'
import type { WriteQueue } from '../writing/write-queue.ts'

export interface Listing {
  /** Looks at what there is to list, after a commit or a start. */
  look(): void
  stop(): void
}

/** A disk that refused is tried again after this time; until then lists show what was listed. */
const RETRY_MILLISECONDS = 10_000

/** Opens the listing of a node. `queue`: the line whose turn comes when all others are empty, or had enough turns. */
export function openListing(core: Core, queue: WriteQueue): Listing {
  let running = false
  let stopped = false
  let cancel: (() => void) | undefined
  const refused = () => {
    running = false
    if (stopped) return
    cancel = core.host.after(RETRY_MILLISECONDS, () => {
      cancel = undefined
      look()
    })
  }
  /** The next list is asked for with the commit of the one before: so the line is not empty when links are to wait. */
  const next = () => {
    running = core.unlisted.size > 0 && !stopped
    if (!running) return
    const ids = firstOf(core)
    queue
      .write((staging) => list(staging, ids), next)
      .catch((problem) => {
        if (isOfTheDisk(problem)) return refused()
        return listSingly(core, queue, ids).then(next, refused)
      })
  }
  const look = () => {
    if (!running && !cancel) next()
  }
  return {
    look,
    stop() {
      stopped = true
      cancel?.()
    },
  }
}

function firstOf({ unlisted }: Core): DocumentId[] {
  const first: DocumentId[] = []
  for (const id of unlisted.ids()) if (first.push(id) === LIMITS.listedCases) break
  return first
}

/** Whether the disk refuses whatever is written; what is damaged of one case, and a bug, keep only that one from its list. */
const isOfTheDisk = (problem: unknown): boolean => problem instanceof StorageFailure && problem.fault !== 'damaged'

/** Lists cases one by one; one that cannot be listed holds up no other, and is tried again when it is next looked at. */
async function listSingly(core: Core, queue: WriteQueue, ids: readonly DocumentId[]): Promise<void> {
  for (const id of ids) {
    try {
      if (core.unlisted.has(id)) await queue.write((staging) => list(staging, [id]))
    } catch (problem) {
      if (isOfTheDisk(problem)) throw problem
      if (problem instanceof StorageFailure) noteDamage(core, problem)
      await queue.write(async (staging) => setApart(staging, id))
    }
  }
}

function setApart(staging: Staging, id: DocumentId): void {
  setLocal(staging, UNREAD_CASES_SPACE, id, true)
  staging.unreadable.add(id)
}

/** Cases that are read at once, for a tenth of the statements: long ones must not keep everybody waiting together. */
const CASES_PER_READ = 10

/** Stages rows and receipts of cases as the disk has them. One that it cannot give is noted, and waits until it can. */
async function list(staging: Staging, ids: readonly DocumentId[]): Promise<void> {
  for (let from = 0; from < ids.length; from += CASES_PER_READ) {
    const some = ids.slice(from, from + CASES_PER_READ)
    await loadFiles(staging, some)
    for (const id of some) {
      const file = staging.files.get(id)
      await staging.pieces(file?.entries)
      if (file?.unreadable) setApart(staging, id)
      else staging.touched.add(id)
    }
  }
}
