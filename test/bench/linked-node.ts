/** A node of the bench: a real engine over a real file, linked over a real socket, with every byte counted. */
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Connection } from '#protocol/engine/ports/identity.ts'
import type { LogKey } from '#protocol/ids.ts'
import { createLinkServer, openWebSocket, socketConnection } from '#protocol/transport/web-socket.ts'
import { decodeMessage } from '#protocol/wire/codec.ts'
import type { Message } from '#protocol/wire/messages.ts'
import { monotonic } from '#test/clock/monotonic.ts'
import { person } from '#test/engine/county.ts'
import type { OpenedNode } from './databases.ts'
import type { LastCase } from './make.ts'
import { value } from './workload.ts'

/** Bytes of all links so far, upgrades apart. */
export interface LinkBytes {
  readonly frames: number
  readonly upgrade: number
}

/** An item every station may open a case for. */
const ANY_ITEM = 'SL0001'

export interface AwaitedHeight {
  readonly log: LogKey
  readonly height: number
}

/** A listening node. */
export interface ListeningNode {
  readonly port: number
  bytes(): LinkBytes
  /** Resolves with the time at which the first report of a child was heard. */
  readonly reported: Promise<number>
}

/** Accepts links on a free port; bytes are read off the sockets, so frame headers and control frames count. */
export async function listenForLinks({ engine }: OpenedNode): Promise<ListeningNode> {
  const links = createLinkServer()
  const counted: { readonly socket: Socket; readonly upgrade: number }[] = []
  const server = createServer()
  const reported = Promise.withResolvers<number>()
  server.on('upgrade', (request, socket: Socket, head) =>
    links.handleUpgrade(request, socket, head, (accepted) => {
      counted.push({ socket, upgrade: socket.bytesRead + socket.bytesWritten })
      const heard = ({ type }: Message) => {
        if (type === 'status') reported.resolve(monotonic())
      }
      void engine.attach(watched(socketConnection(accepted), heard), 'down')
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    reported: reported.promise,
    bytes() {
      const upgrade = counted.reduce((sum, one) => sum + one.upgrade, 0)
      const all = counted.reduce((sum, { socket }) => sum + socket.bytesRead + socket.bytesWritten, 0)
      return { frames: all - upgrade, upgrade }
    },
  }
}

/** Entries come in large frames; only small messages are read here, so that watching costs next to nothing. */
const WATCHED_BYTES = 1_024

/** A connection that also shows its small messages to somebody, after the engine has had them. */
function watched(connection: Connection, heard: (message: Message) => void): Connection {
  return {
    ...connection,
    listen: ({ frame, closed }) =>
      connection.listen({
        closed,
        frame(bytes) {
          frame(bytes)
          const message = bytes.length <= WATCHED_BYTES ? decodeMessage(bytes) : undefined
          if (message) heard(message)
        },
      }),
  }
}

const acknowledges = (message: Message, { log, height }: AwaitedHeight): boolean =>
  message.type === 'stored' && message.heights.some((told) => told.log === log && told.height >= height)

/** Connects to the parent, at a port or a whole address; resolves with the times of calling and of what was awaited: a proof heard, or a height stored. */
export async function connectUp(
  { engine }: OpenedNode,
  at: number | string,
  awaited: AwaitedHeight | 'live',
): Promise<{ readonly started: number; readonly reached: number }> {
  const started = monotonic()
  const connection = await openWebSocket(typeof at === 'string' ? at : `ws://127.0.0.1:${at}`)
  const reached = await new Promise<number>((resolve, reject) => {
    const heard = (message: Message) => {
      if (awaited === 'live' ? message.type === 'proof' : acknowledges(message, awaited)) resolve(monotonic())
    }
    const ended = ({ reason }: { readonly reason: string }) => reject(new Error(`link ended: ${reason}`))
    engine.attach(watched(connection, heard), 'up').then(ended, reject)
  })
  return { started, reached }
}

/** A case opened at the node's station now; resolves with the time at which its parent is known to have it. */
export async function captureUntilSafe({ engine: { office } }: OpenedNode): Promise<number> {
  const [station] = office.stations
  if (!station) throw new Error('the node serves a station')
  const { id } = value(await office.openCase(person(station.id, ['agent']), ANY_ITEM))
  while ((await office.safetyOf([id])).get(id) === 'here') await new Promise((resolve) => setTimeout(resolve, 20))
  return monotonic()
}

/** Resolves with the time at which the node's list finds a case as it is after its last fact. */
export function untilFound({ engine }: OpenedNode, wanted: LastCase): Promise<number> {
  const { office } = engine
  return new Promise((resolve, reject) => {
    const look = async () => {
      const { rows } = await office.find({ text: wanted.number })
      if (rows[0]?.id !== wanted.id || rows[0].changedAt < wanted.changedAt) return
      unwatch()
      resolve(monotonic())
    }
    const unwatch = office.watch(({ cases }) => {
      if (cases.includes(wanted.id)) look().catch(reject)
    })
  })
}
