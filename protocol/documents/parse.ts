/** A strict parser of the Yjs v1 update format, for exactly what our sections produce; anything else is refused. */
import * as decoding from 'lib0/decoding'
import { LIMITS } from '#protocol/limits.ts'
import { holdsRising } from './clocks.ts'
import type { Numbers, Outline } from './outline.ts'
import type { GateProblemCode } from './problems.ts'
import { isSectionKey, type PlainScalar, type PlainValue, type Section } from './sections.ts'

/** A value written under a key. */
export interface KeyedValue {
  /** The key; one that is written after another value of the same key has that one's. */
  readonly under: string | ValueId
  readonly value: PlainValue
}

/** Whose value, and at which of its author's clocks it stands: each takes one. */
export interface ValueId {
  readonly client: number
  readonly clock: number
}

/** A piece of text, and the units between which it was written. */
export interface TextPiece {
  /** Clock of its first unit; each UTF-16 unit takes one. */
  readonly clock: number
  readonly text: string
  /** The unit behind which it was written; undefined: at the beginning. */
  readonly origin: ValueId | undefined
  /** The unit in front of which it was written; undefined: at the end. */
  readonly right: ValueId | undefined
}

/** An update as its bytes say it. */
export interface ParsedUpdate {
  /** What decides whether it takes effect. */
  readonly outline: Outline
  /** Values written under keys, in order; none in a text. */
  readonly values: readonly KeyedValue[]
  /** Pieces of text, in order; none in a form. */
  readonly pieces: readonly TextPiece[]
  /** Ranges deleted, three numbers each, in the order of the outline's references: client, clock behind the last, first clock. */
  readonly deleted: Numbers
}

/** The ranges that an update deletes. */
export function* rangesIn({ deleted }: Pick<ParsedUpdate, 'deleted'>) {
  for (let at = 0; at < deleted.length; at += 3)
    yield { client: deleted[at] as number, from: deleted[at + 2] as number, behind: deleted[at + 1] as number }
}

// Info byte of a struct (yjs src/structs/Item.js): content kind in the low five bits, three flags above.
const CONTENT_STRING = 4
const CONTENT_ANY = 8
const HAS_KEY = 0x20
const HAS_RIGHT_ORIGIN = 0x40
const HAS_ORIGIN = 0x80
export const TEXT = CONTENT_STRING
export const TEXT_BEHIND = HAS_ORIGIN
export const TEXT_BEFORE = HAS_RIGHT_ORIGIN
export const FIRST_OF_KEY = CONTENT_ANY | HAS_KEY
export const NEXT_OF_KEY = CONTENT_ANY | HAS_KEY | HAS_ORIGIN
/** Parent is a root type named by a string. */
export const PARENT_IS_ROOT = 1

// Tags of lib0's readAny.
const ANY_INTEGER = 125
const ANY_TEXT = 119
const ANY_RECORD = 118
const NEGATIVE = 0x40

/**
 * Carries a refusal out of nested reads; caught in {@link faultIn}, never seen outside.
 * Not an Error: taking a stack trace costs more than reading the update.
 */
class Refused {
  readonly code: GateProblemCode
  constructor(code: GateProblemCode) {
    this.code = code
  }
}

function refuse(code: GateProblemCode): never {
  throw new Refused(code)
}

/** Where the parser stands. */
interface Reading {
  readonly decoder: decoding.Decoder
  readonly section: Section
  client: number | undefined
  /** Clock at which the update's structs begin. */
  start: number
  /** Clock of the struct being read; afterwards of the client's next struct. */
  clock: number
  /** Places inside characters that this update writes, as in the clocks. */
  readonly halves: number[]
  /** What must be held, as in the outline. */
  readonly references: number[]
  /** Where references of neighbours end in them. */
  origins: number
  readonly values: KeyedValue[]
  readonly pieces: TextPiece[]
  readonly deleted: number[]
}

/** Reads a number that is written before as many things follow, so that a giant count never allocates. */
function readCount(reading: Reading, maximum: number, code: GateProblemCode): number {
  const count = decoding.readVarUint(reading.decoder)
  return count < 1 || count > maximum ? refuse(code) : count
}

/** Keys and numbers are short and plain; reading them unit by unit takes a tenth of a TextDecoder call. */
const SHORT_TEXT = 40

/** Reads short ASCII; undefined when any byte is something else. */
function shortText(bytes: Uint8Array, start: number, length: number): string | undefined {
  let text = ''
  for (let index = start; index < start + length; index++) {
    const byte = bytes[index]
    if (byte === undefined || byte > 0x7f) return undefined
    text += String.fromCharCode(byte)
  }
  return text
}

/** Reads text of at most the given UTF-16 units; ill-formed UTF-8 makes lib0 throw. */
function readText(reading: Reading, maximum: number, code: GateProblemCode): string {
  const { decoder } = reading
  const start = decoder.pos
  const bytes = decoding.readVarUint(decoder)
  if (bytes > maximum * 3) refuse(code)
  const short = bytes <= SHORT_TEXT && bytes <= maximum ? shortText(decoder.arr, decoder.pos, bytes) : undefined
  if (short !== undefined) {
    decoder.pos += bytes
    return short
  }
  decoder.pos = start
  const text = decoding.readVarString(decoder)
  return text.length > maximum ? refuse(code) : text
}

function readKey(reading: Reading): string {
  const key = readText(reading, SHORT_TEXT, 'bad-key')
  return isSectionKey(key) ? key : refuse('bad-key')
}

/** Reads a whole number from 0; no section holds another. */
function readInteger(decoder: decoding.Decoder): number {
  const negative = (decoding.peekUint8(decoder) & NEGATIVE) !== 0
  const value = decoding.readVarInt(decoder)
  return negative ? refuse('bad-value') : value
}

function readScalar(reading: Reading, tag: number): PlainScalar {
  if (tag === ANY_TEXT) return readText(reading, LIMITS.fieldCharacters, 'bad-value')
  return tag === ANY_INTEGER ? readInteger(reading.decoder) : refuse('bad-value')
}

/** Reads one value: a scalar or one flat record; depth ends there. */
function readValue(reading: Reading): PlainValue {
  const tag = decoding.readUint8(reading.decoder)
  if (tag !== ANY_RECORD) return readScalar(reading, tag)
  const record: Record<string, PlainScalar> = {}
  const count = readCount(reading, LIMITS.recordFields, 'bad-value')
  for (let index = 0; index < count; index++) {
    const key = readKey(reading)
    if (Object.hasOwn(record, key)) refuse('bad-value')
    record[key] = readScalar(reading, decoding.readUint8(reading.decoder))
  }
  return record
}

/** Whether an id is one of those that this update has written so far. */
const isOwn = ({ client, start, clock }: Reading, author: number, id: number): boolean =>
  author === client && id >= start && id < clock

/** Whether it is one that this update, or nobody, writes: who could write it before this update waits for it himself. */
const isAhead = ({ client, clock }: Reading, author: number, id: number): boolean => author === client && id >= clock

/** Reads the id of a neighbour; `before` tells on which side of it a longer struct is cut. */
function readOrigin(reading: Reading, before: boolean): ValueId {
  const client = decoding.readVarUint(reading.decoder)
  const clock = decoding.readVarUint(reading.decoder)
  const place = before ? clock : clock + 1
  if (isAhead(reading, client, clock)) refuse('unheld-origin')
  if (!isOwn(reading, client, clock)) reading.references.push(client, clock + 1, place)
  else if (holdsRising(reading.halves, place)) refuse('split-character')
  return { client, clock }
}

function readRoot(reading: Reading): void {
  if (decoding.readUint8(reading.decoder) !== PARENT_IS_ROOT) refuse('wrong-root')
  const { root } = reading.section
  if (decoding.readVarUint(reading.decoder) !== root.length) refuse('wrong-root')
  for (let index = 0; index < root.length; index++) {
    if (decoding.readUint8(reading.decoder) !== root.charCodeAt(index)) refuse('wrong-root')
  }
}

/** A value under a key. Its key is written, or inherited from the origin: an earlier value of the same key. */
function readMapItem(reading: Reading): void {
  const info = decoding.readUint8(reading.decoder)
  if (info !== FIRST_OF_KEY && info !== NEXT_OF_KEY) refuse('foreign-structure')
  if (info === FIRST_OF_KEY) readRoot(reading)
  const under = info === FIRST_OF_KEY ? readKey(reading) : readOrigin(reading, false)
  if (decoding.readVarUint(reading.decoder) !== 1) refuse('foreign-structure')
  reading.values.push({ under, value: readValue(reading) })
  reading.clock += 1
}

/** A piece of text between two neighbours. */
function readTextItem(reading: Reading): void {
  const info = decoding.readUint8(reading.decoder)
  if ((info & ~(HAS_ORIGIN | HAS_RIGHT_ORIGIN)) !== CONTENT_STRING) refuse('foreign-structure')
  const origin = (info & HAS_ORIGIN) === 0 ? undefined : readOrigin(reading, false)
  const right = (info & HAS_RIGHT_ORIGIN) === 0 ? undefined : readOrigin(reading, true)
  if (info === CONTENT_STRING) readRoot(reading)
  const text = readText(reading, LIMITS.noteCharacters, 'bad-value')
  if (text.length === 0) refuse('foreign-structure') // no unit, no place
  noteHalves(reading, text)
  reading.pieces.push({ clock: reading.clock, text, origin, right })
  reading.clock += text.length
}

function noteHalves(reading: Reading, text: string): void {
  if (!/[\ud800-\udbff]/.test(text)) return
  for (let index = 0; index < text.length; index++) {
    const isSecondHalf = (text.charCodeAt(index) & 0xfc00) === 0xdc00
    if (isSecondHalf) reading.halves.push(reading.clock + index)
  }
}

/** Reads the one block of structs; false when the update only deletes. */
function readStructs(reading: Reading, client: number | undefined): boolean {
  const { decoder } = reading
  const blocks = decoding.readVarUint(decoder)
  if (blocks === 0) return false
  if (blocks > 1) refuse('several-authors')
  const count = readCount(reading, LIMITS.sectionKeys, 'too-many-parts')
  const author = decoding.readVarUint(decoder)
  if (client !== undefined && author !== client) refuse('wrong-author')
  reading.start = decoding.readVarUint(decoder)
  reading.client = author
  reading.clock = reading.start
  const readItem = reading.section.shape === 'map' ? readMapItem : readTextItem
  for (let index = 0; index < count; index++) readItem(reading)
  return true
}

/** Reads the ranges deleted of one client: rising and apart. */
function readDeletedRanges(reading: Reading, allowed: number): number {
  const { decoder, halves, start } = reading
  const client = decoding.readVarUint(decoder)
  const count = readCount(reading, allowed, 'bad-deletion')
  let last = -1
  for (let index = 0; index < count; index++) {
    const from = decoding.readVarUint(decoder)
    const length = decoding.readVarUint(decoder)
    if (from <= last || length === 0) refuse('bad-deletion')
    last = from + length
    if (isAhead(reading, client, last - 1)) refuse('unheld-deletion')
    const isPartlyOwn = isOwn(reading, client, last - 1)
    if (isPartlyOwn && (holdsRising(halves, from) || holdsRising(halves, last))) refuse('split-character')
    reading.references.push(client, isPartlyOwn ? start : last, from)
    reading.deleted.push(client, last, from)
  }
  return count
}

/** Reads the delete set; false when it is empty. */
function readDeletions(reading: Reading): boolean {
  const clients = decoding.readVarUint(reading.decoder)
  let allowed: number = LIMITS.deletedRanges
  for (let index = 0; index < clients; index++) allowed -= readDeletedRanges(reading, allowed)
  return clients > 0
}

/** Reads all; what is wrong with the bytes, at the place where reading ends. */
function faultIn(reading: Reading, client: number | undefined): GateProblemCode | undefined {
  try {
    const wrote = readStructs(reading, client)
    reading.origins = reading.references.length
    const deleted = readDeletions(reading)
    if (decoding.hasContent(reading.decoder)) return 'trailing-bytes'
    return wrote || deleted ? undefined : 'empty'
  } catch (error) {
    // Everything else that is thrown here comes from lib0: bytes that end early, or ill-formed UTF-8.
    return error instanceof Refused ? error.code : 'malformed'
  }
}

/**
 * Parses an update; never throws. Values are plain, but not yet checked against the section (gate.ts does). What is
 * held is not asked here, so that nothing is read a second time when more is: see outline.ts.
 *
 * When there is no fault, and the start clock, every neighbour and every deleted range are held, all items lie in the
 * section's one root, and all of it applies (rule G20).
 * @param client the Yjs client id that belongs to the log; undefined for an update that was accepted before
 */
export function parseUpdate(section: Section, client: number | undefined, update: Uint8Array): ParsedUpdate {
  const decoder = decoding.createDecoder(update)
  const none = { client: undefined, start: 0, clock: 0, origins: Number.POSITIVE_INFINITY }
  const reading: Reading = {
    decoder,
    section,
    ...none,
    halves: [],
    references: [],
    values: [],
    pieces: [],
    deleted: [],
  }
  const fault = faultIn(reading, client)
  const { client: author, start, clock: next, halves, origins, values, pieces } = reading
  const references = compact(reading.references)
  // What only deletes names nothing else, and nothing of its own.
  const deleted = author === undefined ? references : compact(reading.deleted)
  return { outline: { client: author, start, next, halves, references, origins, fault }, values, pieces, deleted }
}

/** A list that grew by one number after the other takes three times as much as its numbers: thousands of ranges are kept bare. */
function compact(numbers: readonly number[]): Numbers {
  if (numbers.length < COMPACT_FROM) return numbers
  return numbers.every((number) => number <= 0xffff_ffff) ? Uint32Array.from(numbers) : Float64Array.from(numbers)
}

/** Below, the list is smaller than what stands around bare numbers. */
const COMPACT_FROM = 100
