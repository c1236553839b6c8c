/** What can be said against a node's clock. */
import { civilDay } from '#protocol/casework/time/days.ts'
import { LIMITS } from '#protocol/limits.ts'
import { DAY_MILLISECONDS, offsetOf, type Reckoned, TOLERANCE } from './clock-reckoning.ts'

/**
 * What speaks against this node's clock, in milliseconds. `behind`: it shows an earlier time than what it holds proves, which
 * is of `since`: something the root published, or a moment that this clock itself had reached. `set`: it may have been put
 * right since its offset was known; if not, it is `other`. `leapt`: the root's moved on by so much
 * unwatched. `unheard`: nobody has told it the time for very long. `time` is
 * what this machine's own clock shows.
 */
export type ClockDoubt =
  | {
      readonly is: 'behind'
      readonly time: number
      readonly since: number
      readonly proof: 'published' | 'reached'
      /** How far it went back without anybody knowing what had passed since: it shows some day. 0: it did not. */
      readonly fell: number
    }
  | { readonly is: 'set'; readonly time: number; readonly other: number }
  | {
      readonly is: 'leapt'
      readonly time: number
      readonly by: number
      /** It shows less than what it had leapt to: it was set back since. */
      readonly isBack: boolean
    }
  | { readonly is: 'unheard'; readonly time: number; readonly away: number }

/** Whether nobody can say what day it is: a clock that is hours behind within one day names the right one. */
export const isDayInDoubt = (doubt: ClockDoubt | null): boolean =>
  doubt !== null && (doubt.is !== 'behind' || doubt.fell > 0 || civilDay(doubt.since) !== civilDay(doubt.time))

/** Whether it may have stood still while the machine was off: nothing went back, and nobody knows how long that was. */
export const hasStood = (doubt: ClockDoubt): boolean =>
  doubt.is === 'behind' && doubt.fell > 0 && doubt.fell < TOLERANCE

/** Another time that it can be, of another day, the one by what was said first; undefined where all that it can be name one day. */
function otherTime({ mark, now, isRoot }: Reckoned): number | undefined {
  const { offset, maybe = [] } = mark
  if (isRoot || offset === null) return undefined
  const times = [offset, ...maybe].map((one) => now + one)
  const isTwo = times.some((time) => civilDay(time) !== civilDay(now + offset))
  return isTwo ? times.find((time) => civilDay(time) !== civilDay(now)) : undefined
}

/** Whether it can be one of several days. */
export const isTwoDays = (one: Reckoned): boolean => otherTime(one) !== undefined

/** What speaks against a clock; null: nothing. `published`: the newest thing of the root. */
export function doubtOf(one: Reckoned, published: number): ClockDoubt | null {
  const { mark, now: time, isRoot } = one
  const offset = offsetOf(one)
  if (mark.fell !== undefined) return { is: 'behind', time, since: mark.at, proof: 'reached', fell: mark.fell }
  const other = otherTime(one)
  if (other !== undefined) return { is: 'set', time, other }
  if (mark.leapt !== undefined)
    return { is: 'leapt', time, by: mark.leapt, isBack: time < mark.at + mark.leapt - TOLERANCE }
  // A clock without an offset heals by running on, where it went back by little.
  const reached = isRoot || offset === null ? mark.at : 0
  if (time < reached - TOLERANCE) return { is: 'behind', time, since: reached, proof: 'reached', fell: 0 }
  // Whoever was told the time goes by that: a root that was once ahead has published things of a day to come.
  const isTold = mark.said !== null && offset !== null
  const known = time + (offset ?? 0)
  if (!isTold && known < published - TOLERANCE)
    return { is: 'behind', time, since: published, proof: 'published', fell: 0 }
  const away = isRoot || mark.said === null ? 0 : known - mark.said
  return away > LIMITS.unheardDays * DAY_MILLISECONDS ? { is: 'unheard', time, away } : null
}
