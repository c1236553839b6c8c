/** What comes over a connection comes in pieces, each a call and a buffer however little is in it: whoever sends too many tiny ones is cut. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { LIMITS } from '#protocol/limits.ts'

/** How many pieces a connection has sent beyond those that its bytes and what it has finished pay for. */
const owed = new WeakMap<Socket, number>()

/** Nothing is saved up: a long file pays for no flood of tiny pieces behind it. */
const owe = (socket: Socket, pieces: number): number => {
  const now = Math.max(0, (owed.get(socket) ?? 0) + pieces)
  owed.set(socket, now)
  return now
}

/** Something a connection sent is whole, a request or a message: connections that live for weeks on small ones are never cut. */
export const noteWhole = (socket: Socket): void => void owe(socket, -LIMITS.piecesOfWhole)

/** What is parsed before anybody looks whether the connection still stands. */
const PIECE = 4096

/**
 * Lets Node read what has come in small pieces: inside of one it parses on, whether the connection was ended or not.
 * Over TLS each record is a piece of its own, however many have come at once.
 */
export function readInPieces(server: Server, event: 'connection' | 'secureConnection'): void {
  const nothing = () => undefined
  server.on(event, (socket: Socket) => {
    socket.on('data', nothing).off('data', nothing) // else the parser takes it from the system itself
    const push = socket.push.bind(socket)
    socket.push = (come: Buffer | null) => {
      if (!come) return push(come)
      if (owe(socket, 1 - come.length / LIMITS.pieceBytes) > LIMITS.tinyPieces) {
        socket.destroy()
        return false
      }
      let isWanted = true
      for (let at = 0; at < come.length; at += PIECE) isWanted = push(come.subarray(at, at + PIECE))
      return isWanted
    }
  })
}
