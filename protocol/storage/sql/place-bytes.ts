/** Compact bytes for places and runs: a place takes about 43 bytes, so a case of forty entries stays under 2 KB. */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import type { Place, StoredPack } from '#protocol/engine/ports/storage.ts'
import type { LogKey } from '#protocol/ids.ts'
import { HASH_BYTES } from '#protocol/log/entry.ts'

/** Names a log by its local number. */
export type NumberOfLog = (log: LogKey) => number
/** Finds a log by its local number; throws when the number is unknown. */
export type LogOfNumber = (number: number) => LogKey

/** What a place takes at most: five numbers of up to 8 bytes each and the hash. */
export const PLACE_BYTES = 5 * 8 + HASH_BYTES

/** Writes a number as lib0's varUint does; returns the offset behind it. */
function putNumber(bytes: Uint8Array, offset: number, number: number): number {
  let at = offset
  let rest = number
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes[at++] = 0x80 | (rest % 0x80)
  bytes[at++] = rest
  return at
}

/**
 * Places one behind another; two encodings joined are the encoding of both lists.
 * Written into one buffer by hand: lib0's encoder took a third of the time of a large commit (measured).
 */
export function encodePlaces(places: readonly Place[], numberOf: NumberOfLog): Uint8Array {
  const bytes = new Uint8Array(places.length * PLACE_BYTES)
  let at = 0
  for (const place of places) {
    at = putNumber(bytes, at, place.arrival)
    at = putNumber(bytes, at, place.offset)
    at = putNumber(bytes, at, place.length)
    at = putNumber(bytes, at, numberOf(place.log))
    at = putNumber(bytes, at, place.seq)
    bytes.set(place.hash, at)
    at += HASH_BYTES
  }
  return bytes.subarray(0, at)
}

/** Copied, because a view would keep the whole row alive. */
function readHash(decoder: decoding.Decoder): Uint8Array {
  const start = decoder.pos
  decoder.pos += HASH_BYTES
  if (decoder.pos > decoder.arr.length) throw new RangeError('a hash was cut off')
  return decoder.arr.slice(start, decoder.pos)
}

/** Reads what {@link encodePlaces} wrote, behind the places of earlier parts; throws on truncated bytes. */
export function decodePlaces(bytes: Uint8Array, logOf: LogOfNumber, places: Place[] = []): Place[] {
  const decoder = decoding.createDecoder(bytes)
  while (decoding.hasContent(decoder)) {
    const arrival = decoding.readVarUint(decoder)
    const offset = decoding.readVarUint(decoder)
    const length = decoding.readVarUint(decoder)
    const log = logOf(decoding.readVarUint(decoder))
    const seq = decoding.readVarUint(decoder)
    places.push({ arrival, offset, length, log, seq, hash: readHash(decoder) })
  }
  return places
}

/** The runs of a pack. */
export function encodeRuns(runs: StoredPack['runs'], numberOf: NumberOfLog): Uint8Array {
  const encoder = encoding.createEncoder()
  for (const run of runs) {
    encoding.writeVarUint(encoder, numberOf(run.log))
    encoding.writeVarUint(encoder, run.first)
    encoding.writeVarUint(encoder, run.last - run.first)
    encoding.writeUint8Array(encoder, run.before)
  }
  return encoding.toUint8Array(encoder)
}

/** Reads what {@link encodeRuns} wrote; throws on truncated bytes. */
export function decodeRuns(bytes: Uint8Array, logOf: LogOfNumber): StoredPack['runs'] {
  const decoder = decoding.createDecoder(bytes)
  const runs: StoredPack['runs'][number][] = []
  while (decoding.hasContent(decoder)) {
    const log = logOf(decoding.readVarUint(decoder))
    const first = decoding.readVarUint(decoder)
    const last = first + decoding.readVarUint(decoder)
    runs.push({ log, first, last, before: readHash(decoder) })
  }
  return runs
}
