/** Items as rows of a table, and one row read back as an item. */
import { ITEM_FIELDS } from '#protocol/casework/catalogue/item-fields.ts'
import type { Department } from '#protocol/casework/directory.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import { CLIENT_LIST, COLUMNS, CURRENT_CLIENT_LIST, readClients, valueAt, withValue } from './columns.ts'
import { searchPinyin } from './pinyin.ts'
import type { Table } from './table.ts'

/** The catalogue as a table, one row for each edition, in the order given. */
export const itemTable = (items: readonly Item[]): Table => ({
  header: [...COLUMNS.map(({ title }) => title), CLIENT_LIST],
  rows: items.map((item) => [
    ...COLUMNS.map(({ path, codec }) => codec.show(valueAt(item, path))),
    CURRENT_CLIENT_LIST,
  ]),
})

/** A row as it was read: the item, and whether the row named its edition. */
export interface ReadRow {
  readonly item: Item
  readonly hasEdition: boolean
}

/**
 * Reads one row. An empty cell is a field that is not given and gets the most cautious value (protocol/casework/item.ts).
 * @returns the item, or everything that is wrong with the row, in words
 */
export function readRow(
  header: readonly string[],
  cells: readonly string[],
  departments: readonly Department[],
): Result<ReadRow, readonly string[]> {
  const texts = new Map(header.map((title, index) => [title, cells[index] ?? '']))
  const problems: string[] = []
  const record: Record<string, unknown> = { ...completeItem({ id: '', name: '' }) }
  for (const { title, path, codec, field } of COLUMNS) {
    const text = texts.get(title) ?? ''
    if (text === '' || (field.kind.is !== 'text' && text.trim() === '')) continue
    const value =
      title === ITEM_FIELDS.clients.title ? readClients(text, texts.get(CLIENT_LIST) ?? '') : codec.read(text)
    if (value.ok) setIn(record, path, value.value)
    else problems.push(`${title}:${value.problem}`)
  }
  if (problems.length > 0) return failure(problems)
  const item = record as unknown as Item // every path of COLUMNS is a field of an item, and the others are complete
  const named: Item = {
    ...item,
    department: departmentCode(item.department, departments),
    coDepartments: item.coDepartments.map((name) => departmentCode(name, departments)),
    pinyin: item.pinyin === '' ? searchPinyin(item.name) : item.pinyin,
  }
  return success({ item: named, hasEdition: (texts.get(ITEM_FIELDS.edition.title) ?? '').trim() !== '' })
}

/** Sets a value in place: copying the whole item for each of its columns takes longer than everything else. */
function setIn(record: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  record[key] = rest.length === 0 ? value : withValue(record[key] as Readonly<Record<string, unknown>>, rest, value)
}

/** The code of a department written by its code, its name, its short name or a former name; otherwise what was written. */
function departmentCode(text: string, departments: readonly Department[]): string {
  const found =
    departments.find(({ id }) => id === text) ??
    departments.find(
      ({ name, shortName, formerNames }) =>
        name === text || shortName === text || formerNames.some((former) => former.name === text),
    )
  return found?.id ?? text
}

/** Columns of a table that nobody knows: said, so that a misspelt title is noticed. */
export const unknownColumns = (header: readonly string[], extra: readonly string[]): readonly string[] =>
  header.filter(
    (title) =>
      title !== '' &&
      title !== CLIENT_LIST &&
      !extra.includes(title) &&
      !COLUMNS.some((column) => column.title === title),
  )
