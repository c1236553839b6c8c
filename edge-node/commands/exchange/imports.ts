/** Taking in a file of a vertical system: who may, which rows, and the report of what became of each. */
import { NO_EXCHANGE, READS_ONLY } from '#edge-node/commands/refusals.ts'
import { mayEdit, mayWrite } from '#edge-node/commands/roles.ts'
import type { VerticalList, VerticalRow } from '#protocol/casework/exchange/vertical.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import { importReport, type VerticalReport, verticalRows } from './import-report.ts'
import { importVertical } from './vertical-import.ts'

/** Rows as a program sends them, or the text of a file. */
export type ImportSource = { readonly rows: readonly VerticalRow[] } | { readonly csv: string }

/** Whether a person may take in cases: told before anything is asked about the file. */
export const mayTakeIn = (actor: Actor): Result<void> => {
  if (!mayWrite(actor)) return failure(READS_ONLY)
  return mayEdit(actor) ? success(undefined) : failure(NO_EXCHANGE)
}

/** Takes in what can be taken in and tells the rest row by row; fails only when nothing can be read at all. */
export async function takeInCases(
  office: Office,
  actor: Actor,
  list: VerticalList,
  source: ImportSource,
): Promise<Result<VerticalReport>> {
  const may = mayTakeIn(actor)
  if (!may.ok) return may
  const rows = 'csv' in source ? verticalRows(source.csv) : success(source.rows)
  if (!rows.ok) return rows
  await office.audit(actor, 'import', { subject: '垂直系统办件', details: `${rows.value.length} 行` })
  return success(importReport(await importVertical(office, actor, list, rows.value)))
}
