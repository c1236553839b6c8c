/** Spreadsheet files (.xlsx): every cell is text, so that codes keep their zeros and nothing runs as a formula. */
import { Buffer } from 'node:buffer'
import { readSheet } from 'read-excel-file/node'
import writeXlsxFile from 'write-excel-file/node'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { archiveOf, partsOf } from './archive.ts'
import { isWithinReach } from './sheet-reach.ts'
import { checkSize, type Table, tableOf, unreadable } from './table.ts'

const SHEET = '事项目录'
const NEXT = '请用表格软件另存为 .xlsx 后重试。'
const FAR_NEXT = '请把要导入的行复制到一张新的工作表,另存为 .xlsx 后重试。'

/** Parts of a workbook that hold its cells; pictures and macros are not even unpacked. */
const isRead = (name: string): boolean => /\.(xml|rels)$/.test(name)

/** A cell as text: a day as it is written, numbers without exponent where they are whole. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return ''
  if (cell instanceof Date) return cell.toISOString().slice(0, 10)
  if (typeof cell === 'boolean') return cell ? '是' : '否'
  return String(cell).replaceAll('\r\n', '\n')
}

/** Reads the first sheet. */
export async function readXlsx(bytes: Uint8Array): Promise<Result<Table>> {
  const small = checkSize(bytes)
  if (!small.ok) return small
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  // The library unpacks without a bound whatever stands in the file, also what its directory does not name.
  const parts = await partsOf(file, LIMITS.unpackedCatalogueBytes, isRead)
  if (!parts.ok && parts.problem === 'too-large') return unreadable('file-too-large', '文件解压后过大。', NEXT)
  if (!parts.ok) return unreadable('file-unreadable', '文件不是完整的 .xlsx 表格,或加了密码。', NEXT)
  if (![...parts.value.values()].every((part) => isWithinReach(part.toString())))
    return unreadable('file-too-large', '表格里有单元格离得太远,或不是表格软件写的。', FAR_NEXT)
  try {
    const lines = await readSheet(archiveOf(parts.value), { trim: false })
    return tableOf(lines.map((line) => line.map(cellText)))
  } catch (error) {
    return unreadable('file-unreadable', `文件不是可以读取的 .xlsx 表格(${(error as Error).message})。`, NEXT)
  }
}

/** The format reads _x000D_ as a character; a text that has it by chance says so with an escaped underline. */
const escaped = (value: string): string => value.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')

/** Writes one sheet; a text longer than a cell can hold is refused rather than cut. */
export async function writeXlsx({ header, rows }: Table): Promise<Result<Uint8Array>> {
  const long = rows.find((row) => row.some((cell) => cell.length > LIMITS.cellCharacters))
  if (long !== undefined)
    return fail(
      'cell-too-long',
      `“${long[0]}”有一栏超过 ${LIMITS.cellCharacters} 个字,表格软件存不下。`,
      '没有生成文件。',
      '请改用 CSV 导出。',
    )
  const cell = (value: string) => (value === '' ? null : { value: escaped(value), type: String })
  const data = [
    header.map((value) => ({ value, type: String, fontWeight: 'bold' as const })),
    ...rows.map((row) => row.map(cell)),
  ]
  const buffer = await writeXlsxFile(data, { sheet: SHEET, stickyRowsCount: 1 }).toBuffer()
  return success(new Uint8Array(buffer))
}
