/** How long entries may be: what passes a door can be carried, cut off and carried on, and packed, whatever its kind. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { DocumentId, LogKey, PersonId, StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { type Draft, type EntryRecord, encodeContent, encodeRecord, KIND } from '#protocol/log/entry.ts'
import { fitsDoor, fitsOwn, RECORD_BYTES } from '#protocol/log/entry-size.ts'
import { decodePack, encodePack, packable } from '#protocol/log/pack.ts'

const log = `${'0'.repeat(32)}/13823/510724100201123` as LogKey
const signature = new Uint8Array(64)

/** The longest names and numbers that an entry can have, beside a payload. */
const longest = (kind: number, payload: Uint8Array): Draft => ({
  kind,
  document: `${'a'.repeat(20)}/${'字'.repeat(80)}` as DocumentId,
  person: 'p'.repeat(40) as PersonId,
  station: '5'.repeat(15) as StationCode,
  time: 8.64e15,
  clockOffset: -Number.MAX_SAFE_INTEGER,
  catalogueVersion: Number.MAX_SAFE_INTEGER,
  calendarVersion: Number.MAX_SAFE_INTEGER,
  payload,
})

/** The largest record of a kind that passes the door. */
function largest(kind: number, seq: number, signed: boolean): EntryRecord {
  const recordOf = (bytes: number): EntryRecord => ({
    seq,
    signature: signed ? signature : null,
    content: encodeContent({ ...longest(kind, new Uint8Array(bytes)), document: 'a'.repeat(32) as DocumentId }),
  })
  let [fits, beyond] = [0, RECORD_BYTES]
  while (beyond - fits > 1) {
    const middle = Math.floor((fits + beyond) / 2)
    if (fitsDoor({ kind }, recordOf(middle))) fits = middle
    else beyond = middle
  }
  return recordOf(fits)
}

const anyPlace = fc.record({ seq: fc.constantFrom(1, 300, Number.MAX_SAFE_INTEGER), signed: fc.boolean() })
const isInPack = (record: EntryRecord) => decodePack(encodePack([packable(log, record)])) !== undefined

test('L13 the largest entry at the door can be carried and kept, and so can what an earlier program wrote', () => {
  fc.assert(
    fc.property(fc.constantFrom(KIND.fact, KIND.edit, KIND.directory, 99), anyPlace, (kind, { seq, signed }) => {
      const record = largest(kind, seq, signed)
      expect(encodeRecord(record).length).toBe(LIMITS.entryBytes)
      expect(isInPack(record)).toBe(true)
      for (const carrier of [KIND.carried, KIND.kept, KIND.withdrawn]) {
        const content = encodeContent(longest(carrier, encodeCarried(log, new Uint8Array(32), record)))
        expect(fitsOwn({ kind: carrier }, content)).toBe(true)
        const carried = { seq: Number.MAX_SAFE_INTEGER, signature, content }
        expect(fitsDoor({ kind: carrier }, carried)).toBe(true)
        expect(isInPack(carried)).toBe(true)
      }
    }),
    { numRuns: 40 },
  )
})

test('L14 a carrier of any size that passes the door can be written again as it is, wherever it then stands', () => {
  fc.assert(
    fc.property(fc.constantFrom(KIND.carried, KIND.kept), anyPlace, anyPlace, (kind, before, after) => {
      const { content } = largest(kind, before.seq, before.signed)
      expect(fitsOwn({ kind }, content)).toBe(true)
      const again = { seq: after.seq, signature: after.signed ? signature : null, content }
      expect(fitsDoor({ kind }, again)).toBe(true)
      expect(isInPack(again)).toBe(true)
    }),
    { numRuns: 40 },
  )
  expect(
    fitsDoor({ kind: KIND.carried }, { seq: 1, signature: null, content: new Uint8Array(RECORD_BYTES - 72) }),
  ).toBe(false)
})

test('L15 what is written here is, carried, no longer than an entry of version 1', () => {
  const content = new Uint8Array(LIMITS.writtenBytes)
  expect(fitsOwn({ kind: KIND.fact }, content)).toBe(true)
  expect(fitsOwn({ kind: KIND.fact }, new Uint8Array(LIMITS.writtenBytes + 1))).toBe(false)
  const record = { seq: Number.MAX_SAFE_INTEGER, signature, content }
  const carrier = encodeContent(longest(KIND.carried, encodeCarried(log, new Uint8Array(32), record)))
  expect(encodeRecord({ seq: Number.MAX_SAFE_INTEGER, signature, content: carrier }).length).toBeLessThanOrEqual(
    LIMITS.entryBytes,
  )
})
