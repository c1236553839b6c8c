/** A log's identity as bytes: the same in packs and in messages. */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import {
  fromHex,
  isStreamId,
  type LogKey,
  logKey,
  logParts,
  MAXIMUM_INCARNATION,
  type NodeId,
  toHex,
} from '#protocol/ids.ts'
import { equalBytes } from './bytes.ts'

const NODE_BYTES = 16

/** Writes a log's identity: node [16], incarnation, stream. */
export function writeLog(encoder: encoding.Encoder, key: LogKey): void {
  const parts = logParts(key)
  encoding.writeUint8Array(encoder, fromHex(parts.node) as Uint8Array)
  encoding.writeVarUint(encoder, parts.incarnation)
  encoding.writeVarString(encoder, parts.stream)
}

/** The log read last: a village's packs all begin with the same one. */
let lastLog:
  | { readonly node: Uint8Array; readonly incarnation: number; readonly stream: string; readonly key: LogKey }
  | undefined

/** Reads a log's identity; undefined when it is none. Throws (lib0) on truncated bytes. */
export function readLog(decoder: decoding.Decoder): LogKey | undefined {
  const node = decoding.readUint8Array(decoder, NODE_BYTES)
  const incarnation = decoding.readVarUint(decoder)
  const stream = decoding.readVarString(decoder)
  if (lastLog?.stream === stream && lastLog.incarnation === incarnation && equalBytes(lastLog.node, node))
    return lastLog.key
  if (incarnation < 1 || incarnation > MAXIMUM_INCARNATION || !isStreamId(stream)) return undefined
  const key = logKey({ node: toHex(node) as NodeId, incarnation, stream })
  lastLog = { node: node.slice(), incarnation, stream, key }
  return key
}
