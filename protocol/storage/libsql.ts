/** The libSQL adapter for a file: one connection, exclusively locked, with every statement prepared once. */
import { closeSync, openSync } from 'node:fs'
import Database from 'libsql'
import { assert } from '#protocol/assert.ts'
import type { Storage } from '#protocol/engine/ports/storage.ts'
import { LIMITS } from '#protocol/limits.ts'
import { isBusy, storageFailure, storesNothing } from './faults.ts'
import { openStorage } from './sql/sql-storage.ts'
import { type SqlRow, type SqlValue, type Statement, type Statements, statement } from './sql/statements.ts'

export interface LibsqlSettings {
  /** Parameters one statement may bind, at most 32,766. */
  readonly parameters: number
  /** How long SQLite itself waits for another program's lock; the whole process waits with it. */
  readonly busyMilliseconds: number
  /** Connections tried before a locked file is reported. */
  readonly attempts: number
}

/** A hundred rows of the widest table (cases) per statement. */
const SETTINGS: LibsqlSettings = { parameters: 2_000, busyMilliseconds: 300, attempts: 3 }

/** PRAGMAs belong to a connection. The lock must be asked for before the write-ahead log is first touched. */
const pragmas = (settings: LibsqlSettings): readonly string[] => [
  `PRAGMA busy_timeout = ${settings.busyMilliseconds}`,
  'PRAGMA locking_mode = EXCLUSIVE',
  'PRAGMA synchronous = FULL',
  // What a read spills, it must not spill to a disk that may be full.
  'PRAGMA temp_store = MEMORY',
  `PRAGMA cache_size = -${LIMITS.databaseCacheBytes / 1024}`,
]

/** Writes the mode into the file, unless it stands there already: so this needs a disk that takes something. */
const WRITE_AHEAD = 'PRAGMA journal_mode = WAL'

/** A statement that is kept, with the number of values it takes. */
interface Prepared {
  readonly statement: Database.Statement
  readonly parameters: number
}

/** Parameters of a statement: question marks outside of texts and names. */
const parametersOf = (sql: string): number => sql.replace(/'[^']*'|"[^"]*"/g, '').split('?').length - 1

/** What the library binds as it is: it keeps the last value where one is missing, and ends the process at a boolean. */
const isBindable = (value: unknown): boolean =>
  value === null || typeof value === 'string' || Number.isFinite(value) || value instanceof Uint8Array

/**
 * One connection. Statements that were prepared are kept, because preparing costs more than running most of them;
 * a statement can be dropped but not finalized (the collector does that). Rows are read whole, never one by one: a
 * statement that is left in the middle may hold its read transaction.
 */
class Connection {
  readonly #database: Database.Database
  readonly #prepared = new Map<string, Prepared>()
  /** False while the disk takes nothing, not even the mode: then there is reading only. */
  #writesAhead = false

  constructor(path: string, settings: LibsqlSettings) {
    this.#database = new Database(path)
    try {
      // Not prepared: a connection that found the file locked must be gone at once, not when its statements are
      // collected, or it would keep what it has of the lock from the next attempt.
      for (const pragma of pragmas(settings)) this.#database.exec(pragma)
      this.#takeFile()
    } catch (error) {
      this.close()
      throw error
    }
  }

  /** Takes the file for this connection alone: with its write-ahead log, or without it on a disk that takes nothing. */
  #takeFile(): void {
    try {
      this.#writeAhead()
    } catch (error) {
      if (!storesNothing(error)) throw error
      this.#database.exec('BEGIN EXCLUSIVE')
      this.#database.exec('COMMIT') // the lock stays: the locking mode is exclusive
    }
  }

  #writeAhead(): void {
    if (!this.#writesAhead) this.#database.exec(WRITE_AHEAD)
    this.#writesAhead = true
  }

  /** The prepared statement, now the most recently used one, for values that fit it. */
  #statement({ sql, values }: Statement): Database.Statement {
    const known = this.#prepared.get(sql)
    if (known !== undefined) this.#prepared.delete(sql)
    const prepared = known ?? { statement: this.#database.prepare(sql), parameters: parametersOf(sql) }
    this.#prepared.set(sql, prepared)
    for (const oldest of this.#prepared.keys()) {
      if (this.#prepared.size <= LIMITS.preparedStatements) break
      this.#prepared.delete(oldest)
    }
    assert(values.length === prepared.parameters, 'a statement has a value for every parameter')
    assert(values.every(isBindable), 'values are texts, numbers, bytes or null')
    return prepared.statement
  }

  #run(statement: Statement): void {
    this.#statement(statement).run(statement.values as SqlValue[])
  }

  /** Rows of a statement that has some: libsql throws when it is asked for those of one that has none. */
  read(statement: Statement): SqlRow[] {
    const rows = this.#statement(statement)
      .raw(true)
      .all(statement.values as SqlValue[])
    return (rows as SqlValue[][]).map((row) => row.map(plain))
  }

  commit(statements: readonly Statement[]): void {
    this.#writeAhead()
    this.#run(BEGIN)
    try {
      for (const one of statements) this.#run(one)
      this.#run(COMMIT)
    } catch (error) {
      this.#takeBack()
      throw error
    }
  }

  /** SQLite itself takes everything back after some errors, a full disk among them. */
  #takeBack(): void {
    try {
      if (this.#database.inTransaction) this.#run(ROLLBACK)
    } catch {
      // What made the commit fail is the answer. A transaction that could not be taken back is over all the same:
      // SQLite forgets its pages and reads them again.
    }
  }

  close(): void {
    this.#prepared.clear()
    this.#database.close()
  }
}

const BEGIN = statement('BEGIN IMMEDIATE')
const COMMIT = statement('COMMIT')
const ROLLBACK = statement('ROLLBACK')

/** Bytes as they are everywhere else: slicing a Buffer would not copy it. */
const plain = (value: SqlValue): SqlValue =>
  value instanceof Uint8Array ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : value

class LibsqlStatements implements Statements {
  readonly parameters: number
  readonly #path: string
  readonly #settings: LibsqlSettings
  #connection: Connection | undefined
  #closed = false

  constructor(path: string, settings: LibsqlSettings) {
    this.parameters = settings.parameters
    this.#path = path
    this.#settings = settings
  }

  async read(asked: Statement): Promise<readonly SqlRow[]> {
    return this.#attempt((connection) => connection.read(asked))
  }

  async commit(statements: readonly Statement[]): Promise<void> {
    this.#attempt((connection) => connection.commit(statements))
  }

  /** Runs on the connection; after SQLITE_BUSY on a new one, which asks for the lock again. */
  #attempt<Value>(run: (connection: Connection) => Value): Value {
    if (this.#closed) throw storageFailure(new Error('the database is closed'))
    for (let attempt = 1; ; attempt++) {
      try {
        this.#connection ??= new Connection(this.#path, this.#settings)
        return run(this.#connection)
      } catch (error) {
        if (!isBusy(error)) throw storageFailure(error)
        this.#disconnect()
        if (attempt >= this.#settings.attempts) throw storageFailure(error)
      }
    }
  }

  #disconnect(): void {
    this.#connection?.close()
    this.#connection = undefined
  }

  /**
   * Leaves the write-ahead log, which releases the lock at once. Closing alone would keep it until the garbage
   * collector has found every prepared statement. A disk that refuses makes no close fail: what was committed lies in
   * the write-ahead log, where the next opening finds it, and the lock goes with the process.
   */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const connection = this.#connection
    if (connection === undefined) return
    try {
      connection.read(statement('PRAGMA journal_mode = DELETE'))
      connection.read(statement('PRAGMA locking_mode = NORMAL'))
      connection.read(statement('SELECT count(*) FROM sqlite_master'))
    } catch (error) {
      if (storageFailure(error).fault === 'other' && !storesNothing(error)) throw storageFailure(error)
    } finally {
      this.#disconnect()
    }
  }
}

/**
 * Opens the database file, creating it readable and writable for its owner only, and brings it to the newest schema.
 * @throws StorageFailure 'locked' while another program has the file open; 'damaged' when it is not a sound database
 */
export async function openLibsql(path: string, settings: Partial<LibsqlSettings> = {}): Promise<Storage> {
  const statements = openStatements(path, settings)
  try {
    return await openStorage(statements)
  } catch (error) {
    // What made opening fail is the answer; that the file cannot be closed cleanly either follows from it.
    await statements.close().catch(() => undefined)
    throw error
  }
}

/** The statement port alone, for tools and tests. */
export function openStatements(path: string, settings: Partial<LibsqlSettings> = {}): Statements {
  makeFile(path)
  return new LibsqlStatements(path, { ...SETTINGS, ...settings })
}

/**
 * Makes the file when there is none. One that is there is not opened: closing it would give up the locks that any
 * connection of this process has to it (POSIX; SQLite's own files know of each other, node:fs knows nothing of them).
 */
function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw storageFailure(error)
  }
}
