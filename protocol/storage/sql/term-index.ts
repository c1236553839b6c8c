/**
 * The full-text index of the terms of cases as a whole: dropped with the rows, and made anew from them where the disk has
 * changed it. It is computed, so no damage of it is one of the records (sqlite.org/fts5.html, 9: the tables it lies in).
 */
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import { MIGRATIONS } from '../migrations.ts'
import { TERM_INDEX } from '../schema.ts'
import { type SqlRow, type Statement, type Statements, statement } from './statements.ts'

/** Empties the index. */
export const dropTerms = () => statement(`INSERT INTO ${TERM_INDEX}(${TERM_INDEX}) VALUES ('delete-all')`)

/** The index and the tables that FTS5 keeps it in. */
const TABLES = [TERM_INDEX, ...['data', 'idx', 'docsize', 'config'].map((part) => `${TERM_INDEX}_${part}`)]

/** Whether a table is one of those of the index. */
export const isOfTerms = (table: string): boolean => TABLES.includes(table)

/** Closes the schema to writing, and reads it anew. */
const SCHEMA_READ = statement('PRAGMA writable_schema = RESET')

/** How the newest migration makes the index. */
const made = (): string =>
  MIGRATIONS.flatMap(({ statements }) => statements).findLast((text) =>
    text.startsWith(`CREATE VIRTUAL TABLE \`${TERM_INDEX}\``),
  ) ?? ''

/**
 * Makes the index anew from the rows, some 40 µs a case. Its tables are taken out of the schema: dropping them asks FTS5
 * first, which opens no damaged index, and reads every page. Those pages stay unused in the file.
 */
const remakeTerms = (): Statement[] => [
  statement('PRAGMA writable_schema = ON'),
  ...TABLES.map((table) => statement('DELETE FROM sqlite_schema WHERE tbl_name = ?', table)),
  SCHEMA_READ,
  statement(made()),
  statement(`INSERT INTO ${TERM_INDEX} (rowid, terms) SELECT sequence, terms FROM cases`),
]

/** What FTS5 answers where its tables are damaged: its own code, or none where it cannot even be opened. */
const CODE = 'SQLITE_CORRUPT_VTAB'
const NOT_OPENED = new RegExp(`vtable constructor failed: ${TERM_INDEX}|invalid fts5 file format`)

/** Whether a failure says itself that the index is damaged. */
function isToldByIndex(problem: StorageFailure): boolean {
  const { code, extendedCode, message = '' } = (problem.cause ?? {}) as Readonly<Record<string, string | undefined>>
  return code === CODE || extendedCode === CODE || NOT_OPENED.test(message)
}

const indexDamaged = (cause: unknown) =>
  new StorageFailure('damaged', '数据库中检索用的索引已损坏,也无法重新生成。请停止录入,联系管理员用备份恢复。', cause)

/** The statement port, over which a damaged index of terms is made anew and what met it is tried again. */
export class MendingStatements implements Statements {
  readonly #statements: Statements
  #isRemade = false

  constructor(statements: Statements) {
    this.#statements = statements
  }

  get parameters(): number {
    return this.#statements.parameters
  }

  /** Whether the index was found damaged since the opening, and made anew: a disk that changes pages changes others too. */
  get isRemade(): boolean {
    return this.#isRemade
  }

  read(asked: Statement): Promise<readonly SqlRow[]> {
    return this.#mending(() => this.#statements.read(asked))
  }

  commit(statements: readonly Statement[]): Promise<void> {
    return this.#mending(() => this.#statements.commit(statements))
  }

  close(): Promise<void> {
    return this.#statements.close()
  }

  /** Makes the index anew; all or nothing. */
  async remake(): Promise<void> {
    try {
      await this.#statements.commit(remakeTerms())
    } catch (problem) {
      // Else the connection could write into its schema, and would know no index, from here on. What made it fail is the answer.
      await this.#statements.commit([SCHEMA_READ]).catch(() => undefined)
      throw problem
    }
    this.#isRemade = true
  }

  async #mending<Value>(work: () => Promise<Value>): Promise<Value> {
    try {
      return await work()
    } catch (problem) {
      if (!(problem instanceof StorageFailure) || !(await this.#isOfIndex(problem))) throw problem
      try {
        await this.remake()
      } catch (refusal) {
        // Whoever meets it next tries it again.
        if (refusal instanceof StorageFailure && ['full', 'locked'].includes(refusal.fault)) throw refusal
        throw problem.fault === 'damaged' ? problem : indexDamaged(problem.cause) // as any other damage: it stays, and is told
      }
      return work()
    }
  }

  /** Whether it is the index that is damaged: of a page SQLite does not say whose it is. */
  async #isOfIndex(problem: StorageFailure): Promise<boolean> {
    if (isToldByIndex(problem)) return true
    if (problem.fault !== 'damaged') return false
    for (const table of TABLES) if (!(await this.#isSound(table))) return true
    return false
  }

  async #isSound(table: string): Promise<boolean> {
    try {
      const [row] = await this.#statements.read(statement(`PRAGMA quick_check("${table}")`))
      return row?.[0] === 'ok'
    } catch (problem) {
      if (problem instanceof StorageFailure && (problem.fault === 'damaged' || isToldByIndex(problem))) return false
      throw problem
    }
  }
}
