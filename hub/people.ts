/** What a new account must be before it enters the directory. */
import type { Accounts } from '#edge-node/commands/account/accounts.ts'
import type { NewPerson } from '#hub/registry-port.ts'
import { type Person, ROLES, type Role } from '#protocol/casework/directory.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import { isPersonId, type PersonId } from '#protocol/ids.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import type { Tier } from '#protocol/tiers.ts'

const KEPT = '没有建立账号'
/** Who may sit where (PEOPLE.md): money, supervision and administration are the county's; a chief decides under a letter. */
const ROLES_AT: Readonly<Record<Tier, readonly Role[]>> = {
  village: ['agent'],
  township: ['clerk', 'handler', 'chief'],
  county: ['clerk', 'handler', 'chief', 'cashier', 'coordinator', 'supervisor', 'administrator', 'auditor'],
}

/** Who reads the audit log does nothing that stands in it (三员分立, SOURCES.md 9.1); supervisors change nothing, either. */
const BESIDE_AUDITOR: readonly Role[] = ['auditor', 'supervisor']

/** Checks a new account, all but its password record; `field` names what is wrong. */
export function checkedPerson(
  directory: DirectoryView,
  accounts: Pick<Accounts, 'passwordProblem'>,
  person: NewPerson,
): Result<Omit<Person, 'password'>> {
  const { station, roles, department } = person
  const id = person.id.trim()
  const name = person.name.trim()
  if (!isPersonId(id))
    return fail('person-id', '用户名须是 1 到 40 位字母、数字、点、横线或下划线', KEPT, '请换一个用户名', 'id')
  if (directory.person(id)) return fail('person-exists', `用户名 ${id} 已被使用`, KEPT, '请换一个用户名', 'id')
  const length = [...name].length
  if (length < 1 || length > 40) return fail('person-name', '姓名须是 1 到 40 个字', KEPT, '请填写姓名', 'name')
  const place = directory.station(station)
  if (!place) return fail('station-unknown', '没有这个站点', KEPT, '请选择已建立的站点', 'station')
  const wrong = roles.find((role) => !ROLES_AT[place.tier].includes(role))
  if (roles.length === 0) return fail('person-roles', '至少选择一个角色', KEPT, '请选择角色', 'roles')
  if (wrong)
    return fail('person-roles', `${place.name}不能设置${ROLES[wrong] ?? wrong}`, KEPT, '请换一个角色或站点', 'roles')
  const beside = roles.includes('auditor') ? roles.find((role) => !BESIDE_AUDITOR.includes(role)) : undefined
  if (beside)
    return fail(
      'person-roles',
      `审计员不能同时是${ROLES[beside]}:查日志的人不能是被查的人`,
      KEPT,
      '请给审计员单独建一个账号',
      'roles',
    )
  if (department !== undefined && !directory.department(department))
    return fail('person-department', '没有登记这个部门', KEPT, '请先登记部门;大厅自己的人员请留空', 'department')
  const problem = accounts.passwordProblem(person.password)
  if (problem) return fail('password-weak', problem, KEPT, '请换一个密码', 'password')
  const employer = department === undefined ? {} : { department }
  return success({ type: 'person', id, version: 0, name, station, roles, ...employer, disabled: false })
}

/** Whether nobody could administer the county without this person. */
export function lastAdministrator(directory: DirectoryView, id: PersonId): boolean {
  const administrators = directory
    .people()
    .filter((person) => !person.disabled && person.roles.includes('administrator'))
  return administrators.length === 1 && administrators[0]?.id === id
}
