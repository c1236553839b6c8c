/** The time at the root comes down the tree: kept for the next start, and passed on at once where it is news. */
import { civilTime } from '#protocol/casework/time/days.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Core } from '../core.ts'
import { KEPT_FINDINGS } from '../kept-findings.ts'
import { CONFIRMED_DAY } from '../office.ts'
import { keepClock, publishedAt } from '../writing/clock-mark.ts'
import { confirmedTime, isConfirmationTold, wrongDay } from '../writing/confirmed-days.ts'
import { keepFinding, type Staging, setLocal } from '../writing/staging.ts'
import type { LinkContext } from './link-context.ts'

/** Takes what the parent says of the root's time. */
export function hearRoot({ core, queue, links }: LinkContext, rootTime: number): void {
  const confirmed = confirmedTime(core)
  tellMoved(core, rootTime)
  const isNews = core.clock.heardRoot(rootTime)
  core.neighbours.parentContact = core.clock.time()
  const every = isNews ? 0 : LIMITS.clockHeardMilliseconds
  // The queue has told of a disk that refuses; the next beat brings the time again.
  const isOver = isNews && isConfirmationTold(core)
  const wrong = wrongDay(core, confirmed)
  const request = async (staging: Staging) => {
    if (isOver) setLocal(staging, KEPT_FINDINGS, CONFIRMED_DAY, null)
    if (wrong) keepFinding(staging, wrong)
    await keepClock(staging, every)
  }
  queue.write(request).catch(() => {})
  if (isOver) core.news.done(CONFIRMED_DAY)
  if (wrong) core.news.replace(wrong)
  if (!isNews) return
  core.news.tellStatus()
  // Else whoever waits below would hear it with the next sign of life only: its pages say nothing of its clock until then.
  const message = { type: 'beat', rootTime: core.clock.rootTime(publishedAt(core)) } as const
  for (const link of [...links]) if (link.direction === 'down' && link.peer) link.dispatch({ type: 'tell', message })
}

/** By a day or more the county's clock or this one was set: whoever is right says so, before days are written by it. */
function tellMoved({ clock, directory, news }: Core, rootTime: number): void {
  const known = clock.rootTime(publishedAt({ directory }))
  if (known === null || Math.abs(rootTime - known) < LIMITS.doubtfulDayMilliseconds) return
  const [told, before] = [rootTime, known].map((time) => civilTime(time).slice(0, 16).replace('T', ' '))
  const message = `县中心说现在是 ${told},按以前和它对过的时间本机应是 ${before}`
  const next = '从此按县中心的时间办理。请看手机或日历:电脑时间对的,请马上告诉县中心;电脑时间不对的,请校准'
  news.add({ kind: 'clock', message, next })
}
