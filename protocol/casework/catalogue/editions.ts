/** Editions of an item (动态调整): how the next one follows, and what a row of editions must be like. */
import { fail, type Result, success } from '#protocol/result.ts'
import { CHANGE_TYPES, type ChangeType } from '../codes.ts'
import type { Item } from '../item.ts'
import { type Day, plusDays } from '../time/days.ts'

/** An adjustment of the catalogue as it was decided. */
export interface Adjustment {
  readonly type: Exclude<ChangeType, 'new'>
  /** Name and number of the document that decided it. */
  readonly basis: string
  /** The first day of the new edition. */
  readonly from: Day
}

/** The two records an adjustment writes: the old edition with its last day, and the new one. */
export interface Adjusted {
  readonly closed: Item
  readonly next: Item
}

const KEPT = '目录没有改动。'

/** Changes after which nothing more can be applied for under this code. */
const ENDS: readonly ChangeType[] = ['cancelled', 'merged']

/** Whether no case may be opened under this edition at all: it only records that the item ended. */
export const isEnd = ({ change }: Item): boolean => ENDS.includes(change.type)

/**
 * The next edition of an item. Open cases keep the edition under which they were received.
 * An item that is cancelled or merged into another gets an edition whose time is empty: it records the end and its basis.
 * @param current the newest edition
 * @param changed what is different; code and edition cannot be
 */
export function nextEdition(
  current: Item,
  changed: Partial<Item>,
  { type, basis, from }: Adjustment,
): Result<Adjusted> {
  if (basis.trim() === '')
    return fail('change-basis', '没有写明调整的依据文件。', KEPT, '请填写文件名称和文号。', 'change')
  if (from <= current.effectiveFrom)
    return fail(
      'edition-overlap',
      `新版须在现行版次生效(${current.effectiveFrom})之后生效。`,
      KEPT,
      '请更正生效日期。',
      'effectiveFrom',
    )
  if (isEnd(current))
    return fail(
      'item-ended',
      `该事项已${CHANGE_TYPES[current.change.type]}。`,
      KEPT,
      '恢复实施的,请以新的编码新增事项。',
      'change',
    )
  const until =
    current.effectiveUntil !== null && current.effectiveUntil < from ? current.effectiveUntil : plusDays(from, -1)
  const next: Item = {
    ...current,
    ...changed,
    id: current.id,
    version: 0,
    edition: current.edition + 1,
    change: { type, basis: basis.trim() },
    effectiveFrom: from,
    effectiveUntil: ENDS.includes(type) ? plusDays(from, -1) : (changed.effectiveUntil ?? null),
  }
  return success({ closed: { ...current, effectiveUntil: until }, next })
}

/** The edition under which a case may be opened on a day; undefined when the item is not in force. */
export const editionInForce = (editions: readonly Item[], day: Day): Item | undefined =>
  editions.findLast(
    (item) => !isEnd(item) && item.effectiveFrom <= day && (item.effectiveUntil === null || day <= item.effectiveUntil),
  )

/** What is wrong with the editions of one item, in words; none when they follow each other. */
export function checkEditions(editions: readonly Item[]): readonly string[] {
  const ordered = [...editions].sort((left, right) => left.edition - right.edition)
  return ordered.flatMap((item, index) => {
    const before = ordered[index - 1]
    return [...(before === undefined ? checkFirst(item) : checkFollowing(before, item)), ...checkPeriod(item)]
  })
}

const checkFirst = ({ edition }: Item): readonly string[] =>
  edition === 1 ? [] : [`缺少版次 1:最早的版次是 ${edition}`]

function checkFollowing(before: Item, item: Item): readonly string[] {
  const problems: string[] = []
  if (item.edition === before.edition) return [`版次 ${item.edition} 出现两次`]
  if (item.edition !== before.edition + 1) problems.push(`版次 ${before.edition} 之后缺少版次 ${before.edition + 1}`)
  if (before.effectiveUntil === null || item.effectiveFrom <= before.effectiveUntil)
    problems.push(`版次 ${before.edition} 与版次 ${item.edition} 的生效时间重叠`)
  if (item.change.type === 'new') problems.push(`版次 ${item.edition} 不是首版,变更类型不能是“新增”`)
  if (item.change.basis.trim() === '') problems.push(`版次 ${item.edition} 没有写明变更依据`)
  if (isEnd(before)) problems.push(`版次 ${before.edition} 已${CHANGE_TYPES[before.change.type]},之后不能再有版次`)
  return problems
}

function checkPeriod(item: Item): readonly string[] {
  if (item.effectiveUntil === null) return isEnd(item) ? [`版次 ${item.edition} 已终止实施,须有失效日期`] : []
  return !isEnd(item) && item.effectiveUntil < item.effectiveFrom ? [`版次 ${item.edition} 的失效日期早于生效日期`] : []
}
