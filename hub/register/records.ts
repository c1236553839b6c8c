/** The door for records that administrators keep by form: each is checked by its own rules. */
import type { KeepMode, KeptRecord } from '#edge-node/commands/county-register.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import type { Result } from '#protocol/result.ts'
import { checkedCalendar } from './calendars.ts'
import { type CheckContext, refuseField } from './checks.ts'
import { checkedDepartment } from './departments.ts'
import { checkedLetter } from './letters.ts'
import { checkedRules } from './local-rules.ts'
import { checkedRegion } from './regions.ts'
import { checkedWindow } from './windows.ts'

/** Checks a record as its type demands; `field` of a failure names the form field. */
export function checkedRecord(context: CheckContext, given: KeptRecord, mode: KeepMode): Result<KeptRecord> {
  const field = given.type === 'calendar' ? 'year' : 'id'
  const known = listOf(context.directory, given.type).some(({ id }) => id === given.id)
  if (mode === 'new' && known)
    return refuseField(field, `${given.id} 已经登记`, '要修改请从列表里打开它;确实是新的请换一个编号')
  if (mode === 'change' && !known && given.type !== 'rules')
    return refuseField(field, `没有登记过 ${given.id}`, '请刷新列表后重试')
  return checkedFields(context, given)
}

const listOf = (directory: DirectoryView, type: KeptRecord['type']): readonly { readonly id: string }[] => {
  switch (type) {
    case 'department':
      return directory.departments()
    case 'window':
      return directory.windows()
    case 'letter':
      return directory.letters()
    case 'calendar':
      return directory.calendars()
    case 'region':
      return directory.regions()
    case 'rules':
      return []
  }
}

function checkedFields(context: CheckContext, given: KeptRecord): Result<KeptRecord> {
  switch (given.type) {
    case 'department':
      return checkedDepartment(context, given)
    case 'window':
      return checkedWindow(context, given)
    case 'letter':
      return checkedLetter(context, given)
    case 'calendar':
      return checkedCalendar(context, given)
    case 'rules':
      return checkedRules(given)
    case 'region':
      return checkedRegion(context, given)
  }
}
