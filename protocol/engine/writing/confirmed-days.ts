/** What people hear of the day by which a node went: who confirmed it, until the parent is met, and whether it was wrong. */
import { civilDay, type Day, plusDays } from '#protocol/casework/time/days.ts'
import { LIMITS } from '#protocol/limits.ts'
import { isDayInDoubt } from '../clock-doubt.ts'
import type { Core } from '../core.ts'
import { CONFIRMED_DAY, type Finding, WRONG_DAY } from '../office.ts'
import { publishedAt } from './clock-mark.ts'

/** By what time a node goes, and who said so. */
export interface GoneBy {
  /** Milliseconds since 1970 at the root, as far as the node knows. */
  readonly time: number
  /** Since when it goes by that. */
  readonly since: number | null
  /** Where a person said so: the time at the root that was said, what the clock showed then, and whether nobody can have set it since. */
  readonly said: { readonly said: number; readonly shown: number; readonly isSteady: boolean } | null
  /** Nothing is numbered by a day that is in doubt. */
  readonly isInDoubt: boolean
}

/** What a node goes by because somebody said so; null where nobody did. */
export function goneBy({ clock, directory }: Core): GoneBy | null {
  if (clock.offset() === null) return null
  const isInDoubt = isDayInDoubt(clock.doubt(publishedAt({ directory })))
  return { time: clock.time(), since: clock.since(), said: clock.confirmed(), isInDoubt }
}

/** Numbers bear the day as six digits: by these the cases are found. */
const digits = (day: Day): string => day.slice(2).replaceAll('-', '')

const span = (from: string, to: string): string => (from === to ? to : `${from} 至 ${to}`)

const nextOf = (from: Day, to: Day): string =>
  `这期间的记录都在,所记日期、编号和文书日期不改。请在“查询”里用 ${span(digits(from), digits(to))} 找到编号带那些日期的办件,看期限和文书,告诉县中心;电脑时间对、县中心不对的,请马上告诉县中心。核对完点“已核对”`

/**
 * That a node went by another day than has now been said; undefined where it was right, or wrong by minutes around midnight.
 * Nobody is named: whoever says the time now may be the one who errs.
 */
export const wrongDay = (core: Core, before: GoneBy | null): Omit<Finding, 'time'> | undefined => {
  const toCome = core.clock.toCome()
  return otherDay(core, before) ?? (toCome === null ? undefined : dayToCome(core, toCome))
}

/** What bears a day that has not come was numbered by a wrong clock, whatever is known of it otherwise. */
function dayToCome({ clock }: Core, day: Day): Omit<Finding, 'time'> {
  const from = plusDays(clock.today(), 1)
  const message = `有编号用了还没有到的日期:本机按 ${span(from, day)} 办理,今天是 ${clock.today()}`
  return { kind: 'clock', kept: `${WRONG_DAY}${day}`, message, next: nextOf(from, day) }
}

/** By another day than is said now. */
function otherDay({ clock }: Core, before: GoneBy | null): Omit<Finding, 'time'> | undefined {
  if (before === null) return undefined
  const { said, isInDoubt, time, since } = before
  // A steady clock is judged by the moment at which the day was said, another one by now.
  const isSteady = said?.isSteady === true
  const was = said !== null && (isSteady || isInDoubt) ? said.said : time
  const is = isSteady ? said.shown + clock.time() - clock.now() : clock.time()
  const [wrong, right] = [civilDay(was), civilDay(is)]
  // What the county itself had told may be off by what an unwatched clock drifts.
  const least = said === null ? LIMITS.doubtfulDayMilliseconds : LIMITS.clockOffsetMilliseconds
  if (wrong === right || Math.abs(was - is) < least) return undefined
  // By a day that is in doubt nothing was numbered; the one before it was wrong only if it is still to come.
  if (!isSteady && isInDoubt && (said === null || wrong < right)) return undefined
  // It went by that day after day; of what was in doubt only the day that was said before.
  const last = isInDoubt ? was : time
  const [from, to] = [civilDay(Math.min(since ?? last, last)), civilDay(last)]
  const isCounty = clock.confirmedBy() === null
  const whose = said === null ? '县中心的时间或本机时钟变过' : isCounty ? '确认的日期和县中心的不同' : '确认的日期改过'
  const message = `${whose}:本机按 ${span(from, to)} 办理,${isCounty ? '县中心的日期是' : '后来确认的日期是'} ${isInDoubt ? right : clock.today()}`
  return { kind: 'clock', kept: `${WRONG_DAY}${to}`, message, next: nextOf(from, to) }
}

/** Whether it is still told that a person confirmed the day. */
export const isConfirmationTold = ({ news }: Core): boolean => news.findings.some(({ kept }) => kept === CONFIRMED_DAY)
