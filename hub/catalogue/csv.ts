/** CSV files: read as Chinese spreadsheet programs save them, written so that no cell runs as a formula. */
import Papa from 'papaparse'
import type { Result } from '#protocol/result.ts'
import { checkSize, type Table, tableOf, unreadable } from './table.ts'

const BYTE_ORDER_MARK = '\uFEFF'
/** What makes spreadsheet programs take a cell for a formula, full-width forms included; the apostrophe itself keeps the guard reversible. */
const FORMULA = /^['=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/

const guarded = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)
const unguarded = (cell: string): string => (cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell)

/** The text in an encoding; undefined when the bytes are not in it. */
function decodedAs(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Reads a CSV file; commas, semicolons or tabs part the cells. */
export function readCsv(bytes: Uint8Array): Result<Table> {
  const small = checkSize(bytes)
  if (!small.ok) return small
  // GB 18030 is how spreadsheet programs on Chinese Windows save.
  const text = decodedAs('utf-8', bytes) ?? decodedAs('gb18030', bytes)
  if (text === undefined)
    return unreadable('file-encoding', '文件的编码无法识别。', '请保存为 UTF-8 编码的 CSV 后重试。')
  const { data, errors } = Papa.parse<string[]>(text, {
    delimitersToGuess: [',', '\t', ';'],
    skipEmptyLines: true,
  })
  const broken = errors.find(({ type }) => type === 'Quotes')
  if (broken !== undefined)
    return unreadable('csv-quotes', `第 ${(broken.row ?? 0) + 1} 行的引号不成对。`, '请用表格软件重新保存为 CSV。')
  return tableOf(data.map((line) => line.map((cell) => unguarded(cell.replaceAll('\r\n', '\n')))))
}

/** Writes a CSV file with a byte order mark, without which spreadsheet programs show Chinese as rubbish. */
export const writeCsv = ({ header, rows }: Table): Uint8Array =>
  new TextEncoder().encode(
    BYTE_ORDER_MARK +
      Papa.unparse(
        [header, ...rows].map((line) => line.map(guarded)),
        { newline: '\r\n' },
      ),
  )
