/** Rows written many at once: `insert … values (…), (…)`, in as few statements as there can be. */
import { is, Param, Placeholder, sql } from 'drizzle-orm'
import type { SQLiteInsertBuilder, SQLiteInsertValue, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { type Built, builder } from './query.ts'
import type { SqlValue, Statement } from './statements.ts'

/**
 * Rows a statement takes. Beyond a hundred it gains no speed and its text only grows; single rows cost a third more;
 * a few sizes, because then every one stays prepared and none is made anew for what is left over (all measured).
 */
const SIZES = [100, 32, 8, 2, 1]

type Insert<Table extends SQLiteTable> = ReturnType<SQLiteInsertBuilder<Table, 'async', unknown>['values']>
type Row<Table extends SQLiteTable, Name extends keyof Table['$inferInsert']> = {
  readonly [Key in Name]: Exclude<Table['$inferInsert'][Key], undefined>
}

/** Inserts the named columns of rows; `settle` says what becomes of a row that is there already. */
export function rowsInto<Table extends SQLiteTable, Name extends keyof Table['$inferInsert'] & string>(
  table: Table,
  names: readonly Name[],
  settle: (insert: Insert<Table>) => Built = (insert) => insert,
): (parameters: number, rows: readonly Row<Table, Name>[]) => Statement[] {
  const holes = Object.fromEntries(names.map((name) => [name, sql.placeholder(name)])) as SQLiteInsertValue<Table>
  const build = (size: number) => settle(builder.insert(table).values(Array(size).fill(holes))).toSQL()
  const texts = new Map<number, string>()
  let binders: readonly Binder[] | undefined
  return (parameters, rows) => {
    if (rows.length === 0) return []
    binders ??= build(1).params.map(binderOf)
    const largest = Math.max(1, Math.floor(parameters / binders.length))
    const statements: Statement[] = []
    for (let start = 0; start < rows.length; ) {
      const size = sizeFor(rows.length - start, largest)
      let text = texts.get(size)
      if (text === undefined) {
        text = build(size).sql
        texts.set(size, text)
      }
      statements.push({ sql: text, values: bound(binders, rows, start, size) })
      start += size
    }
    return statements
  }
}

/** The most rows a statement can take of what is left. */
function sizeFor(left: number, largest: number): number {
  for (const size of SIZES) {
    if (Math.min(size, largest) <= left) return Math.min(size, largest)
  }
  return 1
}

type Binder = (row: Readonly<Record<string, unknown>>) => SqlValue

/** Takes the value of one parameter from a row, or is the value that drizzle put there itself. */
function binderOf(parameter: unknown): Binder {
  if (!is(parameter, Param) || !is(parameter.value, Placeholder)) return () => parameter as SqlValue
  const {
    encoder,
    value: { name },
  } = parameter
  return (row) => encoder.mapToDriverValue(row[name]) as SqlValue
}

function bound(binders: readonly Binder[], rows: readonly object[], start: number, size: number): SqlValue[] {
  const values: SqlValue[] = []
  for (let at = start; at < start + size; at++) {
    for (const bind of binders) values.push(bind(rows[at] as Readonly<Record<string, unknown>>))
  }
  return values
}
