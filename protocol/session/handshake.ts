/** Hello and proof: who the peer is, that it holds its key, and whether anything differs at all. */
import * as encoding from 'lib0/encoding'
import { type LogKey, logParts, type NodeId, type StreamId } from '#protocol/ids.ts'
import type { Sha256 } from '#protocol/log/chain.ts'
import type { LogHead } from '#protocol/log/head.ts'
import { encodeMessage } from '#protocol/wire/codec.ts'
import type { Hello } from '#protocol/wire/messages.ts'
import type { RefusalCode } from '#protocol/wire/refusals.ts'
import { commonVersion } from '#protocol/wire/version.ts'
import type { View } from './state.ts'

const DOMAIN = 'county-link-1'
const DIGEST_BYTES = 16

/**
 * What a side signs to prove its key: domain, its own hello, the peer's hello. Both nonces and both nodes are in
 * it, so a proof can be neither replayed nor reflected.
 */
export function transcript(own: Hello, other: Hello): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, DOMAIN)
  encoding.writeVarUint8Array(encoder, encodeMessage(own))
  encoding.writeVarUint8Array(encoder, encodeMessage(other))
  return encoding.toUint8Array(encoder)
}

/** Why a hello cannot be answered; undefined when it can. */
export function helloProblem(mine: Hello, theirs: Hello, view: View): RefusalCode | undefined {
  if (commonVersion(mine.versions, theirs.versions) === undefined) return 'version'
  if (theirs.node === view.node) return 'same-node'
  const admitted = view.admits(theirs.node)
  return admitted === 'yes' || admitted === 'delivers' ? undefined : admitted
}

/** The logs of the given streams, sorted by key. */
export function logsOf(heads: ReadonlyMap<LogKey, LogHead>, streams: Iterable<StreamId>): LogHead[] {
  const wanted = new Set(streams)
  return [...heads.values()]
    .filter((head) => head.height > 0 && wanted.has(logParts(head.key).stream))
    .sort((left, right) => (left.key < right.key ? -1 : 1))
}

/**
 * 16 bytes over the shared streams and everything held of them: heights, hashes, heights at the root.
 * Equal digests mean that there is nothing to say (DESIGN.md section 4, step 1).
 */
export function frontierDigest(sha256: Sha256, view: View, peer: NodeId): Uint8Array {
  const streams = [...view.shared(peer)].sort()
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, streams.length)
  for (const stream of streams) encoding.writeVarString(encoder, stream)
  for (const head of logsOf(view.heads, streams)) {
    encoding.writeVarString(encoder, head.key)
    encoding.writeVarUint(encoder, head.height)
    encoding.writeUint8Array(encoder, head.hash)
    encoding.writeVarUint(encoder, head.rootHeight)
  }
  return sha256(encoding.toUint8Array(encoder)).subarray(0, DIGEST_BYTES)
}
