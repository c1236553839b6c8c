/** TLS to a machine that is known by its certificate's fingerprint instead of an authority nobody runs in a county. */
import { type ClientRequestArgs, type IncomingMessage, request as plainRequest } from 'node:http'
import { Agent, request as secureRequest } from 'node:https'
import type { Duplex } from 'node:stream'
import { connect, type TLSSocket } from 'node:tls'
import { LIMITS } from '#protocol/limits.ts'

/** The other machine showed another certificate than the one it is known by. */
export class CertificateChanged extends Error {
  readonly seen: string
  constructor(seen: string) {
    super(`certificate fingerprint ${seen} is not the pinned one`)
    this.name = 'CertificateChanged'
    this.seen = seen
  }
}

/** SHA-256 fingerprint of the certificate the other side showed: 64 hex digits, lower case. */
const fingerprintOf = (socket: TLSSocket): string =>
  (socket.getPeerCertificate().fingerprint256 ?? '').replaceAll(':', '').toLowerCase()

/** Hands a connection on only when its certificate is the pinned one, so nothing is sent to anybody else. */
class PinnedAgent extends Agent {
  readonly #pin: string | null
  constructor(pin: string | null) {
    super({ keepAlive: false })
    this.#pin = pin
  }
  override createConnection(
    options: ClientRequestArgs,
    done?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | null | undefined {
    const host = options.host ?? undefined
    // The authority check is off because the fingerprint is the stronger one: it names this very certificate.
    const socket = connect({ host, port: Number(options.port), rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
    socket.setTimeout(LIMITS.connectMilliseconds, () => socket.destroy(new Error('TLS handshake timed out')))
    socket.once('connect', () => socket.setTimeout(LIMITS.handshakeMilliseconds))
    const refuse = (error: Error) => done?.(error, socket)
    socket.once('error', refuse)
    socket.once('secureConnect', () => {
      socket.off('error', refuse)
      socket.setTimeout(0)
      const seen = fingerprintOf(socket)
      if (this.#pin === null || seen === this.#pin) return done?.(null, socket)
      const error = new CertificateChanged(seen)
      socket.on('error', () => undefined) // `done` carries the error; the destroyed socket repeats it
      socket.destroy(error)
      done?.(error, socket)
    })
    return undefined
  }
}

/** An agent that talks only to the machine with this certificate; null accepts any (only to ask who is there). */
export const pinnedAgent = (pin: string | null): Agent => new PinnedAgent(pin)

export interface Answer {
  readonly status: number
  readonly body: string
  /** Fingerprint of the certificate the answer came over; null on plain HTTP. */
  readonly certificate: string | null
}

export interface Call {
  readonly address: URL
  /** JSON to POST; a GET without. */
  readonly body?: string
  /** Fingerprint the other side must show; null accepts any. Ignored on http:. */
  readonly pin: string | null
  /** Longest answer accepted, in bytes. */
  readonly maximumBytes: number
  readonly milliseconds: number
}

/** One HTTP(S) call; rejects when the machine cannot be reached, is too slow, says too much or shows another certificate. */
export function call(options: Call): Promise<Answer> {
  const { address, body } = options
  const secure = address.protocol === 'https:'
  return new Promise((resolve, reject) => {
    const request = (secure ? secureRequest : plainRequest)(address, {
      method: body === undefined ? 'GET' : 'POST',
      headers: body === undefined ? {} : { 'content-type': 'application/json' },
      agent: secure ? pinnedAgent(options.pin) : undefined,
      signal: AbortSignal.timeout(options.milliseconds),
    })
    request.once('error', reject)
    request.once('response', (response) => {
      const certificate = secure ? fingerprintOf(response.socket as TLSSocket) : null
      readBody(response, options.maximumBytes).then(
        (text) => resolve({ status: response.statusCode ?? 0, body: text, certificate }),
        reject,
      )
    })
    request.end(body)
  })
}

async function readBody(response: IncomingMessage, maximumBytes: number): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length
    if (size > maximumBytes) {
      response.destroy()
      throw new Error(`answer longer than ${maximumBytes} bytes`)
    }
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}
