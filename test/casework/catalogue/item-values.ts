/** Values of items made from the table of fields: any that fit, one that stands out, and those that do not fit. */
import * as fc from 'fast-check'
import type { FieldTable, Kind } from '#protocol/casework/catalogue/fields.ts'
import { ITEM_FIELDS } from '#protocol/casework/catalogue/item-fields.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'

/** Departments of the sample county. */
const DEPARTMENTS = ['MZ', 'ZR', 'GA', 'XF', 'SC']

/** Pieces that separate, guard or run in a table, and some that people write. */
const PIECES = ['a', '中', '事项', '|', ';', '\\', '\\n', '\n', "'", '"', '=', '+', '-', '@', ',', ' ', '\t', '、']
const text = fc
  .array(fc.constantFrom(...PIECES, '<&>', '_x000D_', '😀', '=1+1', '\uff1d1'), { maxLength: 12 })
  .map((parts) => parts.join(''))

const amount = fc.nat(1_000_000)

/** Any value that fits a kind; a list that publication waits for has something on it. */
export function arbitraryOf(kind: Kind, required = false): fc.Arbitrary<unknown> {
  switch (kind.is) {
    case 'text':
      return text.map((value) => value.slice(0, kind.most))
    case 'key':
      return kind.department
        ? fc.constantFrom(...DEPARTMENTS)
        : fc.integer({ min: 1, max: 9999 }).map((number) => `K${number}`)
    case 'count':
      return fc.integer({ min: kind.least, max: kind.most })
    case 'amount':
      return amount.map((value) => value + kind.least)
    case 'range':
      return fc.tuple(amount, amount).map(([from, more]) => ({ from, to: from + more }))
    case 'flag':
      return fc.boolean()
    case 'day':
      return fc.nat(4000).map((days) => plusDays('2020-01-01' as Day, days))
    case 'choice':
      return fc.constantFrom(...Object.keys(kind.titles))
    case 'optional':
      return fc.option(arbitraryOf(kind.of))
    case 'several': {
      // A list of one empty text stands in a cell like a list of nothing, so lists here hold no empty texts.
      const one = arbitraryOf(kind.of).filter((value) => value !== '')
      return fc.uniqueArray(one, { minLength: required ? 1 : 0, maxLength: 3 })
    }
    case 'rows':
      return fc.uniqueArray(arbitraryRecord(kind.fields), {
        maxLength: 3,
        selector: (row) => ('id' in row ? row.id : row[kind.called]),
      })
    case 'part':
      return arbitraryRecord(kind.fields)
  }
}

export const arbitraryRecord = (fields: FieldTable): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    Object.fromEntries(Object.entries(fields).map(([name, { kind, required }]) => [name, arbitraryOf(kind, required)])),
  )

/** Any item of which every field fits; what its fields say together may make no sense. */
export const arbitraryItem: fc.Arbitrary<Item> = arbitraryRecord(ITEM_FIELDS).map((given) =>
  completeItem(given as unknown as Item),
)

/** A value that no other field has and that is not what stands there when nothing is said. */
function standout(kind: Kind, mark: string, initial: unknown): unknown {
  switch (kind.is) {
    case 'text':
      return `某${mark}`
    case 'key':
      return kind.department ? 'ZR' : `K${mark.length}${mark.charCodeAt(mark.length - 1)}`
    case 'count':
      return kind.most
    case 'amount':
      return 123_456
    case 'range':
      return { from: 1_200, to: 3_400 }
    case 'flag':
      return initial !== true
    case 'day':
      return '2031-05-06'
    case 'choice':
      return Object.keys(kind.titles).findLast((code) => code !== initial)
    case 'optional':
      return standout(kind.of, mark, null)
    case 'several':
      return [standout(kind.of, mark, (initial as readonly unknown[] | null)?.[0])]
    case 'rows':
      return [standoutRecord(kind.fields, mark)]
    case 'part':
      return standoutRecord(kind.fields, mark)
  }
}

export const standoutRecord = (fields: FieldTable, mark: string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { kind, initial }]) => [name, standout(kind, `${mark}${name}`, initial)]),
  )

/** A value that does not fit a kind, and whether a person could have typed it into a form. */
export interface Misfit {
  readonly value: unknown
  /** Of the right kind and shape, only beyond a bound: a record that has it is read, and is not published anew. */
  readonly readable?: true
  /** How it stands in a field of a form; undefined where only a program could write it. */
  readonly typed?: string
}

const program = (...values: readonly unknown[]): readonly Misfit[] => values.map((value) => ({ value }))
const beyond = (...values: readonly unknown[]): readonly Misfit[] => values.map((value) => ({ value, readable: true }))

/** Values that do not fit a kind: of another kind, and one step beyond each bound. */
export function misfitsOf(kind: Kind): readonly Misfit[] {
  switch (kind.is) {
    case 'text':
    case 'key': {
      const long = 'X'.repeat(kind.most + 1)
      return [...program(7, null, true, ['x'], { x: 1 }), { value: long, typed: long, readable: true }]
    }
    case 'count':
      return [
        ...program('7', null, 1.5, -1),
        ...(kind.least > 0 ? beyond(kind.least - 1) : []),
        { value: kind.most + 1, typed: String(kind.most + 1), readable: true },
        { value: '三', typed: '三' },
      ]
    case 'amount':
      return [...program('7', null, -1, 0.5, 2 ** 53), ...beyond(kind.least - 1, 1e15)]
    case 'range':
      return [
        ...program('7', null, { from: -1, to: 1 }, { from: 1 }, { from: 0.5, to: 1 }),
        ...beyond({ from: 2, to: 1 }, { from: 0, to: 1e15 }),
      ]
    case 'flag':
      return program('是', 1, null)
    case 'day':
      return program('2026-02-30', '昨天', 20261121, null)
    case 'choice':
      return [
        ...program(7, null, ['x']),
        ...(kind.open ? beyond : program)('toString'),
        { value: 'none-such', typed: 'none-such', ...(kind.open ? { readable: true } : {}) },
      ]
    case 'optional':
      return misfitsOf(kind.of).filter(({ value }) => value !== null)
    case 'several':
      return [
        ...program('x', null, { x: 1 }),
        ...beyond(new Array(kind.most + 1).fill(standout(kind.of, '', undefined))),
        ...(kind.of.is === 'text' ? [] : beyond(new Array(2).fill(standout(kind.of, '', undefined)))),
        ...misfitsOf(kind.of).map((misfit) => ({ ...misfit, value: [misfit.value] })),
      ]
    case 'rows':
      return [
        ...program('x', null, { x: 1 }, [7]),
        ...beyond(new Array(kind.most + 1).fill(standoutRecord(kind.fields, ''))),
        ...misfitRows(kind),
      ]
    case 'part':
      return program('x', null, [], 7)
  }
}

/** A row with one value that does not fit, for every field of a list of records. */
const misfitRows = ({ fields }: Kind & { is: 'rows' }): readonly Misfit[] =>
  Object.entries(fields).flatMap(([name, { kind }]) =>
    misfitsOf(kind).map(({ value, readable }) => ({
      value: [{ ...standoutRecord(fields, ''), [name]: value }],
      ...(readable ? { readable } : {}),
    })),
  )
