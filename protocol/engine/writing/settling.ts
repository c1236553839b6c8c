/** Finishing a group: what is to be committed at once follows from what was staged. */
import { appendAll } from '#protocol/append-all.ts'
import type { Register } from '#protocol/casework/register.ts'
import type { DocumentId } from '#protocol/ids.ts'
import type { CaseFile } from '../cases/case-file.ts'
import { standingReceipts } from '../cases/case-receipts.ts'
import { rowOf } from '../cases/case-row.ts'
import { packAuthored } from '../logs/staged-logs.ts'
import type { CaseRow, Change, ReceiptRow } from '../ports/storage.ts'
import { registerOf } from '../register.ts'
import { noteLanes } from './number-lanes.ts'
import { noteShared } from './shared-numbers.ts'
import type { Staging } from './staging.ts'

/** Signs and packs what this node wrote, and folds what the group touched. */
export async function settle(staging: Staging): Promise<Change> {
  const { core, logs, ...staged } = staging
  await packAuthored(logs, core.host.cryptography, core.identity.keys)
  for (const { document, places } of logs.places) {
    const file = staged.files.get(document)
    const last = places.at(-1)
    if (file && last) file.arrival = last.arrival
  }
  const touched = [...staged.touched].map((id) => staged.files.get(id) as CaseFile)
  await noteLanes(staging, touched)
  const register = registerOf(core)
  const { receipts } = staged
  const rows: CaseRow[] = []
  const renumbered: CaseRow[] = []
  const unopened: DocumentId[] = []
  for (const file of touched) {
    await staging.pieces()
    const row = rowOf(file, register)
    if (row) rows.push(row)
    else unopened.push(file.id)
    if (row && row.number !== file.sought) renumbered.push(row)
    file.sought = row?.number
    appendAll(receipts, changedReceipts(file, register))
  }
  return {
    cuts: logs.cuts,
    packs: logs.packs,
    places: logs.places,
    heads: [...logs.heads.values()],
    cases: rows,
    unopened,
    receipts,
    forgotten: [...staged.forgotten],
    directory: [...staged.directory.values()],
    local: [...staged.locals.values(), ...(await noteShared(core, renumbered))],
  }
}

/** Receipts that are new or cured since the file was last committed. */
function changedReceipts(file: CaseFile, register: Register): ReceiptRow[] {
  const now = standingReceipts(file, register)
  const told = file.told ?? []
  if (now.length === 0 && told.length === 0) return []
  const name = ({ log, seq }: ReceiptRow) => `${log}#${seq}`
  const standing = new Set(now.map(name))
  const cured = told.filter((row) => !standing.has(name(row)))
  return [...now, ...cured.map((row) => ({ ...row, outcome: 'applied' as const, reason: '' }))]
}
