/** The entry: the only thing that is ever replicated, and its canonical bytes. */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import {
  type DocumentId,
  isDocumentId,
  isPersonId,
  isStationCode,
  type LogKey,
  type PersonId,
  type StationCode,
} from '#protocol/ids.ts'
import { equalBytes } from './bytes.ts'

/**
 * Kinds of entry. Unknown kinds are stored and forwarded untouched. What is `carried` counts like the original;
 * what is `kept` is an edit that a fork cut off and whose content was written again: evidence, nothing more. An edit
 * that is `withdrawn` by its own author had built on one of those: it is held everywhere and takes effect nowhere. An
 * entry of the `audit` log says what somebody did that no case tells.
 */
export const KIND = {
  fact: 1,
  edit: 2,
  directory: 3,
  report: 4,
  attachment: 5,
  carried: 6,
  kept: 7,
  withdrawn: 8,
  audit: 9,
} as const

/** Whether an entry of a kind has another one inside. */
export const isCarrier = (kind: number): boolean =>
  kind === KIND.carried || kind === KIND.kept || kind === KIND.withdrawn

/** What an author writes; log, seq and hash are given when it is appended. */
export interface Draft {
  readonly kind: number
  readonly document: DocumentId
  /** The acting person; empty text for what a node does by itself. */
  readonly person: PersonId | ''
  /** The station for which the person acts. */
  readonly station: StationCode
  /** Milliseconds since 1970 on this node's clock; shown and used for deadlines, never for order. */
  readonly time: number
  /** This clock's known offset to the root in milliseconds (root − here); null while unknown. */
  readonly clockOffset: number | null
  readonly catalogueVersion: number
  readonly calendarVersion: number
  readonly payload: Uint8Array
}

/** An entry in its log. */
export interface Entry extends Draft {
  readonly log: LogKey
  /** From 1, without gaps. */
  readonly seq: number
  /** SHA-256 of the canonical bytes. */
  readonly hash: Uint8Array
  /** Ed25519 over the hash; facts carry their own, other entries are covered by the head of their run. */
  readonly signature: Uint8Array | null
}

const names = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const NO_SIGNATURE = 0
const SIGNED = 1
export const SIGNATURE_BYTES = 64
export const HASH_BYTES = 32

/** The content bytes: everything of an entry but its log, seq, previous hash and signature. */
export function encodeContent(draft: Draft): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, draft.kind)
  encoding.writeVarString(encoder, draft.document)
  encoding.writeVarString(encoder, draft.person)
  encoding.writeVarString(encoder, draft.station)
  encoding.writeVarUint(encoder, draft.time)
  encoding.writeUint8(encoder, draft.clockOffset === null ? 0 : 1)
  if (draft.clockOffset !== null) encoding.writeVarInt(encoder, draft.clockOffset)
  encoding.writeVarUint(encoder, draft.catalogueVersion)
  encoding.writeVarUint(encoder, draft.calendarVersion)
  encoding.writeVarUint8Array(encoder, draft.payload)
  return encoding.toUint8Array(encoder)
}

/** The names read last: neighbouring entries are mostly about the same case by the same person. */
const lastNames = {
  document: { bytes: new Uint8Array(), text: '' },
  person: { bytes: new Uint8Array(), text: '' },
  station: { bytes: new Uint8Array(), text: '' },
}

/** Reads a short text; the same bytes as last time give the same text without decoding (measured: a tenth of catching up). */
function readName(decoder: decoding.Decoder, field: keyof typeof lastNames): string {
  const bytes = decoding.readVarUint8Array(decoder)
  const last = lastNames[field]
  if (equalBytes(bytes, last.bytes)) return last.text
  const text = names.decode(bytes)
  lastNames[field] = { bytes: bytes.slice(), text }
  return text
}

/** Reads content bytes; throws (lib0) on truncated input, so call it only behind {@link readRecord}. */
function decodeContent(decoder: decoding.Decoder, log: LogKey, record: EntryRecord, hash: Uint8Array): Entry {
  const kind = decoding.readVarUint(decoder)
  const document = readName(decoder, 'document') as DocumentId
  const person = readName(decoder, 'person') as PersonId
  const station = readName(decoder, 'station') as StationCode
  const time = decoding.readVarUint(decoder)
  const clockOffset = decoding.readUint8(decoder) === 0 ? null : decoding.readVarInt(decoder)
  const catalogueVersion = decoding.readVarUint(decoder)
  const calendarVersion = decoding.readVarUint(decoder)
  const payload = decoding.readVarUint8Array(decoder)
  const { seq, signature } = record
  return {
    log,
    seq,
    hash,
    signature,
    kind,
    document,
    person,
    station,
    time,
    clockOffset,
    catalogueVersion,
    calendarVersion,
    payload,
  }
}

/** The last millisecond a date can name (ECMAScript); later ones would stop every page that shows them. */
const LATEST_TIME = 8.64e15

/** The names found sound last; neighbouring entries repeat them. */
let lastSound: Pick<Draft, 'document' | 'person' | 'station'> | undefined

/** Whether an offset may be one: no time that a date can name is further from another. */
export const isOffset = (offset: number | null): boolean => offset === null || Math.abs(offset) <= LATEST_TIME

/** Whether the names, the time and the offset of an entry are such: checked at the door, trusted inside. */
export function isSound({ document, person, station, time, clockOffset }: Draft): boolean {
  if (time > LATEST_TIME || !isOffset(clockOffset)) return false
  if (document === lastSound?.document && person === lastSound.person && station === lastSound.station) return true
  const sound = isDocumentId(document) && (person === '' || isPersonId(person)) && isStationCode(station)
  if (sound) lastSound = { document, person, station }
  return sound
}

/** A record is an entry as it lies in a pack: seq, signature, content. Its log stands in the pack's table. */
export interface EntryRecord {
  readonly seq: number
  readonly signature: Uint8Array | null
  /** The exact content bytes the author hashed. */
  readonly content: Uint8Array
}

/** Bytes of a record. */
export function encodeRecord(record: EntryRecord): Uint8Array {
  const encoder = encoding.createEncoder()
  encoding.writeVarUint(encoder, record.seq)
  encoding.writeUint8(encoder, record.signature === null ? NO_SIGNATURE : SIGNED)
  if (record.signature !== null) encoding.writeUint8Array(encoder, record.signature)
  encoding.writeUint8Array(encoder, record.content)
  return encoding.toUint8Array(encoder)
}

/** Reads a record; undefined when the bytes are not one. The content is everything behind the signature. */
export function readRecord(bytes: Uint8Array): EntryRecord | undefined {
  try {
    const decoder = decoding.createDecoder(bytes)
    const seq = decoding.readVarUint(decoder)
    const flag = decoding.readUint8(decoder)
    if (flag !== NO_SIGNATURE && flag !== SIGNED) return undefined
    const signature = flag === SIGNED ? decoding.readUint8Array(decoder, SIGNATURE_BYTES) : null
    return { seq, signature, content: bytes.subarray(decoder.pos) }
  } catch {
    return undefined // lib0 throws on truncated bytes; the caller answers with a typed refusal
  }
}

/** Reads an entry from a record and the hash its chain gives it; undefined when the content is malformed. */
export function readEntry(log: LogKey, record: EntryRecord, hash: Uint8Array): Entry | undefined {
  try {
    const decoder = decoding.createDecoder(record.content)
    const entry = decodeContent(decoder, log, record, hash)
    return decoding.hasContent(decoder) ? undefined : entry
  } catch {
    return undefined // as above
  }
}
