/** Records are taken out of packs by places that the disk tells: nothing of what it tells is believed. */
import { expect, test } from 'vitest'
import type { Place } from '#protocol/engine/ports/storage.ts'
import type { LogKey } from '#protocol/ids.ts'
import { DocumentRecords } from '#protocol/storage/sql/document-records.ts'

const place = (offset: number, length: number): Place => ({
  arrival: 1,
  offset,
  length,
  log: `${'a'.repeat(32)}/1/510724` as LogKey,
  seq: 1,
  hash: new Uint8Array(32),
})

const PACK = Uint8Array.from({ length: 400_000 }, (_, at) => at % 251)

/** Adds all places, and compares each record with its stretch of the pack. */
function taken(places: readonly Place[]): DocumentRecords {
  const document = new DocumentRecords(places)
  for (const one of places) document.add(one, PACK)
  for (const { offset, length, bytes } of document.records)
    expect(Buffer.from(bytes).equals(PACK.subarray(offset, offset + length))).toBe(true)
  return document
}

test('S40 short and long records come out as they lie in the pack, and none lies over another', () => {
  const lengths = [0, 1, 300, 16_384, 16_385, 65_536, 100_000, 64, 16_000, 16_000, 16_000, 16_000, 16_000, 5]
  const { records } = taken(lengths.map((length, at) => place(at * 3, length)))
  expect(records.map(({ bytes }) => bytes.length)).toEqual(lengths)
})

test('S40 the records of a document share memory, and hold hardly more than they are long', () => {
  const places = Array.from({ length: 400 }, (_, at) => place(at, at % 2 === 0 ? 10 : 33_000))
  const { records } = taken(places)
  const memory = new Set(records.map(({ bytes }) => bytes.buffer))
  const held = [...memory].reduce((sum, { byteLength }) => sum + byteLength, 0)
  expect(memory.size).toBeLessThanOrEqual(201)
  expect(held).toBeLessThan(places.reduce((sum, { length }) => sum + length, 0) + 65_536 + 1)
})

test('S40 a short record beside long ones holds no memory of theirs', () => {
  const { records } = taken([place(0, 100), place(5, 60_000), place(9, 60_000)])
  expect(records.map(({ bytes }) => bytes.buffer.byteLength)).toEqual([100, 60_000, 60_000])
})

test('S122 a place behind the end of its pack is damage, however long it says that it is', () => {
  for (const [offset, length] of [
    [399_999, 2],
    [0, 400_001],
    [2 ** 50, 1],
    [0, 2 ** 50],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ] as const) {
    const document = new DocumentRecords([place(0, 5), place(offset, length)])
    document.add(place(0, 5), PACK)
    expect(() => document.add(place(offset, length), PACK)).toThrow(expect.objectContaining({ fault: 'damaged' }))
  }
})
