/** Rows of a CSV file by the titles of its columns, in and out. */
import { csvLines, csvText } from '#edge-node/commands/csv.ts'
import { fail, type Result, success } from '#protocol/result.ts'

/** A record of texts by key. */
export type Row = Readonly<Record<string, string>>

/** Rows as CSV with a header line; the last line ends like the others. */
export function writeCsvRows(columns: Readonly<Record<string, string>>, rows: readonly Row[]): string {
  const keys = Object.keys(columns)
  return `${csvText([Object.values(columns), ...rows.map((row) => keys.map((key) => row[key] ?? ''))])}\r\n`
}

/**
 * Rows of a CSV text. Columns are known by their titles, in any order; empty lines are left out.
 * @param more titles that may stand there and are not read, such as those of an earlier report
 */
export function readCsvRows<Column extends string>(
  columns: Readonly<Record<Column, string>>,
  more: readonly string[],
  text: string,
): Result<readonly Partial<Record<Column, string>>[]> {
  const parsed = csvLines(text)
  if (!parsed.ok) return refuse(parsed.problem, '请用表格软件另存为 CSV 后再试')
  const [header = [], ...lines] = parsed.value.filter((cells) => cells.some((cell) => cell.trim() !== ''))
  const keys = new Map((Object.entries(columns) as [Column, string][]).map(([key, title]) => [title, key]))
  const titles = header.map((title) => title.trim())
  const unknown = titles.filter((title) => title !== '' && !keys.has(title) && !more.includes(title))
  if (unknown.length > 0)
    return refuse(`表头有不认识的列:${unknown.slice(0, 5).join('、')}`, `表头须为:${[...keys.keys()].join(',')}`)
  if (new Set(titles).size < titles.length) return refuse('表头有重复的列', '请删除重复的列')
  if (!titles.some((title) => keys.has(title))) return refuse('没有表头', `第一行须为:${[...keys.keys()].join(',')}`)
  const rows = lines.map((cells) => {
    const row: Partial<Record<Column, string>> = {}
    for (const [at, title] of titles.entries()) {
      const key = keys.get(title)
      if (key !== undefined) row[key] = (cells[at] ?? '').trim()
    }
    return row
  })
  return success(rows)
}

const refuse = (message: string, next: string): Result<never> =>
  fail('csv-unreadable', `文件读不了:${message}`, '没有导入任何一行', next, 'csv')
