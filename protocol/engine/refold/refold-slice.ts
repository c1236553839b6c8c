/** Judging cases anew: which of a page are stale, and what is staged for them. */
import { ENDED, type Stage } from '#protocol/casework/course/stages.ts'
import type { Register } from '#protocol/casework/register.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { type DocumentId, isCase } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { CaseFile } from '../cases/case-file.ts'
import { standingReceipts } from '../cases/case-receipts.ts'
import { rowOf } from '../cases/case-row.ts'
import { UNREAD_CASES_SPACE } from '../cases/unlisted.ts'
import type { Core } from '../core.ts'
import type { CaseRow, ReceiptRow } from '../ports/storage.ts'
import { registerOf } from '../register.ts'
import { loadFiles } from '../writing/case-loading.ts'
import { type Staging, setLocal } from '../writing/staging.ts'
import { type RefoldMark, signedOtherwise } from './refold-mark.ts'

/** A mark whose cases with facts of foreign people are known by their receipts; null: more than are looked at. */
export type StaleMark = Omit<RefoldMark, 'since' | 'foreign'> & {
  readonly since: Day | null
  readonly foreign: ReadonlySet<DocumentId> | null
}

/** Looks up what the receipts say to a mark. */
export async function withReceipts(core: Core, { since = null, foreign = false, ...mark }: RefoldMark) {
  const told = foreign ? await signedOtherwise(core, LIMITS.foreignDocuments + 1) : []
  return { ...mark, since, foreign: told.length > LIMITS.foreignDocuments ? null : new Set(told) } satisfies StaleMark
}

/** The cases of a page that a change of the directory may have made stale. */
export async function staleOf(core: Core, page: readonly DocumentId[], mark: StaleMark): Promise<DocumentId[]> {
  const { items, ended, since, foreign } = mark
  const ids = page.filter(isCase)
  const rows = new Map((await core.storage.casesById(ids)).map((row) => [row.id, row]))
  return ids.filter((id) => {
    const row = rows.get(id)
    if (!row) return true // whoever opened it was not known yet
    if (row.arrival > mark.arrival) return false
    const isOfItem = items === null || items.includes(row.item)
    if (isOfItem && (ended || !ENDED.includes(row.stage as Stage))) return true
    return foreign === null || foreign.has(id) || (since !== null && (row.signedOn ?? since) >= since)
  })
}

/** Judges cases anew and stages the rows and receipts that are different now; answers whether any is. */
export async function refold(staging: Staging, ids: readonly DocumentId[]): Promise<boolean> {
  const { core } = staging
  await loadFiles(staging, ids)
  const rows = new Map((await core.storage.casesById(ids)).map((row) => [row.id, row]))
  const register = registerOf(core)
  let changed = false
  for (const id of ids) {
    const file = staging.files.get(id)
    // What the group has touched already is folded with it.
    if (!file || staging.touched.has(id)) continue
    if (file.unreadable) {
      setLocal(staging, UNREAD_CASES_SPACE, id, true)
      changed = true
      continue
    }
    const known = rows.get(id)
    const row = rowOf(file, register)
    // Where its opening no longer counts, the row goes.
    if (row ? !(isSame(row, known) && receiptsAreTold(file, register)) : known) {
      staging.touched.add(id)
      changed = true
    }
  }
  return changed
}

const isSame = (row: CaseRow, known: CaseRow | undefined): boolean => JSON.stringify(row) === JSON.stringify(known)

/** Whether the receipts on the disk are those of the entries that do not apply now. */
function receiptsAreTold(file: CaseFile, register: Register): boolean {
  const name = ({ log, seq }: ReceiptRow) => `${log}#${seq}`
  const told = new Set((file.told ?? []).map(name))
  const standing = standingReceipts(file, register)
  return standing.length === told.size && standing.every((receipt) => told.has(name(receipt)))
}
