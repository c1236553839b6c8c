/** Confirming what day it is: who may say so at a node whose clock is wrong. */
import { READS_ONLY } from '#edge-node/commands/refusals.ts'
import { mayWrite } from '#edge-node/commands/roles.ts'
import { civilDay, type Day } from '#protocol/casework/time/days.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { failure, type Result } from '#protocol/result.ts'

/** Confirms the day on behalf of a person: whoever works at the node's own computer can look at a calendar. */
export async function confirmToday(actor: Actor, office: Office, day: string, isSure: boolean): Promise<Result<void>> {
  if (!mayWrite(actor)) return failure(READS_ONLY)
  const confirmed = await office.confirmDay(actor, day as Day, isSure)
  const details = `${day};本机时钟显示 ${civilDay(office.now())}`
  if (confirmed.ok) await office.audit(actor, 'settings', { subject: '确认今天的日期', details })
  return confirmed
}
