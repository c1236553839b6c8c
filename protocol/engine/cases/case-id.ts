/** Case ids: bound to the stream of their home, so that nobody can claim a case for a stream of its own. */
import * as encoding from 'lib0/encoding'
import { type DocumentId, fromHex, type StreamId, toHex } from '#protocol/ids.ts'
import type { Sha256 } from '#protocol/log/chain.ts'

/** Random bytes of a case id: at a million cases two alike are as likely as one in a trillion. */
export const CASE_RANDOM_BYTES = 10
/** Bytes that bind the id to its home; they cannot be tried out, because the random part is somebody else's. */
const HOME_BYTES = 6

function homeBytes(sha256: Sha256, random: Uint8Array, stream: StreamId): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, 'county-case-1')
  encoding.writeVarString(encoder, stream)
  encoding.writeUint8Array(encoder, random)
  return sha256(encoding.toUint8Array(encoder)).subarray(0, HOME_BYTES)
}

/** The id of a new case: random bytes, then what binds them to the home's stream. */
export const caseIdIn = (sha256: Sha256, stream: StreamId, random: Uint8Array): DocumentId =>
  `${toHex(random)}${toHex(homeBytes(sha256, random, stream))}` as DocumentId

/** Whether a stream is the home of a case. */
export function isHomeOf(sha256: Sha256, id: DocumentId, stream: StreamId): boolean {
  const random = fromHex(id)?.subarray(0, CASE_RANDOM_BYTES)
  return random !== undefined && caseIdIn(sha256, stream, random) === id
}
