/** An item as its form has it: every column of the catalogue table by its path, in the words of that table. */
import type { Problems, Typed } from '#edge-node/desk/forms.ts'
import { COLUMNS, valueAt, withValue } from '#hub/catalogue/columns.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'

/** How a value stands in its field: as the table has it, as a code alone, as several codes, or as a box that is ticked. */
export type Shape = 'text' | 'code' | 'codes' | 'flag' | 'lines'

/** The field of a column by its path, such as `promised.days`. */
export type Shapes = ReadonlyMap<string, Shape>

const codeOf = (text: string): string => text.split(' ')[0] ?? ''

function toForm(text: string, shape: Shape): string {
  if (shape === 'code') return codeOf(text)
  if (shape === 'codes') return text.split(';').map(codeOf).join(',')
  if (shape === 'flag') return text === '是' ? 'yes' : ''
  return text
}

function toTable(text: string, shape: Shape): string {
  if (shape === 'flag') return text === 'yes' ? '是' : '否'
  // Lines pasted from a spreadsheet have tabs between their cells.
  return shape === 'lines' ? text.replaceAll('\t', '|') : text.trim()
}

const columnsOf = (shapes: Shapes) =>
  COLUMNS.flatMap((column) => {
    const name = column.path.join('.')
    const shape = shapes.get(name)
    return shape ? [{ ...column, name, shape }] : []
  })

/** The form of an item as it stands. */
export const typedOf = (item: Item, shapes: Shapes): Typed =>
  Object.fromEntries(
    columnsOf(shapes).map(({ name, path, codec, shape }) => [name, toForm(codec.show(valueAt(item, path)), shape)]),
  )

/** The item a form describes, as far as it can be read; what else it must be is the catalogue's check. */
export function contentOf(
  typed: Typed,
  shapes: Shapes,
): { readonly content: Partial<Item>; readonly problems: Problems } {
  const problems: Record<string, string> = {}
  let record: Readonly<Record<string, unknown>> = {}
  const blank = completeItem({ id: '', name: '' })
  for (const { title, name, path, codec, shape } of columnsOf(shapes)) {
    const read = codec.read(toTable(typed[name] ?? '', shape))
    if (!read.ok) problems[name] = `${title}:${read.problem}`
    const value = read.ok ? read.value : valueAt(blank, path)
    record = withValue(record, path, shape === 'lines' ? withIds(path[0] ?? '', value as readonly object[]) : value)
  }
  return { content: record as Partial<Item>, problems } // every path of COLUMNS is a field of an item
}

/** Ids for rows that were typed without one; no other row of the list has them. */
function withIds(list: string, rows: readonly object[]): readonly object[] {
  const used = new Set(rows.map((row) => ('id' in row ? row.id : '')))
  let number = 0
  const next = (): string => {
    do number++
    while (used.has(`${list.slice(0, 1)}${number}`))
    return `${list.slice(0, 1)}${number}`
  }
  return rows.map((row) => ('id' in row && row.id === '' ? { ...row, id: next() } : row))
}
