/** A host whose clock a test moves: long waits end when the clock gets there, short ones pass as they do. */
import type { Host } from '#protocol/engine/ports/host.ts'
import { hostWith } from '#test/clock/host.ts'
import { monotonic } from '#test/clock/monotonic.ts'

/** Waits from here on belong to the calendar; what is shorter is the engine's own breath. */
const LONG_MILLISECONDS = 60_000

export interface Clock {
  readonly host: Host
  /**
   * Sets the clock to a later time and ends every long wait that is over by then; to an earlier one, and ends all of them:
   * they pass whatever the clock says, and none is longer than LIMITS.dayCheckMilliseconds.
   */
  moveTo(time: string): void
  /** Sets the clock so shortly that no long wait ends meanwhile. */
  jumpTo(time: string): void
}

/** A clock that stands at a time, such as 2026-03-02T09:00+08:00, and goes on from there. */
export function openClock(start: string): Clock {
  let shift = Date.parse(start) - monotonic()
  let waits: { readonly at: number; readonly callback: () => void }[] = []
  const now = () => Math.floor(monotonic() + shift)
  const host = hostWith(now)
  return {
    host: {
      ...host,
      after(milliseconds, callback) {
        if (milliseconds < LONG_MILLISECONDS) return host.after(milliseconds, callback)
        const wait = { at: now() + milliseconds, callback }
        waits.push(wait)
        return () => {
          waits = waits.filter((one) => one !== wait)
        }
      },
    },
    jumpTo(time) {
      shift = Date.parse(time) - monotonic()
    },
    moveTo(time) {
      const before = now()
      shift = Date.parse(time) - monotonic()
      const isOver = ({ at }: { readonly at: number }) => at <= now() || now() < before
      const over = waits.filter(isOver)
      waits = waits.filter((one) => !isOver(one))
      for (const { callback } of over) callback()
    },
  }
}
