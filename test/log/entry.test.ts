/** Canonical bytes, hashes and records of entries. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DocumentId, type LogKey, type PersonId, type StationCode, toHex } from '#protocol/ids.ts'
import { decodeCarried, encodeCarried } from '#protocol/log/carried.ts'
import { canonicalBytes, entryHash, GENESIS } from '#protocol/log/chain.ts'
import {
  type Draft,
  type EntryRecord,
  encodeContent,
  encodeRecord,
  isSound,
  KIND,
  readEntry,
  readRecord,
} from '#protocol/log/entry.ts'
import { sha256 } from '#test/storage/fixtures.ts'
import { anyDraft } from './drafts.ts'

const log = '0123456789abcdef0123456789abcdef/7/510724100201' as LogKey
const draft: Draft = {
  kind: KIND.fact,
  document: 'a'.repeat(32) as DocumentId,
  person: 'wangfang' as PersonId,
  station: '510724100201' as StationCode,
  time: 1_790_000_000_000,
  clockOffset: -1_500,
  catalogueVersion: 3,
  calendarVersion: 0,
  payload: new TextEncoder().encode('{"fact":"noted"}'),
}
const record = (seq: number, given: Partial<Draft> = {}, signature: Uint8Array | null = null): EntryRecord => ({
  seq,
  signature,
  content: encodeContent({ ...draft, ...given }),
})

test('L1 the content of an entry is these bytes', () => {
  expect(toHex(encodeContent(draft))).toMatchInlineSnapshot(
    `"012061616161616161616161616161616161616161616161616161616161616161610877616e6766616e670c35313037323431303032303180d8c1a28c3401dc170300107b2266616374223a226e6f746564227d"`,
  )
  expect(
    toHex(encodeContent({ ...draft, person: '', clockOffset: null, payload: new Uint8Array() })),
  ).toMatchInlineSnapshot(
    `"01206161616161616161616161616161616161616161616161616161616161616161000c35313037323431303032303180d8c1a28c3400030000"`,
  )
})

test('L2 the canonical bytes are form, log, seq in eight bytes, the hash before, content', () => {
  const content = toHex(encodeContent(draft))
  const text = (value: string) => toHex(Uint8Array.of(value.length, ...new TextEncoder().encode(value)))
  const expected = `${text('county-entry-1')}${text(log)}0000000100000002${'00'.repeat(32)}${content}`
  expect(toHex(canonicalBytes(log, GENESIS, record(2 ** 32 + 2)))).toBe(expected)
})

test('L3 the hash is SHA-256 of the canonical bytes', () => {
  const first = entryHash(sha256, log, GENESIS, record(1))
  const second = entryHash(sha256, log, first, record(2))
  expect([toHex(first), toHex(second)]).toMatchInlineSnapshot(`
    [
      "ecbaadf90a194346716b6d8ef4ec9e1a8ce56b2f181707a693de328653490057",
      "bfd3557fc27b49f374d182f4250c19919df69ec8352a93911afc340c4a550a60",
    ]
  `)
})

test('L3 log, seq, hash before and content are in the hash, the signature is not', () => {
  const hash = (of: LogKey, before: Uint8Array, one: EntryRecord) => toHex(entryHash(sha256, of, before, one))
  const base = hash(log, GENESIS, record(1))
  expect(hash(log, GENESIS, record(1, {}, new Uint8Array(64)))).toBe(base)
  const others = [
    hash(log.replace('/7/', '/8/') as LogKey, GENESIS, record(1)),
    hash(log, sha256(GENESIS), record(1)),
    hash(log, GENESIS, record(2)),
    ...Object.entries({
      kind: 2,
      document: 'b'.repeat(32),
      person: '',
      station: '510724',
      time: 1,
      clockOffset: null,
      catalogueVersion: 4,
      calendarVersion: 1,
      payload: new Uint8Array(),
    }).map(([name, value]) => hash(log, GENESIS, record(1, { [name]: value }))),
  ]
  expect(new Set([base, ...others]).size).toBe(others.length + 1)
})

test('L4 a record is seq, a flag, the signature when there is one, and the content to its end', () => {
  fc.assert(
    fc.property(anyDraft, fc.integer({ min: 1, max: 2 ** 50 }), fc.boolean(), (some, seq, signed) => {
      const written = record(seq, some, signed ? new Uint8Array(64).fill(7) : null)
      const read = readRecord(encodeRecord(written))
      expect(read).toEqual(written)
      const entry = read && readEntry(log, read, GENESIS)
      expect(entry).toEqual({ ...some, log, seq, hash: GENESIS, signature: written.signature })
    }),
  )
})

test('L5 malformed records and contents are undefined, never an error', () => {
  const whole = encodeRecord(record(300, {}, new Uint8Array(64)))
  for (let length = 0; length < whole.length; length++) {
    const read = readRecord(whole.subarray(0, length))
    if (read) expect(readEntry(log, read, GENESIS)).toBeUndefined()
  }
  const { content } = record(1)
  expect(
    readEntry(log, { seq: 1, signature: null, content: Uint8Array.from([...content, 0]) }, GENESIS),
  ).toBeUndefined()
  expect(readRecord(Uint8Array.of(1, 2, 3))).toBeUndefined()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      const read = readRecord(bytes)
      if (read) readEntry(log, read, GENESIS)
      decodeCarried(sha256, bytes)
    }),
    { numRuns: 1_000 },
  )
})

test('L6 names and times that are none do not pass the door', () => {
  expect(isSound(draft)).toBe(true)
  expect(isSound({ ...draft, person: '' })).toBe(true)
  const wrong: Partial<Record<keyof Draft, unknown>>[] = [
    { document: 'A'.repeat(32) },
    { document: 'station/' },
    { person: 'a b' },
    { station: '51' },
    { station: '5107241002010001' },
    { time: 8.64e15 + 1 },
  ]
  for (const given of wrong) expect(isSound({ ...draft, ...given } as Draft)).toBe(false)
})

test('L11 a carried entry is its log, the hash before it and its record, and proves itself', () => {
  const before = sha256(GENESIS)
  const original = record(9, {}, new Uint8Array(64).fill(3))
  const payload = encodeCarried(log, before, original)
  const entry = decodeCarried(sha256, payload)
  expect(entry).toEqual({
    ...draft,
    log,
    seq: 9,
    hash: entryHash(sha256, log, before, original),
    signature: original.signature,
  })
  for (let length = 0; length < payload.length; length++) {
    expect(decodeCarried(sha256, payload.subarray(0, length))).toBeUndefined()
  }
  expect(decodeCarried(sha256, encodeCarried('someone/1/county' as LogKey, before, original))).toBeUndefined()
  expect(decodeCarried(sha256, encodeCarried(log, before, record(1, { time: 8.65e15 })))).toBeUndefined()
})
