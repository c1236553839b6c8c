/** Spreadsheet files (.xlsx): every cell is text, so that codes keep their zeros and nothing runs as a formula. */
import { Buffer } from 'node:buffer'
import { readSheet } from 'read-excel-file/node'
import writeXlsxFile from 'write-excel-file/node'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { checkSize, type Table, tableOf, unreadable } from './table.ts'

const SHEET = '事项目录'
const NEXT = '请用表格软件另存为 .xlsx 后重试。'

/** Signature of an entry in a zip file's directory, and where its unpacked size stands. */
const ENTRY = Buffer.from([0x50, 0x4b, 0x01, 0x02])
const UNPACKED_SIZE_AT = 24

/** What a zip file says that it unpacks to. */
function unpackedBytes(bytes: Buffer): number {
  let total = 0
  for (let at = bytes.indexOf(ENTRY); at >= 0; at = bytes.indexOf(ENTRY, at + ENTRY.length))
    if (at + UNPACKED_SIZE_AT + 4 <= bytes.length) total += bytes.readUInt32LE(at + UNPACKED_SIZE_AT)
  return total
}

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
  if (unpackedBytes(file) > LIMITS.unpackedCatalogueBytes) return unreadable('file-too-large', '文件解压后过大。', NEXT)
  try {
    const lines = await readSheet(file, { trim: false })
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
