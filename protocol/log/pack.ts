/** Packs: entries of several logs in arrival order, the same bytes on disk and on the wire. */
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { assert } from '#protocol/assert.ts'
import type { LogKey } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type EntryRecord, encodeRecord, readRecord } from './entry.ts'
import { RECORD_BYTES } from './entry-size.ts'
import { readLog, writeLog } from './log-bytes.ts'

const PACK_FORM = 1

/** One record of a pack with its log and its place: offset and length of the record's bytes in the pack. */
export interface PackedRecord {
  readonly log: LogKey
  readonly record: EntryRecord
  readonly offset: number
  readonly length: number
}

/** A stretch of one log inside a pack. */
export interface Run {
  readonly log: LogKey
  readonly first: number
  readonly last: number
}

/** A record waiting to be packed: its bytes are copied as they are. */
export interface Packable {
  readonly log: LogKey
  readonly bytes: Uint8Array
}

/** Makes a pack from records in arrival order. */
export function encodePack(records: readonly Packable[]): Uint8Array {
  const table = new Map<LogKey, number>()
  for (const { log } of records) if (!table.has(log)) table.set(log, table.size)
  const encoder = encoding.createEncoder()
  encoding.writeUint8(encoder, PACK_FORM)
  encoding.writeVarUint(encoder, table.size)
  for (const log of table.keys()) writeLog(encoder, log)
  encoding.writeVarUint(encoder, records.length)
  for (const { log, bytes } of records) {
    encoding.writeVarUint(encoder, table.get(log) as number)
    encoding.writeVarUint8Array(encoder, bytes)
  }
  return encoding.toUint8Array(encoder)
}

/** Packs one record: what an author writes. */
export const packable = (log: LogKey, record: EntryRecord): Packable => ({ log, bytes: encodeRecord(record) })

function readLogs(decoder: decoding.Decoder): LogKey[] | undefined {
  const logs: LogKey[] = []
  const count = decoding.readVarUint(decoder)
  if (count > LIMITS.frontierLogs) return undefined
  for (let index = 0; index < count; index++) {
    const log = readLog(decoder)
    if (log === undefined) return undefined
    logs.push(log)
  }
  return logs
}

/** How many records a well-formed pack holds, without reading them. */
export function countRecords(pack: Uint8Array): number {
  const decoder = decoding.createDecoder(pack)
  decoding.readUint8(decoder)
  readLogs(decoder)
  return decoding.readVarUint(decoder)
}

/** Reads a pack; undefined when it is malformed anywhere. */
export function decodePack(bytes: Uint8Array): PackedRecord[] | undefined {
  try {
    const decoder = decoding.createDecoder(bytes)
    if (decoding.readUint8(decoder) !== PACK_FORM) return undefined
    const logs = readLogs(decoder)
    if (logs === undefined) return undefined
    const count = decoding.readVarUint(decoder)
    const records: PackedRecord[] = []
    while (decoding.hasContent(decoder)) {
      const log = logs[decoding.readVarUint(decoder)]
      const slice = decoding.readVarUint8Array(decoder)
      const record = log === undefined || slice.length > RECORD_BYTES ? undefined : readRecord(slice)
      if (log === undefined || record === undefined) return undefined
      records.push({ log, record, offset: decoder.pos - slice.length, length: slice.length })
    }
    return records.length === count ? records : undefined
  } catch {
    return undefined // lib0 throws on truncated bytes; the caller answers with a typed refusal
  }
}

/** The records of a stored pack as they lie, to be packed anew; nothing inside them is read. */
export function packablesOf(pack: Uint8Array): Packable[] {
  const decoder = decoding.createDecoder(pack)
  decoding.readUint8(decoder)
  const logs = readLogs(decoder)
  const count = decoding.readVarUint(decoder)
  const records: Packable[] = []
  for (let index = 0; index < count; index++) {
    const log = logs?.[decoding.readVarUint(decoder)]
    assert(log !== undefined, 'a stored pack is readable')
    records.push({ log, bytes: decoding.readVarUint8Array(decoder) })
  }
  return records
}

/** The stretches of logs in a pack, one per log, in order of first appearance. */
export function runsOf(records: readonly PackedRecord[]): Run[] {
  const runs = new Map<LogKey, { log: LogKey; first: number; last: number }>()
  for (const { log, record } of records) {
    const run = runs.get(log)
    if (run) run.last = record.seq
    else runs.set(log, { log, first: record.seq, last: record.seq })
  }
  return [...runs.values()]
}

/** Joins packs to the body of one frame, each with its length before it. */
export function joinPacks(packs: readonly Uint8Array[]): Uint8Array {
  const encoder = encoding.createEncoder()
  for (const pack of packs) encoding.writeVarUint8Array(encoder, pack)
  return encoding.toUint8Array(encoder)
}

/** Splits the body of a frame into packs; undefined when it is malformed. */
export function splitPacks(body: Uint8Array): Uint8Array[] | undefined {
  try {
    const decoder = decoding.createDecoder(body)
    const packs: Uint8Array[] = []
    while (decoding.hasContent(decoder)) packs.push(decoding.readVarUint8Array(decoder))
    return packs
  } catch {
    return undefined // lib0 throws on truncated bytes; the caller answers with a typed refusal
  }
}
