/** What a department must be before it enters the directory, and how it is renamed. */
import type { Department } from '#protocol/casework/directory.ts'
import { isCreditCode } from '#protocol/casework/identity/credit-code.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import { type Result, success } from '#protocol/result.ts'
import { type CheckContext, checkedBodies, hasLength, isRecordCode, refuseField } from './checks.ts'

/** Checks a department; `field` of a failure names what is wrong. */
export function checkedDepartment({ directory }: CheckContext, given: Department): Result<Department> {
  if (!isRecordCode(given.id))
    return refuseField('id', '部门代码须是 1 到 40 位字母、数字、汉字、点或横线', '例如 MZ;代码不随改名变化')
  if (!hasLength(given.name, 2, 60)) return refuseField('name', '部门名称须是 2 到 60 个字', '请填写全称')
  if (!hasLength(given.shortName, 1, 20)) return refuseField('shortName', '简称须是 1 到 20 个字', '例如 民政局')
  if (given.creditCode !== '' && !isCreditCode(given.creditCode))
    return refuseField('creditCode', '统一社会信用代码的校验位不符', '请对照证书核对 18 位代码;暂时不知道的可以留空')
  if (!hasLength(given.phone, 0, 40)) return refuseField('phone', '电话最多 40 个字', '请只填号码')
  const bodies = checkedBodies(given)
  if (bodies) return bodies
  const same = directory.departments().find(({ id, name }) => id !== given.id && name === given.name)
  if (same) return refuseField('name', `${same.name}已经用代码 ${same.id} 登记`, '请核对是不是同一个部门')
  if (given.successor !== null && !succeeds(directory, given.id, given.successor))
    return refuseField('successor', '承接部门须是另一个已登记的部门,且不能又由本部门承接', '请选择接手职责的部门')
  return success(given)
}

/** Whether a department may take over another: it exists and does not lead back to it. */
function succeeds(directory: DirectoryView, id: string, successor: string): boolean {
  const passed = new Set([id])
  for (let next: string | null = successor; next !== null; ) {
    const department = directory.department(next)
    if (passed.has(next) || !department) return false
    passed.add(next)
    next = department.successor
  }
  return true
}

/** The same department under a new name from a day on; the old name stays on record with its last day. */
export const renamed = (department: Department, name: string, from: Day): Department =>
  name === department.name
    ? department
    : {
        ...department,
        name,
        formerNames: [...department.formerNames, { name: department.name, until: plusDays(from, -1) }],
      }
