/** Bodies that come in chunks: each costs as much as a page may, however little is in it. */
import { IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { LIMITS } from '#protocol/limits.ts'

const isChunked = ({ headers }: IncomingMessage): boolean => headers['transfer-encoding'] !== undefined

/** What a request emits once all of its body has come, whether anybody reads it yet or not. */
export const WHOLE = Symbol('whole')

/** A request that ends its connection once too many of its chunks are tiny: Node makes a call and a buffer of each. */
export class ChunkedMessage extends IncomingMessage {
  #chunks = 0
  #bytes = 0

  override push(chunk: Buffer | null): boolean {
    if (chunk === null) this.emit(WHOLE)
    if (chunk && isChunked(this)) {
      this.#chunks += 1
      this.#bytes += chunk.length
      const areTiny = this.#bytes < this.#chunks * LIMITS.chunkBytes
      if (this.#chunks > LIMITS.tinyChunks && areTiny) this.destroy() // and with it the connection: whoever reads it is told
    }
    return super.push(chunk)
  }
}

/** Whether a body is said to come that nobody here reads to its end: with a question, or longer than any file that is taken. */
function isLeftUnread({ method, headers }: IncomingMessage): boolean {
  const length = Number(headers['content-length'] ?? 0)
  return length > (method === 'GET' || method === 'HEAD' ? 0 : LIMITS.catalogueBytes + LIMITS.requestBytes)
}

/** After the answer Node would read on in what comes of a body, without a call to anybody who could count it. */
export function endWithAnswer(request: IncomingMessage, response: ServerResponse): void {
  if (isChunked(request) || isLeftUnread(request)) response.shouldKeepAlive = false
}

/** What is parsed before anybody looks whether the connection still stands. */
const PIECE = 4096

/** Lets Node read what has come in small pieces: inside of one it parses on, whether the connection was ended or not. */
export function readInPieces(server: Server, event: 'connection' | 'secureConnection'): void {
  const nothing = () => undefined
  server.on(event, (socket: Socket) => {
    socket.on('data', nothing).off('data', nothing) // else the parser takes it from the system itself
    const push = socket.push.bind(socket)
    socket.push = (come: Buffer | null) => {
      if (!come || come.length <= PIECE) return push(come)
      let isWanted = true
      for (let at = 0; at < come.length; at += PIECE) isWanted = push(come.subarray(at, at + PIECE))
      return isWanted
    }
  })
}
