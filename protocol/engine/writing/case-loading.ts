/** Case files as a group of writes sees them: copies that a failed commit throws away. */
import type { DocumentId, LogKey } from '#protocol/ids.ts'
import { type CaseFile, copyOf, emptyFile } from '../cases/case-file.ts'
import { fileFrom, readFiles } from '../cases/case-reading.ts'
import { ownReceipts, standingReceipts } from '../cases/case-receipts.ts'
import type { Core } from '../core.ts'
import { type ReceiptRow, StorageFailure } from '../ports/storage.ts'
import { registerOf } from '../register.ts'
import type { Staging } from './staging.ts'
import { noteDamage } from './storage-problem.ts'

/**
 * Loads cases into the group; those not in memory are read at once. One that the disk cannot give is marked: entries of
 * it can still be kept, and the others work.
 */
export async function loadFiles(staging: Staging, ids: readonly DocumentId[]): Promise<void> {
  const { core } = staging
  const missing: DocumentId[] = []
  for (const id of ids) {
    if (staging.own.has(id)) continue
    staging.own.add(id)
    const known = staging.files.get(id) ?? core.files.get(id)
    if (!known) {
      missing.push(id)
      continue
    }
    const file = copyOf(known)
    file.told ??= await receiptsTold(core, file)
    staging.files.set(id, file)
  }
  if (missing.length === 0) return
  for (const file of await readOrMark(core, missing)) {
    file.told = file.entries > 0 ? await receiptsTold(core, file) : []
    staging.files.set(file.id, file)
  }
}

/** Cases as the disk has them; when some of them is damaged, one by one. */
export async function readOrMark(core: Core, ids: readonly DocumentId[]): Promise<readonly CaseFile[]> {
  try {
    return await readFiles(core, ids)
  } catch (problem) {
    if (!(problem instanceof StorageFailure) || problem.fault !== 'damaged') throw problem
    noteDamage(core, problem)
    const [only, ...others] = ids
    if (only !== undefined && others.length === 0) return [{ ...emptyFile(only), unreadable: problem }]
    return (await Promise.all(ids.map((id) => readOrMark(core, [id])))).flat()
  }
}

/** One case as the group sees it; throws when the disk cannot give it. */
export async function fileOf(staging: Staging, id: DocumentId): Promise<CaseFile> {
  await loadFiles(staging, [id])
  const file = staging.files.get(id) as CaseFile
  if (file.unreadable) throw file.unreadable
  return file
}

/** What the disk says of a case's entries; where rows may be stale, or another program's, that is not what the fold says now. */
async function receiptsTold(core: Core, file: CaseFile): Promise<readonly ReceiptRow[]> {
  const register = registerOf(core)
  const { refolding, ofAnotherProgram, foldedOn } = core.rows
  const isStale = ofAnotherProgram || refolding !== null || foldedOn !== register.today
  const isBehind = isStale || core.unlisted.has(file.id)
  return isBehind
    ? ownReceipts(await core.storage.receiptsOf(file.id), core.logs.isOwn)
    : standingReceipts(file, register)
}

/**
 * Builds cases anew without the entries of a log above a height (a fork cuts them off). Only in a group of its own,
 * before anything else is staged: what counts may hang together in ways that no single removal undoes.
 */
export async function reloadWithout(
  staging: Staging,
  ids: readonly DocumentId[],
  log: LogKey,
  height: number,
): Promise<void> {
  const held = await staging.core.storage.recordsOf(ids)
  for (const id of ids) {
    const left = (held.get(id) ?? []).filter((placed) => placed.log !== log || placed.seq <= height)
    const file = fileFrom(staging.core, id, left)
    file.told = staging.files.get(id)?.told ?? []
    staging.files.set(id, file)
    staging.own.add(id)
    staging.touched.add(id)
  }
}
