/** The time at the root comes down the tree: kept for the next start, and passed on at once where it is news. */
import { LIMITS } from '#protocol/limits.ts'
import type { Core } from '../core.ts'
import { KEPT_FINDINGS } from '../kept-findings.ts'
import { CONFIRMED_DAY } from '../office.ts'
import { keepClock, publishedAt } from '../writing/clock-mark.ts'
import { goneBy, isConfirmationTold, tellWrongDays } from '../writing/confirmed-days.ts'
import { shiftReports } from '../writing/report-frames.ts'
import { type Staging, setLocal } from '../writing/staging.ts'
import type { Link } from './link.ts'
import type { LinkContext } from './link-context.ts'

/** Whether it may have waited in the socket while the machine slept: of a link that goes on, what comes right after. */
export function isOld(
  { clock, host }: { readonly clock: Pick<Core['clock'], 'slept'>; readonly host: Pick<Core['host'], 'elapsed'> },
  { liveSince }: Pick<Link, 'liveSince'>,
): boolean {
  const slept = clock.slept()
  if (slept === null || liveSince === null || liveSince > slept) return false
  return host.elapsed() - slept < 2 * LIMITS.heartbeatMilliseconds
}

/** Takes what the parent says of the root's time; the next sign of life says it again. */
export function hearRoot({ core, queue, links }: LinkContext, link: Link, rootTime: number): void {
  if (isOld(core, link)) return
  const before = goneBy(core)
  const known = core.clock.offset()
  const isNews = core.clock.heardRoot(rootTime)
  core.neighbours.parentContact = core.clock.time()
  const every = isNews ? 0 : LIMITS.clockHeardMilliseconds
  // The queue has told of a disk that refuses; the next beat brings all of it again.
  const isOver = core.clock.confirmedBy() === null && isConfirmationTold(core)
  tellWrongDays(core, before)
  const shift = shiftReports(core, known === null ? 0 : (core.clock.offset() ?? known) - known)
  const request = async (staging: Staging) => {
    if (isOver) setLocal(staging, KEPT_FINDINGS, CONFIRMED_DAY, null)
    shift(staging)
    await keepClock(staging, every)
  }
  const told = () => {
    if (isOver) core.news.done(CONFIRMED_DAY)
  }
  queue.write(request, told).catch(() => {})
  if (!isNews) return
  core.news.tellStatus()
  // Else whoever waits below would hear it with the next sign of life only: its pages say nothing of its clock until then.
  const message = { type: 'beat', rootTime: core.clock.rootTime(publishedAt(core)) } as const
  for (const down of [...links]) if (down.direction === 'down' && down.peer) down.dispatch({ type: 'tell', message })
}
