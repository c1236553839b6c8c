/** What the public must be able to read of an item (七公开、八公开): the lists as data, and what an item still lacks. */
import type { LocalRules } from '../directory.ts'
import type { Item, TimeLimit } from '../item.ts'

/** One thing to be published of an item. */
export interface DisclosurePart {
  readonly title: string
  /** What is missing, in words; none when it is complete. */
  readonly missing: (item: Item) => readonly string[]
}

/** A disclosure list (公开清单) as a hall has adopted it. */
export interface DisclosureList {
  readonly title: string
  readonly parts: readonly DisclosurePart[]
}

const text = (title: string, read: (item: Item) => string): DisclosurePart => ({
  title,
  missing: (item) => (read(item).trim() === '' ? [`${title}没有填写`] : []),
})

const limit = (title: string, read: (item: Item) => TimeLimit): DisclosurePart => ({
  title,
  missing: (item) => (read(item).days === null && read(item).note.trim() === '' ? [`${title}没有填写`] : []),
})

// An item that needs no material says so in its conditions; an empty list alone may only have been forgotten.
const MATERIALS: DisclosurePart = {
  title: '申报材料',
  missing: ({ materials, conditions }) =>
    materials.length > 0 || /不需要?提交(任何)?材料|无需(提交)?材料|免提交材料/.test(conditions)
      ? []
      : ['申报材料没有填写;不需要材料的,请在受理条件中写明“无需提交材料”'],
}

const PROCEDURE = text('办理程序', (item) => item.procedure)

// An item without a fee is published as free of charge: then there is nothing to be filled.
const FEE_STANDARD: DisclosurePart = {
  title: '收费标准',
  missing: ({ fees }) =>
    fees.filter(({ standard }) => standard.trim() === '').map(({ name }) => `收费项目“${name}”没有收费标准`),
}
const FEE_BASIS: DisclosurePart = {
  title: '收费依据',
  missing: ({ fees }) =>
    fees.filter(({ basis }) => basis.trim() === '').map(({ name }) => `收费项目“${name}”没有收费依据`),
}

/** The two lists of the field reports; they are different lists (SOURCES.md section 0 no. 13). */
export const DISCLOSURE_LISTS: Readonly<Record<LocalRules['disclosure'], DisclosureList>> = {
  seven: {
    title: '七公开',
    parts: [
      text('项目名称', (item) => item.name),
      text('设立依据', (item) => item.basis),
      MATERIALS,
      PROCEDURE,
      limit('承诺期限', (item) => item.promised),
      FEE_STANDARD,
      FEE_BASIS,
    ],
  },
  eight: {
    title: '八公开',
    parts: [
      text('管理办法', (item) => item.basis),
      text('服务事项', (item) => item.name),
      text('审批权限', (item) => item.permissions),
      PROCEDURE,
      { ...MATERIALS, title: '申报材料目录' },
      {
        title: '办结时限',
        missing: (item) => [
          ...limit('承诺办结时限', ({ promised }) => promised).missing(item),
          ...limit('法定办结时限', ({ statutory }) => statutory).missing(item),
        ],
      },
      {
        title: '收费标准及依据',
        missing: (item) => [...FEE_STANDARD.missing(item), ...FEE_BASIS.missing(item)],
      },
      {
        title: '相关部门领导和窗口电话',
        missing: (item) => [
          ...text('部门领导电话', ({ leaderPhone }) => leaderPhone).missing(item),
          ...text('窗口电话', ({ phone }) => phone).missing(item),
        ],
      },
    ],
  },
}

/** What an item lacks of a list, in words; none when it may be published. */
export const missingDisclosure = (item: Item, list: LocalRules['disclosure']): readonly string[] =>
  DISCLOSURE_LISTS[list].parts.flatMap(({ missing }) => missing(item))
