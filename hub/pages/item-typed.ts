/** An item as its form has it: every column by its path, such as `promised.days`, mostly in the words of the table. */
import type { Problems, Typed } from '#edge-node/desk/forms.ts'
import { COLUMNS, type Column, valueAt, withValue } from '#hub/catalogue/columns.ts'
import type { ColumnKind } from '#protocol/casework/catalogue/fields.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'

/** The name of a column's field in the form. */
export const nameOf = ({ path }: Pick<Column, 'path'>): string => path.join('.')

/** What the form asks; what an edition is, it asks apart. */
export const ASKED: readonly Column[] = COLUMNS.filter(({ section }) => section !== 'edition')

/** Whether the values of a kind are chosen, by their code. */
const isChosen = (kind: ColumnKind): boolean => kind.is === 'choice' || (kind.is === 'key' && kind.department === true)

function toForm({ field: { kind }, codec }: Column, value: unknown): string {
  if (isChosen(kind)) return String(value)
  if (kind.is === 'several' && isChosen(kind.of)) return (value as readonly string[]).join(',')
  if (kind.is === 'flag') return value === true ? 'yes' : ''
  // A tab inside a cell is marked, so that it is not taken for one between cells.
  return kind.is === 'rows' ? codec.show(value).replaceAll('\t', '\\\t') : codec.show(value)
}

function toTable({ field: { kind } }: Column, text: string): string {
  if (kind.is === 'flag') return text === 'yes' ? '是' : '否'
  // Lines pasted from a spreadsheet have tabs between their cells; what is marked stays.
  return kind.is === 'rows' ? text.replace(/\\.|\t/gs, (found) => (found === '\t' ? '|' : found)) : text.trim()
}

/** The form of an item as it stands. */
export const typedOf = (item: Item): Typed =>
  Object.fromEntries(ASKED.map((column) => [nameOf(column), toForm(column, valueAt(item, column.path))]))

/** The item a form describes, as far as it can be read; what else it must be is the catalogue's check. */
export function contentOf(typed: Typed): { readonly content: Partial<Item>; readonly problems: Problems } {
  const problems: Record<string, string> = {}
  let record: Readonly<Record<string, unknown>> = {}
  const blank = completeItem({ id: '', name: '' })
  for (const column of ASKED) {
    const { title, path, codec, field } = column
    const name = nameOf(column)
    const read = codec.read(toTable(column, typed[name] ?? ''))
    if (!read.ok) problems[name] = `${title}:${read.problem}`
    const value = read.ok ? read.value : valueAt(blank, path)
    record = withValue(record, path, field.kind.is === 'rows' ? withIds(name, value as readonly object[]) : value)
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
