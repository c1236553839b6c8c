/**
 * Time: days, which of them are worked, and limits counted by them; it knows no case.
 * A civil day is one of the Chinese calendar, whatever clock or time zone a machine has.
 */
import type { Brand } from '#protocol/ids.ts'

/** A civil day, `2026-11-21`. Days compare as text. */
export type Day = Brand<'Day'>

export const CHINA_OFFSET_MILLISECONDS = 8 * 60 * 60 * 1000
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000
const LAST_MILLISECOND = 253_402_300_799_999

/** Before the first program was made: no right clock of a machine that has one shows less. */
export const FIRST_DAY: Day = '2026-01-01' as Day

/** Names of days seen before: a fold asks for the day of every fact several times (measured: a third of its time). */
const knownDays = new Map<number, Day>()
const DAYS_KEPT = 10_000

/** The day so many whole days after 1970-01-01; days before 1970 or after 9999 count as the nearest within. */
export function dayAt(number: number): Day {
  const known = knownDays.get(number)
  if (known !== undefined) return known
  const milliseconds = Math.min(Math.max(number, 0) * DAY_MILLISECONDS, LAST_MILLISECOND)
  const day = new Date(milliseconds).toISOString().slice(0, 10) as Day
  if (knownDays.size >= DAYS_KEPT) knownDays.clear()
  knownDays.set(number, day)
  return day
}

/**
 * The Chinese civil day (UTC+8, no daylight saving since 1992).
 * @param milliseconds since 1970; times outside the years 1970 to 9999 count as the nearest day within.
 */
export const civilDay = (milliseconds: number): Day => dayAt(Math.floor(localTime(milliseconds) / DAY_MILLISECONDS))

/** Whether a time in milliseconds since 1970 lies within the years 1970 to 9999 in China, so that its day is its own. */
export const hasCivilDay = (milliseconds: number): boolean =>
  milliseconds >= 0 && milliseconds + CHINA_OFFSET_MILLISECONDS <= LAST_MILLISECOND

/** The time in milliseconds since 1970 that is nearest to what somebody wrote as one, and has a day of its own. */
export const nearestTime = (milliseconds: number): number => localTime(milliseconds) - CHINA_OFFSET_MILLISECONDS

/**
 * Day and time in China as text, `2026-11-21T09:30:00.000`, whatever somebody wrote as a time.
 * @param milliseconds since 1970; times outside the years 1970 to 9999 count as the nearest within.
 */
export const civilTime = (milliseconds: number): string => new Date(localTime(milliseconds)).toISOString().slice(0, -1)

const localTime = (milliseconds: number): number =>
  Math.min(Math.max(Math.trunc(milliseconds) || 0, 0) + CHINA_OFFSET_MILLISECONDS, LAST_MILLISECOND)

/** Whole days since 1970-01-01. */
export const dayNumber = (day: Day): number => Date.parse(day) / DAY_MILLISECONDS

/** The time, in milliseconds since 1970, when so many minutes of a day are over in China. */
export const timeOn = (day: Day, minutes: number): number =>
  Date.parse(day) - CHINA_OFFSET_MILLISECONDS + minutes * 60_000

/** So many calendar days later (or earlier). */
export const plusDays = (day: Day, days: number): Day => dayAt(dayNumber(day) + days)

/** Whether a text is a day that exists, between 1970 and 9999. */
export function isDay(text: string): text is Day {
  if (!/^(19[7-9]|[2-9][0-9]{2})[0-9]-[0-9]{2}-[0-9]{2}$/.test(text)) return false
  const time = Date.parse(text)
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text
}
