/** The columns of a catalogue table: those of the table of fields, one row for each edition of an item. */
import { ITEM_COLUMNS, ITEM_FIELDS, type ItemColumn } from '#protocol/casework/catalogue/item-fields.ts'
import type { Client } from '#protocol/casework/codes.ts'
import type { Item } from '#protocol/casework/item.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import { type Codec, codecOf, KEY, severalOf } from './codecs.ts'

export interface Column extends ItemColumn {
  readonly title: string
  readonly codec: Codec<unknown>
}

export const COLUMNS: readonly Column[] = ITEM_COLUMNS.map((column) => ({
  ...column,
  title: column.field.title,
  codec: codecOf(column.field.kind),
}))

export const REASON_COLUMN = '拒绝原因'
export const CLIENT_LIST = '服务对象代码表'

/** Columns without which a table cannot be read at all. */
export const REQUIRED_COLUMNS = (['id', 'name', 'itemType', 'department'] as const).map(
  (name) => ITEM_FIELDS[name].title,
)

/** Lists of clients by the name a table gives them; older national lists differ (SOURCES.md 5.1). */
const CLIENT_LISTS: Readonly<Record<string, Readonly<Record<string, Client>>>> = {
  'GB/T 39046-2020': { '1': '1', '2': '2', '3': '3', '4': '4', '5': '5', '6': '6' },
  旧版国家目录: {
    ...{ '1': '1', '2': '2', '3': '3', '4': '4', '5': '6', '6': '5', '9': '6' },
    ...{ 自然人: '1', 企业法人: '2', 事业法人: '3', 社会组织法人: '4', 非法人企业: '6', 行政机关: '5', 其他: '6' },
  },
}
export const CURRENT_CLIENT_LIST = 'GB/T 39046-2020'

/** The clients of a cell in the codes of the current list; the table names the list it uses. */
export function readClients(text: string, list: string): Result<unknown, string> {
  const name = list.trim() === '' ? CURRENT_CLIENT_LIST : list.trim()
  if (name === CURRENT_CLIENT_LIST) return codecOf(ITEM_FIELDS.clients.kind).read(text)
  const mapping = Object.hasOwn(CLIENT_LISTS, name) ? CLIENT_LISTS[name] : undefined
  if (mapping === undefined) return failure(`没有代码表“${name}”(${Object.keys(CLIENT_LISTS).join('、')})`)
  const words = severalOf(KEY).read(text)
  if (!words.ok) return words
  const clients = new Set<Client>()
  for (const word of words.value) {
    const [code = ''] = word.split(' ')
    const client = Object.hasOwn(mapping, code) ? mapping[code] : undefined
    if (client === undefined) return failure(`“${word}”不在${name}中`)
    clients.add(client)
  }
  return success([...clients])
}

/** A value inside an item. */
export const valueAt = (item: Item, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Readonly<Record<string, unknown>>)[key], item)

/** The same record with a value set; the records on the way are copied. */
export function withValue(
  record: Readonly<Record<string, unknown>>,
  [key = '', ...rest]: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> {
  const inner = record[key] as Readonly<Record<string, unknown>> | undefined
  return { ...record, [key]: rest.length === 0 ? value : withValue(inner ?? {}, rest, value) }
}
