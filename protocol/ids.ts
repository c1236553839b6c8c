/** Branded identifiers: text that has been checked once at the door and is trusted inside. */

declare const brand: unique symbol
export type Brand<Name extends string> = string & { readonly [brand]: Name }

/** 32 hex digits: the first 16 bytes of SHA-256 of the node's Ed25519 public key. */
export type NodeId = Brand<'NodeId'>
/** Region-style code of a station, 6 to 15 digits (510724, 510724103, 510724103201). */
export type StationCode = Brand<'StationCode'>
/** A stream: a station code, or {@link COUNTY_STREAM}. */
export type StreamId = Brand<'StreamId'>
/** What an entry is about: 32 hex digits for a case, `type/id` for a directory record. */
export type DocumentId = Brand<'DocumentId'>
/** 64 hex digits: SHA-256 of an entry's canonical bytes. */
export type EntryHash = Brand<'EntryHash'>
/** `node/incarnation/stream`: the identity of one append-only log. */
export type LogKey = Brand<'LogKey'>
/** Identifier of an account; people are named by it in entries. */
export type PersonId = Brand<'PersonId'>

/** Catalogue, calendar, stations, nodes and notices; only the root writes it, everyone holds it. */
export const COUNTY_STREAM = 'county' as StreamId

const HEX_DIGITS = '0123456789abcdef'
/** The two character codes of each byte. */
const HEX_CODES = Uint8Array.from({ length: 512 }, (_, at) => {
  const byte = at >> 1
  return HEX_DIGITS.charCodeAt(at % 2 === 0 ? byte >> 4 : byte & 15)
})
/** A hash is one piece. */
const HEX_PIECE = 32

/**
 * Bytes as lower-case hex. Hashes become text for every entry and keys of maps then, so this is a hot path: a text of one
 * piece is 750 ns with its place in a set, by TextDecoder 1,230, joined of 32 pairs 1,480 (measured).
 */
export function toHex(bytes: Uint8Array): string {
  let text = ''
  for (let start = 0; start < bytes.length; start += HEX_PIECE) {
    const end = Math.min(start + HEX_PIECE, bytes.length)
    const codes: number[] = []
    for (let index = start; index < end; index++) {
      const at = (bytes[index] as number) * 2
      codes.push(HEX_CODES[at] as number, HEX_CODES[at + 1] as number)
    }
    text += String.fromCharCode.apply(null, codes)
  }
  return text
}

/** The value of a hex digit: letters lie behind a bit of their own, and begin at 1. */
function digitOf(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code & 0x40 ? (code & 0x0f) + 9 : code & 0x0f
}

/** Lower- or upper-case hex as bytes; undefined when the text is not hex. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = (digitOf(text, index * 2) << 4) | digitOf(text, index * 2 + 1)
  }
  return bytes
}

/** What identifiers look like: one pattern each, for the checks here and for the shapes that are told to others. */
export const PATTERNS = {
  node: /^[0-9a-f]{32}$/,
  station: /^[0-9]{6,15}$/,
  case: /^[0-9a-f]{32}$/,
  entry: /^[0-9a-f]{64}$/,
  person: /^[A-Za-z0-9_.-]{1,40}$/,
} as const

export const isNodeId = (text: string): text is NodeId => PATTERNS.node.test(text)
export const isStationCode = (text: string): text is StationCode => PATTERNS.station.test(text)
export const isStreamId = (text: string): text is StreamId => text === COUNTY_STREAM || isStationCode(text)
export const isDocumentId = (text: string): text is DocumentId =>
  PATTERNS.case.test(text) || /^[a-z]{2,20}\/[^\s/]{1,80}$/.test(text)
export const isCaseId = (text: string): text is DocumentId => PATTERNS.case.test(text)
/** Whether a document that was checked at the door is a case: directory records are `type/id`. */
export const isCase = (document: DocumentId): boolean => !document.includes('/')
export const isEntryHash = (text: string): text is EntryHash => PATTERNS.entry.test(text)
export const isPersonId = (text: string): text is PersonId => PATTERNS.person.test(text)

/** The stream of a station: its cases and its people. */
export const streamOf = (station: StationCode): StreamId => station as string as StreamId

/** Parts of a log's identity. */
export interface LogParts {
  readonly node: NodeId
  /** 1 to {@link MAXIMUM_INCARNATION}. */
  readonly incarnation: number
  readonly stream: StreamId
}

/** 24³ − 1: an incarnation is spoken as a lane of three letters in case numbers. */
export const MAXIMUM_INCARNATION = 24 ** 3 - 1

/** Joins the parts of a log's identity to its key. */
export const logKey = (parts: LogParts): LogKey => `${parts.node}/${parts.incarnation}/${parts.stream}` as LogKey

/** Parts of keys seen before: every entry asks for them, a county has a few hundred logs. */
const knownParts = new Map<LogKey, LogParts>()
const PARTS_KEPT = 20_000

/** Splits a log key that was made by {@link logKey}. */
export function logParts(key: LogKey): LogParts {
  const known = knownParts.get(key)
  if (known) return known
  const [node, incarnation, stream] = key.split('/') as [NodeId, string, StreamId]
  const parts: LogParts = { node, incarnation: Number(incarnation), stream }
  if (knownParts.size >= PARTS_KEPT) knownParts.clear()
  knownParts.set(key, parts)
  return parts
}
