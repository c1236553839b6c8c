/** Open connections of a node's server: whoever opens too many loses its own, and nobody whose answer is on its way. */
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { WHOLE } from '#edge-node/chunks.ts'
import { holdUnread } from '#edge-node/held-bytes.ts'
import { noteArrival } from '#edge-node/turns.ts'
import { LIMITS } from '#protocol/limits.ts'
import { callerAt } from '#protocol/transport/callers.ts'
import { type Crowd, createCrowd } from '#protocol/transport/crowd.ts'

/** What tells a connection from every other: under TLS its socket is another one than that which came. From one port may come one to each of our addresses. */
const endsOf = ({ remoteAddress, remotePort, localAddress, localPort }: Socket): string =>
  `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`

/** Connections that have not yet agreed on TLS: Node's server does not know them, and waits for each when it closes. */
export function unsecuredOf(server: Server): () => Iterable<Socket> {
  const unsecured = new Map<string, Socket>()
  server.on('connection', (socket: Socket) => {
    const ends = endsOf(socket)
    unsecured.set(ends, socket)
    socket.once('close', () => void (unsecured.get(ends) === socket && unsecured.delete(ends)))
  })
  server.on('secureConnection', (socket: Socket) => void unsecured.delete(endsOf(socket)))
  return () => unsecured.values()
}

/** Whether something follows the head of a request. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** What Node itself looks at to see whether a long write moves; nothing that is public changes before all of it is out. */
interface Handle {
  /** Given to the system or waiting for it. */
  readonly bytesWritten: number
  /** Of these what it has not taken yet. */
  readonly writeQueueSize: number
}

const handleOf = (socket: Socket) => (socket as unknown as { readonly _handle: Handle | null })._handle

/** Whether the system waits for whoever asked to take what it has. */
const isWaitedFor = (socket: Socket): boolean => (handleOf(socket)?.writeQueueSize ?? 0) > 0

/** Whether an answer has begun and goes on although all of it was taken so far, as that of a live page does. */
const isLive = (socket: Socket, response: ServerResponse | undefined): boolean =>
  response?.headersSent === true && !response.writableEnded && !isWaitedFor(socket)

/** Looks whether anything of what waits to be sent is taken from one look to the next. */
function stuckAt(socket: Socket): () => boolean {
  let before = -1
  return () => {
    const { bytesWritten, writeQueueSize } = handleOf(socket) ?? { bytesWritten: 0, writeQueueSize: 0 }
    const sent = bytesWritten - writeQueueSize
    const isStuck = writeQueueSize > 0 && sent === before
    before = sent
    return isStuck
  }
}

/** Holds the place of a connection until its answer is over, except while nothing of the answer is taken. */
function occupy(crowd: Crowd<Socket>, socket: Socket, response: ServerResponse): void {
  let rest = crowd.occupy(socket)
  const isStuck = stuckAt(socket)
  const look = setInterval(() => {
    if (socket.destroyed) return clearInterval(look) // an answer whose turn never came is not closed with its socket
    const stuck = isStuck()
    if (stuck && rest) {
      rest()
      rest = undefined
    } else if (!stuck) rest ??= crowd.occupy(socket)
  }, LIMITS.unreadMilliseconds)
  look.unref()
  response.once('close', () => {
    clearInterval(look)
    rest?.()
  })
}

/**
 * The system gives a program so many connections: whoever opens too many loses its own, the longest idle first. Idle is
 * also a connection that is kept after an answer, one that has sent the head of a request and keeps its body back, and one that
 * takes nothing of its answer. Who reads slowly, or asks again before it is answered, occupies a place for as long as he likes:
 * where nothing else is left, those of the address that has most of them make room for whoever has clearly less, but for live
 * pages. What comes back is told of each request that begins.
 * What asks for a link leaves here, unless an answer is still under way on it: links are counted where they come
 * (`downlink.ts`), and what waits behind an answer that nobody takes is ended by nobody there.
 */
export function boundConnections(server: Server): RequestListener {
  const shares = { each: LIMITS.connectionsOfCaller, all: LIMITS.connections }
  const answering = new WeakMap<Socket, ServerResponse>()
  const mayEnd = (socket: Socket) => !isLive(socket, answering.get(socket))
  const crowd = createCrowd<Socket>(shares, (socket) => socket.destroy(), mayEnd)
  const came = new Map<string, Socket>()
  const cameAs = ({ socket }: IncomingMessage) => came.get(endsOf(socket))
  server.on('connection', (socket: Socket) => {
    noteArrival()
    const ends = endsOf(socket)
    came.set(ends, socket)
    socket.once('close', () => {
      crowd.delete(socket)
      if (came.get(ends) === socket) came.delete(ends)
    })
    crowd.add(socket, callerAt(socket.remoteAddress))
  })
  server.on('upgrade', (request: IncomingMessage) => {
    const socket = cameAs(request)
    if (!socket) return
    if (answering.get(socket)?.closed === false) socket.destroy()
    crowd.delete(socket)
  })
  return (request, response) => {
    const socket = cameAs(request)
    if (socket) answering.set(socket, response)
    response.once('prefinish', () => holdUnread(response))
    const run = () => {
      if (socket && !response.closed) occupy(crowd, socket, response) // closed: refused before its body was read
    }
    // Behind another request of its connection all of it may have come long before its turn.
    if (hasBody(request) && !request.complete) request.once(WHOLE, run)
    else run()
  }
}
