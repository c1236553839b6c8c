/** This machine as a test's nodes see it: all of it is real but the day, which is the same whenever the tests run. */
import type { Day } from '#protocol/casework/time/days.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { monotonic } from './monotonic.ts'

/** A Friday that the sample calendars know, and the working day after it. */
export const FRIDAY = '2026-11-20' as Day
export const MONDAY = '2026-11-23' as Day

/** Nine in the morning in China: far enough from midnight for any test. */
export const morningOf = (day: Day): number => Date.parse(`${day}T09:00:00+08:00`)

/** This machine with another clock; what passes on it has passed. */
export const hostWith = (now: () => number): Host => ({ ...nodeHost, now, elapsed: now })

/** This machine with a clock that begins at a time and runs as fast as any. */
export function runningHost(start: number): Host {
  const offset = start - monotonic()
  return hostWith(() => Math.floor(monotonic() + offset))
}

/** This machine with a clock and timers that run so many times as fast: for what only happens after a pause. */
export function hurriedHost(start: number, times: number): Host {
  const begun = monotonic()
  return {
    ...hostWith(() => Math.floor(start + (monotonic() - begun) * times)),
    after: (milliseconds, callback) => nodeHost.after(milliseconds / times, callback),
  }
}

/** The host of tests that do not care what day it is: one clock for all nodes of a process. */
export const testHost: Host = runningHost(morningOf(FRIDAY))
