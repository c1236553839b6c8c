/** Checks of an item's codes, lists of the national standard, dates and texts. */
import { LIMITS } from '#protocol/limits.ts'
import { BODY_NATURES, CASE_KINDS, CLIENTS, ITEM_TYPES, LEVELS, POWERS, VILLAGE_MODES } from '../codes.ts'
import { TIERS } from '../directory.ts'
import { isCreditCode } from '../identity/credit-code.ts'
import { CHANGE_TYPES, type Item } from '../item.ts'
import { isDay } from '../time/days.ts'
import { isEnd } from './editions.ts'
import { type ItemProblem, problem, repeated, warning } from './item-problem.ts'

/** Lengths that GB/T 39046-2020 and the national platform's live codes have; others are kept and shown (SOURCES.md 5.6). */
const USUAL_LENGTHS = { basic: [10, 12], implementation: [24, 31, 33], business: [33] } as const
const CODE_TITLES = { basic: '基本编码', implementation: '实施编码', business: '业务办理项编码' } as const
const CREDIT_CODE_CHARACTERS = 18

/** Codes are texts of at most 36 characters, never of a fixed width; main items end in a letter. */
export function checkCodes(item: Item): readonly ItemProblem[] {
  const problems: ItemProblem[] = []
  if (!/^[0-9A-Za-z_-]{1,36}$/.test(item.id))
    problems.push(problem('id', '事项编码须是 1 到 36 位字母、数字、横线或下划线'))
  if (!Number.isSafeInteger(item.edition) || item.edition < 1)
    problems.push(problem('edition', '版次须是从 1 起的整数'))
  for (const key of ['basic', 'implementation', 'business'] as const) {
    const [code, title] = [item.codes[key], CODE_TITLES[key]]
    const usual: readonly number[] = USUAL_LENGTHS[key]
    if (!/^[0-9A-Z]{0,36}$/.test(code)) problems.push(problem('codes', `${title}须是不超过 36 位的大写字母和数字`))
    else if (code !== '' && !usual.includes(code.length))
      problems.push(warning('codes', `${title}是 ${code.length} 位,通行的是 ${usual.join('、')} 位,请核对`))
  }
  const { implementation } = item.codes
  const organ = implementation.slice(0, CREDIT_CODE_CHARACTERS)
  if ((implementation.length === 31 || implementation.length === 33) && !isCreditCode(organ))
    problems.push(warning('codes', `实施编码前 18 位“${organ}”不是有效的统一社会信用代码`))
  return [...problems, ...checkCodeLists(item), ...checkPeriod(item)]
}

const oneOf = (field: string, title: string, list: object, code: string): readonly ItemProblem[] =>
  Object.hasOwn(list, code) ? [] : [problem(field, `${title}“${code}”不在代码表中`)]

function checkCodeLists(item: Item): readonly ItemProblem[] {
  const tiers = [...item.tiers, ...item.receivingTiers]
  return [
    ...oneOf('itemType', '事项类型', ITEM_TYPES, item.itemType),
    ...oneOf('level', '行使层级', LEVELS, item.level),
    ...oneOf('bodyNature', '实施主体性质', BODY_NATURES, item.bodyNature),
    ...oneOf('caseKind', '办件类型', CASE_KINDS, item.caseKind),
    ...oneOf('villageMode', '村级办理方式', VILLAGE_MODES, item.villageMode),
    ...oneOf('change', '变更类型', CHANGE_TYPES, item.change.type),
    ...item.clients.flatMap((client) => oneOf('clients', '服务对象', CLIENTS, client)),
    ...item.authorised.flatMap((power) => oneOf('authorised', '授权', POWERS, power)),
    ...repeated(item.authorised).map((power) => problem('authorised', `授权“${power}”重复`)),
    ...tiers.filter((tier) => !TIERS.includes(tier)).map((tier) => problem('tiers', `层级“${tier}”不在代码表中`)),
    ...(item.clients.length === 0 ? [problem('clients', '没有填写服务对象')] : []),
    ...(item.tiers.length === 0 ? [problem('tiers', '没有填写可以申请的层级')] : []),
    ...(item.receivingTiers.length === 0 ? [problem('receivingTiers', '没有填写收件层级')] : []),
  ]
}

function checkPeriod(item: Item): readonly ItemProblem[] {
  const { effectiveFrom, effectiveUntil, change, edition } = item
  const problems: ItemProblem[] = []
  if (!isDay(effectiveFrom)) problems.push(problem('effectiveFrom', `生效日期“${effectiveFrom}”不存在`))
  if (effectiveUntil !== null && !isDay(effectiveUntil))
    problems.push(problem('effectiveUntil', `失效日期“${effectiveUntil}”不存在`))
  else if (effectiveUntil !== null && effectiveUntil < effectiveFrom && !isEnd(item))
    problems.push(problem('effectiveUntil', '失效日期早于生效日期'))
  if (isEnd(item) && (effectiveUntil === null || effectiveUntil >= effectiveFrom))
    problems.push(problem('effectiveUntil', '取消、合并的版次只作记录,失效日期须早于生效日期'))
  if (change.type !== 'new' && change.basis.trim() === '') problems.push(problem('change', '调整须写明依据文件'))
  if (change.type === 'new' && edition > 1) problems.push(problem('change', '第二版起,变更类型不能是“新增”'))
  return problems
}

const SHORT_TEXTS = {
  place: '办理地点',
  hours: '办理时间',
  phone: '咨询电话',
  complaintPhone: '监督电话',
  leaderPhone: '部门领导电话',
  quota: '数量限制',
} as const
const LONG_TEXTS = {
  basis: '设定依据',
  conditions: '受理条件',
  procedure: '办理流程',
  permissions: '审批权限',
  questions: '常见问题',
} as const

/** Texts have their lengths; the name may have 200 characters (GB/T 39046). */
export function checkTexts(item: Item): readonly ItemProblem[] {
  const tooLong = (field: string, title: string, text: string, most: number) =>
    [...text].length > most ? [problem(field, `${title}有 ${[...text].length} 个字,最多 ${most} 个字`)] : []
  const each = (titles: Readonly<Record<string, string>>, most: number) =>
    Object.entries(titles).flatMap(([field, title]) => tooLong(field, title, String(item[field as keyof Item]), most))
  const { result } = item
  return [
    ...(item.name.trim() === '' ? [problem('name', '没有填写事项名称')] : []),
    ...tooLong('name', '事项名称', item.name, LIMITS.lineCharacters),
    ...each(SHORT_TEXTS, LIMITS.lineCharacters),
    ...each(LONG_TEXTS, LIMITS.noteCharacters),
    ...[result.name, result.kind, result.validity, item.change.basis].flatMap((text) =>
      tooLong('result', '结果名称、类型、有效期、变更依据', text, LIMITS.lineCharacters),
    ),
    ...(unprintable(item) ? [problem('text', '文字中有不能显示的控制字符,请删除')] : []),
    ...(item.itemType !== '20' && result.name.trim() === '' ? [warning('result', '没有填写结果名称')] : []),
  ]
}

/** Characters that no page and no spreadsheet can hold; a tab or line break is fine. */
function unprintable(value: unknown): boolean {
  if (typeof value === 'string')
    return !value.isWellFormed() || /[\p{Cc}\ufffe\uffff]/u.test(value.replace(/[\t\n]/g, ''))
  return typeof value === 'object' && value !== null && Object.values(value).some(unprintable)
}
