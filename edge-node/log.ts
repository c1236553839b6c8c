/** The program's log: one JSON line an event on standard error, so that standard output stays for people. */
import pino from 'pino'
import { LIMITS } from '#protocol/limits.ts'

export interface Log {
  debug(about: object, message: string): void
  info(about: object, message: string): void
  warn(about: object, message: string): void
  error(about: object, message: string): void
}

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/**
 * A log from the given level up; written at once, so that the last words before an end are not lost. Where nothing can
 * be written any more (a full disk, a reader that is gone) its lines are lost and nothing else: the program goes on.
 */
export function createLog(level: LogLevel): Log {
  const destination = pino.destination({ dest: 2, sync: true, maxLength: LIMITS.unwrittenLogBytes })
  destination.removeAllListeners('error') // pino's own throws what it does not know
  destination.on('error', () => undefined)
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
}
