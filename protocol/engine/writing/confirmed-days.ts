/** What people hear of a day that a person confirmed: who said it, until the parent is met, and whether it was wrong. */
import { civilDay, type Day } from '#protocol/casework/time/days.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { isDayInDoubt } from '../clock-doubt.ts'
import type { Core } from '../core.ts'
import { CONFIRMED_DAY, type Finding, WRONG_DAY } from '../office.ts'
import { publishedAt } from './clock-mark.ts'

/** What a person said of the day, and the day by which the node goes because of it. */
export interface ConfirmedTime {
  readonly by: PersonId
  /** The time at the root that the person said, and what the clock showed then. */
  readonly said: number
  readonly shown: number
  /** Whether nobody can have set the clock since. */
  readonly isSteady: boolean
  /** The time by which the node goes because of it, in milliseconds since 1970. */
  readonly time: number
  /** Nothing is numbered by a day that is in doubt. */
  readonly isInDoubt: boolean
}

/** What holds now because a person said so; null where the root told the time, or nobody. */
export function confirmedTime(core: Core): ConfirmedTime | null {
  const { clock } = core
  const confirmed = clock.confirmed()
  const isInDoubt = isDayInDoubt(clock.doubt(publishedAt(core)))
  return confirmed && { ...confirmed, time: clock.time(), isInDoubt }
}

/** Numbers bear the day as six digits: by these the cases are found. */
const nextOf = (day: Day): string =>
  `这期间的记录都在,所记日期、编号和文书日期不改。请在“查询”里用 ${day.slice(2).replaceAll('-', '')} 找到编号带那个日期的办件,看期限和文书,向县中心说明;核对完点“已核对”`

/**
 * That a node went by another day than has now been said; undefined where it was right, or wrong by minutes around midnight.
 * Whoever confirmed a day is named only by the county's word, where the clock was not set since and the day was wrong when
 * it was said.
 */
export function wrongDay(core: Core, before: ConfirmedTime | null): Omit<Finding, 'time'> | undefined {
  if (before === null) return undefined
  const { clock } = core
  const { said, shown, isSteady, isInDoubt, time } = before
  // A steady clock is judged by the moment at which the day was said, another one by now.
  const [was, is] = isSteady ? [said, shown + clock.time() - clock.now()] : [isInDoubt ? said : time, clock.time()]
  const [wrong, right] = [civilDay(was), civilDay(is)]
  if (wrong === right || Math.abs(was - is) < LIMITS.clockOffsetMilliseconds) return undefined
  // By a day that is in doubt nothing was numbered; the one before it was wrong only if it is still to come.
  if (!isSteady && isInDoubt && wrong < right) return undefined
  const isCounty = clock.confirmedBy() === null
  return {
    kind: 'clock',
    kept: `${WRONG_DAY}${wrong}`,
    message: `${whyWrong(core, before, isCounty)}:本机按 ${wrong} 办理,${isCounty ? '县中心的日期是' : '后来确认的日期是'} ${right}`,
    next: nextOf(wrong),
  }
}

/** A later person may be the one who errs. */
function whyWrong({ directory }: Core, { by, isSteady }: ConfirmedTime, isCounty: boolean): string {
  if (!isSteady) return '确认日期以后关过机或电脑时间变过'
  return isCounty ? `${directory.personName(by)}确认的日期不对` : '确认的日期改过'
}

/** Whether it is still told that a person confirmed the day. */
export const isConfirmationTold = ({ news }: Core): boolean => news.findings.some(({ kept }) => kept === CONFIRMED_DAY)
