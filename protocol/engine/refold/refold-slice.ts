/** Judging cases anew: which of a page are stale, and what is staged for them. */
import { ENDED, type Stage } from '#protocol/casework/course/stages.ts'
import type { Register } from '#protocol/casework/register.ts'
import { type DocumentId, isCase } from '#protocol/ids.ts'
import type { CaseFile } from '../cases/case-file.ts'
import { standingReceipts } from '../cases/case-receipts.ts'
import { rowOf } from '../cases/case-row.ts'
import type { Core } from '../core.ts'
import type { CaseRow, ReceiptRow } from '../ports/storage.ts'
import { registerOf } from '../register.ts'
import { loadFiles } from '../writing/case-loading.ts'
import { UNREAD_CASES_SPACE } from '../writing/placing.ts'
import { type Staging, setLocal } from '../writing/staging.ts'
import type { RefoldMark } from './refold-mark.ts'

/** The cases of a page that a change of the directory may have made stale. */
export async function staleOf(core: Core, page: readonly DocumentId[], mark: RefoldMark): Promise<DocumentId[]> {
  const ids = page.filter(isCase)
  const rows = new Map((await core.storage.casesById(ids)).map((row) => [row.id, row]))
  return ids.filter((id) => {
    const row = rows.get(id)
    if (!row) return true // whoever opened it was not known yet
    if (row.arrival > mark.arrival || (mark.items !== null && !mark.items.includes(row.item))) return false
    return mark.ended || !ENDED.includes(row.stage as Stage)
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
