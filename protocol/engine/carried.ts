/** Carried entries: an entry of another log inside one of ours, with its original bytes and signature. */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import type { LogKey } from '#protocol/ids.ts'
import { entryHash, type Sha256 } from '#protocol/log/chain.ts'
import {
  type Entry,
  type EntryRecord,
  encodeRecord,
  HASH_BYTES,
  isSound,
  readEntry,
  readRecord,
} from '#protocol/log/entry.ts'

/** The payload: log, hash before it, record. Everything needed to prove the entry alone. */
export function encodeCarried(log: LogKey, before: Uint8Array, record: EntryRecord): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, log)
  encoding.writeUint8Array(encoder, before)
  encoding.writeUint8Array(encoder, encodeRecord(record))
  return encoding.toUint8Array(encoder)
}

/** The entry inside; undefined when the payload is malformed. Its hash is computed, its signature not yet checked. */
export function decodeCarried(sha256: Sha256, payload: Uint8Array): Entry | undefined {
  try {
    const decoder = decoding.createDecoder(payload)
    const log = decoding.readVarString(decoder) as LogKey
    const before = decoding.readUint8Array(decoder, HASH_BYTES)
    const record = readRecord(payload.subarray(decoder.pos))
    if (!record || !/^[0-9a-f]{32}\/[0-9]{1,5}\/[a-z0-9]{6,15}$/.test(log)) return undefined
    const entry = readEntry(log, record, entryHash(sha256, log, before, record))
    return entry && isSound(entry) ? entry : undefined
  } catch {
    return undefined // lib0 throws on truncated bytes; the entry is kept with a receipt
  }
}
