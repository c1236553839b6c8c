/** What comes over a connection comes in pieces, each a call and a buffer however little is in it: whoever sends too many tiny ones is cut. */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { LIMITS } from '#protocol/limits.ts'
import { type Caller, callerAt } from '#protocol/transport/callers.ts'

/** What a connection owes, in bytes that would have paid for its pieces. */
interface Debt {
  readonly caller: Caller
  bytes: number
}

const debts = new WeakMap<Socket, Debt>()
/** What connections of one address owe together, and all of them: they are worked off before anybody else has a turn. */
const ofCaller = new Map<Caller, number>()
let inAll = 0

/** Nothing is saved up: a long file pays for no flood of tiny pieces behind it. */
function owe(socket: Socket, bytes: number): Debt {
  const debt = debts.get(socket) ?? { caller: callerAt(socket.remoteAddress), bytes: 0 }
  debts.set(socket, debt)
  const more = Math.max(-debt.bytes, bytes)
  debt.bytes += more
  inAll += more
  const together = (ofCaller.get(debt.caller) ?? 0) + more
  if (together > 0) ofCaller.set(debt.caller, together)
  else ofCaller.delete(debt.caller)
  return debt
}

const piecesIn = (bytes: number): number => bytes / LIMITS.pieceBytes

/** Whether a connection is to be cut: it owes too much itself, or more than a few pieces while its address, or all, do. */
function isTooMuch({ caller, bytes }: Debt): boolean {
  if (piecesIn(bytes) > LIMITS.tinyPieces) return true
  const isCrowded =
    piecesIn(ofCaller.get(caller) ?? 0) > LIMITS.tinyPiecesOfCaller || piecesIn(inAll) > LIMITS.tinyPiecesInAll
  return isCrowded && piecesIn(bytes) > LIMITS.tinyPiecesInCrowd
}

/** Something a connection sent is whole, a request or a message: connections that live for weeks on small ones are never cut. */
export const noteWhole = (socket: Socket): void => void owe(socket, -LIMITS.piecesOfWhole * LIMITS.pieceBytes)

/** What Node itself ends encryption with: closing alone goes on through all records that have come. */
interface Encrypted {
  _destroySSL?(): void
}

/** What it owes counts until it is closed: those behind it in this turn have less. */
function cut(socket: Socket & Encrypted): void {
  socket._destroySSL?.()
  socket.destroy()
}

/** What is parsed before anybody looks whether the connection still stands. */
const PIECE = 4096

/**
 * Lets Node read what has come in small pieces: inside of one it parses on, whether the connection was ended or not.
 * Over TLS each record is a piece of its own, however many have come at once.
 */
export function readInPieces(server: Server, event: 'connection' | 'secureConnection'): void {
  const nothing = () => undefined
  // A change of keys comes out nowhere and costs as much as a piece; Node tells of each only by what a debugger needs of it.
  // The next piece is looked at, which comes soon: OpenSSL takes 32 of them in a row and no more.
  server.on('keylog', (_, socket: Socket) => void (debts.has(socket) && owe(socket, LIMITS.pieceBytes)))
  server.on(event, (socket: Socket) => {
    socket.on('data', nothing).off('data', nothing) // else the parser takes it from the system itself
    owe(socket, 0)
    socket.once('close', () => void owe(socket, Number.NEGATIVE_INFINITY))
    const push = socket.push.bind(socket)
    socket.push = (come: Buffer | null) => {
      if (!come) return push(come)
      if (isTooMuch(owe(socket, LIMITS.pieceBytes - come.length))) {
        cut(socket)
        return false
      }
      let isWanted = true
      for (let at = 0; at < come.length; at += PIECE) isWanted = push(come.subarray(at, at + PIECE))
      return isWanted
    }
  })
}
