/** What the catalogue says of an item, in the words that stand on paper and pages. */
import { rangeWords } from '#edge-node/desk/money.ts'
import { MATERIAL_FORMS } from '#edge-node/desk/words.ts'
import type { DisclosurePart } from '#protocol/casework/catalogue/disclosure.ts'
import { CASE_KINDS, CLIENTS, ITEM_TYPES, PROCEDURES } from '#protocol/casework/codes.ts'
import type { Item, MaterialRule, TimeLimit } from '#protocol/casework/item.ts'

const UNITS: Readonly<Record<TimeLimit['unit'], string>> = { working: '个工作日', calendar: '日(自然日)' }

/** A limit in days: 10 个工作日. */
export const limitWords = ({ days, unit, note }: TimeLimit): string =>
  [days === null ? '' : days === 0 ? '当日' : `${days} ${UNITS[unit]}`, note].filter(Boolean).join(',') || '没有规定'

export const feeWords = (item: Item): string =>
  item.fees.length === 0
    ? '不收费'
    : item.fees.map((fee) => `${fee.name}:${fee.standard || '标准未填写'}(${rangeWords(fee.range)})`).join(';')

export const feeBasisWords = (item: Item): string =>
  item.fees.length === 0 ? '不收费' : item.fees.map((fee) => `${fee.name}:${fee.basis || '依据未填写'}`).join(';')

/** How a material is to be brought: 原件及复印件 2 份. */
export const bringWords = ({ form, copies }: MaterialRule): string =>
  form === 'original' ? MATERIAL_FORMS.original : `${MATERIAL_FORMS[form]} ${copies} 份`

/** What may be done when the material is not there yet. */
export const leniencyWords = ({ deferrableDays, promisable }: MaterialRule): string =>
  [deferrableDays === null ? '' : `可容缺,受理后 ${deferrableDays} 天内补齐`, promisable ? '可书面承诺后免交' : '']
    .filter(Boolean)
    .join(';')

export const itemTypeName = (item: Item): string => ITEM_TYPES[item.itemType] ?? item.itemType
export const caseKindName = (item: Item): string => CASE_KINDS[item.caseKind] ?? item.caseKind
export const clientNames = (item: Item): string =>
  item.clients.length === 0 ? '没有限定' : item.clients.map((client) => CLIENTS[client] ?? client).join('、')

/** Special procedures whose time does not count: those of the law, and those the item's own rule allows. */
export const procedureWords = (item: Item): string =>
  item.procedures
    .map(({ kind, days, basis }) => `${PROCEDURES[kind]?.title ?? kind}${days === null ? '' : ` ${days} 天`}(${basis})`)
    .join(';')

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
  承诺期限: (item) => limitWords(item.promised),
  办结时限: (item) => `承诺 ${limitWords(item.promised)};法定 ${limitWords(item.statutory)}`,
  收费标准: feeWords,
  收费依据: feeBasisWords,
  收费标准及依据: (item) => (item.fees.length === 0 ? '不收费' : `${feeWords(item)};依据 ${feeBasisWords(item)}`),
  相关部门领导和窗口电话: (item) => `部门领导 ${item.leaderPhone};窗口 ${item.phone}`,
}

/** What the item says under a part of a disclosure list; empty when it says nothing. */
export const disclosedWords = (item: Item, { title }: Pick<DisclosurePart, 'title'>): string =>
  DISCLOSED[title]?.(item) ?? ''
