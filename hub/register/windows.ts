/** What a window of a hall must be before it enters the directory. */
import { WINDOW_KINDS } from '#protocol/casework/codes.ts'
import type { WindowRecord } from '#protocol/casework/directory.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import { type Result, success } from '#protocol/result.ts'
import { type CheckContext, hasLength, isRecordCode, refuseField } from './checks.ts'

/** Checks a window; `field` of a failure names what is wrong. */
export function checkedWindow({ directory }: CheckContext, given: WindowRecord): Result<WindowRecord> {
  if (!isRecordCode(given.id))
    return refuseField('id', '窗口编号须是 1 到 40 位字母、数字、汉字、点或横线', '例如 510724-A03')
  if (!hasLength(given.name, 2, 40)) return refuseField('name', '窗口名称须是 2 到 40 个字', '例如 民政窗口')
  if (!directory.station(given.station)) return refuseField('station', '没有这个站点', '请选择窗口所在的站点')
  if (!Object.hasOwn(WINDOW_KINDS, given.kind))
    return refuseField('kind', '请选择窗口类型', '单列、综合、公共服务或收费')
  const problem = unitsProblem(directory, given)
  if (problem) return refuseField('departments', problem, '请在成员单位中勾选')
  return checkedStaff(directory, given)
}

function unitsProblem(directory: DirectoryView, { kind, departments }: WindowRecord): string | undefined {
  const unknown = departments.find((id) => !directory.department(id))
  if (unknown !== undefined) return `没有代码为 ${unknown} 的部门`
  if (kind === 'single' && departments.length !== 1) return '单列窗口须正好有一个单位'
  if (kind === 'composite' && departments.length < 2) return '综合窗口须有两个以上成员单位'
  return undefined
}

function checkedStaff(directory: DirectoryView, given: WindowRecord): Result<WindowRecord> {
  const leads = new Set<string>()
  for (const { lead, substitute } of given.staff) {
    for (const id of substitute === null ? [lead] : [lead, substitute]) {
      const person = directory.person(id)
      if (!person || person.disabled) return refuseField('staff', `没有可用的账号 ${id}`, '请从人员名单里选')
      if (person.station !== given.station)
        return refuseField('staff', `${person.name}不在这个站点`, '窗口的 A 岗和 B 岗须是本站点的人员')
    }
    if (lead === substitute) return refuseField('staff', 'A 岗和 B 岗不能是同一个人', '请换一个 B 岗,或先留空')
    if (leads.has(lead)) return refuseField('staff', `${directory.personName(lead)}列了两次`, '每个 A 岗只列一行')
    leads.add(lead)
  }
  return success(given)
}
