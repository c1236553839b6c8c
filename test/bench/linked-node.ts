/** A node of the bench: a real engine over a real file, linked over a real socket, with every byte counted. */
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Connection } from '#protocol/engine/identity.ts'
import type { DocumentId, LogKey } from '#protocol/ids.ts'
import { createLinkServer, openWebSocket, socketConnection } from '#protocol/transport/web-socket.ts'
import { decodeMessage } from '#protocol/wire/codec.ts'
import type { Message } from '#protocol/wire/messages.ts'
import type { OpenedNode } from './databases.ts'
import { monotonic } from './worker-port.ts'

/** Bytes of all links so far, upgrades apart. */
export interface LinkBytes {
  readonly frames: number
  readonly upgrade: number
}

/** A listening node. */
export interface ListeningNode {
  readonly port: number
  bytes(): LinkBytes
}

/** Accepts links on a free port; bytes are read off the sockets, so frame headers and control frames count. */
export async function listenForLinks({ engine }: OpenedNode): Promise<ListeningNode> {
  const links = createLinkServer()
  const counted: { readonly socket: Socket; readonly upgrade: number }[] = []
  const server = createServer()
  server.on('upgrade', (request, socket: Socket, head) =>
    links.handleUpgrade(request, socket, head, (accepted) => {
      counted.push({ socket, upgrade: socket.bytesRead + socket.bytesWritten })
      void engine.attach(socketConnection(accepted), 'down')
    }),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    bytes() {
      const upgrade = counted.reduce((sum, one) => sum + one.upgrade, 0)
      const all = counted.reduce((sum, { socket }) => sum + socket.bytesRead + socket.bytesWritten, 0)
      return { frames: all - upgrade, upgrade }
    },
  }
}

/** Tag of the `stored` message; only these are read here, so that watching costs next to nothing. */
const isSmall = (frame: Uint8Array): boolean => frame.length < 4_096

/** A connection that also shows its small messages to somebody. */
function watched(connection: Connection, heard: (message: Message) => void): Connection {
  return {
    ...connection,
    listen: ({ frame, closed }) =>
      connection.listen({
        closed,
        frame(bytes) {
          frame(bytes)
          const message = isSmall(bytes) ? decodeMessage(bytes) : undefined
          if (message) heard(message)
        },
      }),
  }
}

/** Connects to the parent; resolves with the monotonic times of connecting and of the acknowledgement that was awaited. */
export async function connectUp(
  { engine }: OpenedNode,
  port: number,
  awaited: { readonly log: LogKey; readonly height: number } | 'live',
): Promise<{ readonly started: number; readonly acknowledged: number }> {
  const started = monotonic()
  const connection = await openWebSocket(`ws://127.0.0.1:${port}`)
  const acknowledged = await new Promise<number>((resolve, reject) => {
    const heard = (message: Message) => {
      if (awaited === 'live') {
        if (message.type === 'proof') resolve(monotonic())
      } else if (
        message.type === 'stored' &&
        message.heights.some(({ log, height }) => log === awaited.log && height >= awaited.height)
      ) {
        resolve(monotonic())
      }
    }
    engine
      .attach(watched(connection, heard), 'up')
      .then(({ reason }) => reject(new Error(`link ended: ${reason}`)), reject)
  })
  return { started, acknowledged }
}

/** Resolves with the time at which the node's list finds a case as it was after its last fact. */
export function untilFound(
  { engine }: OpenedNode,
  wanted: { readonly id: DocumentId; readonly number: string; readonly changedAt: number },
): Promise<number> {
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
