/** What an item must be before it is published: every problem in words, and whether it blocks publication. */
import { LIMITS } from '#protocol/limits.ts'
import type { LocalRules } from '../directory.ts'
import type { Item } from '../item.ts'
import { DISCLOSURE_LISTS, missingDisclosure } from './disclosure.ts'
import { fieldProblems, missingProblems } from './field-problems.ts'
import { checkCodes, checkTexts } from './item-check-codes.ts'
import { checkHandling } from './item-check-handling.ts'
import { checkLists } from './item-check-lists.ts'
import { ITEM_FIELDS } from './item-fields.ts'
import { type ItemProblem, problem } from './item-problem.ts'

/** What of the county a check may look at. */
export interface CatalogueContext {
  /** Whether there is such a department. */
  readonly hasDepartment: (code: string) => boolean
  /** Which disclosure list the hall has adopted. */
  readonly disclosure: LocalRules['disclosure']
}

/**
 * Every problem of an item. Warnings are shown and do not block; nothing is corrected silently. Rules between fields are
 * asked when every field can be looked at.
 */
export function checkItem(item: Item, context: CatalogueContext): readonly ItemProblem[] {
  const values = fieldProblems(ITEM_FIELDS, { ...item })
  const found = values.map(({ field, message }) => problem(field, message))
  if (values.some(({ stops }) => stops)) return found
  return [
    ...found,
    ...missingProblems(ITEM_FIELDS, { ...item }).map(({ field, message }) => problem(field, message)),
    ...checkSize(item),
    ...checkCodes(item),
    ...checkTexts(item),
    ...checkBodies(item, context),
    ...checkLists(item),
    ...checkHandling(item),
    ...missingDisclosure(item, context.disclosure).map((missing) =>
      problem('disclosure', `${DISCLOSURE_LISTS[context.disclosure].title}不全:${missing}`),
    ),
  ]
}

const encoder = new TextEncoder()

/** An item travels as one entry, so all of it together has a bound besides that of each field. */
function checkSize(item: Item): readonly ItemProblem[] {
  const { length } = encoder.encode(JSON.stringify(item))
  const kilobytes = (bytes: number) => Math.ceil(bytes / 1024)
  return length > LIMITS.itemBytes
    ? [problem('text', `全部内容有 ${kilobytes(length)} KB,最多 ${kilobytes(LIMITS.itemBytes)} KB,请缩短长的栏目`)]
    : []
}

/** The problems for which an item may not be published. */
export const blocking = (problems: readonly ItemProblem[]): readonly ItemProblem[] =>
  problems.filter(({ blocks }) => blocks)

function checkBodies({ department, coDepartments }: Item, { hasDepartment }: CatalogueContext): readonly ItemProblem[] {
  const problems: ItemProblem[] = []
  if (!hasDepartment(department)) problems.push(problem('department', `实施主体“${department}”没有登记`))
  for (const code of coDepartments) {
    if (code === department) problems.push(problem('coDepartments', '联办机构不能是实施主体自己'))
    else if (!hasDepartment(code)) problems.push(problem('coDepartments', `联办机构“${code}”没有登记`))
  }
  return problems
}
