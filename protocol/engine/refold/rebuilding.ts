/** Rebuilding: everything that is computed is dropped and folded again from the entries. */
import { appendAll } from '#protocol/append-all.ts'
import { type DocumentId, isCase } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { standingReceipts } from '../cases/case-receipts.ts'
import { rowOf } from '../cases/case-row.ts'
import { UNREAD_CASES_SPACE } from '../cases/unlisted.ts'
import type { Core } from '../core.ts'
import { isStationDocument } from '../directory/station-records.ts'
import { type Change, NO_CHANGE, StorageFailure } from '../ports/storage.ts'
import { registerOf } from '../register.ts'
import { readOrMark } from '../writing/case-loading.ts'
import { placeRecords } from '../writing/placing.ts'
import { noteShared } from '../writing/shared-numbers.ts'
import { beginStaging } from '../writing/staging.ts'
import type { WriteQueue } from '../writing/write-queue.ts'

/** A rebuild that did not end (power cut) is done again at the next start. */
const MARK = { space: 'engine', key: 'rebuilding' } as const
const mark = (rebuilding: boolean): Change => ({
  ...NO_CHANGE,
  local: [{ ...MARK, value: rebuilding ? 'true' : null }],
})

/** Whether a rebuild was begun and not ended, or a migration asks for one. */
export const isRebuilding = async (core: Core): Promise<boolean> =>
  (await core.storage.local(MARK.space, MARK.key)) !== undefined

/**
 * Drops everything computed and folds it again from the entries. The desk waits meanwhile.
 * @param progress told how many documents are done, now and then
 */
export async function rebuild(core: Core, queue: WriteQueue, progress?: (done: number) => void): Promise<void> {
  await queue.writeAlone(async () => {
    const records = await recordDocuments(core) // before anything is dropped: a disk that cannot list them keeps what it has
    await core.storage.commit(mark(true))
    let done = 0
    const advance = async (documents: number) => {
      done += documents
      progress?.(done)
      // Storage answers at once, so nobody else would have a turn: links would fall silent, pages would not load.
      await new Promise<void>((resolve) => core.host.after(0, resolve))
    }
    // The directory first: cases are judged by it, and what stations write by who serves them.
    const placed: Change[] = []
    for (const page of pagesOf(records.filter((document) => !isStationDocument(document)))) {
      const change = await placedAgain(core, page, false)
      placed.push(change)
      for (const row of change.directory) core.directory.apply(row)
      await advance(page.length)
    }
    // In one commit with what takes its place: without a directory nobody could sign in until the rebuild is done.
    await core.storage.dropComputed({
      ...NO_CHANGE,
      directory: placed.flatMap(({ directory }) => directory),
      receipts: placed.flatMap(({ receipts }) => receipts),
    })
    // What stations say of themselves may be more than fits into memory, so it follows page by page.
    for (const page of pagesOf(records.filter(isStationDocument))) {
      await core.storage.commit(await placedAgain(core, page, true))
      await advance(page.length)
    }
    core.directory.relist(await core.storage.listed())
    core.files.clear()
    for await (const page of documentPages(core)) {
      const folded = await foldedAgain(core, page.filter(isCase))
      await core.storage.commit(folded)
      core.unlisted.noted(folded.local)
      await advance(page.filter(isCase).length)
    }
    await core.storage.commit(mark(false))
    core.rows.owed = undefined
  })
}

/** A rebuild that the disk refused is tried again after this time; until then lists show what there is. */
const RETRY_MILLISECONDS = 60_000

/**
 * The rebuild that a start owes. On a disk that takes nothing it is put off: people can read, the health says why, and
 * it is done as soon as the disk takes it.
 */
export async function rebuildWhenPossible(
  core: Core,
  queue: WriteQueue,
  progress?: (done: number) => void,
): Promise<{ stop(): void }> {
  let cancel = () => {}
  const attempt = async () => {
    try {
      await rebuild(core, queue, progress)
    } catch (problem) {
      if (!(problem instanceof StorageFailure)) throw problem
      core.rows.owed = problem
      cancel = core.host.after(RETRY_MILLISECONDS, () => void attempt().catch(core.tellBug))
    }
  }
  await attempt()
  return { stop: () => cancel() }
}

/** All documents, page by page, in the order in which they were stored: neighbours lie in the same packs. */
async function* documentPages(core: Core): AsyncGenerator<readonly DocumentId[]> {
  for (let place = 0; ; ) {
    const { documents, last } = await core.storage.documentsAfter(place, LIMITS.cachedDocuments)
    if (documents.length === 0) return
    yield documents
    place = last
  }
}

async function recordDocuments(core: Core): Promise<DocumentId[]> {
  const records: DocumentId[] = []
  for await (const page of documentPages(core))
    appendAll(
      records,
      page.filter((document) => !isCase(document)),
    )
  return records
}

function* pagesOf(documents: readonly DocumentId[]): Generator<readonly DocumentId[]> {
  for (let start = 0; start < documents.length; start += LIMITS.cachedDocuments) {
    yield documents.slice(start, start + LIMITS.cachedDocuments)
  }
}

async function placedAgain(core: Core, documents: readonly DocumentId[], mayTellAhead: boolean): Promise<Change> {
  const staging = beginStaging(core)
  await placeRecords(staging, documents, { mayTellAhead })
  return { ...NO_CHANGE, receipts: staging.receipts, directory: [...staging.directory.values()] }
}

async function foldedAgain(core: Core, cases: readonly DocumentId[]): Promise<Change> {
  const register = registerOf(core)
  const files = await readOrMark(core, cases)
  const rows = files.flatMap((file) => rowOf(file, register) ?? [])
  const unread = files
    .filter(({ unreadable }) => unreadable)
    .map(({ id }) => ({ space: UNREAD_CASES_SPACE, key: id, value: 'true' }))
  return {
    ...NO_CHANGE,
    cases: rows,
    local: [...(await noteShared(core, rows)), ...unread],
    receipts: files.flatMap((file) => standingReceipts(file, register)),
  }
}
