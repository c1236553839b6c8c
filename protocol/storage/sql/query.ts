/** Statements of the schema: built by drizzle once, at their first use, and run as prepared statements from then on. */
import { Column, fillPlaceholders, type GetColumnData, is, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/sqlite-proxy'
import { readSound } from '../faults.ts'
import type { SqlRow, SqlValue, Statement } from './statements.ts'
import { bytesIn, textIn, wholeIn } from './values.ts'

/** Builds statements; running them is the adapters' part. */
export const builder = drizzle(() => Promise.reject(new Error('statements are run by an adapter')))

/** A statement with the way to read its rows. */
export interface Ask<Row> extends Statement {
  readonly rowOf: (values: SqlRow) => Row
}

/** What a query selects that is not a column as it stands. */
export interface Computed<Data> {
  readonly sql: SQL
  readonly read: (value: SqlValue, name: string) => Data
}

/** A whole number that SQLite computes. */
export const whole = (expression: SQL): Computed<number> => ({ sql: expression, read: wholeIn })
/** Bytes that SQLite computes. */
export const bytes = (expression: SQL): Computed<Uint8Array> => ({ sql: expression, read: bytesIn })

type Fields = Readonly<Record<string, Column | Computed<unknown>>>
type DataOf<Field> = Field extends Column ? GetColumnData<Field> : Field extends Computed<infer Data> ? Data : never
type RowOf<Of extends Fields> = { readonly [Name in keyof Of]: DataOf<Of[Name]> }

/** The values a statement is given with each call, where it is built: one placeholder a value. */
export type Given<Values> = { readonly [Name in keyof Values]-?: Placeholder<Name & string> }

const start = (fields: Record<string, SQL>) => builder.select(fields)
type Select = ReturnType<typeof start>

/** What drizzle's builders have in common. */
export interface Built {
  toSQL(): { readonly sql: string; readonly params: unknown[] }
}

/** Nothing to give when a statement has no values. */
type Call<Values> = keyof Values extends never ? [] : [values: Values]

/** A query that selects fields; the answer makes an {@link Ask} of values. */
export function query<Of extends Fields, Values>(
  fields: Of,
  build: (select: Select, given: Given<Values>) => Built,
): (...values: Call<Values>) => Ask<RowOf<Of>> {
  const selected = Object.entries(fields).map(([name, field]) => [name, computed(field)] as const)
  const rowOf = (values: SqlRow) =>
    Object.fromEntries(selected.map(([name, { read }], at) => [name, read(values[at] as SqlValue, name)])) as RowOf<Of>
  const select = () => start(Object.fromEntries(selected.map(([name, field]) => [name, field.sql])))
  const filled = change((given: Given<Values>) => build(select(), given))
  return (...values) => ({ ...filled(...values), rowOf })
}

/** A statement that changes rows. */
export function change<Values>(build: (given: Given<Values>) => Built): (...values: Call<Values>) => Statement {
  let built: ReturnType<Built['toSQL']> | undefined
  return (values = {} as Values & object) => {
    built ??= build(PLACEHOLDERS as Given<Values>).toSQL()
    return {
      sql: built.sql,
      values: fillPlaceholders(built.params, values as object as Record<string, unknown>) as SqlValue[],
    }
  }
}

/** A placeholder of every name. */
const PLACEHOLDERS = new Proxy({}, { get: (_, name) => sql.placeholder(String(name)) })

/** How columns of each type are selected and read. */
const TYPES: Readonly<Record<string, (column: Column) => Computed<unknown>>> = {
  integer: (column) => whole(sql`${column}`),
  blob: (column) => bytes(sql`${column}`),
  text: (column) => ({
    sql: sql`cast(${column} as blob)`,
    read(value, name) {
      const text = textIn(value, name)
      return readSound(() => column.mapFromDriverValue(text))
    },
  }),
}

function computed(field: Column | Computed<unknown>): Computed<unknown> {
  if (!is(field, Column)) return field
  const { sql: selected, read } = (TYPES[field.getSQLType()] as (typeof TYPES)[string])(field)
  return { sql: selected, read: (value, name) => (value === null && !field.notNull ? null : read(value, name)) }
}

const AS_JSON = { mapToDriverValue: (values: unknown) => JSON.stringify(values) }

/** Whether a column has one of the values of a list, which may be of any length. */
export const amongst = (column: Column, values: Placeholder): SQL =>
  sql`${column} in (select value from json_each(${sql.param(values, AS_JSON)}))`

/** A column of the row that could not be inserted because another one is there. */
export const excluded = (column: Column): SQL => sql`excluded.${sql.identifier(column.name)}`
