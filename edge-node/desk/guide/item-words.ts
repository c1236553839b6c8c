/** What the catalogue says of an item, in the words that stand on paper and pages. */
import { rangeWords, yuanWords } from '#edge-node/desk/money.ts'
import type { DisclosurePart } from '#protocol/casework/catalogue/disclosure.ts'
import { type Field, type FieldTable, type Kind, type RecordOf, titleOf } from '#protocol/casework/catalogue/fields.ts'
import { ITEM_FIELDS, type ItemField, type ItemSection } from '#protocol/casework/catalogue/item-fields.ts'
import {
  FEE_FIELDS,
  limitFields,
  MATERIAL_FORMS,
  PROCEDURE_FIELDS,
  STEP_FIELDS,
} from '#protocol/casework/catalogue/item-parts.ts'
import { CASE_KINDS, PROCEDURES } from '#protocol/casework/codes.ts'
import type { Item, MaterialRule, TimeLimit } from '#protocol/casework/item.ts'

/** The name of a department by its code. */
type Named = (code: string) => string
const unnamed: Named = (code) => code

/** A value as its kind is said; empty when there is nothing to say. */
function valueWords(kind: Kind, value: unknown, named: Named): string {
  switch (kind.is) {
    case 'key':
      return kind.department ? named(value as string) : (value as string)
    case 'count':
      return `${value} ${kind.unit}`.trim()
    case 'amount':
      return yuanWords(value as number)
    case 'range':
      return rangeWords(value as Item['fees'][number]['range'])
    case 'flag':
      return value === true ? '是' : '否'
    case 'choice':
      return titleOf(kind.titles, value as string)
    case 'optional':
      return value === null ? '' : valueWords(kind.of, value, named)
    case 'several':
      return (value as readonly unknown[]).map((one) => valueWords(kind.of, one, named)).join('、')
    case 'rows':
      return (value as readonly RecordOf<FieldTable>[]).map((row) => otherWords(kind.fields, row, ['id'])).join('\n')
    case 'part':
      return otherWords(kind.fields, value as RecordOf<FieldTable>, [])
    default:
      return value as string // texts and days are said as they are
  }
}

/** What a record says beside what is told of it already: 标准:…;依据:…. What says nothing is left out. */
export const otherWords = <Of extends FieldTable>(
  fields: Of,
  row: RecordOf<Of>,
  told: readonly (keyof Of & string)[],
): string =>
  Object.entries(fields)
    .filter(([name]) => !told.includes(name))
    .map(([name, { title, kind, empty = '' }]) => [title, valueWords(kind, row[name], unnamed) || empty])
    .filter(([, words]) => words !== '')
    .map((pair) => pair.join(':'))
    .join(';')

/** How a row is called, and everything else it says. */
export const rowWords = (
  { fields, called }: Kind & { is: 'rows' },
  row: RecordOf<FieldTable>,
): readonly [string, string] => {
  const kind = fields[called]?.kind
  return [kind ? valueWords(kind, row[called], unnamed) : '', otherWords<FieldTable>(fields, row, ['id', called])]
}

const together = (...parts: readonly string[]): string => parts.filter(Boolean).join(';')

const LIMIT_FIELDS = limitFields('')
const UNITS: Readonly<Record<TimeLimit['unit'], string>> = { working: '个工作日', calendar: '日(自然日)' }

/** A limit in days: 10 个工作日. */
export const timeLimitWords = (limit: TimeLimit): string => {
  const { days, unit, note } = limit
  const words = [days === null ? '' : days === 0 ? '当日' : `${days} ${UNITS[unit]}`, note].filter(Boolean).join(',')
  return together(words || '没有规定', otherWords(LIMIT_FIELDS, limit, ['days', 'unit', 'note']))
}

export const feeWords = (item: Item): string =>
  item.fees.length === 0
    ? '不收费'
    : item.fees.map((fee) => `${fee.name}:${fee.standard || '标准未填写'}(${rangeWords(fee.range)})`).join(';')

const feeBasisWords = (item: Item): string =>
  item.fees.length === 0 ? '不收费' : item.fees.map((fee) => `${fee.name}:${fee.basis || '依据未填写'}`).join(';')

/** How a material is to be brought: 原件及复印件 2 份. The number is that of the copies. */
export const bringWords = ({ form, copies }: MaterialRule): string =>
  form === 'original'
    ? MATERIAL_FORMS.original
    : `${form === 'both' ? `${MATERIAL_FORMS.original}及` : ''}${MATERIAL_FORMS.copy} ${copies} 份`

/** What may be done when the material is not there yet. */
export const leniencyWords = ({ deferrableDays, promisable }: MaterialRule): string =>
  [deferrableDays === null ? '' : `可容缺,受理后 ${deferrableDays} 天内补齐`, promisable ? '可书面承诺后免交' : '']
    .filter(Boolean)
    .join(';')

export const caseKindName = (item: Item): string => CASE_KINDS[item.caseKind] ?? item.caseKind

const stepWords = (step: Item['steps'][number]): string => {
  const { role, days, standard } = step
  const words = `${role}${days === null ? '' : ` ${days} 个工作日`}${standard ? `:${standard}` : ''}`
  return together(words, otherWords(STEP_FIELDS, step, ['stage', 'role', 'days', 'standard']))
}

/** Special procedures whose time does not count: those of the law, and those the item's own rule allows. */
const procedureWords = (procedure: Item['procedures'][number]): string => {
  const { kind, days, basis } = procedure
  const words = `${PROCEDURES[kind]?.title ?? kind}${days === null ? '' : ` ${days} 天`}(${basis})`
  return together(words, otherWords(PROCEDURE_FIELDS, procedure, ['kind', 'days', 'basis']))
}

const feeLine = (fee: Item['fees'][number]): string =>
  together(
    `${fee.name}:${fee.standard || '标准未填写'}(${rangeWords(fee.range)})`,
    `依据 ${fee.basis || '未填写'}`,
    otherWords(FEE_FIELDS, fee, ['id', 'name', 'standard', 'range', 'basis']),
  )

const resultWords = ({ result }: Item): string => {
  const { name, kind, validity } = result
  // A catch-all among the kinds tells a citizen nothing.
  const words = [name, kind === '其他' ? '' : kind, validity].filter(Boolean).join(',')
  return together(words, otherWords(ITEM_FIELDS.result.kind.fields, result, ['name', 'kind', 'validity']))
}

const presenceWords = ({ presence }: Item): string => {
  const { due, present, reason } = presence
  const words = due ? (present ? '应进,已进驻' : `应进,未进驻:${reason || '没有说明理由'}`) : '不要求进驻'
  const told = due && !present ? (['due', 'present', 'reason'] as const) : (['due', 'present'] as const)
  return together(words, otherWords(ITEM_FIELDS.presence.kind.fields, presence, told))
}

/** Fields that are said in better words than their kind has. */
const SAID: Partial<Record<ItemField, (item: Item) => string>> = {
  result: resultWords,
  promised: ({ promised }) => timeLimitWords(promised),
  statutory: ({ statutory }) => timeLimitWords(statutory),
  steps: ({ steps }) => steps.map(stepWords).join('\n'),
  procedures: ({ procedures }) => procedures.map(procedureWords).join(';'),
  fees: ({ fees }) => fees.map(feeLine).join('\n'),
  presence: presenceWords,
}

/** One thing that is said of an item, with its field: a field, or each column of a part without words of its own. */
export interface Saying {
  /** Path of the field. */
  readonly name: string
  readonly field: Field
  readonly section: ItemSection
  /** Empty when nothing is said. */
  readonly words: string
}

/** Everything that is said of an item, in the order of its table. */
export const sayingsOf = (item: Item, named: Named): readonly Saying[] =>
  (Object.entries(ITEM_FIELDS) as [ItemField, (typeof ITEM_FIELDS)[ItemField]][]).flatMap(([name, field]) => {
    const { kind, section } = field
    const said = SAID[name]
    if (said) return [{ name, field, section, words: said(item) }]
    if (kind.is !== 'part') return [{ name, field, section, words: valueWords(kind, item[name], named) }]
    const record = item[name] as RecordOf<FieldTable>
    return Object.entries<Field>(kind.fields).map(([inner, column]) => ({
      name: `${name}.${inner}`,
      field: column,
      section,
      words: valueWords(column.kind, record[inner], named),
    }))
  })

const materialNames = (item: Item): string =>
  item.materials.map((material, index) => `${index + 1}. ${material.name}(${bringWords(material)})`).join('\n') ||
  '无需提交材料'

/** What an item says under a title of a disclosure list (七公开、八公开). */
const DISCLOSED: Readonly<Record<string, (item: Item) => string>> = {
  项目名称: (item) => item.name,
  服务事项: (item) => item.name,
  设立依据: (item) => item.basis,
  管理办法: (item) => item.basis,
  审批权限: (item) => item.permissions,
  申报材料: materialNames,
  申报材料目录: materialNames,
  办理程序: (item) => item.procedure,
  办事程序: (item) => item.procedure,
  承诺期限: (item) => timeLimitWords(item.promised),
  办结时限: (item) => `承诺 ${timeLimitWords(item.promised)};法定 ${timeLimitWords(item.statutory)}`,
  收费标准: feeWords,
  收费依据: feeBasisWords,
  收费标准及依据: (item) => (item.fees.length === 0 ? '不收费' : `${feeWords(item)};依据 ${feeBasisWords(item)}`),
  相关部门领导和窗口电话: (item) => `部门领导 ${item.leaderPhone};窗口 ${item.phone}`,
}

/** What the item says under a part of a disclosure list; empty when it says nothing. */
export const disclosedWords = (item: Item, { title }: Pick<DisclosurePart, 'title'>): string =>
  DISCLOSED[title]?.(item) ?? ''
