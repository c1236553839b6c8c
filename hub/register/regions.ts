/** Region codes (区划代码) in their time: a dead one is never used again (SOURCES.md 8.3). */
import type { Region } from '#protocol/casework/directory.ts'
import { isDay } from '#protocol/casework/time/days.ts'
import { type Result, success } from '#protocol/result.ts'
import { type CheckContext, hasLength, refuseField } from './checks.ts'

/** Checks a region code; `field` of a failure names what is wrong. */
export function checkedRegion({ directory }: CheckContext, given: Region): Result<Region> {
  if (!/^([0-9]{6}|[0-9]{9}|[0-9]{12})$/.test(given.id))
    return refuseField('id', '区划代码须是 6、9 或 12 位数字', '县 6 位,乡镇 9 位,村 12 位')
  if (!hasLength(given.name, 2, 60)) return refuseField('name', '区划名称须是 2 到 60 个字', '请填写全称')
  if (!isDay(given.from)) return refuseField('from', '请填写启用日期', '例如 2024-01-01')
  if (given.until !== null && (!isDay(given.until) || given.until < given.from))
    return refuseField('until', '停用前的最后一天不能早于启用日期', '还在使用的请留空')
  const known = directory.regions().find(({ id }) => id === given.id)
  if (known && known.until !== null && known.until !== given.until)
    return refuseField('until', `${known.id} 已自 ${known.until} 停用`, '废码不再使用;新的区划请用新代码')
  if (given.successor === null) return success(given)
  if (given.until === null) return refuseField('successor', '还在使用的代码没有接替代码', '请先填写停用日期')
  if (given.successor === given.id || !directory.regions().some(({ id }) => id === given.successor))
    return refuseField('successor', `接替代码 ${given.successor} 还没有登记`, '请先登记新代码')
  return success(given)
}
