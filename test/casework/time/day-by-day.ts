/** Days counted one by one from another source than the product's: what calendar and clocks are compared with. */
import source from 'chinese-days/dist/chinese-days.json' with { type: 'json' }
import type { Span } from '#protocol/casework/time/calendar.ts'
import type { Day } from '#protocol/casework/time/days.ts'

/** Every day of the years 2024 to 2026, in order. */
export const EVERY_DAY: readonly Day[] = (() => {
  const days: Day[] = []
  const date = new Date('2024-01-01T12:00:00Z')
  while (date.getUTCFullYear() < 2027) {
    const [month, dayOfMonth] = [date.getUTCMonth() + 1, date.getUTCDate()].map((part) => String(part).padStart(2, '0'))
    days.push(`${date.getUTCFullYear()}-${month}-${dayOfMonth}` as Day)
    date.setUTCDate(date.getUTCDate() + 1)
  }
  return days
})()

/** The source's tables; its own functions take a day's name for midnight in Greenwich and are wrong west of there. */
const { holidays, workdays } = source as Readonly<Record<'holidays' | 'workdays', Readonly<Record<string, string>>>>
const isWeekday = (day: Day): boolean => ![0, 6].includes(new Date(`${day}T12:00:00Z`).getUTCDay())

const worked: ReadonlySet<Day> = new Set(
  EVERY_DAY.filter((day) => day in workdays || (isWeekday(day) && !(day in holidays))),
)

/** Whether the other source says that a day is worked. */
export const isWorked = (day: Day): boolean => worked.has(day)

/** Whether a day lies in a pause: the day it begins does not, the day its result arrives does. */
export const isPaused = (day: Day, pauses: readonly Span[]): boolean =>
  pauses.some(({ from, until }) => day > from && (until === null || day <= until))

/** Days that count behind the start up to a day within the three years. */
export function countOneByOne(start: Day, end: Day, pauses: readonly Span[], counts = isWorked): number {
  let total = 0
  for (const day of EVERY_DAY) if (day > start && day <= end && counts(day) && !isPaused(day, pauses)) total++
  return total
}

/** The day on which the limit is used up; undefined when that is not within the three years. */
export function dueOneByOne(start: Day, limit: number, pauses: readonly Span[], counts = isWorked): Day | undefined {
  if (limit === 0) return start
  let remaining = limit
  for (const day of EVERY_DAY) {
    if (day <= start || !counts(day) || isPaused(day, pauses)) continue
    remaining--
    if (remaining === 0) return day
  }
  return undefined
}
