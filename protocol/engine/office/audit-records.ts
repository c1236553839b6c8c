/** What the audit log says of records that somebody publishes: written in the same commit as the records. */
import type { AuditEvent } from '#protocol/casework/audit.ts'
import { type DirectoryRecord, type Person, ROLES } from '#protocol/casework/directory.ts'
import type { AuditDetails } from '../audit.ts'
import type { DirectoryView } from '../directory/directory-view.ts'

const TITLES: Readonly<Record<DirectoryRecord['type'], string>> = {
  station: '站点',
  node: '节点',
  person: '账号',
  item: '事项',
  department: '部门',
  window: '窗口',
  letter: '授权书',
  calendar: '日历',
  rules: '本地规则',
  region: '区划代码',
  staff: '人员公示',
  absence: '去向',
  consultation: '首问',
  handover: '交接',
  level: '规则版本',
}

function eventOf(directory: DirectoryView, record: DirectoryRecord): AuditEvent {
  if (record.type === 'person') return 'people'
  if (record.type !== 'node') return 'settings'
  return record.revoked && !directory.node(record.id)?.revoked ? 'revocation' : 'enrolment'
}

const rolesOf = ({ roles }: Person): string => roles.map((role) => ROLES[role]).join('、')

/** What a new version of an account changes; never anything of its password. */
function changeOf(known: Person | undefined, person: Person): string {
  if (known === undefined) return `新建账号,${person.station} ${rolesOf(person)}`
  const changes = [
    known.password.hash === person.password.hash ? '' : '重置密码',
    known.disabled === person.disabled ? '' : person.disabled ? '停用' : '恢复使用',
    known.station === person.station ? '' : `站点由 ${known.station} 改为 ${person.station}`,
    rolesOf(known) === rolesOf(person) ? '' : `岗位由 ${rolesOf(known)} 改为 ${rolesOf(person)}`,
    known.name === person.name ? '' : `姓名由 ${known.name} 改为 ${person.name}`,
    known.department === person.department
      ? ''
      : `部门由 ${known.department ?? '无'} 改为 ${person.department ?? '无'}`,
  ]
  return changes.filter((change) => change !== '').join(';')
}

function detailsOf(directory: DirectoryView, record: DirectoryRecord): string {
  if (record.type === 'person') return changeOf(directory.person(record.id), record)
  if (record.type === 'level') return '已启用'
  if (record.type === 'node') return record.revoked ? `${record.name}:${record.revoked.reason}` : record.name
  return 'name' in record ? record.name : ''
}

/** What a record is called; a level has no other name than its number. */
const nameOf = ({ type, id, version }: DirectoryRecord): string => `${TITLES[type]} ${type === 'level' ? version : id}`

/** One event for each kind, whatever number of records it is about. `directory`: as it was before they were written. */
export function auditOfRecords(
  directory: DirectoryView,
  records: readonly DirectoryRecord[],
): readonly { readonly event: AuditEvent; readonly about: AuditDetails }[] {
  return [...Map.groupBy(records, (record) => eventOf(directory, record))].map(([event, some]) => {
    const [first] = some
    const named = some.map(nameOf).join('、')
    const details = some.length === 1 && first ? detailsOf(directory, first) : `共 ${some.length} 条`
    return { event, about: { subject: named, details } }
  })
}
