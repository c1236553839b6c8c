/** The door to the catalogue at the root: an import of a file, and an export of what is published. */
import type { Actor, Office } from '#protocol/engine/office.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { readCsv, writeCsv } from './csv.ts'
import { type ImportReport, importItems } from './import.ts'
import { itemTable } from './rows.ts'
import type { Table } from './table.ts'
import { readXlsx, writeXlsx } from './xlsx.ts'

export type TableFormat = 'csv' | 'xlsx'
export type ImportMode = 'check' | 'publish'

/** What an import answers: the report, and the refused rows as a file of the same format; null when there are none. */
export interface Imported extends ImportReport {
  readonly refusedFile: Uint8Array | null
}

const read = (bytes: Uint8Array, format: TableFormat): Promise<Result<Table>> | Result<Table> =>
  format === 'csv' ? readCsv(bytes) : readXlsx(bytes)

const write = (table: Table, format: TableFormat): Promise<Result<Uint8Array>> | Result<Uint8Array> =>
  format === 'csv' ? success(writeCsv(table)) : writeXlsx(table)

/**
 * Publishes the good rows of a file. Rows that are published already change nothing, so a file whose import was
 * interrupted is simply imported again.
 * @param mode `check` only reports and publishes nothing.
 */
export async function importCatalogue(
  office: Office,
  actor: Actor,
  bytes: Uint8Array,
  format: TableFormat,
  mode: ImportMode = 'publish',
): Promise<Result<Imported>> {
  const table = await read(bytes, format)
  if (!table.ok) return table
  const { directory } = office
  const report = importItems(table.value, {
    departments: directory.departments(),
    disclosure: directory.rules().disclosure,
    editions: (code) => directory.editions(code),
    items: () => directory.items(),
  })
  if (!report.ok) return report
  const { records, refused } = report.value
  const file = refused.rows.length > 0 ? await write(refused, format) : undefined
  if (file && !file.ok) return file
  for (let at = 0; mode === 'publish' && at < records.length; at += LIMITS.publishedRecords) {
    const published = await office.publish(actor, records.slice(at, at + LIMITS.publishedRecords))
    if (!published.ok) {
      const { code, message, next } = published.problem
      return fail(code, message, `已导入 ${at} 条记录,其余没有导入。`, `${next}之后请再次导入同一个文件。`)
    }
  }
  return success({ ...report.value, refusedFile: file?.value ?? null })
}

/** Every edition of every item as a file. */
export const exportCatalogue = async (
  { directory }: Pick<Office, 'directory'>,
  format: TableFormat,
): Promise<Result<Uint8Array>> =>
  write(itemTable(directory.items().flatMap(({ id }) => directory.editions(id))), format)
