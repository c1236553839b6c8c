/** Hocuspocus beside the product: one Yjs document a case over a WebSocket, stored by its extension for SQLite. */
import { mkdir } from 'node:fs/promises'
import type { Server as HttpServer } from 'node:http'
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

interface YDocument {
  getArray(name: string): { push(items: readonly Uint8Array[]): void; readonly length: number }
}

interface Yjs {
  readonly Doc: new () => YDocument
}

interface HocuspocusServing {
  readonly Server: new (
    options: Readonly<Record<string, unknown>>,
  ) => {
    readonly httpServer: HttpServer
    readonly address: { readonly port: number }
    readonly hocuspocus: { getDocumentsCount(): number }
    listen(): Promise<unknown>
  }
}

interface SqliteExtension {
  readonly SQLite: new (options: { readonly database: string }) => object
}

interface HocuspocusSocket {
  destroy(): void
}

interface HocuspocusLink {
  readonly synced: boolean
  readonly hasUnsyncedChanges: boolean
  on(event: 'synced' | 'unsyncedChanges', heard: () => void): void
  on(event: 'authenticationFailed' | 'close', heard: (problem: unknown) => void): void
  attach(): void
  destroy(): void
}

interface HocuspocusCalling {
  readonly HocuspocusProviderWebsocket: new (options: { readonly url: string }) => HocuspocusSocket
  readonly HocuspocusProvider: new (options: Readonly<Record<string, unknown>>) => HocuspocusLink
}

type Documents = ReadonlyMap<string, YDocument>

const PROVIDER = '@hocuspocus/provider'
const ENTRIES = 'entries'
const IDLE_MILLISECONDS = 60_000
const LOOK_MILLISECONDS = 20
/** The server ends a socket on which more than a hundred documents wait to be let in. */
const AT_ONCE = 50

/** The server's side, as it comes: what it stores waits two seconds for more. */
export function hocuspocusServerRole(): Commands {
  let bytes = () => 0
  let documents = () => 0
  return {
    async open({ packages, folder }: PeerServing): Promise<number> {
      await mkdir(folder, { recursive: true })
      const { Server } = loadPackage<HocuspocusServing>(packages, '@hocuspocus/server')
      const { SQLite } = loadPackage<SqliteExtension>(packages, '@hocuspocus/extension-sqlite')
      const extensions = [new SQLite({ database: join(folder, 'documents.sqlite') })]
      const server = new Server({ address: '127.0.0.1', port: 0, quiet: true, stopOnSignals: false, extensions })
      bytes = countBytes(server.httpServer)
      documents = () => server.hocuspocus.getDocumentsCount()
      await server.listen()
      return server.address.port
    },
    bytes: async () => bytes(),
    async idle(): Promise<void> {
      const end = monotonic() + IDLE_MILLISECONDS
      while (documents() > 0) {
        if (monotonic() > end) throw new Error('documents without a client were not put away')
        await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS))
      }
    },
  }
}

/** Shows a document to the server until both have all of it and the server has said so. */
function synced(Provider: HocuspocusCalling['HocuspocusProvider'], options: Readonly<Record<string, unknown>>) {
  return new Promise<HocuspocusLink>((resolve, reject) => {
    const link = new Provider({ ...options, awareness: null })
    const look = () => {
      if (link.synced && !link.hasUnsyncedChanges) resolve(link)
    }
    link.on('synced', look)
    link.on('unsyncedChanges', look)
    link.on('authenticationFailed', reject)
    link.on('close', () => reject(new Error('the server ended the link')))
    // A provider that shares its socket waits until it is told to use it.
    link.attach()
  })
}

/** One client: all its documents over one socket, some at a time. */
async function callWith(calling: HocuspocusCalling, port: number, documents: Documents) {
  const websocketProvider = new calling.HocuspocusProviderWebsocket({ url: `ws://127.0.0.1:${port}` })
  const links: HocuspocusLink[] = []
  const waiting = [...documents].values()
  const showEach = async () => {
    for (const [name, document] of waiting) {
      links.push(await synced(calling.HocuspocusProvider, { websocketProvider, name, document }))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, showEach))
  return () => {
    for (const link of links) link.destroy()
    websocketProvider.destroy()
  }
}

/** Every client's share of the cases as documents, their entries written one by one, as they happen. */
async function writeOffline({ packages, payload, clients }: PeerWriting): Promise<readonly Documents[]> {
  const { Doc } = loadPackage<Yjs>(packages, 'yjs')
  const cases = await casesOf(payload)
  const each = cases.length / clients
  const documents = cases.map((entries, place): readonly [string, YDocument] => {
    const document = new Doc()
    for (const entry of entries) document.getArray(ENTRIES).push([new Uint8Array(entry)])
    return [nameOfCase(place), document]
  })
  return Array.from({ length: clients }, (_, client) => new Map(documents.slice(client * each, (client + 1) * each)))
}

/** Everything the server has comes down to empty documents. */
async function takeDown({ packages, port, cases }: PeerReading): Promise<PeerTimes> {
  const { Doc } = loadPackage<Yjs>(packages, 'yjs')
  const empty = new Map(Array.from({ length: cases }, (_, place) => [nameOfCase(place), new Doc()]))
  const started = monotonic()
  await callWith(loadPackage<HocuspocusCalling>(packages, PROVIDER), port, empty)
  const milliseconds = monotonic() - started
  const entries = [...empty.values()].reduce((sum, document) => sum + document.getArray(ENTRIES).length, 0)
  return { milliseconds, entries }
}

/** The clients' side: each with its own socket, all calling at once. */
export function hocuspocusClientRole(): Commands {
  let own: { readonly calling: HocuspocusCalling; readonly clients: readonly Documents[] } | undefined
  let ends: readonly (() => void)[] = []
  const call = async (port: number): Promise<number> => {
    if (!own) throw new Error('nothing was written')
    const { calling, clients } = own
    const started = monotonic()
    ends = await Promise.all(clients.map((documents) => callWith(calling, port, documents)))
    return monotonic() - started
  }
  return {
    async make(writing: PeerWriting): Promise<void> {
      const calling = loadPackage<HocuspocusCalling>(writing.packages, PROVIDER)
      own = { calling, clients: await writeOffline(writing) }
    },
    up: ({ port }: { port: number }) => call(port),
    meet: ({ port }: { port: number }) => call(port),
    async leave(): Promise<void> {
      for (const end of ends) end()
      ends = []
    },
    down: takeDown,
  }
}
