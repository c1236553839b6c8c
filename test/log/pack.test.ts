/** Packs: round trip, places, runs, damage and bounds. */
import fc from 'fast-check'
import * as encoding from 'lib0/encoding'
import { expect, test } from 'vitest'
import { type LogKey, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type EntryRecord, encodeContent, encodeRecord, readRecord } from '#protocol/log/entry.ts'
import { RECORD_BYTES } from '#protocol/log/entry-size.ts'
import { countRecords, decodePack, encodePack, joinPacks, packable, runsOf, splitPacks } from '#protocol/log/pack.ts'
import { anyLog } from '#test/wire/arbitraries.ts'
import { anyDraft } from './drafts.ts'

const log = '0123456789abcdef0123456789abcdef/7/510724' as LogKey
const plain = (seq: number, bytes: readonly number[] = [1]): EntryRecord => ({
  seq,
  signature: null,
  content: Uint8Array.from(bytes),
})

const anyRecords = fc.array(
  fc.record({
    log: anyLog,
    record: fc.record({
      seq: fc.integer({ min: 1, max: 2 ** 40 }),
      signature: fc.option(fc.uint8Array({ minLength: 64, maxLength: 64 })),
      content: anyDraft.map(encodeContent),
    }),
  }),
  { maxLength: 12 },
)

test('L7 a pack is its form, a table of logs, a count and records in arrival order', () => {
  const other = `${'f'.repeat(32)}/300/county` as LogKey
  const pack = encodePack([packable(log, plain(1)), packable(other, plain(5, [9, 9])), packable(log, plain(2))])
  expect(toHex(pack)).toBe(
    ['01', '02', '0123456789abcdef0123456789abcdef', '07', '06353130373234', 'f'.repeat(32), 'ac02', '06636f756e7479']
      .concat(['03', '00', '03', '010001', '01', '04', '05000909', '00', '03', '020001'])
      .join(''),
  )
})

test('L7 what is packed reads back in order, with the place of every record', () => {
  fc.assert(
    fc.property(anyRecords, (records) => {
      const pack = encodePack(records.map(({ log, record }) => packable(log, record)))
      const read = decodePack(pack)
      expect(read?.map(({ log, record }) => ({ log, record }))).toEqual(records)
      for (const { record, offset, length } of read ?? []) {
        expect(readRecord(pack.subarray(offset, offset + length))).toEqual(record)
      }
      expect(countRecords(pack)).toBe(records.length)
    }),
  )
})

test('L8 the body of a frame is packs, each with its length before it', () => {
  const packs = [encodePack([packable(log, plain(1))]), encodePack([]), encodePack([packable(log, plain(2))])]
  const body = joinPacks(packs)
  expect(splitPacks(body)).toEqual(packs)
  expect(splitPacks(new Uint8Array())).toEqual([])
  expect(splitPacks(body.subarray(0, body.length - 1))).toBeUndefined()
})

test('L9 runs are the stretches of each log, in order of first appearance', () => {
  const other = `${'f'.repeat(32)}/300/county` as LogKey
  const records = decodePack(
    encodePack([
      packable(other, plain(4)),
      packable(log, plain(1)),
      packable(other, plain(5)),
      packable(log, plain(2)),
    ]),
  )
  expect(runsOf(records ?? [])).toEqual([
    { log: other, first: 4, last: 5 },
    { log, first: 1, last: 2 },
  ])
})

test('L10 a malformed pack is undefined, never an error', () => {
  const pack = encodePack([packable(log, plain(1, [1, 2, 3])), packable(log, plain(2, [4]))])
  for (let length = 0; length < pack.length; length++) expect(decodePack(pack.subarray(0, length))).toBeUndefined()
  expect(decodePack(Uint8Array.from([...pack, 0]))).toBeUndefined()
  for (let place = 0; place < pack.length; place++) {
    for (const value of [0, 0x7f, 0x80, 0xff]) {
      const damaged = pack.slice()
      damaged[place] = value
      decodePack(damaged)
    }
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 150 }), (bytes) => {
      decodePack(bytes)
      splitPacks(bytes)
    }),
    { numRuns: 1_000 },
  )
})

test('L10 counts and lengths beyond the limits are malformed', () => {
  const claim = (logs: number) => {
    const encoder = encoding.createEncoder()
    encoding.writeUint8(encoder, 1)
    encoding.writeVarUint(encoder, logs)
    return encoding.toUint8Array(encoder)
  }
  expect(decodePack(claim(LIMITS.frontierLogs + 1))).toBeUndefined()
  expect(decodePack(claim(2 ** 50))).toBeUndefined()
  const withContent = (bytes: number) =>
    encodePack([packable(log, { seq: 1, signature: null, content: new Uint8Array(bytes) })])
  const header = encodeRecord(plain(1, [])).length
  expect(decodePack(withContent(RECORD_BYTES - header))).toBeDefined()
  expect(decodePack(withContent(RECORD_BYTES - header + 1))).toBeUndefined()
})
