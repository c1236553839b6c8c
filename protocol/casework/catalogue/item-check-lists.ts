/** Checks of an item's lists: materials, form fields, fees, discretion, green channel, prerequisites. */
import { LIMITS } from '#protocol/limits.ts'
import type { FormField, Item, MaterialRule } from '../item.ts'
import { type ItemProblem, problem, repeated, warning } from './item-problem.ts'

const FIELD_TYPES: readonly FormField['type'][] = [
  'text',
  'longText',
  'idNumber',
  'creditCode',
  'phone',
  'date',
  'number',
  'account',
]
const FORMS: readonly MaterialRule['form'][] = ['original', 'copy', 'both']
const YEAR_DAYS = 365

/** A range of whole fen. */
const isRange = ({ from, to }: { readonly from: number; readonly to: number }): boolean =>
  Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to

export const checkLists = (item: Item): readonly ItemProblem[] => [
  ...checkLengths(item),
  ...item.materials.flatMap(checkMaterial),
  ...item.fields.flatMap(checkField),
  ...checkMoney(item),
  ...checkGreen(item),
  ...checkTargets(item),
]

const LISTS = {
  materials: '申报材料',
  fields: '表单栏目',
  fees: '收费项目',
  discretion: '裁量档次',
  green: '绿色通道规则',
} as const

function checkLengths(item: Item): readonly ItemProblem[] {
  return Object.entries(LISTS).flatMap(([key, title]) => {
    const ids = item[key as keyof typeof LISTS].map(({ id }) => id)
    return [
      ...(ids.length > LIMITS.sectionKeys ? [problem(key, `${title}最多 ${LIMITS.sectionKeys} 项`)] : []),
      ...repeated(ids).map((id) => problem(key, `${title}的编号“${id}”重复`)),
      ...ids
        .filter((id) => !/^[A-Za-z][A-Za-z0-9]{0,39}$/.test(id))
        .map((id) => problem(key, `${title}的编号“${id}”须以字母开头,只含字母和数字`)),
    ]
  })
}

function checkMaterial(material: MaterialRule): readonly ItemProblem[] {
  const { name, form, copies, deferrableDays } = material
  const problems: ItemProblem[] = []
  const texts = [name, material.basis, material.issuer, material.standard]
  if (name.trim() === '') problems.push(problem('materials', '有一项材料没有名称'))
  if (texts.some((text) => [...text].length > LIMITS.noteCharacters))
    problems.push(problem('materials', `材料“${name.slice(0, 20)}”的文字过长`))
  if (material.basis.trim() === '')
    problems.push(warning('materials', `材料“${name}”没有写明要求提供的依据(《行政许可法》第三十一条)`))
  if (!FORMS.includes(form)) problems.push(problem('materials', `材料“${name}”的类型“${form}”不在代码表中`))
  if (!Number.isSafeInteger(copies) || copies < 0 || copies > LIMITS.materialCopies)
    problems.push(problem('materials', `材料“${name}”的份数须是 0 到 ${LIMITS.materialCopies} 的整数`))
  else if (form === 'copy' && copies === 0) problems.push(problem('materials', `材料“${name}”是复印件,份数不能是 0`))
  if (
    deferrableDays !== null &&
    !(Number.isSafeInteger(deferrableDays) && deferrableDays >= 1 && deferrableDays <= YEAR_DAYS)
  )
    problems.push(problem('materials', `材料“${name}”的容缺补齐期限须是 1 到 ${YEAR_DAYS} 天`))
  return problems
}

function checkField({ id, label, type }: FormField): readonly ItemProblem[] {
  const length = [...label.trim()].length
  return [
    ...(length < 1 || length > LIMITS.lineCharacters ? [problem('fields', `栏目“${id}”没有名称或名称过长`)] : []),
    ...(FIELD_TYPES.includes(type) ? [] : [problem('fields', `栏目“${label}”的类型“${type}”不在代码表中`)]),
  ]
}

function checkMoney({ fees, discretion }: Item): readonly ItemProblem[] {
  const problems: ItemProblem[] = []
  for (const fee of fees) {
    if (fee.name.trim() === '') problems.push(problem('fees', '有一项收费没有名称'))
    if (fee.basis.trim() === '')
      problems.push(problem('fees', `收费“${fee.name}”没有依据,不得收费(《行政许可法》第五十八条)`))
    if (!isRange(fee.range)) problems.push(problem('fees', `收费“${fee.name}”的金额范围不对:须是从小到大的整数分`))
  }
  for (const { id, factor, standard, range } of discretion) {
    if (factor.trim() === '' || standard.trim() === '')
      problems.push(problem('discretion', `裁量档次“${id}”没有写明因素或标准`))
    if (range !== null && !isRange(range)) problems.push(problem('discretion', `裁量档次“${id}”的金额范围不对`))
  }
  if (discretion.length === 1) problems.push(warning('discretion', '裁量只有一档,等于没有分档'))
  return problems
}

function checkGreen({ green }: Item): readonly ItemProblem[] {
  return green.flatMap(({ name, minimumAmount, listed, liaison }) => {
    const problems: ItemProblem[] = []
    if (name.trim() === '') problems.push(problem('green', '有一条绿色通道规则没有名称'))
    if (liaison.trim() === '') problems.push(problem('green', `绿色通道“${name}”没有指定联络员`))
    if (minimumAmount === null && listed.length === 0)
      problems.push(problem('green', `绿色通道“${name}”既没有金额也没有名录`))
    if (minimumAmount !== null && !(Number.isSafeInteger(minimumAmount) && minimumAmount > 0))
      problems.push(problem('green', `绿色通道“${name}”的金额须是正整数(分)`))
    return problems
  })
}

function checkTargets({ id, prerequisites }: Item): readonly ItemProblem[] {
  return [
    ...repeated(prerequisites.map(({ item }) => item)).map((code) => problem('prerequisites', `前置事项“${code}”重复`)),
    ...prerequisites.flatMap(({ item, basis }) => [
      ...(item === id ? [problem('prerequisites', '事项不能以自己为前置')] : []),
      ...(item.trim() === '' ? [problem('prerequisites', '有一条前置没有事项编码')] : []),
      ...(basis.trim() === '' ? [warning('prerequisites', `前置“${item}”没有依据,属于擅自增设`)] : []),
    ]),
  ]
}
