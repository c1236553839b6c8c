/** The sample catalogue: complete, marked, and found by keyboard. */
import { expect, test } from 'vitest'
import { searchPinyin } from '#hub/catalogue/pinyin.ts'
import { SAMPLE_DEPARTMENTS } from '#hub/samples/departments.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { blocking, checkItem } from '#protocol/casework/catalogue/item-check.ts'
import { checkPrerequisites } from '#protocol/casework/catalogue/prerequisites.ts'
import { PROCEDURES } from '#protocol/casework/codes.ts'
import { TIERS } from '#protocol/tiers.ts'

const departments = new Set(SAMPLE_DEPARTMENTS.map(({ id }) => id))
const hasDepartment = (code: string) => departments.has(code)
const having = (holds: (item: (typeof SAMPLE_ITEMS)[number]) => boolean) => SAMPLE_ITEMS.filter(holds).length

test('C60 B17 every sample item is distinct, marked and complete by both disclosure lists', () => {
  expect(SAMPLE_ITEMS.length).toBeGreaterThanOrEqual(60)
  expect(new Set(SAMPLE_ITEMS.map(({ id }) => id)).size).toBe(SAMPLE_ITEMS.length)
  expect(new Set(SAMPLE_ITEMS.map(({ name }) => name)).size).toBe(SAMPLE_ITEMS.length)
  for (const item of SAMPLE_ITEMS) {
    expect(item.sample, item.name).toBe(true)
    expect(item.basis, item.name).toMatch(/《.+》/)
    expect(item.fields.length, item.name).toBeGreaterThan(0)
    expect(
      item.materials.some(({ required }) => required),
      item.name,
    ).toBe(true)
    for (const disclosure of ['seven', 'eight'] as const)
      expect(blocking(checkItem(item, { hasDepartment, disclosure })), item.name).toEqual([])
  }
})

test('B17 every kind of item the counters meet is among the samples', () => {
  for (const tier of TIERS)
    expect(
      having(({ tiers }) => tiers.includes(tier)),
      tier,
    ).toBeGreaterThan(10)
  expect(having(({ caseKind }) => caseKind === '1')).toBeGreaterThan(5)
  expect(having(({ steps }) => steps.length > 0)).toBeGreaterThan(20)
  expect(having(({ level }) => level === '3')).toBeGreaterThan(2)
  expect(having(({ coDepartments }) => coDepartments.length > 0)).toBeGreaterThan(5)
  expect(having(({ coDepartments }) => coDepartments.length > 2)).toBeGreaterThan(1)
  expect(having(({ procedures }) => procedures.some(({ kind }) => PROCEDURES[kind].statutory))).toBeGreaterThan(5)
  expect(having(({ procedures }) => procedures.some(({ kind }) => !PROCEDURES[kind].statutory))).toBeGreaterThan(2)
  expect(having(({ discretion }) => discretion.length > 0)).toBeGreaterThan(3)
  expect(having(({ green }) => green.length > 0)).toBeGreaterThan(5)
  expect(having(({ fees }) => fees.length > 0)).toBeGreaterThan(3)
  expect(having(({ villageMode }) => villageMode === 'direct')).toBeGreaterThan(1)
  expect(having(({ commitment }) => commitment)).toBeGreaterThan(3)
  expect(having(({ promised }) => promised.unit === 'calendar')).toBeGreaterThan(2)
  expect(having(({ presence }) => !presence.present)).toBeGreaterThan(1)
  expect(having(({ materials }) => materials.some(({ deferrableDays }) => deferrableDays !== null))).toBeGreaterThan(5)
})

test('B17 the first ten are simple promised items without letters', () => {
  const first = SAMPLE_ITEMS.slice(0, 10)
  expect(first.map(({ id }) => id)).toEqual(Array.from({ length: 10 }, (_, n) => `SL${String(n + 1).padStart(4, '0')}`))
  for (const { steps, authorised, caseKind, prerequisites, fees } of first)
    expect([steps, authorised, caseKind, prerequisites, fees]).toEqual([[], [], '2', [], []])
})

test('B19 prerequisites of the samples exist and lead nowhere in circles; some stand without basis, for the report', () => {
  const report = checkPrerequisites(SAMPLE_ITEMS)
  expect([report.circles, report.unknown]).toEqual([[], []])
  expect(report.withoutBasis.length).toBeGreaterThan(0)
  expect(having(({ prerequisites }) => prerequisites.length > 0)).toBeGreaterThan(5)
})

test('C60 B20 each item is found by its full pinyin and its initials, as the import makes them', () => {
  for (const item of SAMPLE_ITEMS) expect(item.pinyin).toBe(searchPinyin(item.name))
  expect(searchPinyin('生育登记')).toBe('shengyudengji sydj')
  expect(searchPinyin('绿化(C级)')).toBe('lvhuacji lhcj')
})
