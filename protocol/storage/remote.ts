/** The libSQL adapter for a database on a server, reached by its address; no program is configured for one today. */
import { type Client, createClient, type InArgs, type Row, type Value } from '@libsql/client'
import type { Storage } from '#protocol/engine/ports/storage.ts'
import { storageFailure } from './faults.ts'
import { openStorage } from './sql/sql-storage.ts'
import type { SqlRow, SqlValue, Statement, Statements } from './sql/statements.ts'

/** A hundred rows of the widest table (cases) per statement. */
const PARAMETERS = 2_000

const plain = (value: Value): SqlValue => (value instanceof ArrayBuffer ? new Uint8Array(value) : (value as SqlValue))
const rowOf = (row: Row): SqlRow => Array.from(row, plain)
const argumentsOf = ({ sql, values }: Statement) => ({ sql, args: values as SqlValue[] as InArgs })

class RemoteStatements implements Statements {
  readonly parameters = PARAMETERS
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  async read(statement: Statement): Promise<readonly SqlRow[]> {
    try {
      return (await this.#client.execute(argumentsOf(statement))).rows.map(rowOf)
    } catch (error) {
      throw storageFailure(error)
    }
  }

  async commit(statements: readonly Statement[]): Promise<void> {
    try {
      await this.#client.batch(statements.map(argumentsOf), 'write')
    } catch (error) {
      throw storageFailure(error)
    }
  }

  async close(): Promise<void> {
    this.#client.close()
  }
}

/**
 * Opens a database by its address (`http:`, `https:`, `ws:`, `wss:`, `file:`) and brings it to the newest schema.
 * A server locks nobody out: that only one program uses the database is up to whoever configures it. Both number
 * their packs, so of two commits with entries the later one of a number fails whole; a commit without entries (heads,
 * rows, receipts, node-local values) of a second program would overwrite.
 * @throws StorageFailure
 */
export async function openRemote(address: string, token?: string): Promise<Storage> {
  const statements = openRemoteStatements(address, token)
  try {
    return await openStorage(statements)
  } catch (error) {
    await statements.close()
    throw error
  }
}

/** The statement port alone, for tools and tests. */
export const openRemoteStatements = (address: string, token?: string): Statements =>
  new RemoteStatements(clientOf(address, token))

/** One connection, so that commits follow one another. */
function clientOf(url: string, authToken: string | undefined): Client {
  try {
    return createClient({ url, authToken, concurrency: 1 })
  } catch (error) {
    throw storageFailure(error)
  }
}
