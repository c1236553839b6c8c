/** 七公开 and 八公开. */
import { expect, test } from 'vitest'
import { DISCLOSURE_LISTS, missingDisclosure } from '#protocol/casework/catalogue/disclosure.ts'
import { blocking, checkItem } from '#protocol/casework/catalogue/item-check.ts'
import type { Item } from '#protocol/casework/item.ts'
import { CONTEXT, item } from './item.ts'

const NO_LIMIT = { days: null, unit: 'working', note: '' } as const
const FEE = { id: 'fee', name: '工本费', standard: '每件20元', basis: '某文件', range: { from: 2000, to: 2000 } }

test('B1 the two lists have seven and eight parts and are not the same list', () => {
  expect(DISCLOSURE_LISTS.seven.parts).toHaveLength(7)
  expect(DISCLOSURE_LISTS.eight.parts).toHaveLength(8)
  const titles = DISCLOSURE_LISTS.seven.parts.map(({ title }) => title)
  expect(DISCLOSURE_LISTS.eight.parts.every(({ title }) => titles.includes(title))).toBe(false)
})

const BLANKS: readonly (readonly [list: 'seven' | 'eight', changes: Partial<Item>, words: RegExp])[] = [
  ['seven', { name: ' ' }, /项目名称/],
  ['seven', { basis: '' }, /设立依据/],
  ['seven', { materials: [] }, /申报材料/],
  ['seven', { procedure: '' }, /办理程序/],
  ['seven', { promised: NO_LIMIT, caseKind: '9' }, /承诺期限/],
  ['seven', { fees: [{ ...FEE, standard: '' }] }, /工本费.*收费标准/],
  ['seven', { fees: [{ ...FEE, basis: ' ' }] }, /工本费.*收费依据/],
  ['eight', { permissions: '' }, /审批权限/],
  ['eight', { statutory: NO_LIMIT }, /法定办结时限/],
  ['eight', { leaderPhone: '' }, /部门领导电话/],
  ['eight', { phone: '' }, /窗口电话/],
  ['eight', { basis: '' }, /管理办法/],
]

test.each(BLANKS)('B1 the list of %s blocks %o', (list, changes, words) => {
  expect(missingDisclosure(item(), list)).toEqual([])
  const blank = item(changes)
  expect(missingDisclosure(blank, list).join()).toMatch(words)
  const blocks = blocking(checkItem(blank, { ...CONTEXT, disclosure: list }))
  expect(blocks.filter(({ field }) => field === 'disclosure').length).toBeGreaterThan(0)
})

test('B1 what only the eight demand does not block a hall of seven', () => {
  expect(blocking(checkItem(item({ permissions: '', leaderPhone: '' }), CONTEXT))).toEqual([])
})

test('B1 an item that needs no material says so instead of leaving the list empty', () => {
  expect(missingDisclosure(item({ materials: [], conditions: '本事项无需提交材料' }), 'seven')).toEqual([])
})

test('B2 no fee is free of charge, a fee without a basis blocks', () => {
  expect(missingDisclosure(item({ fees: [] }), 'eight')).toEqual([])
  expect(missingDisclosure(item({ fees: [FEE] }), 'eight')).toEqual([])
  const without = checkItem(item({ fees: [{ ...FEE, basis: '' }] }), CONTEXT)
  expect(blocking(without).some(({ field }) => field === 'fees')).toBe(true)
})
