/** Items: how a form becomes the next edition, what keeps it from being published, and how an item ends. */
import type { ItemDraft } from '#edge-node/commands/county-register.ts'
import { searchPinyin } from '#hub/catalogue/pinyin.ts'
import { type Adjusted, type Adjustment, nextEdition } from '#protocol/casework/catalogue/editions.ts'
import { blocking, checkItem } from '#protocol/casework/catalogue/item-check.ts'
import type { ItemProblem } from '#protocol/casework/catalogue/item-problem.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'
import { isDay } from '#protocol/casework/time/days.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import { fail, type Result, success } from '#protocol/result.ts'
import { refuseField } from './checks.ts'

/** The records a draft would write and everything the check says of them. */
export interface ItemReview {
  readonly records: readonly Item[]
  readonly problems: readonly ItemProblem[]
}

/** What a draft comes to. Refused only when no edition can be made of it at all. */
export function reviewItem(directory: DirectoryView, draft: ItemDraft): Result<ItemReview> {
  if (!isDay(draft.from)) return refuseField('effectiveFrom', '请填写从哪天起实施', '例如 2027-01-01')
  const given = { ...draft, content: withPinyin(draft.content) }
  const adjusted = draft.change.type === 'new' ? firstEdition(directory, given) : followingEdition(directory, given)
  if (!adjusted.ok) return adjusted
  const next = adjusted.value.at(-1) as Item
  const { disclosure } = directory.rules()
  const hasDepartment = (code: string) => directory.department(code) !== undefined
  return success({ records: adjusted.value, problems: checkItem(next, { hasDepartment, disclosure }) })
}

/** An item whose name has no pinyin cannot be found by keyboard, so it is made when none was typed. */
const withPinyin = (content: Partial<Item>): Partial<Item> =>
  content.name && content.pinyin?.trim() === '' ? { ...content, pinyin: searchPinyin(content.name) } : content

function firstEdition(directory: DirectoryView, { id, change, from, content }: ItemDraft): Result<readonly Item[]> {
  if (directory.item(id)) return refuseField('id', `事项编码 ${id} 已经用过`, '编码不重复使用;要改内容请打开原事项')
  if (change.basis.trim() === '') return refuseField('changeBasis', '没有写明新增的依据文件', '请填写文件名称和文号')
  const item = completeItem({ ...content, id, name: content.name ?? '' })
  return success([{ ...item, effectiveFrom: from, change: { type: 'new', basis: change.basis.trim() } }])
}

/** The form's names of what {@link nextEdition} refuses. */
const FORM_FIELDS: Readonly<Record<string, string>> = { change: 'changeBasis', effectiveFrom: 'effectiveFrom' }

function followingEdition(directory: DirectoryView, draft: ItemDraft): Result<readonly Item[]> {
  const current = directory.item(draft.id)
  if (!current) return refuseField('id', `没有编码为 ${draft.id} 的事项`, '请从目录里打开')
  const adjustment: Adjustment = {
    type: draft.change.type as Adjustment['type'],
    basis: draft.change.basis,
    from: draft.from,
  }
  const adjusted: Result<Adjusted> = nextEdition(current, draft.content, adjustment)
  if (adjusted.ok) return success([adjusted.value.closed, adjusted.value.next])
  const { code, message, kept, next, field = '' } = adjusted.problem
  return fail(code, message, kept, next, FORM_FIELDS[field] ?? field)
}

/** The records to publish; refused while something blocks. Ending an item needs no complete checklist. */
export function publishable(directory: DirectoryView, draft: ItemDraft): Result<readonly Item[]> {
  const review = reviewItem(directory, draft)
  if (!review.ok) return review
  const ends = draft.change.type === 'cancelled' || draft.change.type === 'merged'
  const blocked = ends ? [] : blocking(review.value.problems)
  if (blocked.length === 0) return success(review.value.records)
  return fail(
    'item-blocked',
    `还不能发布,有 ${blocked.length} 处要改:${blocked.map(({ message }) => message).join(';')}`,
    '没有发布,已填写的内容还在表上',
    '请按下面的清单补齐后再发布',
    blocked[0]?.field ?? 'name',
  )
}
