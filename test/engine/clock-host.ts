/** A host whose clock a test moves: long waits end when the clock gets there, short ones pass as they do. */
import type { Host } from '#protocol/engine/ports/host.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'

/** Waits from here on belong to the calendar; what is shorter is the engine's own breath. */
const LONG_MILLISECONDS = 60_000

export interface Clock {
  readonly host: Host
  /** Sets the clock to a later time and ends every long wait that is over by then. */
  moveTo(time: string): void
}

/** A clock that stands at a time, such as 2026-03-02T09:00+08:00, and goes on from there. */
export function openClock(start: string): Clock {
  let shift = Date.parse(start) - Date.now()
  let waits: { readonly at: number; readonly callback: () => void }[] = []
  const now = () => Date.now() + shift
  return {
    host: {
      ...nodeHost,
      now,
      after(milliseconds, callback) {
        if (milliseconds < LONG_MILLISECONDS) return nodeHost.after(milliseconds, callback)
        const wait = { at: now() + milliseconds, callback }
        waits.push(wait)
        return () => {
          waits = waits.filter((one) => one !== wait)
        }
      },
    },
    moveTo(time) {
      shift = Date.parse(time) - Date.now()
      const over = waits.filter(({ at }) => at <= now())
      waits = waits.filter(({ at }) => at > now())
      for (const { callback } of over) callback()
    },
  }
}
