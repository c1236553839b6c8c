/** Random messages of every kind, within what the types allow. */
import fc from 'fast-check'
import { type DocumentId, type LogKey, logKey, MAXIMUM_INCARNATION, type NodeId, type StreamId } from '#protocol/ids.ts'
import { type Message, RECEIPT_OUTCOMES } from '#protocol/wire/messages.ts'
import { REFUSAL_CODES } from '#protocol/wire/refusals.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const hex = (length: number) =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length })
    .map((digits) => digits.join(''))
const number = fc.maxSafeNat()
const optional = fc.option(fc.integer({ min: -(2 ** 40), max: 2 ** 45 }).map((value) => value + 0))
const node = hex(32) as fc.Arbitrary<NodeId>
const stream = fc.oneof(
  fc.constant('county'),
  fc.array(fc.constantFrom(...'0123456789'), { minLength: 6, maxLength: 15 }).map((digits) => digits.join('')),
) as fc.Arbitrary<StreamId>

/** Any log. */
export const anyLog: fc.Arbitrary<LogKey> = fc
  .record({ node, incarnation: fc.integer({ min: 1, max: MAXIMUM_INCARNATION }), stream })
  .map(logKey)
const height = fc.record({ log: anyLog, height: number })
const document = fc.oneof(
  hex(32),
  hex(8).map((id) => `station/${id}`),
) as fc.Arbitrary<DocumentId>
const some = { maxLength: 5 }

/** Any message. */
export const anyMessage: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constant('hello' as const),
    versions: fc.tuple(number, number),
    node,
    incarnation: number,
    nonce: bytes(16),
    rootTime: optional,
  }),
  fc.record({ type: fc.constant('proof' as const), signature: bytes(64), digest: bytes(16) }),
  fc.record({
    type: fc.constant('frontier' as const),
    streams: fc.array(stream, some),
    logs: fc.uniqueArray(fc.record({ log: anyLog, height: number, hash: bytes(8), root: number }), {
      ...some,
      selector: ({ log }) => log,
    }),
  }),
  fc.record({ type: fc.constant('entries' as const), packed: fc.uint8Array({ maxLength: 300 }) }),
  fc.record({ type: fc.constant('stored' as const), frames: number, heights: fc.array(height, some) }),
  fc.record({ type: fc.constant('at-root' as const), heights: fc.array(height, some) }),
  fc.record({
    type: fc.constant('receipts' as const),
    receipts: fc.array(
      fc.record({
        log: anyLog,
        seq: number,
        document,
        outcome: fc.constantFrom(...RECEIPT_OUTCOMES),
        reason: fc.string({ unit: 'grapheme' }),
      }),
      some,
    ),
  }),
  fc.record({
    type: fc.constant('fork' as const),
    log: anyLog,
    ladder: fc.array(fc.record({ height: number, hash: bytes(8) }), some),
    proof: fc.uint8Array({ maxLength: 100 }),
  }),
  fc.record({
    type: fc.constant('status' as const),
    nodes: fc.array(
      fc.record({
        node,
        age: number,
        connected: fc.boolean(),
        unsentEntries: number,
        unsentCases: number,
        version: fc.string(),
        clockOffset: optional,
      }),
      some,
    ),
  }),
  fc.record({ type: fc.constant('levels' as const), nodes: fc.array(fc.record({ node, level: number }), some) }),
  fc.record({ type: fc.constant('rungs' as const), log: anyLog, above: number, below: number }),
  fc.record({ type: fc.constant('beat' as const), rootTime: optional }),
  fc.record({ type: fc.constant('busy' as const), retryAfterSeconds: number }),
  fc.record({ type: fc.constant('refuse' as const), code: fc.constantFrom(...REFUSAL_CODES), detail: fc.string() }),
)
