/** A catalogue table as a CSV file. */
import { csvLines, csvText, textOfFile } from '#edge-node/commands/csv.ts'
import type { Result } from '#protocol/result.ts'
import { checkSize, type Table, tableOf, unreadable } from './table.ts'

/** Reads a CSV file as Chinese spreadsheet programs save it. */
export function readCsv(bytes: Uint8Array): Result<Table> {
  const small = checkSize(bytes)
  if (!small.ok) return small
  const text = textOfFile(bytes)
  if (text === undefined)
    return unreadable('file-encoding', '文件的编码无法识别。', '请保存为 UTF-8 编码的 CSV 后重试。')
  const lines = csvLines(text)
  return lines.ok
    ? tableOf(lines.value)
    : unreadable('csv-quotes', `${lines.problem}。`, '请用表格软件重新保存为 CSV。')
}

/** Writes a CSV file. */
export const writeCsv = ({ header, rows }: Table): Uint8Array => new TextEncoder().encode(csvText([header, ...rows]))
