/** PouchDB beside the product: a client with a database on its disk that replicates to an express-pouchdb server. */
import { mkdir } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { monotonic } from '#test/clock/monotonic.ts'
import type { Commands } from '../worker-port.ts'
import {
  casesOf,
  countBytes,
  loadPackage,
  nameOfCase,
  type PeerReading,
  type PeerServing,
  type PeerTimes,
  type PeerWriting,
} from './peer.ts'

interface PouchDocument {
  readonly _id: string
  readonly record: string
}

interface PouchDatabase {
  bulkDocs(documents: readonly PouchDocument[]): Promise<readonly { readonly ok?: boolean }[]>
  info(): Promise<{ readonly doc_count: number }>
}

interface PouchReplicated {
  readonly ok: boolean
  readonly doc_write_failures: number
}

interface Pouch {
  new (name: string): PouchDatabase
  defaults(options: { readonly prefix: string }): Pouch
  replicate(source: PouchDatabase, target: PouchDatabase): Promise<PouchReplicated>
  sync(
    one: PouchDatabase,
    other: PouchDatabase,
  ): Promise<{ readonly push: PouchReplicated; readonly pull: PouchReplicated }>
}

type ExpressPouch = (pouch: Pouch, options: Readonly<Record<string, unknown>>) => RequestListener

const DATABASE = 'cases'

/** The server's side: databases in LevelDB below a folder, nothing but what replication asks for. */
export function pouchServerRole(): Commands {
  let bytes = () => 0
  return {
    async open({ packages, folder }: PeerServing): Promise<number> {
      await mkdir(folder, { recursive: true })
      const stored = loadPackage<Pouch>(packages, 'pouchdb').defaults({ prefix: `${folder}/` })
      const logPath = join(folder, 'log.txt')
      const options = { mode: 'minimumForPouchDB', inMemoryConfig: true, logPath }
      const server = createServer(loadPackage<ExpressPouch>(packages, 'express-pouchdb')(stored, options))
      bytes = countBytes(server)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return (server.address() as AddressInfo).port
    },
    bytes: async () => bytes(),
    // A document is stored before it is acknowledged.
    idle: async () => {},
  }
}

/** A case as documents: an entry is one document, its bytes as text because a document is JSON. */
const documentsOf = (entries: readonly Buffer[], place: number): readonly PouchDocument[] =>
  entries.map((record, entry) => ({ _id: `${nameOfCase(place)}-${entry}`, record: record.toString('base64') }))

function failUnlessWritten({ ok, doc_write_failures }: PouchReplicated): void {
  if (!ok || doc_write_failures > 0) throw new Error(`replication left out ${doc_write_failures} documents`)
}

const remote = (pouch: Pouch, port: number): PouchDatabase => new pouch(`http://127.0.0.1:${port}/${DATABASE}`)

/** Writes every client's share of the cases into a database of its own, a case at a time. */
async function writeOffline(pouch: Pouch, { folder, payload, clients }: PeerWriting) {
  const cases = await casesOf(payload)
  const each = cases.length / clients
  await mkdir(folder, { recursive: true })
  const databases = Array.from({ length: clients }, (_, client) => new pouch(join(folder, `client-${client}`)))
  for (const [place, entries] of cases.entries()) {
    const database = databases[Math.floor(place / each)] as PouchDatabase
    const answers = await database.bulkDocs(documentsOf(entries, place))
    if (!answers.every(({ ok }) => ok)) throw new Error('a client could not write a document')
  }
  return databases
}

/** Everything the server has comes down to an empty database. */
async function takeDown({ packages, folder, port }: PeerReading): Promise<PeerTimes> {
  const pouch = loadPackage<Pouch>(packages, 'pouchdb')
  const empty = new pouch(folder)
  await empty.info()
  const started = monotonic()
  failUnlessWritten(await pouch.replicate(remote(pouch, port), empty))
  const milliseconds = monotonic() - started
  return { milliseconds, entries: (await empty.info()).doc_count }
}

/** The clients' side: each with its own database, all replicating at once, as PouchDB does unless told otherwise. */
export function pouchClientRole(): Commands {
  let own: { readonly pouch: Pouch; readonly databases: readonly PouchDatabase[] } | undefined
  const written = () => {
    if (!own) throw new Error('nothing was written')
    return own
  }
  return {
    async make(writing: PeerWriting): Promise<void> {
      const pouch = loadPackage<Pouch>(writing.packages, 'pouchdb')
      own = { pouch, databases: await writeOffline(pouch, writing) }
    },
    async up({ port }: { port: number }): Promise<number> {
      const { pouch, databases } = written()
      const started = monotonic()
      const all = databases.map((database) => pouch.replicate(database, remote(pouch, port)))
      for (const replicated of await Promise.all(all)) failUnlessWritten(replicated)
      return monotonic() - started
    },
    async meet({ port }: { port: number }): Promise<void> {
      const { pouch, databases } = written()
      for (const database of databases) {
        const { push, pull } = await pouch.sync(database, remote(pouch, port))
        failUnlessWritten(push)
        failUnlessWritten(pull)
      }
    },
    // A replication that is over holds nothing open.
    leave: async () => {},
    down: takeDown,
  }
}
