/** The downlink: takes the links of nodes below on the server that also serves the desk. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { isLoopback } from '#edge-node/config.ts'
import type { Log } from '#edge-node/log.ts'
import { noteWhole } from '#edge-node/pieces.ts'
import type { Connection, Links } from '#protocol/engine/ports/identity.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { callerAt } from '#protocol/transport/callers.ts'
import { createCrowd } from '#protocol/transport/crowd.ts'
import { createLinkServer, socketConnection } from '#protocol/transport/web-socket.ts'

export interface DownlinkOptions {
  readonly links: Links
  readonly log: Log
  /** Who a node is, for the log: its name and stations as the register has them. */
  about(node: NodeId): object
  /** Whether the server speaks TLS; without it only this machine may link. */
  readonly secure: boolean
  /** Told when the engine throws: a bug, which ends the program. */
  failed(error: unknown): void
}

export interface Downlink {
  /** Ends what the engine's own stop left open. */
  close(): void
}

/** Whether a request is for a link; no other one gets another protocol. */
export const asksForLink = ({ url, headers }: IncomingMessage): boolean =>
  url === '/link' && headers.upgrade?.toLowerCase() === 'websocket'

interface Asking {
  readonly headers: { readonly origin?: string }
  readonly socket: { readonly remoteAddress?: string }
}

/** Accepts links on a server. */
export function acceptLinks(server: Server, options: DownlinkOptions): Downlink {
  const links = createLinkServer()
  /** Whoever opens many and says nothing keeps out nobody: neither who has proved itself, nor who is about to. */
  const shares = { each: LIMITS.unprovedLinks, all: LIMITS.unprovedLinks }
  const unproved = createCrowd<WebSocket>(shares, (link) => link.terminate())
  const proved = new Set<WebSocket>()
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', (error) => options.log.debug({ error: error.message }, 'upgrade broke'))
    const refusal = refusalOf(request, options.secure, proved.size)
    // Nobody counts it any more: whoever does not close it from the other side keeps nothing open here.
    if (refusal) return void socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\n\r\n`, () => socket.destroy())
    links.handleUpgrade(request, socket, head, (upgraded) => {
      const from = request.socket.remoteAddress
      options.log.debug({ from }, 'link opened from below')
      upgraded.once('close', () => {
        unproved.delete(upgraded)
        proved.delete(upgraded)
      })
      for (const event of ['message', 'ping', 'pong']) upgraded.on(event, () => noteWhole(request.socket))
      unproved.add(upgraded, callerAt(from))
      const noteProof = () => {
        if (unproved.delete(upgraded)) proved.add(upgraded)
      }
      takeLink(
        options,
        socketConnection(upgraded, () => !proved.has(upgraded)),
        noteProof,
        from,
      )
    })
  })
  return {
    close() {
      for (const client of links.clients) client.terminate()
      links.close()
    },
  }
}

/** Runs a link; the log says who was connected from when to when, and why no longer. */
function takeLink(
  { links, log, about, failed }: DownlinkOptions,
  connection: Connection,
  noteProof: () => void,
  from?: string,
): void {
  let who: object = { from }
  const proved = (node: NodeId) => {
    noteProof()
    who = { from, node, ...about(node) }
    log.info(who, 'link from below began')
  }
  links.attach(connection, 'down', proved).then((end) => log.info({ ...who, ...end }, 'link from below ended'), failed)
}

/** The status line of a refused upgrade; undefined when the link may come. */
export function refusalOf(request: Asking, secure: boolean, proved: number): string | undefined {
  // Nodes name no origin, browsers always do: no page that somebody opens, wherever it is from, gets a link.
  if (request.headers.origin !== undefined) return '403 Forbidden'
  if (!secure && !isLoopback(request.socket.remoteAddress ?? '')) return '403 Forbidden'
  if (proved >= LIMITS.links) return '503 Service Unavailable\r\nRetry-After: 60'
  return undefined
}
