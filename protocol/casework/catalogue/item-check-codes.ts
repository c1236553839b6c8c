/** Rules about an item's codes, dates and texts, beside the bounds that its table of fields has. */
import { isCreditCode } from '../identity/credit-code.ts'
import type { Item } from '../item.ts'
import { isEnd } from './editions.ts'
import { ITEM_FIELDS } from './item-fields.ts'
import { type ItemProblem, problem, warning } from './item-problem.ts'

/** Lengths that GB/T 39046-2020 and the national platform's live codes have; others are kept and shown (SOURCES.md 5.6). */
const USUAL_LENGTHS = { basic: [10, 12], implementation: [24, 31, 33], business: [33] } as const
const CREDIT_CODE_CHARACTERS = 18

/** Codes never have a fixed width; main items end in a letter. */
export function checkCodes(item: Item): readonly ItemProblem[] {
  const problems: ItemProblem[] = []
  if (!/^[0-9A-Za-z_-]+$/.test(item.id)) problems.push(problem('id', '事项编码只能有字母、数字、横线和下划线'))
  for (const name of ['basic', 'implementation', 'business'] as const) {
    const [code, path, { title }] = [item.codes[name], `codes.${name}`, ITEM_FIELDS.codes.kind.fields[name]]
    const usual: readonly number[] = USUAL_LENGTHS[name]
    if (!/^[0-9A-Z]*$/.test(code)) problems.push(problem(path, `${title}只能有大写字母和数字`))
    else if (code !== '' && !usual.includes(code.length))
      problems.push(warning(path, `${title}是 ${code.length} 位,通行的是 ${usual.join('、')} 位,请核对`))
  }
  const { implementation } = item.codes
  const organ = implementation.slice(0, CREDIT_CODE_CHARACTERS)
  if ((implementation.length === 31 || implementation.length === 33) && !isCreditCode(organ))
    problems.push(warning('codes.implementation', `实施编码前 18 位“${organ}”不是有效的统一社会信用代码`))
  return [...problems, ...checkPeriod(item)]
}

function checkPeriod(item: Item): readonly ItemProblem[] {
  const { effectiveFrom, effectiveUntil, change, edition } = item
  const problems: ItemProblem[] = []
  if (effectiveUntil !== null && effectiveUntil < effectiveFrom && !isEnd(item))
    problems.push(problem('effectiveUntil', '失效日期早于生效日期'))
  if (isEnd(item) && (effectiveUntil === null || effectiveUntil >= effectiveFrom))
    problems.push(problem('effectiveUntil', '取消、合并的版次只作记录,失效日期须早于生效日期'))
  if (change.type !== 'new' && change.basis.trim() === '') problems.push(problem('change.basis', '调整须写明依据文件'))
  if (change.type === 'new' && edition > 1) problems.push(problem('change.type', '第二版起,变更类型不能是“新增”'))
  return problems
}

/** Texts that every page and every spreadsheet can show. */
export const checkTexts = (item: Item): readonly ItemProblem[] => [
  ...(unprintable(item) ? [problem('text', '文字中有不能显示的控制字符,请删除')] : []),
  ...(item.itemType !== '20' && item.result.name.trim() === '' ? [warning('result.name', '没有填写结果名称')] : []),
]

/** Characters that no page and no spreadsheet can hold; a tab or line break is fine. */
function unprintable(value: unknown): boolean {
  if (typeof value === 'string')
    return !value.isWellFormed() || /[\p{Cc}\ufffe\uffff]/u.test(value.replace(/[\t\n]/g, ''))
  return typeof value === 'object' && value !== null && Object.values(value).some(unprintable)
}
