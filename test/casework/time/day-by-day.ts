/** Days counted one by one from another source than the product's: what calendar and clocks are compared with. */
import { isWorkday } from 'chinese-days'
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

const worked: ReadonlySet<Day> = new Set(EVERY_DAY.filter((day) => isWorkday(day)))

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
