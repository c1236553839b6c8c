/** The shape of every directory record: each field broken once, each list left at its first fault, types and shapes equal. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import type { LocalRules, Station } from '#protocol/casework/directory.ts'
import { completeItem, completeMaterial } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { shapeOf, stationCode, tier, wholeNumber } from '#protocol/engine/directory/record-parts.ts'
import { documentOf, readDirectoryRecord } from '#protocol/engine/directory/record-reading.ts'
import { RECORD_SHAPES } from '#protocol/engine/directory/record-shapes.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { ABSENT, FIELDS, type Field, rightOf, valuesOf, withField } from './record-fields.ts'

const text = z.string()
type Given = Readonly<Record<string, unknown>>
const TYPES = Object.keys(FIELDS) as (keyof typeof FIELDS)[]
const fieldsOf = (type: keyof typeof FIELDS): Readonly<Record<string, Field>> => ({ ...FIELDS[type], version: 'count' })
const recordOf = (type: keyof typeof FIELDS): Given => ({ type, ...(rightOf({ parts: fieldsOf(type) }) as object) })

/** Reads a record under the document its id gives. */
const read = (record: Given) =>
  readDirectoryRecord(JSON.stringify(record), `${record.type as string}/${record.id as string}` as DocumentId)

/** What records of earlier versions leave out is filled in: these may be missing. */
const isFilledIn = (type: string, field: string) => type === 'rules' && field !== 'id'

test.each(TYPES)(
  'R7 every field of a record (%s) that is wrong keeps the whole from being read, every right one goes through',
  (type) => {
    const whole = recordOf(type)
    expect(read(whole)).toEqual(whole)
    const fromLater = { ...whole, later: { more: 1 } }
    expect(read(fromLater)).toEqual(fromLater)
    for (const [name, field] of Object.entries(fieldsOf(type))) {
      const { right, wrong } = valuesOf(field)
      for (const value of right) {
        const record = withField(whole, name, value)
        expect(read(record), JSON.stringify({ [name]: value })).toEqual(record)
      }
      for (const value of wrong) {
        if (value === ABSENT && isFilledIn(type, name)) continue
        expect(read(withField(whole, name, value)), `${name} ${JSON.stringify(value)}`).toBeUndefined()
      }
    }
  },
)

const ITEM = completeItem({
  id: 'XK.01',
  name: '示范许可',
  version: 3,
  effectiveUntil: '2027-12-31' as Day,
  coDepartments: ['MZ'],
  fields: [{ id: 'applicant', label: '申请人', required: true, type: 'text' }],
  materials: [completeMaterial({ id: 'form', name: '申请表', deferrableDays: 3 })],
  promised: { days: 5, unit: 'working', note: '' },
  statutory: { days: 20, unit: 'calendar', note: '' },
  steps: [{ stage: '40', role: '承办人', standard: '', days: 2 }],
  procedures: [{ kind: 'hearing', days: 20, basis: '' }],
  fees: [{ id: 'fee', name: '工本费', standard: '', basis: '', range: { from: 1, to: 2 } }],
  discretion: [{ id: 'low', factor: '', standard: '', range: { from: 1, to: 2 } }],
  green: [{ id: 'big', name: '', liaison: '', minimumAmount: 1, listed: ['x'] }],
  prerequisites: [{ item: 'XK.02', basis: '' }],
  authorised: ['accept'],
})

/** The same value with each place in it of another type, one at a time. */
function spoilt(value: unknown): unknown[] {
  if (Array.isArray(value))
    return ['x', {}, ...value.flatMap((part, at) => spoilt(part).map((bad) => value.with(at, bad)))]
  if (typeof value !== 'object' || value === null) return [typeof value === 'string' ? 7 : 'x', {}]
  const entries = Object.entries(value)
  return [[], 'x', ...entries.flatMap(([name, part]) => spoilt(part).map((bad) => withField({ ...value }, name, bad)))]
}

test('R7 every field of an item, in lists and parts too, that is of another type keeps the whole from being read', () => {
  const document = documentOf(ITEM)
  expect(readDirectoryRecord(JSON.stringify(ITEM), document)).toEqual(ITEM)
  const broken = spoilt(ITEM).filter((item) => typeof item === 'object')
  expect(broken.length).toBeGreaterThan(200)
  for (const item of broken)
    expect(readDirectoryRecord(JSON.stringify(item), document), JSON.stringify(item)).toBeUndefined()
})

/** A long list whose reads are counted. */
function counted(value: unknown): { readonly list: readonly unknown[]; reads(): number } {
  let reads = 0
  const list = new Proxy(
    Array.from({ length: 1000 }, () => value),
    {
      get(target, name) {
        if (typeof name === 'string' && /^[0-9]+$/.test(name)) reads++
        return Reflect.get(target, name)
      },
    },
  )
  return { list, reads: () => reads }
}

test('R7 a record with parts deeper than any program writes is none, whatever stands in its texts', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  const withMore = (json: string) =>
    readDirectoryRecord(
      JSON.stringify(recordOf('station')).replace(/}$/, `,"later":${json}}`),
      `station/${recordOf('station').id as string}` as DocumentId,
    )
  expect(withMore(nested(LIMITS.recordDepth - 1))).toBeDefined()
  expect(withMore(nested(LIMITS.recordDepth))).toBeUndefined()
  expect(withMore(nested(60_000))).toBeUndefined()
  expect(withMore(JSON.stringify(`${'[{'.repeat(500)}\\"`))).toBeDefined()
})

test('R7 a long list of nonsense costs no more than its first part', () => {
  let lists = 0
  for (const type of TYPES)
    for (const [name, field] of Object.entries(fieldsOf(type))) {
      const inner = typeof field === 'object' && 'orNull' in field ? field.orNull : field
      if (typeof inner === 'string' || !('list' in inner)) continue
      for (const wrong of valuesOf(inner.list).wrong.filter((value) => value !== ABSENT)) {
        const { list, reads } = counted(wrong)
        expect(RECORD_SHAPES[type].validate(withField(recordOf(type), name, list)), `${type}.${name}`).toBe(false)
        expect(reads(), `${type}.${name} ${JSON.stringify(wrong)}`).toBeLessThan(10)
        lists++
      }
    }
  expect(lists).toBeGreaterThan(40)
})

test('R7 a long list of nonsense in an item costs no more than its first part', () => {
  let lists = 0
  for (const [name, value] of Object.entries(ITEM)) {
    if (!Array.isArray(value)) continue
    for (const wrong of [7, null, [], {}, { ...value[0], name: 7, label: 7, item: 7, factor: 7, role: 7, basis: 7 }]) {
      const { list, reads } = counted(wrong)
      expect(RECORD_SHAPES.item.validate({ ...ITEM, [name]: list }), name).toBe(false)
      expect(reads(), `${name} ${JSON.stringify(wrong)}`).toBeLessThan(10)
      lists++
    }
  }
  expect(lists).toBe(65)
})

type Place = Omit<Station, 'formerParents'>

test('R7 the compiler refuses a shape that differs from its type', () => {
  const named = { type: z.literal('station'), id: stationCode, version: wholeNumber, name: text }
  const right = shapeOf<Place>()({ ...named, tier, parent: stationCode.nullable() })
  expect(right.validate(recordOf('station'))).toBe(true)
  // @ts-expect-error a field is missing
  shapeOf<Place>()({ ...named, tier })
  // @ts-expect-error a field is wider
  shapeOf<Place>()({ ...named, tier: text, parent: stationCode.nullable() })
  // @ts-expect-error a field is narrower
  shapeOf<Place>()({ ...named, tier, parent: stationCode })
  // @ts-expect-error a field may be left out
  shapeOf<Place>()({ ...named, tier: tier.optional(), parent: stationCode.nullable() })
  // @ts-expect-error a field is not of the type
  shapeOf<Place>()({ ...named, tier, parent: stationCode.nullable(), more: text })
  // @ts-expect-error an optional field is missing
  shapeOf<Pick<LocalRules, 'id'> & { readonly more?: string }>()({ id: z.literal('local') })
})
