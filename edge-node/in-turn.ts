/** Requests of one connection: one is worked on at a time, few wait for it, and more of them end the connection. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { ChunkedMessage } from '#edge-node/chunks.ts'
import { LIMITS } from '#protocol/limits.ts'

interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

const ASKED = Symbol('asks for another protocol')

/**
 * A request as the server makes it. Node reads on in what has come of a connection that was ended, a thousand requests at 5 KB
 * each; behind one that asks for another protocol it does not.
 */
export class Incoming extends ChunkedMessage {
  [ASKED]: boolean | null = null

  get upgrade(): boolean | null {
    return this.socket.destroyed || this[ASKED]
  }

  set upgrade(asked: boolean | null) {
    this[ASKED] = asked
  }
}

/**
 * Node hands over each request that it finds in what has come, at once, and those of a connection that is closed by now as
 * well: sixty kilobytes are a thousand pages. Their answers leave in order anyway, so that nobody waits longer for this.
 */
export function inTurn(work: RequestListener): RequestListener {
  /** What is not answered yet: the first is in work. */
  const unanswered = new WeakMap<Socket, Asked[]>()
  const begin = (socket: Socket, line: Asked[]) => {
    const [first] = line
    if (!first || !socket.writable) return
    first.response.once('close', () => {
      line.shift()
      begin(socket, line)
    })
    work(first.request, first.response)
  }
  return (request, response) => {
    const { socket } = request
    const line = unanswered.get(socket) ?? []
    unanswered.set(socket, line)
    if (line.length >= LIMITS.requestsOfConnection) return void socket.destroy()
    line.push({ request, response })
    if (line.length === 1) begin(socket, line)
  }
}
