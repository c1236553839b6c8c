/** The hash chain: what makes an author's log append-only and one signature enough for a run. */
import * as encoding from 'lib0/encoding'
import type { LogKey } from '#protocol/ids.ts'
import { type EntryRecord, HASH_BYTES } from './entry.ts'

/** SHA-256, given by the host. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** The hash before the first entry of every log. */
export const GENESIS: Uint8Array = new Uint8Array(HASH_BYTES)

const CANONICAL_FORM = 'county-entry-1'
const prefixes = new Map<LogKey, Uint8Array>()

function prefixOf(log: LogKey): Uint8Array {
  const known = prefixes.get(log)
  if (known) return known
  const encoder = encoding.createEncoder()
  encoding.writeVarString(encoder, CANONICAL_FORM)
  encoding.writeVarString(encoder, log)
  const made = encoding.toUint8Array(encoder)
  if (prefixes.size > 20_000) prefixes.clear()
  prefixes.set(log, made)
  return made
}

/** Canonical bytes are hashed and forgotten: one buffer serves all (catching up makes 20,000 of them). */
let scratch = new Uint8Array(4_096)

/**
 * The canonical bytes of an entry: form, log, seq (8 bytes, big-endian), previous hash, content.
 * The result is only valid until the next call.
 */
export function canonicalBytes(log: LogKey, previous: Uint8Array, record: EntryRecord): Uint8Array {
  const prefix = prefixOf(log)
  const length = prefix.length + 8 + HASH_BYTES + record.content.length
  if (length > scratch.length) scratch = new Uint8Array(length * 2)
  scratch.set(prefix, 0)
  const view = new DataView(scratch.buffer)
  view.setUint32(prefix.length, Math.floor(record.seq / 2 ** 32))
  view.setUint32(prefix.length + 4, record.seq >>> 0)
  scratch.set(previous, prefix.length + 8)
  scratch.set(record.content, prefix.length + 8 + HASH_BYTES)
  return scratch.subarray(0, length)
}

/** The hash of an entry, given the hash of the entry before it in its log. */
export const entryHash = (sha256: Sha256, log: LogKey, previous: Uint8Array, record: EntryRecord): Uint8Array =>
  sha256(canonicalBytes(log, previous, record))
