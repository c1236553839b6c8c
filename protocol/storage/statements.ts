/** The statement port: what libSQL and Durable Object SQLite both can do, read one statement or commit a list. */
import { StorageFailure } from '#protocol/engine/ports/storage.ts'

/** Booleans travel as 0 and 1: Durable Objects would bind them as text. */
export type SqlValue = string | number | Uint8Array | null

export interface Statement {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

export type SqlRow = Readonly<Record<string, SqlValue>>

/** One connection's worth of SQLite. Both methods throw {@link StorageFailure} and nothing else. */
export interface Statements {
  /** Parameters one statement may bind (libSQL 32,766, Durable Objects 100). */
  readonly parameters: number
  read(statement: Statement): Promise<readonly SqlRow[]>
  /** Commits all or nothing; resolves when it is durable. */
  commit(statements: readonly Statement[]): Promise<void>
  close(): Promise<void>
}

/** One statement. */
export const statement = (sql: string, ...values: SqlValue[]): Statement => ({ sql, values })

/** Beyond a hundred rows a statement gains no speed and its text only grows (measured). */
const ROWS_PER_STATEMENT = 100

/** Multi-row inserts: `head VALUES (?,?),(?,?) tail`, as few statements as the parameter limit allows. */
export function insertRows(
  parameters: number,
  head: string,
  rows: readonly (readonly SqlValue[])[],
  tail = '',
): Statement[] {
  const width = rows[0]?.length ?? 1
  const size = Math.max(1, Math.min(ROWS_PER_STATEMENT, Math.floor(parameters / width)))
  const group = `(${Array(width).fill('?').join(',')})`
  const statements: Statement[] = []
  for (let start = 0; start < rows.length; start += size) {
    const chunk = rows.slice(start, start + size)
    const groups = Array(chunk.length).fill(group).join(',')
    statements.push({ sql: `${head} VALUES ${groups} ${tail}`, values: chunk.flat() })
  }
  return statements
}

const malformed = (column: string) =>
  new StorageFailure('damaged', `数据库内容不符合格式(${column})。请停止录入,联系管理员用备份恢复。`)

/** A column that must hold a number. */
export function numberIn(row: SqlRow, column: string): number {
  const value = row[column]
  if (typeof value !== 'number') throw malformed(column)
  return value
}

/**
 * Selects text columns as bytes. libSQL aborts the whole process when a damaged page gives it text that is not UTF-8
 * (seen with libsql 0.9.30); bytes it hands over as they are, and {@link textIn} reports the damage.
 */
export const textColumns = (...columns: readonly string[]): string =>
  columns.map((column) => `CAST(${column} AS BLOB) AS ${column}`).join(', ')

const decoder = new TextDecoder('utf-8', { fatal: true })

/** A column selected by {@link textColumns}. */
export function textIn(row: SqlRow, column: string): string {
  try {
    return decoder.decode(bytesIn(row, column))
  } catch (cause) {
    throw cause instanceof StorageFailure ? cause : malformed(column)
  }
}

/** A column that must hold bytes. */
export function bytesIn(row: SqlRow, column: string): Uint8Array {
  const value = row[column]
  if (!(value instanceof Uint8Array)) throw malformed(column)
  return value
}
