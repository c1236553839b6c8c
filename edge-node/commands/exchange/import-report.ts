/** The report of an import: the rows as they came, what became of each and why, as figures, rows and CSV. */
import { readCsvRows, writeCsvRows } from '#edge-node/commands/exchange/csv.ts'
import {
  byOutcome,
  IMPORT_OUTCOMES,
  type ImportOutcome,
  REPORT_COLUMNS,
  VERTICAL_COLUMNS,
  type VerticalRow,
} from '#protocol/casework/exchange/vertical.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result } from '#protocol/result.ts'
import type { ImportedRow } from './vertical-import.ts'

/** How many rows had each outcome. */
export type ImportCounts = Readonly<Record<ImportOutcome, number>>

export interface VerticalReport extends ImportCounts {
  readonly rows: readonly (VerticalRow & Pick<ImportedRow, 'outcome' | 'number' | 'why'>)[]
  readonly csv: string
}

export const importReport = (done: readonly ImportedRow[]): VerticalReport => {
  const csvRows = done.map(({ row, outcome, number, why }) => ({
    ...row,
    outcome: IMPORT_OUTCOMES[outcome],
    number,
    why,
  }))
  return {
    ...byOutcome((outcome) => done.filter((row) => row.outcome === outcome).length),
    rows: done.map(({ row, outcome, number, why }) => ({ ...row, outcome, number, why })),
    csv: writeCsvRows({ ...VERTICAL_COLUMNS, ...REPORT_COLUMNS }, csvRows),
  }
}

/** Rows of an import file; the report of an earlier import is one too. */
export function verticalRows(csv: string): Result<readonly VerticalRow[]> {
  const rows = readCsvRows(VERTICAL_COLUMNS, Object.values(REPORT_COLUMNS), csv)
  if (!rows.ok) return rows
  const { length } = rows.value
  const kept = '没有导入任何一行'
  if (length === 0) return fail('csv-empty', '文件里没有数据行', kept, '请在表头下面填写', 'csv')
  if (length > LIMITS.importRows)
    return fail('csv-too-long', `文件有 ${length} 行,一次最多 ${LIMITS.importRows} 行`, kept, '请分成几个文件', 'csv')
  return rows
}
