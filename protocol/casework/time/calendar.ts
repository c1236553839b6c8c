/** Working days (行政许可法 art. 82): which days count, how far that is known, and deadlines counted by them. */
import { LIMITS } from '#protocol/limits.ts'
import { type Day, dayAt, dayNumber, isDay } from './days.ts'

/** What the calendar reads of a published year. */
export interface PublishedYear {
  /** `2026`, or `2026.local` for additions of this region. */
  readonly id: string
  readonly version: number
  readonly year: number
  /** Days off besides Saturdays and Sundays, as days or `from/to` with both ends. */
  readonly off: readonly string[]
  /** Saturdays and Sundays that are worked. */
  readonly work: readonly Day[]
}

/** A stretch of time that does not count: days with `from < day ≤ until` are left out; null while it lasts. */
export interface Span {
  readonly from: Day
  readonly until: Day | null
}

/** First and last day of which it is known whether they are worked. */
export interface Coverage {
  readonly from: Day
  readonly until: Day
}

/** Published calendars of whole years without a gap. */
export interface WorkCalendar {
  /** Null when no calendar is here. */
  readonly coverage: Coverage | null
  /** Whether the day is worked; undefined beyond the coverage. */
  isWorking(day: Day): boolean | undefined
  /** Working days with `start < day ≤ end`; undefined when a day of them is beyond the coverage. Constant time. */
  count(start: Day, end: Day): number | undefined
  /**
   * The last of so many working days behind the start; undefined beyond the coverage. Constant time.
   * @param workingDays a whole number; with 0 the start itself is the last day.
   */
  after(start: Day, workingDays: number): Day | undefined
  /** Why a day is off, for people: 春节放假、周六. Empty when it is worked or unknown. */
  reason(day: Day): string
}

// A calendar of three years takes 2 ms and a fold 50 µs. Records keep their identity until they change, lists need not.
const calendars = new WeakMap<
  PublishedYear,
  { readonly years: readonly PublishedYear[]; readonly calendar: WorkCalendar }
>()

/**
 * The calendar of the longest run of published years without a gap that ends with the newest one.
 * A national record covers its year; a local one (`2026.local`) only adds days off. What cannot be read is left out.
 */
export function workCalendar(years: readonly PublishedYear[]): WorkCalendar {
  const first = years[0]
  if (first === undefined) return NOTHING_KNOWN
  const known = calendars.get(first)
  if (known?.years.length === years.length && known.years.every((record, at) => record === years[at])) {
    return known.calendar
  }
  const calendar = build(years)
  calendars.set(first, { years: [...years], calendar })
  return calendar
}

const NOTHING_KNOWN: WorkCalendar = {
  coverage: null,
  isWorking: () => undefined,
  count: (start, end) => (end <= start ? 0 : undefined),
  after: (start, workingDays) => (workingDays === 0 ? start : undefined),
  reason: () => '',
}

const isLocal = ({ id }: PublishedYear): boolean => id.includes('.')
const isYear = (year: number): boolean => Number.isInteger(year) && year >= 1970 && year <= 9999

/** National records of the covered years, oldest first. */
function coveredYears(years: readonly PublishedYear[]): readonly PublishedYear[] {
  const newest = new Map<number, PublishedYear>()
  for (const record of years) {
    if (isLocal(record) || !isYear(record.year)) continue
    const other = newest.get(record.year)
    if (other === undefined || record.version > other.version) newest.set(record.year, record)
  }
  const run: PublishedYear[] = []
  let record = newest.get(Math.max(...newest.keys()))
  while (record !== undefined && run.length < LIMITS.calendarYears) {
    run.unshift(record)
    record = newest.get(record.year - 1)
  }
  return run
}

/** Both ends of `day` or `from/to` as day numbers; undefined when it is no such thing. */
function readRange(text: string): { readonly from: number; readonly until: number } | undefined {
  const [from = '', until = from, more] = text.split('/')
  if (more !== undefined || !isDay(from) || !isDay(until) || until < from) return undefined
  return { from: dayNumber(from), until: dayNumber(until) }
}

/** What people call a holiday: notices print the names, records only the days. */
function holidayName(text: string): string {
  const [from = '', until = from] = text.split('/')
  const holds = (monthDay: string) => from.slice(5) <= monthDay && monthDay <= until.slice(5)
  if (holds('01-01') || from.slice(0, 4) < until.slice(0, 4)) return '元旦'
  if (holds('05-01')) return '劳动节'
  if (holds('10-01')) return '国庆节'
  const byMonth: Readonly<Record<string, string>> = {
    '01': '春节',
    '02': '春节',
    '04': '清明节',
    '05': '端午节',
    '06': '端午节',
    '09': '中秋节',
    '10': '中秋节',
  }
  return byMonth[from.slice(5, 7)] ?? '节日'
}

/** Why each day from the first on is off; empty text when it is worked. Later years correct what earlier ones say. */
function markDays(
  first: number,
  length: number,
  national: readonly PublishedYear[],
  local: readonly PublishedYear[],
): readonly string[] {
  // 1970-01-01 was a Thursday.
  const off = Array.from({ length }, (_, at) => ['周日', '', '', '', '', '', '周六'][(first + at + 4) % 7] as string)
  const mark = (text: string, reason: string) => {
    const range = readRange(text)
    if (range !== undefined) off.fill(reason, Math.max(range.from - first, 0), Math.max(range.until - first + 1, 0))
  }
  for (const record of national) {
    for (const text of record.off) mark(text, `${holidayName(text)}放假`)
    for (const day of record.work) mark(day, '')
  }
  for (const record of local) for (const text of record.off) mark(text, '本地放假')
  return off
}

function build(years: readonly PublishedYear[]): WorkCalendar {
  const national = coveredYears(years)
  const oldest = national[0]
  if (oldest === undefined) return NOTHING_KNOWN
  const newestYear = oldest.year + national.length - 1
  const coverage = { from: `${oldest.year}-01-01` as Day, until: `${newestYear}-12-31` as Day }
  const first = dayNumber(coverage.from)
  const length = dayNumber(coverage.until) - first + 1
  const local = years.filter((record) => isLocal(record) && record.year >= oldest.year && record.year <= newestYear)
  const off = markDays(first, length, national, local)

  // The day before the first may still be day 0.
  const position = new Map<Day, number>([[dayAt(first - 1), -1]])
  /** Working days up to the day before each position. */
  const before = new Int32Array(length + 1)
  const worked: Day[] = []
  for (let at = 0; at < length; at++) {
    const day = dayAt(first + at)
    position.set(day, at)
    if (off[at] === '') worked.push(day)
    before[at + 1] = worked.length
  }
  const upTo = (day: Day): number | undefined => {
    const at = position.get(day)
    return at === undefined ? undefined : before[at + 1]
  }
  const reasonOf = (day: Day): string | undefined => off[position.get(day) ?? -1]
  return {
    coverage,
    isWorking: (day) => {
      const reason = reasonOf(day)
      return reason === undefined ? undefined : reason === ''
    },
    count: (start, end) => {
      if (end <= start) return 0
      const [from, until] = [upTo(start), upTo(end)]
      return from === undefined || until === undefined ? undefined : until - from
    },
    after: (start, workingDays) => {
      if (workingDays === 0) return start
      const from = upTo(start)
      return from === undefined || workingDays < 0 ? undefined : worked[from + workingDays - 1]
    },
    reason: (day) => reasonOf(day) ?? '',
  }
}
