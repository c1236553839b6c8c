/** What keeps a record from being written by its table of fields: a value of another kind, out of its bounds, or missing. */
import { isRecord } from '#protocol/json.ts'
import { isDay } from '../time/days.ts'
import { type Field, type FieldTable, type Kind, type ScalarKind, titleOf } from './fields.ts'

/** One thing that is wrong with a value. */
interface FieldProblem {
  /** Path of the column, such as `promised.days`; of a list of records the path of the list. */
  readonly field: string
  /** For people. */
  readonly message: string
  /** Whether rules between fields wait for it: the value is of another kind, or a list too long to be looked through. */
  readonly stops: boolean
}

/** What is wrong with one value, said behind its title. */
interface ValueProblem {
  readonly words: string
  readonly stops: boolean
}

type Row = Readonly<Record<string, unknown>>

const NONE: readonly never[] = []
const another = (words: string): readonly ValueProblem[] => [{ words, stops: true }]
const beyond = (words: string): readonly ValueProblem[] => [{ words, stops: false }]

/** The highest amount in fen that a cell of a table can hold: eleven digits of yuan. */
const MOST_FEN = 9_999_999_999_999
const isAmount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MOST_FEN

/** Characters are code points: what people count. */
function textProblems(value: unknown, most: number): readonly ValueProblem[] {
  if (typeof value !== 'string') return another('须是文字')
  if (value.length <= most) return NONE
  const { length } = [...value]
  return length > most ? beyond(`有 ${length} 个字,最多 ${most} 个字`) : NONE
}

function rangeProblems(value: unknown): readonly ValueProblem[] {
  if (!isRecord(value) || typeof value.from !== 'number' || typeof value.to !== 'number') return another('须是金额范围')
  const { from, to } = value
  return isAmount(from) && isAmount(to) && from <= to ? NONE : beyond('不对:金额范围须从小到大,以整数分计')
}

/** The problems of a list as a whole, else those of each of its values. A long one is not looked through. */
function listProblems(
  value: unknown,
  most: number,
  each: (one: unknown) => readonly ValueProblem[],
): readonly ValueProblem[] {
  if (!Array.isArray(value)) return another('须是列表')
  return value.length > most ? another(`有 ${value.length} 项,最多 ${most} 项`) : value.flatMap(each)
}

/** Codes stand on a list once; texts may be the same. */
function repetitions(kind: ScalarKind, list: readonly unknown[]): readonly ValueProblem[] {
  if (kind.is !== 'choice' && kind.is !== 'key') return NONE
  const again = new Set(list.filter((value, at) => list.indexOf(value) !== at))
  return [...again].flatMap((value) => beyond(`“${nameOf(kind, String(value))}”重复`))
}

/** A code by its title, a text as it is; both short enough for a message. */
const nameOf = (kind: Kind | undefined, value: string): string =>
  (kind?.is === 'choice' ? titleOf(kind.titles, value) : value).slice(0, 20)

/** What is wrong with one value; a list of codes names each that is wrong, and a list of records only what is none. */
function valueProblems(kind: Kind, value: unknown): readonly ValueProblem[] {
  switch (kind.is) {
    case 'text':
    case 'key':
      return textProblems(value, kind.most)
    case 'count':
      if (typeof value !== 'number') return another('须是整数')
      return Number.isSafeInteger(value) && value >= kind.least && value <= kind.most
        ? NONE
        : beyond(`须是 ${kind.least} 到 ${kind.most} 的整数${kind.unit}`)
    case 'amount':
      if (typeof value !== 'number') return another('须是金额')
      return isAmount(value) && value >= kind.least ? NONE : beyond(`须是不小于 ${kind.least} 分的金额,以整数分计`)
    case 'range':
      return rangeProblems(value)
    case 'flag':
      return typeof value === 'boolean' ? NONE : another('须是“是”或“否”')
    case 'day':
      if (typeof value !== 'string') return another('须是日期')
      return isDay(value) ? NONE : beyond(`“${value.slice(0, 20)}”不存在`)
    case 'choice':
      if (typeof value !== 'string') return another('须是代码')
      return Object.hasOwn(kind.titles, value) ? NONE : beyond(`“${value.slice(0, 20)}”不在代码表中`)
    case 'optional':
      return value === null ? NONE : valueProblems(kind.of, value)
    case 'several': {
      const problems = listProblems(value, kind.most, (one) => valueProblems(kind.of, one))
      return problems.length > 0 ? problems : repetitions(kind.of, value as readonly unknown[])
    }
    case 'rows':
      return listProblems(value, kind.most, (row) => (isRecord(row) ? NONE : another('有一项不完整')))
    case 'part':
      return isRecord(value) ? NONE : another('不完整')
  }
}

/** How a row is called in a message: by its name where it has one, by its place otherwise. */
function rowName({ one, called, fields }: Kind & { is: 'rows' }, row: Row, index: number): string {
  const value = row[called]
  if (typeof value !== 'string' || value.trim() === '') return `第 ${index + 1} 项${one}`
  return `${one}“${nameOf(fields[called]?.kind, value)}”`
}

/** What a look at one value finds. */
type Found = Omit<FieldProblem, 'field'>

/** Looks at every value of a record, of its parts and of its rows. Most find nothing, so nothing is made for those. */
function walk(
  fields: FieldTable,
  record: Row,
  look: (field: Field, value: unknown) => readonly Found[],
): readonly FieldProblem[] {
  const problems: FieldProblem[] = []
  for (const name in fields) {
    const field = fields[name] as Field
    const { kind } = field
    const value = record[name]
    if (kind.is === 'part' && isRecord(value)) {
      for (const found of walk(kind.fields, value, look)) problems.push({ ...found, field: `${name}.${found.field}` })
      continue
    }
    const whole = look(field, value)
    for (const found of whole) problems.push({ ...found, field: name })
    if (kind.is !== 'rows' || whole.length > 0) continue
    for (const [index, row] of (value as readonly Row[]).entries())
      for (const { message, stops } of walk(kind.fields, row, look))
        problems.push({ field: name, message: `${rowName(kind, row, index)}:${message}`, stops })
  }
  return problems
}

/** Every value of another kind than its field's, or out of its bounds. Values without a field are not looked at. */
export const fieldProblems = (fields: FieldTable, record: Row): readonly FieldProblem[] =>
  walk(fields, record, ({ title, kind }, value) => {
    const problems = valueProblems(kind, value)
    return problems.length === 0 ? NONE : problems.map(({ words, stops }) => ({ message: `${title}${words}`, stops }))
  })

const isBlank = (value: unknown): boolean =>
  typeof value === 'string' ? value.trim() === '' : Array.isArray(value) && value.length === 0

/** Every value that publication waits for, in a record of which everything can be read. */
export const missingProblems = (fields: FieldTable, record: Row): readonly FieldProblem[] =>
  walk(fields, record, ({ title, required }, value) =>
    required && isBlank(value) ? [{ message: `没有填写${title}`, stops: false }] : NONE,
  )
