/** The downlink: takes the links of nodes below on the server that also serves the desk. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { isLoopback } from '#edge-node/config.ts'
import type { Log } from '#edge-node/log.ts'
import type { Links } from '#protocol/engine/ports/identity.ts'
import { LIMITS } from '#protocol/limits.ts'
import { createLinkServer, socketConnection } from '#protocol/transport/web-socket.ts'

export interface DownlinkOptions {
  readonly links: Links
  readonly log: Log
  /** Whether the server speaks TLS; without it only this machine may link. */
  readonly secure: boolean
  /** Told when the engine throws: a bug, which ends the program. */
  failed(error: unknown): void
}

export interface Downlink {
  /** Ends what the engine's own stop left open. */
  close(): void
}

const LINK_PATH = '/link'

interface Asking {
  readonly url?: string
  readonly socket: { readonly remoteAddress?: string }
}

/** Accepts links on a server. */
export function acceptLinks(server: Server, options: DownlinkOptions): Downlink {
  const links = createLinkServer()
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', (error) => options.log.debug({ error: error.message }, 'upgrade broke'))
    const refusal = refusalOf(request, options.secure, links.clients.size)
    if (refusal) return void socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\n\r\n`)
    links.handleUpgrade(request, socket, head, (upgraded) => {
      const from = request.socket.remoteAddress
      options.log.debug({ from }, 'link opened from below')
      options.links
        .attach(socketConnection(upgraded), 'down')
        .then((end) => options.log.info({ from, ...end }, 'link from below ended'), options.failed)
    })
  })
  return {
    close() {
      for (const client of links.clients) client.terminate()
      links.close()
    },
  }
}

/** The status line of a refused upgrade; undefined when the link may come. */
export function refusalOf(request: Asking, secure: boolean, open: number): string | undefined {
  if (request.url !== LINK_PATH) return '404 Not Found'
  if (!secure && !isLoopback(request.socket.remoteAddress ?? '')) return '403 Forbidden'
  if (open >= LIMITS.links) return '503 Service Unavailable\r\nRetry-After: 60'
  return undefined
}
