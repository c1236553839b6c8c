/** How the values of an item stand in a cell of a table, and how they are read back as people type them. */
import { type ColumnKind, type ScalarKind, titleOf } from '#protocol/casework/catalogue/fields.ts'
import { type Day, isDay } from '#protocol/casework/time/days.ts'
import { failure, type Result, success } from '#protocol/result.ts'

/** Shows a value in a cell and reads it back; the problem of a cell that cannot be read is said in words. */
export interface Codec<Value> {
  show(value: Value): string
  read(text: string): Result<Value, string>
}

const TEXT: Codec<string> = { show: (value) => value, read: success }

/** A code or key, without blanks around it. */
export const KEY: Codec<string> = { show: (value) => value, read: (text) => success(text.trim()) }

const FLAG: Codec<boolean> = {
  show: (value) => (value ? '是' : '否'),
  read: (text) => {
    const word = text.trim()
    if (['是', 'Y', 'y', '1', 'TRUE', 'true'].includes(word)) return success(true)
    if (['', '否', 'N', 'n', '0', 'FALSE', 'false'].includes(word)) return success(false)
    return failure(`“${word}”须是“是”或“否”`)
  },
}

const COUNT: Codec<number> = {
  show: String,
  read: (text) => {
    const word = text.normalize('NFKC').trim()
    return /^[0-9]{1,9}$/.test(word) ? success(Number(word)) : failure(`“${word}”须是整数`)
  },
}

/** Days as the lists of the standards write them too: 20261121. */
const DAY: Codec<Day> = {
  show: (value) => value,
  read: (text) => {
    const word = text
      .normalize('NFKC')
      .trim()
      .replace(/^([0-9]{4})[/.年]?([0-9]{2})[/.月]?([0-9]{2})日?$/, '$1-$2-$3')
    return isDay(word) ? success(word) : failure(`“${text.trim()}”不是日期,应形如 2026-11-21`)
  },
}

/** The same with an empty cell for nothing. */
const optional = <Value>(codec: Codec<Value>): Codec<Value | null> => ({
  show: (value) => (value === null ? '' : codec.show(value)),
  read: (text) => (text.trim() === '' ? success(null) : codec.read(text)),
})

/** A code of a list, shown with its title; code, title, both or another word for it are read. */
function coded({ titles, also, bare }: ScalarKind & { is: 'choice' }): Codec<string> {
  const normal = (text: string) => text.normalize('NFKC')
  const show = (code: string) =>
    bare || !Object.hasOwn(titles, code) ? titleOf(titles, code) : `${code} ${titles[code]}`
  return {
    show,
    read: (text) => {
      const word = normal(text).trim()
      if (Object.hasOwn(also, word)) return success(also[word] ?? '')
      const found = Object.entries(titles).find(
        ([code, title]) => word === code || word === normal(title) || word === `${code} ${normal(title)}`,
      )
      return found ? success(found[0]) : failure(`“${word}”不在代码表中(${Object.values(titles).join('、')})`)
    },
  }
}

const FEN = 100

/** A range of amounts in fen, shown in yuan: 20.00-40.00. */
const RANGE: Codec<{ readonly from: number; readonly to: number }> = {
  show: ({ from, to }) => `${(from / FEN).toFixed(2)}-${(to / FEN).toFixed(2)}`,
  read: (text) => {
    const word = text.normalize('NFKC').trim()
    const match = /^([0-9]{1,11}(?:\.[0-9]{1,2})?)(?:-([0-9]{1,11}(?:\.[0-9]{1,2})?))?$/.exec(word)
    if (match === null) return failure(`“${word}”须是金额(元)或范围,例如 20.00-40.00`)
    const from = Math.round(Number(match[1]) * FEN)
    return success({ from, to: match[2] === undefined ? from : Math.round(Number(match[2]) * FEN) })
  },
}

/** An amount in fen, shown in yuan. */
const AMOUNT: Codec<number> = {
  show: (value) => (value / FEN).toFixed(2),
  read: (text) => {
    const range = RANGE.read(text)
    return range.ok ? success(range.value.from) : range
  },
}

/** Parts with a separator between them; a backslash keeps separator, line break and backslash within a part. */
const join = (parts: readonly string[], separator: string): string =>
  parts
    .map((part) => part.replaceAll('\\', '\\\\').replaceAll(separator, `\\${separator}`).replaceAll('\n', '\\n'))
    .join(separator)

function split(text: string, separator: string): readonly string[] {
  const parts = ['']
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (character === separator) parts.push('')
    else if (character !== '\\' || at + 1 === text.length) parts[parts.length - 1] += character
    else {
      at += 1
      parts[parts.length - 1] += text[at] === 'n' ? '\n' : (text[at] ?? '')
    }
  }
  return parts
}

/** Reads every part; the first problem stops it. */
function readAll<Value>(
  parts: readonly string[],
  read: (part: string) => Result<Value, string>,
): Result<Value[], string> {
  const values: Value[] = []
  for (const part of parts) {
    const one = read(part)
    if (!one.ok) return one
    values.push(one.value)
  }
  return success(values)
}

/** Several values in one cell with a semicolon between them, or one of the separators people use. */
export const severalOf = <Value>(codec: Codec<Value>): Codec<readonly Value[]> => ({
  show: (values) => join(values.map(codec.show), ';'),
  read: (text) =>
    text.trim() === ''
      ? success([])
      : readAll(
          split(text.replace(/[\uff1b\uff0c、,]/g, ';'), ';').map((part) => part.trim()),
          codec.read,
        ),
})

/** Several texts that may hold any character. */
const TEXTS: Codec<readonly string[]> = {
  show: (values) => join(values, ';'),
  read: (text) => success(text === '' ? [] : split(text, ';')),
}

/**
 * A list of records: one line for each, its parts separated by |. Line breaks and separators inside a part are kept.
 * Parts that are left out at the end of a line are read as empty, so one that cannot be empty is missed by its title. Only
 * those that lines of earlier programs may lack are then what they are when nothing is said.
 */
function entries({ one, fields }: ColumnKind & { is: 'rows' }): Codec<readonly object[]> {
  const parts = Object.entries(fields).map(([name, field]) => ({ ...field, name, codec: codecOf(field.kind) }))
  const show = (value: object) =>
    join(
      parts.map(({ name, codec }) => codec.show((value as Readonly<Record<string, unknown>>)[name])),
      '|',
    )
  const read = (line: string): Result<object, string> => {
    const cells = split(line, '|')
    if (cells.length > parts.length)
      return failure(`${one}“${line.slice(0, 20)}”有 ${cells.length} 段,最多 ${parts.length} 段`)
    const value: Record<string, unknown> = {}
    for (const [index, { name, title, codec, initial, mayLack }] of parts.entries()) {
      const cell = index >= cells.length && mayLack ? success(initial) : codec.read(cells[index] ?? '')
      if (!cell.ok) return failure(`${one}“${line.slice(0, 20)}”的${title}:${cell.problem}`)
      value[name] = cell.value
    }
    return success(value)
  }
  return {
    show: (values) => values.map(show).join('\n'),
    read: (text) =>
      readAll(
        text.split('\n').filter((line) => line.trim() !== ''),
        read,
      ),
  }
}

const SCALARS = { text: TEXT, key: KEY, count: COUNT, amount: AMOUNT, range: RANGE, flag: FLAG, day: DAY } as const

/** How a kind of field stands in a cell. */
export function codecOf(kind: ColumnKind): Codec<unknown> {
  if (kind.is === 'rows') return entries(kind) as Codec<unknown>
  if (kind.is === 'choice') return coded(kind) as Codec<unknown>
  if (kind.is === 'optional') return optional(codecOf(kind.of))
  if (kind.is === 'several') return (kind.of.is === 'text' ? TEXTS : severalOf(codecOf(kind.of))) as Codec<unknown>
  return SCALARS[kind.is] as Codec<unknown> // each codec is given the values of its own kind only
}
