/** Carried entries: an entry of another log inside one of ours, with its original bytes and signature. */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { type LogKey, logParts, type NodeId } from '#protocol/ids.ts'
import { entryHash, type Sha256 } from '#protocol/log/chain.ts'
import {
  type Entry,
  type EntryRecord,
  encodeRecord,
  HASH_BYTES,
  isCarrier,
  isSound,
  KIND,
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

/** An entry as another one carries it, with the hash before it. */
export interface Carried {
  readonly entry: Entry
  readonly before: Uint8Array
}

/** The entry inside, and the hash before it; undefined when the payload is malformed. Its signature is not yet checked. */
export function openCarried(sha256: Sha256, payload: Uint8Array): Carried | undefined {
  try {
    const decoder = decoding.createDecoder(payload)
    const log = decoding.readVarString(decoder) as LogKey
    const before = decoding.readUint8Array(decoder, HASH_BYTES)
    const record = readRecord(payload.subarray(decoder.pos))
    if (!record || !/^[0-9a-f]{32}\/[0-9]{1,5}\/[a-z0-9]{6,15}$/.test(log)) return undefined
    const entry = readEntry(log, record, entryHash(sha256, log, before, record))
    return entry && isSound(entry) ? { entry, before } : undefined
  } catch {
    return undefined // lib0 throws on truncated bytes; the entry is kept with a receipt
  }
}

/** The entry inside; undefined when the payload is malformed. Its hash is computed, its signature not yet checked. */
export const decodeCarried = (sha256: Sha256, payload: Uint8Array): Entry | undefined =>
  openCarried(sha256, payload)?.entry

/** What an entry of a case is about. */
export type Subject =
  /** Itself. */
  | { readonly is: 'own'; readonly entry: Entry }
  /** An entry of another log, which counts as if it had come itself. */
  | { readonly is: 'carried'; readonly entry: Entry; readonly byRoot: boolean }
  /** An entry of another log that is only kept: nothing proves it, or its content was written again. */
  | { readonly is: 'kept'; readonly entry: Entry }
  /** An edit that its own author takes back, because it built on what a fork cut off. */
  | { readonly is: 'withdrawn'; readonly entry: Entry }
  | { readonly is: 'unreadable' }

/**
 * What an entry of a case is about. The root is believed, as in everything it publishes. Anybody else proves a fact
 * by its author's signature, checked at the door, and may only carry it inside its own stream (rule S73): a case
 * comes into another stream by the root alone.
 */
export function subjectOf(entry: Entry, authority: { isRoot(node: NodeId): boolean }, sha256: Sha256): Subject {
  if (!isCarrier(entry.kind)) return { is: 'own', entry }
  const inner = decodeCarried(sha256, entry.payload)
  if (inner?.document !== entry.document || isCarrier(inner.kind)) return { is: 'unreadable' }
  const { node, stream } = logParts(entry.log)
  const byRoot = authority.isRoot(node)
  if (entry.kind === KIND.withdrawn && inner.kind === KIND.edit && (byRoot || logParts(inner.log).node === node)) {
    return { is: 'withdrawn', entry: inner }
  }
  const proves = inner.kind === KIND.fact && logParts(inner.log).stream === stream
  return entry.kind === KIND.carried && (byRoot || proves)
    ? { is: 'carried', entry: inner, byRoot }
    : { is: 'kept', entry: inner }
}

/**
 * Whether somebody carries an act in another stream than that of its log: what a copy of the root had carried there, a
 * fork cut off, and whoever gave way carried on. The door has checked its author's signature, so nobody made it up.
 */
export const isActElsewhere = ({ kind }: Entry, subject: Subject): subject is Extract<Subject, { is: 'kept' }> =>
  subject.is === 'kept' && kind === KIND.carried && subject.entry.kind === KIND.fact
