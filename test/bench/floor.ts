/** The floor: a bare WebSocket server that stores the same bytes in one transaction and acknowledges. Nothing is less. */
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { pathToFileURL } from 'node:url'
import { type Client, createClient } from '@libsql/client/sqlite3'
import { WebSocket, WebSocketServer } from 'ws'
import { monotonic } from '#test/clock/monotonic.ts'
import { readPayload } from './databases.ts'

const ROWS_PER_STATEMENT = 100
const PRAGMAS = ['PRAGMA locking_mode = EXCLUSIVE', 'PRAGMA journal_mode = WAL', 'PRAGMA synchronous = FULL']
const LARGEST_MESSAGE = 512 * 1024 * 1024

/** Opens an empty database of the floor. */
export async function openFloor(file: string): Promise<Client> {
  const client = createClient({ url: pathToFileURL(file).href, concurrency: 1 })
  for (const pragma of PRAGMAS) await client.execute(pragma)
  await client.execute('CREATE TABLE entries (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)')
  return client
}

/** Inserts rows in one durable transaction. */
export async function insertAll(client: Client, records: readonly Uint8Array[]): Promise<void> {
  const statements: { sql: string; args: Uint8Array[] }[] = []
  for (let start = 0; start < records.length; start += ROWS_PER_STATEMENT) {
    const args = records.slice(start, start + ROWS_PER_STATEMENT)
    statements.push({ sql: `INSERT INTO entries (bytes) VALUES ${args.map(() => '(?)').join(',')}`, args })
  }
  await client.batch(statements, 'write')
}

export interface Floor {
  readonly port: number
  /** Inserts one record at a time, each with its own fsync; milliseconds of each. */
  insertEach(times: number): Promise<number[]>
  close(): void
}

/** Bytes of a common entry. */
const RECORD_BYTES = 400

async function insertEach(client: Client, times: number): Promise<number[]> {
  const taken: number[] = []
  for (let turn = 0; turn < times; turn++) {
    const started = monotonic()
    await client.execute({ sql: 'INSERT INTO entries (bytes) VALUES (?)', args: [new Uint8Array(RECORD_BYTES)] })
    taken.push(monotonic() - started)
  }
  return taken
}

/** The server's side: listens, stores every message, answers with one byte. */
export async function serveFloor(file: string): Promise<Floor> {
  const client = await openFloor(file)
  const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    perMessageDeflate: false,
    maxPayload: LARGEST_MESSAGE,
  })
  await new Promise((resolve) => server.once('listening', resolve))
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      insertAll(client, readPayload(data as Buffer)).then(
        () => socket.send('1'),
        (error: Error) => socket.close(1011, error.message),
      )
    }),
  )
  const close = () => {
    for (const socket of server.clients) socket.terminate()
    server.close()
    client.close()
  }
  const { port } = server.address() as AddressInfo
  return { port, insertEach: (times) => insertEach(client, times), close }
}

/** The client's side: milliseconds from connecting to the acknowledgement. */
export async function sendToFloor(port: number, payloadFile: string): Promise<number> {
  const payload = await readFile(payloadFile)
  const started = monotonic()
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
  const took = await new Promise<number>((resolve, reject) => {
    socket.once('open', () => socket.send(payload))
    socket.once('message', () => resolve(monotonic() - started))
    socket.once('error', reject)
    socket.once('close', (code, reason) => reject(new Error(`floor closed: ${code} ${reason}`)))
  })
  socket.terminate()
  return took
}
