/** Reading again, after an upgrade, what the program before could not read: records, kinds of entries, facts. */
import { appendAll } from '#protocol/append-all.ts'
import { type DocumentId, isCase } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Core } from '../core.ts'
import { stagedEntries } from '../logs/staged-logs.ts'
import { StorageFailure } from '../ports/storage.ts'
import { placeRecords } from '../writing/placing.ts'
import { getLocal, isLocalStaged, type Staging, setLocal } from '../writing/staging.ts'
import type { WriteQueue } from '../writing/write-queue.ts'
import { cureReceipts } from './cured-receipts.ts'
import { markAll } from './refold-mark.ts'

/** The program that has read everything on the disk: its version, and the fingerprint of the rules that it knows. */
const PLACE = { space: 'engine', key: 'reader' } as const

/** A disk that refused is tried again after this time. */
const RETRY_MILLISECONDS = 60_000

export interface Rereading {
  /** Begins when another program wrote the database; in slices, in the background. */
  begin(): void
  stop(): void
}

/** What stands there while a program is reading: no program has that name. */
const UNFINISHED = ''

const readerOf = ({ version, knowledge }: Core): string => `${version} ${knowledge.fingerprint}`

/** Whether the disk was read last by another program than this one. */
const isOwed = async (core: Core): Promise<boolean> =>
  (await core.locals.read(PLACE.space, PLACE.key)) !== JSON.stringify(readerOf(core))

/** Whether rows and receipts on the disk may be another program's. */
export const isOfAnotherProgram = async (core: Core): Promise<boolean> => core.logs.arrival > 0 && (await isOwed(core))

/**
 * Adds to a group which program reads the database: to the first one of a new one that there is nothing to be read again,
 * and to the first that a program writes in another's that it has not read all of it, also where the disk did not take that
 * when it began to read.
 */
export async function noteReader(staging: Staging): Promise<void> {
  const { core } = staging
  const { touched, deferred, directory, locals, receipts, logs } = staging
  const isWritten =
    stagedEntries(logs) + touched.size + deferred.size + directory.size + locals.size + receipts.length > 0
  if (!isWritten || isLocalStaged(staging, PLACE.space, PLACE.key)) return
  if (core.rows.ofAnotherProgram) await noteUnfinished(staging)
  else if (core.logs.arrival === 0 && (await isOwed(core))) setLocal(staging, PLACE.space, PLACE.key, readerOf(core))
}

/** Whoever is ended in the middle leaves the work to the next program, also to the one that had read everything before. */
async function noteUnfinished(staging: Staging): Promise<void> {
  if ((await getLocal(staging, PLACE.space, PLACE.key)) !== UNFINISHED)
    setLocal(staging, PLACE.space, PLACE.key, UNFINISHED)
}

/** Opens the rereading of a node. A stop or a power cut in the middle begins it anew at the next start. */
export function openRereading(core: Core, queue: WriteQueue): Rereading {
  let stopped = false
  let cancel = () => {}
  const pause = () => new Promise<void>((resolve) => core.host.after(LIMITS.slicePauseMilliseconds, resolve))

  const run = async () => {
    await queue.write(noteUnfinished)
    const records = await recordDocuments(core)
    for (let start = 0; start < records.length && !stopped; start += LIMITS.sliceCases) {
      await queue.write((staging) => readAgain(staging, records.slice(start, start + LIMITS.sliceCases)))
      await pause()
    }
    if (stopped) return
    // With the last record: what cases say is judged by all of them.
    const marking = async (staging: Staging) => {
      await markAll(staging)
      setLocal(staging, PLACE.space, PLACE.key, readerOf(core))
    }
    await queue.write(marking, () => {
      core.rows.ofAnotherProgram = false // from here on they are being judged anew
    })
  }
  const begin = () => {
    if (stopped || !core.rows.ofAnotherProgram) return
    run().catch((problem) => {
      // A bug ends the rereading, not the node; what was not read stays noted, and the next start tries it again.
      if (problem instanceof StorageFailure) cancel = core.host.after(RETRY_MILLISECONDS, begin)
      else core.tellBug(problem)
    })
  }
  return {
    begin,
    stop() {
      stopped = true
      cancel()
    },
  }
}

/** Documents of the directory in the order in which they were stored. */
async function recordDocuments(core: Core): Promise<DocumentId[]> {
  const records: DocumentId[] = []
  for (let place = 0; ; ) {
    const { documents, last } = await core.storage.documentsAfter(place, LIMITS.cachedDocuments)
    if (documents.length === 0) return records
    appendAll(
      records,
      documents.filter((document) => !isCase(document)),
    )
    place = last
  }
}

/** Places records again: what is newer than what is known counts, and receipts that no longer hold are taken back. */
async function readAgain(staging: Staging, documents: readonly DocumentId[]): Promise<void> {
  await cureReceipts(staging, documents, await placeRecords(staging, documents, { anew: false }))
}
