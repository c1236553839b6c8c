/** The statement port: what libSQL and Durable Object SQLite both can do, read one statement or commit a list. */

/** Booleans travel as 0 and 1: Durable Objects would bind them as text. */
export type SqlValue = string | number | Uint8Array | null

/** A row by position; names would cost more than the values (measured). */
export type SqlRow = readonly SqlValue[]

/** The same SQL is prepared once on a connection, so what differs between two calls belongs into the values. */
export interface Statement {
  readonly sql: string
  /** One for every parameter: a prepared statement keeps the last value of a parameter that is given none. */
  readonly values: readonly SqlValue[]
}

/** One connection's worth of SQLite. Both methods throw {@link StorageFailure} and nothing else. */
export interface Statements {
  /** Parameters one statement may bind (libSQL 32,766, Durable Objects 100). */
  readonly parameters: number
  read(statement: Statement): Promise<readonly SqlRow[]>
  /** Commits all or nothing; resolves when it is durable. */
  commit(statements: readonly Statement[]): Promise<void>
  close(): Promise<void>
}

/** A statement without drizzle: pragmas and migrations. */
export const statement = (sql: string, ...values: SqlValue[]): Statement => ({ sql, values })
