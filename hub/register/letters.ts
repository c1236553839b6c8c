/** Authorisation letters (授权书): what one must be when it is issued, and how it is revoked. */
import { isOver } from '#edge-node/commands/letters.ts'
import { POWERS } from '#protocol/casework/codes.ts'
import type { Letter } from '#protocol/casework/directory.ts'
import { type Day, isDay } from '#protocol/casework/time/days.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import { type Result, success } from '#protocol/result.ts'
import { type CheckContext, hasLength, refuseField } from './checks.ts'

/** Checks a new letter. An issued one is never rewritten: acts were done under it. */
export function checkedLetter({ directory }: CheckContext, given: Letter): Result<Letter> {
  if (!hasLength(given.id, 2, 60) || /[\s/]/.test(given.id))
    return refuseField('id', '文号须是 2 到 60 个字,中间没有空格和斜线', '例如 安民授〔2026〕3号')
  if (directory.letters().some(({ id }) => id === given.id))
    return refuseField('id', `文号 ${given.id} 已经用过`, '发出的授权书不能改写;要改范围请撤销后另发一份')
  if (!directory.department(given.department))
    return refuseField('department', '请选择授权的部门', '部门须先在“部门”里登记')
  if (!directory.station(given.station)) return refuseField('station', '请选择受权人所在的站点', '站点须先建立')
  const problem = personProblem(directory, given)
  if (problem) return refuseField('person', problem, '请从人员名单里选;留空表示该站点人人可用')
  if (given.powers.length === 0 || given.powers.some((power) => !Object.hasOwn(POWERS, power)))
    return refuseField('powers', '请至少勾选一项授权', '五项授权各自独立')
  const items = itemsProblem(directory, given)
  if (items) return refuseField('items', items, '每行一个事项代码;全部事项请留空')
  if (!isDay(given.from)) return refuseField('from', '请填写生效日期', '例如 2026-12-01')
  if (!isDay(given.until) || given.until < given.from)
    return refuseField('until', '最后有效日不能早于生效日期', '授权书都有期限,到期前请续发')
  return success({ ...given, revoked: null })
}

function personProblem(directory: DirectoryView, { person, station }: Letter): string | undefined {
  if (person === null) return undefined
  const known = directory.person(person)
  if (!known || known.disabled) return `没有可用的账号 ${person}`
  return known.station === station ? undefined : `${known.name}不在这个站点`
}

function itemsProblem(directory: DirectoryView, { items, department }: Letter): string | undefined {
  for (const code of items ?? []) {
    const item = directory.item(code)
    if (!item) return `没有代码为 ${code} 的事项`
    if (item.department !== department) return `${item.name}(${code})不是这个部门的事项`
  }
  return undefined
}

/** Whether a letter can still be revoked: one that has run out needs it no more. */
export const mayRevoke = (letter: Letter, today: Day): boolean => letter.revoked === null && !isOver(letter, today)

/** A letter from which nothing may be done any more from a day on; what was done under it before stays. */
export function revokedLetter(
  { directory, today }: CheckContext,
  id: string,
  revoked: { readonly from: Day; readonly reason: string },
): Result<Letter> {
  const letter = directory.letters().find((known) => known.id === id)
  if (!letter) return refuseField('id', '没有这份授权书', '请刷新后重试')
  if (letter.revoked) return refuseField('id', `这份授权书已自 ${letter.revoked.from} 起撤销`, '不需要再办')
  if (!hasLength(revoked.reason, 2, 200)) return refuseField('reason', '请写明撤销原因', '2 到 200 个字')
  if (!isDay(revoked.from) || revoked.from < today)
    return refuseField('from', `撤销不能早于今天(${today})`, '此前依授权办的事不受影响')
  return success({ ...letter, revoked: { from: revoked.from, reason: revoked.reason.trim() } })
}
