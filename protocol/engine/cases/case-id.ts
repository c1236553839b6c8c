/** Case ids: bound to the stream of their home, so that nobody can claim a case for a stream of its own. */
import { type DocumentId, fromHex, type StreamId, toHex } from '#protocol/ids.ts'
import type { Sha256 } from '#protocol/log/chain.ts'

/** Random bytes of a case id: at a million cases two alike are as likely as one in a trillion. */
export const CASE_RANDOM_BYTES = 10
/** What kind of binding it is. */
const SCHEME = 'county-case-1'
/** Bytes that bind the id to its home; they cannot be tried out, because the random part is somebody else's. */
const HOME_BYTES = 6

/** What is hashed: two texts with their lengths, as lib0 writes them, and the random part. All of it is ASCII. */
function boundBytes(stream: StreamId, random: Uint8Array): Uint8Array {
  const texts = [SCHEME, stream]
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + 1 + text.length, random.length))
  let at = 0
  for (const text of texts) {
    bytes[at++] = text.length
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index)
  }
  bytes.set(random, at)
  return bytes
}

const homeBytes = (sha256: Sha256, random: Uint8Array, stream: StreamId): Uint8Array =>
  sha256(boundBytes(stream, random)).subarray(0, HOME_BYTES)

/** The id of a new case: random bytes, then what binds them to the home's stream. */
export const caseIdIn = (sha256: Sha256, stream: StreamId, random: Uint8Array): DocumentId =>
  `${toHex(random)}${toHex(homeBytes(sha256, random, stream))}` as DocumentId

/** Whether a stream is the home of a case. */
export function isHomeOf(sha256: Sha256, id: DocumentId, stream: StreamId): boolean {
  const bytes = fromHex(id)
  if (bytes?.length !== CASE_RANDOM_BYTES + HOME_BYTES) return false
  const bound = homeBytes(sha256, bytes.subarray(0, CASE_RANDOM_BYTES), stream)
  return bound.every((byte, index) => byte === bytes[CASE_RANDOM_BYTES + index])
}
