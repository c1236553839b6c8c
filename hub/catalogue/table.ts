/** A table as text: a header and rows of cells, whatever file it came in. */
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'

export interface Table {
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const KEPT = '没有导入任何内容。'

/** A file that cannot be read at all. */
export const unreadable = (code: string, message: string, next: string) => fail(code, message, KEPT, next)

/** A table of lines; the first is the header. Lines without any text are left out. */
export function tableOf(lines: readonly (readonly string[])[]): Result<Table> {
  const [header, ...rows] = lines.filter((line) => line.some((cell) => cell.trim() !== ''))
  if (header === undefined) return unreadable('table-empty', '文件里没有内容。', '请使用导出的表格作为模板。')
  if (rows.length > LIMITS.catalogueRows)
    return unreadable(
      'table-too-long',
      `文件有 ${rows.length} 行,一次最多 ${LIMITS.catalogueRows} 行。`,
      '请分成几个文件导入。',
    )
  const titles = header.map((title) => title.trim())
  const twice = titles.find((title, at) => title !== '' && titles.indexOf(title) !== at)
  if (twice !== undefined) return unreadable('column-twice', `列“${twice}”出现两次。`, '请删除其中一列。')
  return success({ header: titles, rows })
}

/** Whether a file is small enough to be read into memory. */
export const checkSize = (bytes: Uint8Array): Result<void> =>
  bytes.length <= LIMITS.catalogueBytes
    ? success(undefined)
    : unreadable(
        'file-too-large',
        `文件有 ${Math.ceil(bytes.length / 1024 / 1024)} MB,最多 ${LIMITS.catalogueBytes / 1024 / 1024} MB。`,
        '请分成几个文件导入。',
      )
