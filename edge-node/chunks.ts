/** Bodies that come in tiny parts: each part costs as much as a page may, however little is in it. */
import { IncomingMessage, type ServerResponse } from 'node:http'
import { LIMITS } from '#protocol/limits.ts'

const isChunked = ({ headers }: IncomingMessage): boolean => headers['transfer-encoding'] !== undefined

/** What a request emits once all of its body has come, whether anybody reads it yet or not. */
export const WHOLE = Symbol('whole')

/** Parts of a body that are kept together until they are so many bytes. */
const JOINED = 4096

/**
 * A request that ends its connection once too many of its chunks are tiny: Node makes a call and a buffer of each. The parts
 * of a body are handed on together: one that is kept costs some 400 bytes beside its own, and only those are counted (E68).
 */
export class ChunkedMessage extends IncomingMessage {
  #chunks = 0
  #bytes = 0
  #joined: Buffer | undefined
  #filled = 0

  override push(chunk: Buffer | null): boolean {
    if (chunk === null) this.emit(WHOLE)
    if (chunk && isChunked(this)) {
      this.#chunks += 1
      this.#bytes += chunk.length
      const areTiny = this.#bytes < this.#chunks * LIMITS.chunkBytes
      if (this.#chunks > LIMITS.tinyChunks && areTiny) this.destroy() // and with it the connection: whoever reads it is told
    }
    if (chunk && chunk.length < JOINED) return this.#join(chunk)
    this.#handOn()
    return super.push(chunk)
  }

  /** Copied, because a part keeps all that came with it. */
  #join(part: Buffer): boolean {
    const isWanted = this.#filled + part.length <= JOINED || this.#handOn()
    this.#joined ??= Buffer.allocUnsafeSlow(JOINED)
    this.#filled += part.copy(this.#joined, this.#filled)
    return isWanted
  }

  #handOn(): boolean {
    const joined = this.#joined?.subarray(0, this.#filled)
    this.#joined = undefined
    this.#filled = 0
    return joined === undefined || super.push(joined)
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
