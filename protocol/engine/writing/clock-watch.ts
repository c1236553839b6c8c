/** Looks at the clock while nobody asks for it: what somebody sets is then told apart from what the machine sleeps. */
import { LIMITS } from '#protocol/limits.ts'
import type { Core } from '../core.ts'
import { StorageFailure } from '../ports/storage.ts'
import { keepClock, publishedAt } from './clock-mark.ts'
import type { WriteQueue } from './write-queue.ts'

/** Begins to look; how far the clock has come, and what makes it doubtful, is kept for the next start (S150). */
export function watchClock(core: Core, queue: WriteQueue): { stop(): void } {
  const { clock, host, news } = core
  const doubt = () => clock.doubt(publishedAt(core))?.is
  let known = doubt()
  const look = () => {
    const now = doubt()
    queue
      .write((staging) => keepClock(staging, LIMITS.clockHeardMilliseconds))
      .catch((problem) => {
        // A disk that refuses shows in the node's health; the next look tries again.
        if (!(problem instanceof StorageFailure)) core.tellBug(problem)
      })
    if (now !== known) news.tellStatus()
    known = now
    cancel = host.after(LIMITS.clockLookMilliseconds, look)
  }
  let cancel = host.after(LIMITS.clockLookMilliseconds, look)
  return { stop: () => cancel() }
}
