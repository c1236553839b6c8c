/** Days and times as GB/T 39046 writes them: YYYYMMDD and YYYYMMDDhhmmss; reading is lenient, writing is not. */
import { civilTime, type Day, isDay } from '../time/days.ts'

/** `20261121`. */
export const compactDay = (day: Day): string => day.replaceAll('-', '')

/**
 * `20261121093000`, Chinese time.
 * @param milliseconds since 1970.
 */
export const compactTime = (milliseconds: number): string => civilTime(milliseconds).slice(0, 19).replace(/[-T:]/g, '')

/** Year, month, day, however they are parted; a time of day behind them is left out. */
const FORMS = [
  /^(\d{4})(\d{2})(\d{2})(?:T?\d{4,6})?$/,
  /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]\d{1,2}(?::\d{1,2}){1,2}(?:\.\d+)?Z?)?$/,
  /^(\d{4})年(\d{1,2})月(\d{1,2})日?$/,
] as const

/** The day a text of another system names; undefined when it names none that exists. */
export function readDay(text: string): Day | undefined {
  for (const form of FORMS) {
    const [, year = '', month = '', day = ''] = form.exec(text.trim()) ?? []
    const found = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
    if (isDay(found)) return found
  }
  return undefined
}

/** Region codes are at most nine digits in GB/T 39046; stations have six to fifteen (SOURCES.md 8.3). */
export const regionOf = (station: string): string => station.slice(0, 9).padEnd(9, '0')
