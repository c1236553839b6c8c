/** Answers that stay the same while the program runs: made and compressed once, however often anybody asks. */
import type { Context } from 'hono'
import { noteForAll } from './held-bytes.ts'
import { answerOf } from './turns.ts'

export interface Ready {
  readonly plain: Uint8Array<ArrayBuffer>
  readonly packed: Uint8Array<ArrayBuffer>
}

/** Compresses an answer. */
export async function makeReady(plain: Uint8Array<ArrayBuffer>): Promise<Ready> {
  const squeezed = new Blob([plain]).stream().pipeThrough(new CompressionStream('gzip'))
  return { plain, packed: new Uint8Array(await new Response(squeezed).arrayBuffer()) }
}

/** Answers with the one form or the other. */
export function answerReady(context: Context, { plain, packed }: Ready, headers: Record<string, string>): Response {
  const answer = answerOf(context)
  if (answer) noteForAll(answer)
  const all = { ...headers, vary: 'accept-encoding' }
  const takesGzip = (context.req.header('accept-encoding') ?? '').includes('gzip')
  return takesGzip ? context.body(packed, 200, { ...all, 'content-encoding': 'gzip' }) : context.body(plain, 200, all)
}
