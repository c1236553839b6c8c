/** The connection port over WebSocket (ws on Node), the same for both sides of a link. */
import type { Agent } from 'node:http'
import type { Socket } from 'node:net'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { assert } from '#protocol/assert.ts'
import type { Connection } from '#protocol/engine/ports/identity.ts'
import { LIMITS, MESSAGE_BYTES } from '#protocol/limits.ts'
import { createFrameBound } from './frame-bound.ts'
import { createInbox, type Inbox } from './inbox.ts'
import { nodeHost } from './node-host.ts'

/** Frames are compressed already; deflate would only cost memory per link. */
const OPTIONS = { perMessageDeflate: false, maxPayload: MESSAGE_BYTES, maxFragments: LIMITS.messageFragments } as const
const NORMAL_CLOSURE = 1000
const UNSUPPORTED_DATA = 1003
const POLICY_VIOLATION = 1008
/** A close frame carries at most 123 bytes of reason (RFC 6455, 5.5.1); ours are ASCII words. */
const REASON_CHARACTERS = 100
/** A peer that does not answer a close is dropped after this long; the word was only courtesy. */
const CLOSE_MILLISECONDS = 2_000

/** Accepts upgrades for links; the caller decides which requests are links. */
export const createLinkServer = (): WebSocketServer => new WebSocketServer({ noServer: true, ...OPTIONS })

/**
 * Opens a link to `address` (ws: or wss:); rejects when it cannot be reached or does not speak WebSocket.
 * The agent, when given, makes and checks the TLS connection.
 */
export function openWebSocket(address: string, agent?: Agent): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const options = { ...OPTIONS, agent, handshakeTimeout: LIMITS.handshakeMilliseconds }
    const socket = new WebSocket(address, options)
    const connection = socketConnection(socket) // listens at once: a frame may come with the handshake's answer
    socket.once('error', reject)
    socket.once('open', () => {
      socket.off('error', reject)
      resolve(connection)
    })
  })
}

/** Ends a connection on which too much comes beside its work; one that has ended is dropped if it goes on. */
function boundFrames(
  socket: WebSocket,
  isStranger: () => boolean,
  inbox: Pick<Inbox, 'hasEnded'>,
  end: (code: number, reason: string) => void,
): void {
  const bound = createFrameBound(isStranger, nodeHost.elapsed)
  let late = 0
  const look = (problem: string | undefined) => {
    if (inbox.hasEnded()) late += 1
    else if (problem !== undefined) end(POLICY_VIOLATION, problem)
    // Nothing stops the parser but the end of the socket, and the answer to a close is one frame.
    if (late > LIMITS.unprovedFrames) socket.terminate()
  }
  socket.on('message', () => look(bound.message()))
  for (const control of ['ping', 'pong'] as const) socket.on(control, () => look(bound.control()))
}

/**
 * A connection over a WebSocket of either side.
 * @param isStranger whether the peer has yet to prove its key: until then it may send only what leads there
 */
export function socketConnection(socket: WebSocket, isStranger = () => false): Connection {
  const inbox = createInbox()
  let raw: Socket | undefined
  // The handshake's bytes count as well: what matters is that more have come.
  const keepRaw = () => {
    raw = (socket as unknown as { readonly _socket?: Socket })._socket
    // ws has no public name for it; without the bytes a link on a slow line would be taken for silent.
    assert(typeof raw?.bytesRead === 'number', 'a WebSocket that is open has a socket that counts its bytes')
  }
  if (socket.readyState === WebSocket.OPEN) keepRaw()
  else socket.once('open', keepRaw)
  const end = (code: number, reason: string) => {
    inbox.end(reason)
    if (socket.readyState === WebSocket.CLOSED) return
    socket.resume() // one that is not read would not hear the answer to its close
    socket.close(code, reason.slice(0, REASON_CHARACTERS))
    const timer = setTimeout(() => socket.terminate(), CLOSE_MILLISECONDS)
    timer.unref()
    socket.once('close', () => clearTimeout(timer))
  }
  boundFrames(socket, isStranger, inbox, end)
  socket.on('message', (data, isBinary) => {
    if (inbox.hasEnded()) return
    if (!isBinary) return end(UNSUPPORTED_DATA, 'text-frame')
    if (!inbox.deliver(bytesOf(data))) end(NORMAL_CLOSURE, 'nobody-listens')
  })
  // ws closes the socket itself after an error (an oversized frame, a reset); the reason is told by its close event,
  // unless the error is all there is.
  socket.on('error', (error) => inbox.end(`socket-error ${codeOf(error)}`))
  socket.on('close', (code, reason) => inbox.end(reason.toString() || `closed ${code}`))
  return {
    send(frame) {
      if (inbox.hasEnded()) return
      if (frame.length > MESSAGE_BYTES) return end(NORMAL_CLOSURE, 'frame-too-large')
      if (socket.bufferedAmount > LIMITS.sendBufferBytes) {
        inbox.end('peer-does-not-read')
        return socket.terminate() // a close frame would wait behind everything unsent
      }
      socket.send(frame, { binary: true })
    },
    received: () => raw?.bytesRead ?? 0,
    pause() {
      inbox.pause()
      socket.pause()
    },
    resume() {
      socket.resume()
      inbox.resume()
    },
    close(reason) {
      if (!inbox.hasEnded()) end(NORMAL_CLOSURE, reason)
    },
    listen: inbox.listen,
  }
}

const codeOf = (error: Error): string => String((error as NodeJS.ErrnoException).code ?? error.message)

function bytesOf(data: RawData): Uint8Array {
  const buffer = Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data)
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
}
