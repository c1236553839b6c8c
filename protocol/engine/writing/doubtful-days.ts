/** Where the root keeps which facts have a doubtful day, and how people hear of it. */
import { civilDay } from '#protocol/casework/time/days.ts'
import type { DocumentId, NodeId } from '#protocol/ids.ts'
import type { Core } from '../core.ts'
import type { DoubtfulDay } from '../day-records.ts'
import { KEPT_FINDINGS } from '../kept-findings.ts'
import { DOUBTFUL_DAYS_OF, type Finding } from '../office.ts'
import type { Change } from '../ports/storage.ts'
import { type Staging, setLocal } from './staging.ts'

/** Local rows by case. */
export const DOUBTFUL_DAY_SPACE = 'doubtful-days'

/** The same by day and case, for what bears a day to come: found without reading all of it. */
export const DAY_TO_COME_SPACE = 'days-to-come'

/** Whether the day of a fact had not come when it was noted. */
export const isNotCome = ({ written, seen }: DoubtfulDay): boolean => civilDay(written) > civilDay(seen)

/** Adds what is noted of a case to a group. */
export function noteDays(staging: Staging, id: DocumentId, days: readonly DoubtfulDay[]): void {
  setLocal(staging, DOUBTFUL_DAY_SPACE, id, days)
  for (const day of new Set(days.filter(isNotCome).map(({ written }) => civilDay(written))))
    setLocal(staging, DAY_TO_COME_SPACE, `${day} ${id}`, true)
}

/** Why the day of a fact is to be looked at, in one clause. */
export const WHY_DOUBTFUL: Readonly<Record<DoubtfulDay['why'], string>> = {
  'back-dated': '期间该节点在线且没有未上交的记录',
  ahead: '晚于收到的时间:该节点的时钟当时快了,或有人确认错了日期',
  'clock-off': '该节点的时钟与县中心不符,写下时还不知道差多少',
  'not-come': '当时还没有到:县中心的时间快了,或有人确认错了日期',
  'to-come': '还没有到:写下时的日期不对',
}

/** The name of the finding about a node. */
export const doubtfulDayName = (node: NodeId): string => `${DOUBTFUL_DAYS_OF}${node}`

/** What was noted of a case. */
export async function doubtfulDaysOf({ locals }: Core, id: DocumentId): Promise<readonly DoubtfulDay[]> {
  const text = await locals.read(DOUBTFUL_DAY_SPACE, id)
  return text === undefined ? [] : (JSON.parse(text) as readonly DoubtfulDay[])
}

/** Tells people after the commit: one finding for each node, with how many there are. */
export function tellDoubtfulDays({ news }: Core, change: Change): void {
  for (const { space, key, value } of change.local) {
    if (space === KEPT_FINDINGS && key.startsWith(DOUBTFUL_DAYS_OF) && value !== null)
      news.replace(JSON.parse(value) as Finding)
  }
}
