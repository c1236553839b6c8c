/** What the local switches must be before they enter the directory. */
import { DISCLOSURES, type LocalRules } from '#protocol/casework/directory.ts'
import { type Result, success } from '#protocol/result.ts'
import { checkedBodies, refuseField } from './checks.ts'

/** Longer ones would say that nobody minds; the published examples are 3, 1 and 2 (SOURCES.md 3.2). */
const MOST_DAYS = 30

/** Checks the local switches; `field` of a failure names what is wrong. */
export function checkedRules(given: LocalRules): Result<LocalRules> {
  for (const field of ['handInDays', 'signDays', 'relayDays'] as const) {
    const days = given[field]
    if (!Number.isSafeInteger(days) || days < 1 || days > MOST_DAYS)
      return refuseField(field, `天数须是 1 到 ${MOST_DAYS} 的整数`, '按工作日计算')
  }
  if (!DISCLOSURES.includes(given.disclosure)) return refuseField('disclosure', '请选择公开清单', '七公开或八公开')
  return checkedBodies(given) ?? success(given)
}
