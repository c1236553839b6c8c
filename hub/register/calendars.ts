/** Years of the holiday calendar: read from a file or a form, and checked before everybody counts by them. */
import { csvLines } from '#edge-node/commands/csv.ts'
import type { CalendarYear } from '#protocol/casework/directory.ts'
import { type Day, dayNumber, isDay, plusDays } from '#protocol/casework/time/days.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { type CheckContext, hasLength, refuseField } from './checks.ts'

/** A year has 365 days; ranges and single days of all festivals together are far fewer. */
const MOST_LINES = 120

/** Days between the ends of the longest stretch that is not a slip of the pen. */
const LONGEST = 30

const KEPT = '没有保存,日历没有变化'

/** Saturday or Sunday; 1970-01-01 was a Thursday. */
const isWeekend = (day: Day): boolean => [2, 3].includes(dayNumber(day) % 7)

/** First and last day of a line of `off`; undefined when it is not a day or a range that exists. */
export function rangeOf(line: string): { readonly from: Day; readonly to: Day } | undefined {
  const [from = '', to = from, ...more] = line.split('/')
  return more.length === 0 && isDay(from) && isDay(to) && from <= to ? { from, to } : undefined
}

/** How many days a year is off by its lines, ranges counted whole. */
export const daysOff = (year: Pick<CalendarYear, 'off'>): number =>
  year.off.reduce((sum, line) => {
    const range = rangeOf(line)
    return range ? sum + dayNumber(range.to) - dayNumber(range.from) + 1 : sum
  }, 0)

/** The year behind the newest one that is known, where a later one would leave it out: days are counted without a gap (rule Q3). */
function missingBefore(known: readonly CalendarYear[], year: number): number | undefined {
  const newest = known.reduce((last, { id, year: other }) => (id === `${other}` ? Math.max(last, other) : last), 0)
  return newest > 0 && year > newest + 1 ? newest + 1 : undefined
}

/** Checks one year; `field` of a failure names what is wrong. */
export function checkedCalendar({ directory }: CheckContext, given: CalendarYear): Result<CalendarYear> {
  const { year } = given
  if (!Number.isSafeInteger(year) || year < 2000 || year > 2099)
    return refuseField('year', '年份须是四位数字', '例如 2027')
  const local = given.id === `${year}.local`
  if (!local && given.id !== `${year}`) return refuseField('year', '日历编号和年份不一致', '请重新填写年份')
  if (local && !directory.calendars().some(({ id }) => id === `${year}`))
    return refuseField('year', `还没有 ${year} 年的全国日历`, '地方增加的休息日要加在全国日历上,请先导入全国日历')
  const before = missingBefore(directory.calendars(), year)
  if (before !== undefined)
    return refuseField(
      'year',
      `还没有 ${before} 年的日历,跳过一年会使所有期限都算不出`,
      `请先导入 ${before} 年的日历,再导入 ${year} 年的`,
    )
  if (!hasLength(given.source, 4, 200))
    return refuseField('source', '请写明来源文件', '例如 国务院办公厅 2025-11-04 通知')
  if (given.off.length === 0 && given.work.length === 0) return refuseField('off', '请填写放假日期', '每行一天或一段')
  if (given.off.length + given.work.length > MOST_LINES)
    return refuseField('off', `放假和上班的日子合计最多 ${MOST_LINES} 行`, '连续的日子请写成一段')
  return checkedDays(given)
}

function checkedDays(given: CalendarYear): Result<CalendarYear> {
  const within = (day: Day) => day.startsWith(`${given.year}-`)
  const off = new Set<Day>()
  for (const line of given.off) {
    const range = rangeOf(line)
    // New Year's days may begin in the year before.
    if (!range || !(within(range.from) || within(range.to)) || dayNumber(range.to) - dayNumber(range.from) > LONGEST)
      return refuseField(
        'off',
        `“${line}”不是 ${given.year} 年的日期或起止`,
        '写成 2026-10-01/2026-10-07 或 2026-10-01',
      )
    for (let day = range.from; day <= range.to; day = plusDays(day, 1)) off.add(day)
  }
  for (const day of given.work) {
    if (!isDay(day) || !within(day)) return refuseField('work', `“${day}”不是 ${given.year} 年的日期`, '每行一天')
    if (!isWeekend(day)) return refuseField('work', `${day} 不是周六或周日`, '这里只写调休上班的周六和周日')
    if (off.has(day)) return refuseField('work', `${day} 既写了放假又写了上班`, '请对照通知核对')
  }
  return success(given)
}

/** A calendar as a form or a file gives it, not yet checked. */
export function calendarOf(given: {
  readonly year: number
  readonly local: boolean
  readonly source: string
  readonly off: readonly string[]
  readonly work: readonly string[]
}): CalendarYear {
  return {
    type: 'calendar',
    id: given.local ? `${given.year}.local` : `${given.year}`,
    version: 0,
    year: given.year,
    source: given.source.trim(),
    off: given.off,
    work: given.work as readonly Day[], // checked before it is kept
    sample: false,
  }
}

/** Lines of a form, blanks and empty lines left out; 至 and ~ stand between the ends of a range. */
export const calendarLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim().replace(/\s*(至|~|—|\/)\s*/, '/'))
    .filter((line) => line !== '')

const unreadable = (message: string, next: string) => fail('calendar-unreadable', message, KEPT, next, 'file')

/** Reads a file: JSON as published with the system (`{year, source, off, work}`), or CSV with `日期,类型`. */
export function readCalendar(text: string | undefined, source: string): Result<CalendarYear> {
  if (text === undefined) return unreadable('文件的编码无法识别', '请另存为 UTF-8 编码的 CSV 后再导入')
  const plain = text.trim()
  if (plain === '') return unreadable('文件是空的', '请选择日历文件')
  return plain.startsWith('{') ? readJson(plain) : readCsv(plain, source)
}

function readJson(text: string): Result<CalendarYear> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return unreadable('文件不是完整的 JSON', '请重新下载文件后再导入')
  }
  const { year, source, off, work, scope } = value as Record<string, unknown>
  const texts = (list: unknown): list is string[] =>
    Array.isArray(list) && list.every((entry) => typeof entry === 'string')
  if (typeof year !== 'number' || typeof source !== 'string' || !texts(off) || !texts(work))
    return unreadable('JSON 里缺少 year、source、off 或 work', '请对照 2026 年的文件')
  return success(calendarOf({ year, local: scope === 'local', source, off, work }))
}

/** What a line of a CSV file may say of its day. */
const KINDS: ReadonlyMap<string, 'off' | 'work'> = new Map([
  ['off', 'off'],
  ['work', 'work'],
  ['休', 'off'],
  ['放假', 'off'],
  ['班', 'work'],
  ['上班', 'work'],
])

function readCsv(text: string, source: string): Result<CalendarYear> {
  const off: string[] = []
  const work: string[] = []
  const lines = csvLines(text)
  if (!lines.ok) return unreadable(lines.problem, '请用表格软件另存为 CSV 后再导入')
  for (const [index, line] of lines.value.entries()) {
    const [day = '', kind = ''] = line.map((cell) => cell.trim())
    if (day === '' || (index === 0 && !/^[0-9]/.test(day))) continue // blank line, or the names of the columns
    const list = KINDS.get(kind.toLowerCase())
    if (!list) return unreadable(`第 ${index + 1} 行的类型“${kind}”无法识别`, '第二栏写 放假 或 上班')
    if (list === 'off') off.push(day)
    else work.push(day)
  }
  const year = Number((off[0] ?? work[0] ?? '').slice(0, 4))
  return success(calendarOf({ year, local: false, source, off, work }))
}
