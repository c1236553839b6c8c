/** The libSQL adapter: one connection per file, exclusively locked, with a new connection after any SQLITE_BUSY. */
import { closeSync, openSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { type Client, createClient, type ResultSet } from '@libsql/client/sqlite3'
import type { Storage } from '#protocol/engine/ports/storage.ts'
import { LIMITS } from '#protocol/limits.ts'
import { isBusy, storageFailure } from './faults.ts'
import { openStorage } from './sql-storage.ts'
import type { SqlRow, SqlValue, Statement, Statements } from './statements.ts'

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
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = FULL',
  `PRAGMA cache_size = -${LIMITS.databaseCacheBytes / 1024}`,
]

/** The values SQLite gives back, with bytes as Uint8Array. */
function rowsOf(result: ResultSet): SqlRow[] {
  return result.rows.map((row) => {
    const plain: Record<string, SqlValue> = {}
    for (const [index, column] of result.columns.entries()) {
      const value = row[index]
      plain[column] = value instanceof ArrayBuffer ? new Uint8Array(value) : (value as SqlValue)
    }
    return plain
  })
}

class LibsqlStatements implements Statements {
  readonly parameters: number
  readonly #url: string
  readonly #settings: LibsqlSettings
  #client: Client | undefined
  #closed = false

  constructor(path: string, settings: LibsqlSettings) {
    this.parameters = settings.parameters
    this.#url = pathToFileURL(path).href
    this.#settings = settings
  }

  read(statement: Statement): Promise<readonly SqlRow[]> {
    return this.#attempt(async (client) => rowsOf(await client.execute(argumentsOf(statement))))
  }

  commit(statements: readonly Statement[]): Promise<void> {
    return this.#attempt(async (client) => {
      await client.batch(statements.map(argumentsOf), 'write')
    })
  }

  /** Runs on the connection; after SQLITE_BUSY on a new one, because libSQL's stays unusable (its issue 352). */
  async #attempt<Value>(run: (client: Client) => Promise<Value>): Promise<Value> {
    if (this.#closed) throw storageFailure(new Error('the database is closed'))
    for (let attempt = 1; ; attempt++) {
      try {
        return await run(await this.#connected())
      } catch (error) {
        if (!isBusy(error)) throw storageFailure(error)
        this.#disconnect()
        if (attempt >= this.#settings.attempts) throw storageFailure(error)
      }
    }
  }

  async #connected(): Promise<Client> {
    if (this.#client !== undefined) return this.#client
    // One connection: a second one of the same client would find the file locked by the first.
    const client = createClient({ url: this.#url, concurrency: 1 })
    try {
      for (const pragma of pragmas(this.#settings)) await client.execute(pragma)
    } catch (error) {
      client.close()
      throw error
    }
    this.#client = client
    return client
  }

  #disconnect(): void {
    this.#client?.close()
    this.#client = undefined
  }

  /**
   * Leaves the write-ahead log, which releases the lock at once. Closing alone would keep it until the garbage
   * collector has found every statement libSQL prepared.
   */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const client = this.#client
    if (client === undefined) return
    try {
      await client.execute('PRAGMA journal_mode = DELETE')
      await client.execute('PRAGMA locking_mode = NORMAL')
      await client.execute('SELECT count(*) FROM sqlite_master')
    } catch (error) {
      throw storageFailure(error)
    } finally {
      this.#disconnect()
    }
  }
}

const argumentsOf = ({ sql, values }: Statement) => ({ sql, args: [...values] })

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
  try {
    closeSync(openSync(path, 'a', 0o600))
  } catch (error) {
    throw storageFailure(error)
  }
  return new LibsqlStatements(path, { ...SETTINGS, ...settings })
}
