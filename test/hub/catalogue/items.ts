/** Catalogues for import and export: items of every shape that may be published. */
import * as fc from 'fast-check'
import type { ImportContext } from '#hub/catalogue/import.ts'
import { searchPinyin } from '#hub/catalogue/pinyin.ts'
import { SAMPLE_DEPARTMENTS } from '#hub/samples/departments.ts'
import { checkItem } from '#protocol/casework/catalogue/item-check.ts'
import type { Item } from '#protocol/casework/item.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import { arbitraryItem } from '#test/casework/catalogue/item-values.ts'

export const importContext = (published: readonly Item[] = []): ImportContext => ({
  departments: SAMPLE_DEPARTMENTS,
  disclosure: 'seven',
  editions: (code) => published.filter(({ id }) => id === code),
  items: () => [...new Map(published.map((item) => [item.id, item])).values()],
})

const filled = (text: string): string => `某${text}`
const most = (days: number | null, bound: number): number => Math.min(days ?? bound, bound)

/** Stages by how many steps there are. */
const STAGES = [[], [], ['40', '42'], ['40', '41', '42']] as const

/** How an item is handled, so that limits, steps and tiers agree. */
function handling(item: Item): Partial<Item> {
  const instant = item.caseKind === '1'
  const stages = instant ? [] : (STAGES[item.steps.length] ?? [])
  const inVillage = item.tiers.includes('village')
  const receives = inVillage && item.receivingTiers.includes('village')
  const statutory = most(item.statutory.days, 700)
  return {
    statutory: { ...item.statutory, days: statutory },
    promised: { ...item.promised, unit: item.statutory.unit, days: most(item.promised.days, instant ? 0 : statutory) },
    steps: stages.map((stage, at) => ({ ...(item.steps[at] as Item['steps'][number]), stage, role: filled('') })),
    coDepartments: instant ? [] : item.coDepartments.filter((code) => code !== item.department),
    tiers: inVillage ? item.tiers : ['township', 'county'],
    receivingTiers: receives ? item.receivingTiers : ['county'],
    clockStart: receives ? item.clockStart : 'window',
    villageMode: receives ? 'direct' : inVillage ? 'agent' : 'none',
  }
}

/** The lists of an item with everything that publication asks of their rows. */
const lists = (item: Item): Partial<Item> => ({
  materials: item.materials.map((row) => ({ ...row, name: filled(row.name), copies: Math.max(row.copies, 1) })),
  conditions: item.materials.length > 0 ? item.conditions : '无需提交材料',
  fields: item.fields.map((row) => ({ ...row, label: filled(row.label) })),
  fees: item.fees.map((row) => ({
    ...row,
    name: filled(row.name),
    standard: filled(row.standard),
    basis: filled(row.basis),
  })),
  discretion: item.discretion.map((row) => ({ ...row, factor: filled(row.factor), standard: filled(row.standard) })),
  green: item.green.map((row) => ({
    ...row,
    name: filled(row.name),
    liaison: filled(row.liaison),
    listed: [...row.listed, '某'],
  })),
  procedures: item.procedures.map((row) => ({ ...row, basis: filled(row.basis) })),
})

/** The same item as it may be published, in its first edition. */
function publishable(item: Item): Item {
  const name = filled(item.name)
  return {
    ...item,
    ...lists(item),
    ...handling(item),
    ...{ id: 'A', edition: 1, effectiveFrom: '2024-01-01' as Day, effectiveUntil: null },
    ...{ change: { type: 'new', basis: '' }, name, pinyin: searchPinyin(name) },
    ...{ basis: filled(item.basis), procedure: filled(item.procedure) },
    clients: item.clients.length > 0 ? item.clients : ['1'],
    presence: { ...item.presence, reason: filled(item.presence.reason) },
  }
}

const publishableItem: fc.Arbitrary<Item> = arbitraryItem.map((item) => {
  const made = publishable(item)
  const problems = checkItem(made, { hasDepartment: () => true, disclosure: 'seven' }).filter(({ blocks }) => blocks)
  if (problems.length > 0)
    throw new Error(`the generator makes items that may be published: ${JSON.stringify(problems)}`)
  return made
})

/** A catalogue: several items under different codes, some of them with a second edition. */
export const arbitraryCatalogue: fc.Arbitrary<Item[]> = fc
  .array(fc.tuple(publishableItem, fc.option(publishableItem)), { minLength: 1, maxLength: 4 })
  .map((pairs) =>
    pairs.flatMap(([first, second], index) => {
      const code = `C-${index}`
      if (second === null) return [{ ...first, id: code }]
      const from = '2026-03-01' as Day
      return [
        { ...first, id: code, effectiveUntil: plusDays(from, -1) },
        { ...second, id: code, edition: 2, effectiveFrom: from, change: { type: 'adjusted', basis: '某文件' } },
      ]
    }),
  )
