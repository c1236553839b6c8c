/** What a client of TLS says first is looked at before OpenSSL has it: OpenSSL works off all of it in one go, however it was cut up. */
import type { Server as SecureServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { helloIn, needsAnother } from '#edge-node/client-hello.ts'
import { LIMITS } from '#protocol/limits.ts'

/** Reads a connection until its first message is whole, and ends it where that is not one that we take; then all of it goes on as if nobody had read. */
function awaitHello(socket: Socket, goOn: () => void): void {
  const pieces: Buffer[] = []
  const end = () => void socket.destroy()
  const timer = setTimeout(end, LIMITS.handshakeMilliseconds).unref()
  const look = (piece: Buffer) => {
    pieces.push(piece)
    const come = Buffer.concat(pieces)
    const hello = helloIn(come)
    if (hello === undefined && pieces.length < LIMITS.helloPieces) return
    if (!hello || needsAnother(hello)) return end()
    clearTimeout(timer)
    socket.pause().off('data', look).off('end', end).off('error', end).off('close', forget)
    socket.unshift(come)
    goOn()
  }
  const forget = () => clearTimeout(timer)
  socket.on('data', look).on('end', end).on('error', end).on('close', forget)
}

/** Lets no connection come to OpenSSL before its hello is whole, nor begin anew what it has agreed on. */
export function lookAtHellos(server: SecureServer): void {
  const begin = server.listeners('connection') // Node's own: encryption begins with it
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) =>
    awaitHello(socket, () => {
      for (const listener of begin) listener.call(server, socket)
    }),
  )
  // OpenSSL alone would go on to refuse in words, one for each record, as long as somebody asks.
  server.on('secureConnection', (socket: TLSSocket) => socket.disableRenegotiation())
}
