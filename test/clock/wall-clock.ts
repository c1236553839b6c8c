/** The clock on the wall of a county: programs are started on a chosen day, and all go home until a later one. */
import { civilDay, civilTime, type Day, plusDays } from '#protocol/casework/time/days.ts'
import { morningOf } from './host.ts'

export interface WallClock {
  today(): Day
  /** The time of day, as people say it: 09:05. */
  time(): string
  /** The day so many days from today. */
  day(away: number): Day
  /** Goes on by whole days; only programs that are started afterwards see it. */
  forward(days: number): void
  /** What a program is started with so that its computer's clock shows this day. */
  settings(): Readonly<Record<string, string>>
}

const DAY_MILLISECONDS = 24 * 60 * 60 * 1000

/**
 * A clock that begins in the morning of a day and runs as fast as the computer's. A computer's own clock belongs to
 * everything that runs on it, so only what Node tells the program is moved, before its first line runs.
 */
export function startClock(first: Day): WallClock {
  let offset = morningOf(first) - Date.now()
  const today = () => civilDay(Date.now() + offset)
  const moved = () => `const own = Date.now; Date.now = () => own() + (${offset})`
  return {
    today,
    time: () => civilTime(Date.now() + offset).slice(11, 16),
    day: (away) => plusDays(today(), away),
    forward(days) {
      offset += days * DAY_MILLISECONDS
    },
    settings: () => ({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(moved())}` }),
  }
}
