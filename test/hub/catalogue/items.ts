/** Catalogues for import and export: items of every shape that may be published. */
import * as fc from 'fast-check'
import type { ImportContext } from '#hub/catalogue/import.ts'
import { searchPinyin } from '#hub/catalogue/pinyin.ts'
import { SAMPLE_DEPARTMENTS } from '#hub/samples/departments.ts'
import { checkItem } from '#protocol/casework/catalogue/item-check.ts'
import { POWERS, type Power, PROCEDURES, type Procedure } from '#protocol/casework/codes.ts'
import { completeItem, completeMaterial, type Item } from '#protocol/casework/item.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'

export const importContext = (published: readonly Item[] = []): ImportContext => ({
  departments: SAMPLE_DEPARTMENTS,
  disclosure: 'seven',
  editions: (code) => published.filter(({ id }) => id === code),
  items: () => [...new Map(published.map((item) => [item.id, item])).values()],
})

/** Texts with everything that separates, guards or runs in a table. */
const text = fc
  .array(
    fc.constantFrom(
      ...[
        'a',
        '中',
        '事项',
        '|',
        ';',
        '\\',
        '\\n',
        '\n',
        "'",
        '"',
        '=',
        '+',
        '-',
        '@',
        ',',
        ' ',
        '\t',
        '、',
        '<&>',
        '_x000D_',
        '😀',
        '=1+1',
      ],
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''))
const filled = text.map((value) => `某${value}`)
const id = fc.integer({ min: 1, max: 9999 }).map((number) => `k${number}`)
const days = fc.option(fc.integer({ min: 1, max: 300 }))
const range = fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000)).map(([from, more]) => ({ from, to: from + more }))
const several = <Value extends { readonly id: string }>(one: fc.Arbitrary<Value>, minLength = 0) =>
  fc.uniqueArray(one, { minLength, maxLength: 3, selector: (value) => value.id })

const material = fc
  .record({
    id,
    name: filled,
    required: fc.boolean(),
    form: fc.constantFrom('original', 'copy', 'both'),
    copies: fc.integer({ min: 1, max: 9 }),
    basis: text,
    issuer: text,
    standard: text,
    deferrableDays: days,
    promisable: fc.boolean(),
  })
  .map((given) => completeMaterial(given as never))
const field = fc.record({
  id,
  label: filled,
  required: fc.boolean(),
  type: fc.constantFrom('text', 'longText', 'date', 'account', 'creditCode'),
})
const fee = fc.record({ id, name: filled, standard: filled, basis: filled, range })
const tier = fc.record({ id, factor: filled, standard: filled, range: fc.option(range) })
const green = fc.record({
  id,
  name: filled,
  minimumAmount: fc.option(fc.integer({ min: 1, max: 1_000_000 })),
  listed: fc.array(filled, { minLength: 1, maxLength: 2 }),
  liaison: filled,
})
const procedure = fc.record({ kind: fc.constantFrom(...(Object.keys(PROCEDURES) as Procedure[])), days, basis: filled })
const steps = fc
  .constantFrom([], ['40', '42'], ['40', '41', '42'])
  .chain((stages) =>
    fc.tuple(...stages.map((stage) => fc.record({ stage: fc.constant(stage), role: filled, standard: text, days }))),
  )
const prerequisite = fc.record({ item: id, basis: text })

/** An item that may be published. */
export const arbitraryItem: fc.Arbitrary<Item> = fc
  .record({
    name: filled,
    basis: filled,
    conditions: text,
    procedure: filled,
    permissions: text,
    quota: text,
    place: text,
    hours: text,
    phone: text,
    complaintPhone: text,
    leaderPhone: text,
    questions: text,
    visits: fc.nat(9),
    supplementDays: fc.integer({ min: 1, max: 60 }),
    clients: fc.uniqueArray(fc.constantFrom('1', '2', '3', '4', '5', '6'), { minLength: 1 }),
    itemType: fc.constantFrom('01', '05', '07', '10', '20'),
    level: fc.constantFrom('3', '4', '5', '6'),
    department: fc.constantFrom('MZ', 'ZR'),
    coDepartments: fc.uniqueArray(fc.constantFrom('GA', 'XF', 'SC')),
    fields: several(field),
    materials: several(material, 1),
    fees: several(fee),
    discretion: several(tier),
    green: several(green),
    procedures: fc.array(procedure, { maxLength: 2 }),
    steps,
    prerequisites: fc.uniqueArray(prerequisite, { maxLength: 2, selector: ({ item }) => item }),
    authorised: fc.uniqueArray(fc.constantFrom(...(Object.keys(POWERS) as Power[]))),
    result: fc.record({ name: text, kind: text, validity: text }),
    codes: fc.record({
      basic: fc.constantFrom('', '510190011000', 'XK0010100Y'),
      implementation: fc.constantFrom('', '0123456789'),
      business: fc.constant(''),
    }),
    presence: fc.record({ due: fc.boolean(), present: fc.boolean(), reason: filled }),
    samePerson: fc.boolean(),
    villageDelivery: fc.boolean(),
    commitment: fc.boolean(),
    sample: fc.boolean(),
    limits: fc.tuple(
      fc.integer({ min: 0, max: 60 }),
      fc.option(fc.integer({ min: 60, max: 90 })),
      fc.constantFrom('working', 'calendar'),
      text,
    ),
    village: fc.constantFrom('none', 'agent', 'direct'),
  })
  .map(({ limits: [promised, statutory, unit, note], village, ...given }) => {
    const inVillage = village !== 'none'
    const made = completeItem({
      ...(given as Partial<Item>),
      id: 'A',
      name: given.name,
      pinyin: searchPinyin(given.name),
      villageMode: village as Item['villageMode'],
      tiers: inVillage ? ['village', 'county'] : ['township', 'county'],
      receivingTiers: village === 'direct' ? ['village', 'county'] : ['county'],
      clockStart: village === 'direct' ? 'capture' : 'window',
      promised: { days: promised, unit: unit as 'working', note },
      statutory: { days: statutory, unit: unit as 'working', note },
    })
    const blocks = checkItem(made, { hasDepartment: () => true, disclosure: 'seven' }).filter(
      (problem) => problem.blocks,
    )
    if (blocks.length > 0) throw new Error(`the generator makes items that may be published: ${JSON.stringify(blocks)}`)
    return made
  })

/** A catalogue: several items under different codes, some of them with a second edition. */
export const arbitraryCatalogue: fc.Arbitrary<Item[]> = fc
  .array(fc.tuple(arbitraryItem, fc.option(arbitraryItem)), { minLength: 1, maxLength: 4 })
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
