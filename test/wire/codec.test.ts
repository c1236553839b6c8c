/** Message bytes: round trips, damage, bounds, and the fingerprint of all shapes. */
import fc from 'fast-check'
import * as encoding from 'lib0/encoding'
import { expect, test } from 'vitest'
import { fromHex, toHex } from '#protocol/ids.ts'
import { LIMITS, MESSAGE_BYTES } from '#protocol/limits.ts'
import { decodeMessage, encodeMessage, MESSAGE_TYPES } from '#protocol/wire/codec.ts'
import { PROTOCOL_VERSION, WIRE_FINGERPRINT } from '#protocol/wire/version.ts'
import { sha256 } from '#test/storage/fixtures.ts'
import { anyMessage } from './arbitraries.ts'
import { SAMPLES } from './samples.ts'

test('W1 every message reads back as it was written', () => {
  for (const sample of SAMPLES) expect(decodeMessage(encodeMessage(sample))).toEqual(sample)
  fc.assert(
    fc.property(anyMessage, (message) => {
      expect(decodeMessage(encodeMessage(message))).toEqual(message)
    }),
    { numRuns: 300 },
  )
})

test('W2 the tag is the position in the list of messages', () => {
  const tags = new Map(SAMPLES.map((sample) => [sample.type, encodeMessage(sample)[0]]))
  expect([...tags]).toEqual(
    [
      'hello',
      'proof',
      'frontier',
      'entries',
      'stored',
      'at-root',
      'receipts',
      'fork',
      'status',
      'beat',
      'busy',
      'refuse',
      'rungs',
      'levels',
    ].map((type, tag) => [type, tag]),
  )
})

test('W3 a message cut anywhere or with bytes behind it is malformed; entries end where the frame ends', () => {
  for (const sample of SAMPLES) {
    const frame = encodeMessage(sample)
    if (sample.type === 'entries') continue
    for (let length = 0; length < frame.length; length++)
      expect(decodeMessage(frame.subarray(0, length))).toBeUndefined()
    expect(decodeMessage(Uint8Array.from([...frame, 0]))).toBeUndefined()
  }
})

test('W4 no bytes make the reader throw: they are a message or malformed', () => {
  for (const sample of SAMPLES) {
    const frame = encodeMessage(sample)
    for (let place = 0; place < frame.length; place++) {
      for (const value of [0, 1, 0x7f, 0x80, 0xff, (frame[place] as number) ^ 1]) {
        const damaged = frame.slice()
        damaged[place] = value
        const read = decodeMessage(damaged)
        if (read) expect(decodeMessage(encodeMessage(read))).toEqual(read)
      }
    }
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      decodeMessage(bytes)
    }),
    { numRuns: 2_000 },
  )
})

test('W5 lists are bounded by their count, before anything is made for them', () => {
  const claim = (tag: number, count: number, before: readonly number[] = []) => {
    const encoder = encoding.createEncoder()
    encoding.writeUint8(encoder, tag)
    for (const value of before) encoding.writeVarUint(encoder, value)
    encoding.writeVarUint(encoder, count)
    return encoding.toUint8Array(encoder)
  }
  for (const frame of [
    claim(2, LIMITS.frontierLogs + 1),
    claim(4, 2 ** 50, [1]),
    claim(5, 2 ** 50),
    claim(8, LIMITS.links + 1),
    claim(13, LIMITS.links + 1),
  ]) {
    expect(decodeMessage(frame)).toBeUndefined()
  }
  const node = SAMPLES.find((sample) => sample.type === 'status')?.nodes[0]
  if (!node) throw new Error('no sample of a status')
  const many = (count: number) => encodeMessage({ type: 'status', nodes: Array.from({ length: count }, () => node) })
  expect(decodeMessage(many(LIMITS.links))).toBeDefined()
  expect(decodeMessage(many(LIMITS.links + 1))).toBeUndefined()
  const rung = { height: 1, hash: new Uint8Array(8) }
  const fork = SAMPLES.find((sample) => sample.type === 'fork')
  if (!fork) throw new Error('no sample of a fork')
  const rungs = (count: number) => encodeMessage({ ...fork, ladder: Array.from({ length: count }, () => rung) })
  expect(decodeMessage(rungs(LIMITS.forkRungs))).toBeDefined()
  expect(decodeMessage(rungs(LIMITS.forkRungs + 1))).toBeUndefined()
})

test('W5 the version of a report is bounded, and the longest list of reports is a message', () => {
  const node = SAMPLES.find((sample) => sample.type === 'status')?.nodes[0]
  if (!node) throw new Error('no sample of a status')
  const full = { age: Number.MAX_SAFE_INTEGER, unsentEntries: Number.MAX_SAFE_INTEGER, clockOffset: -(2 ** 52) }
  const of = (version: string) =>
    encodeMessage({
      type: 'status',
      nodes: Array.from({ length: LIMITS.links }, () => ({
        ...node,
        ...full,
        unsentCases: Number.MAX_SAFE_INTEGER,
        version,
      })),
    })
  const longest = of('版'.repeat(LIMITS.versionCharacters))
  expect(decodeMessage(longest)).toBeDefined()
  expect(longest.length).toBeLessThan(MESSAGE_BYTES)
  expect(decodeMessage(of('v'.repeat(LIMITS.versionCharacters + 1)))).toBeUndefined()
})

test('W6 names are checked at the door: streams, incarnations, documents, outcomes, codes', () => {
  const [, , , frontier] = SAMPLES
  const replace = (message: (typeof SAMPLES)[number], from: string, to: string) => {
    const text = toHex(encodeMessage(message))
    expect(text).toContain(from)
    return decodeMessage(fromHex(text.replace(from, to)) as Uint8Array)
  }
  const ascii = (text: string) => toHex(new TextEncoder().encode(text))
  expect(replace(frontier as (typeof SAMPLES)[number], ascii('county'), ascii('COUNTY'))).toBeUndefined()
  const stored = SAMPLES.find((sample) => sample.type === 'stored') as (typeof SAMPLES)[number]
  expect(replace(stored, `${'0123456789abcdef'.repeat(2)}07`, `${'0123456789abcdef'.repeat(2)}00`)).toBeUndefined()
  const refuse = encodeMessage({ type: 'refuse', code: 'version', detail: '' })
  refuse[1] = 100
  expect(decodeMessage(refuse)).toBeUndefined()
  expect(decodeMessage(Uint8Array.of(99))).toBeUndefined()
})

test('W6 a frontier names each log once', () => {
  const frontier = SAMPLES.find((sample) => sample.type === 'frontier')
  const position = frontier?.logs[0]
  if (!frontier || !position) throw new Error('no sample of a frontier')
  const twice = { ...frontier, logs: [position, { ...position, height: position.height + 1 }] }
  expect(decodeMessage(encodeMessage(twice))).toBeUndefined()
})

test('W7 every message has a sample, so that the fingerprint covers it', () => {
  expect(MESSAGE_TYPES.filter((type) => SAMPLES.every((sample) => sample.type !== type))).toEqual([])
})

test('W7 a change of any message shape needs a new version and a new fingerprint', () => {
  const encoder = encoding.createEncoder()
  for (const sample of SAMPLES) encoding.writeVarUint8Array(encoder, encodeMessage(sample))
  expect([PROTOCOL_VERSION, toHex(sha256(encoding.toUint8Array(encoder)))]).toEqual([3, WIRE_FINGERPRINT])
})
