/** Confirming what day it is: who may say so at a node whose clock is wrong. */
import { READS_ONLY } from '#edge-node/commands/refusals.ts'
import { hasRole, mayWrite } from '#edge-node/commands/roles.ts'
import { civilDay, civilTime, type Day, timeOn } from '#protocol/casework/time/days.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { fail, failure, type Result } from '#protocol/result.ts'

const NOT_FOR_THE_COUNTY = fail(
  'role',
  '县中心的日期全县都按它办,须由管理员、协调员或首席代表确认。',
  '没有改动任何内容。',
  '请他们核对本机时间后确认。',
)

/** Who may say what day it is: whoever works at the node's own computer can look at a calendar; by the county's day all nodes go. */
export const mayConfirmDay = (actor: Actor, { isRoot }: Pick<Office, 'isRoot'>): boolean =>
  mayWrite(actor) && (!isRoot || hasRole(actor, 'administrator', 'coordinator', 'chief'))

/** Minutes of the day that are over at a time like 14:05; undefined when it is none. */
function minutesOf(time: string): number | undefined {
  const [, hours, minutes = '0'] = TIME.exec(time.normalize('NFKC').trim()) ?? []
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes)
}

/** 14:05, 14.05, 1405, 14点05分, 14点: by 24 hours. */
const TIME = /^([01]?\d|2[0-3])(?:(?:[:.点时]|(?=\d\d$))([0-5]\d)分?|[点时]整?)$/

const clockText = (minutes: number): string => civilTime(timeOn('2000-01-01' as Day, minutes)).slice(11, 16)

/** Confirms the day on behalf of a person. */
export async function confirmToday(
  actor: Actor,
  office: Office,
  { day, time, isSure }: { readonly day: string; readonly time: string; readonly isSure: boolean },
): Promise<Result<void>> {
  if (!mayWrite(actor)) return failure(READS_ONLY)
  if (!mayConfirmDay(actor, office)) return NOT_FOR_THE_COUNTY
  const minutes = minutesOf(time)
  if (minutes === undefined) {
    const message = time.trim() === '' ? '请填写现在几点。' : `看不出“${time.trim()}”是几点。`
    return fail('no-time', message, '没有改动任何内容。', '请看手机或手表,按 24 小时填写,例如 14:05。', 'time')
  }
  const confirmed = await office.confirmDay(actor, day as Day, { isSure, minutes })
  const details = `${day} ${clockText(minutes)};本机时钟显示 ${civilDay(office.now())}`
  if (confirmed.ok) await office.audit(actor, 'settings', { subject: '确认今天的日期', details })
  return confirmed
}
