/** What people hear of a day that a person confirmed: who said it, until the parent is met, and whether it was wrong. */
import { civilDay } from '#protocol/casework/time/days.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Core } from '../core.ts'
import { CONFIRMED_DAY, type Finding } from '../office.ts'

/** The time by which a node works because a person said so. */
export interface ConfirmedTime {
  readonly by: PersonId
  readonly time: number
}

/** The time that a person's word makes it now; null where the root told it, or nobody. */
export function confirmedTime({ clock }: Core): ConfirmedTime | null {
  const by = clock.confirmedBy()
  return by === null ? null : { by, time: clock.time() }
}

/** That a confirmed day was another one than has now been said; undefined where it was right, or wrong by minutes around midnight. */
export function wrongDay(core: Core, before: ConfirmedTime | null): Omit<Finding, 'time'> | undefined {
  if (before === null) return undefined
  const now = core.clock.time()
  const [day, right] = [civilDay(before.time), civilDay(now)]
  if (day === right || Math.abs(now - before.time) < LIMITS.clockOffsetMilliseconds) return undefined
  const whose = core.clock.confirmedBy() === null ? '县中心的日期是' : '后来确认的日期是'
  return {
    kind: 'clock',
    kept: `wrong-day-${day}`,
    message: `${core.directory.personName(before.by)}确认的日期不对:本机按 ${day} 办理,${whose} ${right}`,
    next: '这期间的记录都在,所记日期、编号和文书日期不改。请查看按那个日期登记的办件,向县中心说明;核对完点“已核对”',
  }
}

/** Whether it is still told that a person confirmed the day. */
export const isConfirmationTold = ({ news }: Core): boolean => news.findings.some(({ kept }) => kept === CONFIRMED_DAY)
