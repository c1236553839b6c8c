/** The door: what hostile or broken peers send is refused by name, touches nothing, and blocks nobody. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { StationCode } from '#protocol/ids.ts'
import { type DocumentId, type LogKey, type NodeId, type StreamId, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodeRecord, KIND, readRecord } from '#protocol/log/entry.ts'
import { RECORD_BYTES } from '#protocol/log/entry-size.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import type { Message } from '#protocol/wire/messages.ts'
import {
  COUNTY,
  type Node,
  nodeRecord,
  openNode,
  person,
  publish,
  receiptsAt,
  STATIONS,
  stationRecord,
  TOWNSHIP,
  until,
  untilListed,
} from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'

const OTHER = '510724200' as StationCode

async function place(): Promise<{ root: Node; raw: RawNode }> {
  const root = await openNode({ station: COUNTY, lease: 1 })
  const raw = new RawNode(TOWNSHIP)
  const other = stationRecord(OTHER, '永安镇便民服务中心', 'township', COUNTY)
  await publish(root, [...STATIONS, other, nodeRecord(root, null), raw.record(root.identity.node, 9), ...SAMPLE_ITEMS])
  await raw.link(root)
  return { root, raw }
}

const heightsAt = async (node: Node): Promise<Record<string, number>> =>
  Object.fromEntries((await node.storage.load()).heads.map(({ key, height }) => [key, height]))

const tamper = (packed: Packable, change: (bytes: Uint8Array) => void): Packable => {
  const bytes = packed.bytes.slice()
  change(bytes)
  return { ...packed, bytes }
}

const stream = streamOf(TOWNSHIP)
const one = () => draft(TOWNSHIP)
const entries = (packed: Uint8Array): Message => ({ type: 'entries', packed })
const nobody = 'd'.repeat(32) as NodeId

type Attack = (raw: RawNode) => Promise<Message | Uint8Array>

const ATTACKS: readonly (readonly [what: string, code: string, attack: Attack])[] = [
  ['a stream that is not granted', 'foreign-stream', async (raw) => frameOf(await raw.write(streamOf(OTHER), [one()]))],
  [
    'the county stream by anyone but the root',
    'foreign-stream',
    async (raw) => frameOf(await raw.write('county' as StreamId, [one()])),
  ],
  [
    'an author nobody knows',
    'unknown-author',
    async (raw) => frameOf(await raw.write(stream, [one()], { author: nobody })),
  ],
  [
    'a signature by another key',
    'bad-signature',
    async (raw) => {
      const [packed] = (await raw.write(stream, [one()])) as [Packable]
      return frameOf([tamper(packed, (bytes) => (bytes[10] = (bytes[10] as number) ^ 1))])
    },
  ],
  [
    'content changed on the way',
    'bad-signature',
    async (raw) => {
      const [packed] = (await raw.write(stream, [one()])) as [Packable]
      return frameOf([tamper(packed, (bytes) => (bytes[bytes.length - 1] = 0x5d))])
    },
  ],
  [
    'a run without a signed end',
    'bad-signature',
    async (raw) => frameOf(await raw.write(stream, [one(), one()], { sign: (seq) => seq === 1 })),
  ],
  [
    'a run of an earlier pack with a false end',
    'bad-signature',
    async (raw) => {
      const [first, second] = (await raw.write(stream, [one(), one()])) as [Packable, Packable]
      return frameOf([tamper(first, (bytes) => (bytes[20] = (bytes[20] as number) ^ 1))], [second])
    },
  ],
  [
    'entries before the frame are missing',
    'gap',
    async (raw) => frameOf((await raw.write(stream, [one(), one()])).slice(1)),
  ],
  ['records out of order', 'gap', async (raw) => frameOf((await raw.write(stream, [one(), one()])).reverse())],
  ['bytes that do not unpack', 'malformed', async () => entries(nodeHost.random(300))],
  ['something else than packs', 'malformed', async () => entries(nodeHost.compression.pack(nodeHost.random(300)))],
  ['a pack without records', 'malformed', async () => frameOf([])],
  [
    'a decompression bomb',
    'malformed',
    async () => entries(nodeHost.compression.pack(new Uint8Array(64 * 1024 * 1024))),
  ],
  [
    'a message over the limit',
    'oversized',
    async () => entries(new Uint8Array(LIMITS.frameBytes + LIMITS.frameHeaderBytes)),
  ],
  [
    'a pack that could not be passed on',
    'oversized',
    async (raw) =>
      frameOf(
        await raw.write(
          stream,
          [0, 1, 2].map(() => draft(TOWNSHIP, { payload: new Uint8Array(100_000) })),
        ),
      ),
  ],
  [
    'an entry over the limit',
    'oversized',
    async (raw) => frameOf(await raw.write(stream, [draft(TOWNSHIP, { payload: new Uint8Array(LIMITS.entryBytes) })])),
  ],
  [
    'a record longer than any entry',
    'malformed',
    async (raw) => frameOf(await raw.write(stream, [draft(TOWNSHIP, { payload: new Uint8Array(RECORD_BYTES) })])),
  ],
  [
    'content that is no entry',
    'malformed',
    async (raw) => {
      const [packed] = (await raw.write(stream, [one()])) as [Packable]
      const record = readRecord(packed.bytes)
      if (!record) throw new Error('unreadable')
      return frameOf([{ ...packed, bytes: encodeRecord({ ...record, content: Uint8Array.of(1, 2, 3) }) }])
    },
  ],
  [
    'a document that is none',
    'malformed',
    async (raw) => frameOf(await raw.write(stream, [draft(TOWNSHIP, { document: '../etc' as DocumentId })])),
  ],
  [
    'a time no date can name',
    'malformed',
    async (raw) => frameOf(await raw.write(stream, [draft(TOWNSHIP, { time: 9e15 })])),
  ],
  [
    'a message out of order',
    'out-of-order',
    async () => ({ type: 'proof', signature: new Uint8Array(64), digest: new Uint8Array(16) }),
  ],
  ['a frame that is no message', 'malformed', async () => Uint8Array.of(200, 1, 2)],
]

test.each(ATTACKS)(
  'S40 refused by name, nothing stored, honest entries arrive afterwards: %s',
  async (_what, code, attack) => {
    const { root, raw } = await place()
    const before = await heightsAt(root)
    const honest = new Map(raw.heads)
    const bad = await attack(raw)
    if (bad instanceof Uint8Array) raw.sendBytes(bad)
    else raw.send(bad)
    expect(await raw.refusal()).toBe(code)
    expect(await heightsAt(root)).toEqual(before)
    raw.heads.clear()
    for (const [log, head] of honest) raw.heads.set(log, head)
    await raw.link(root)
    raw.send(frameOf(await raw.write(stream, [one()])))
    await raw.stored()
    expect((await heightsAt(root))[`${raw.node}/1/${TOWNSHIP}`]).toBe(1)
    const opened = await root.engine.office.openCase(person(COUNTY, ['handler']), SAMPLE_ITEMS[0]?.id ?? '')
    expect(opened.ok || opened.problem.code).toBe(true)
  },
)

test('S41 frames that come twice change nothing and are acknowledged again', async () => {
  const { root, raw } = await place()
  const frame = frameOf(await raw.write(stream, [one(), one()]))
  raw.send(frame)
  await raw.stored()
  const { arrival } = await root.storage.load()
  raw.send(frame)
  await raw.stored(2)
  expect((await root.storage.load()).arrival).toBe(arrival)
})

test('S42 another entry under a seq that is held is refused as a fork, not taken for a repetition', async () => {
  const { root, raw } = await place()
  raw.send(frameOf(await raw.write(stream, [one(), one()])))
  await raw.stored()
  const held = await heightsAt(root)
  raw.heads.clear()
  raw.send(frameOf(await raw.write(stream, [one(), one()])))
  expect(await raw.refusal()).toBe('bad-chain')
  expect(await heightsAt(root)).toEqual(held)
})

test('S42 behind another version of what is held a signature that holds is no forgery: the frame says that the chains differ', async () => {
  const { root, raw } = await place()
  raw.send(frameOf(await raw.write(stream, [one(), one()])))
  await raw.stored()
  const held = await heightsAt(root)
  // The author's copy repeats both numbers and goes on: over what is held here, its signature on the third does not hold.
  raw.heads.clear()
  raw.send(frameOf(await raw.write(stream, [one(), one(), one()])))
  expect(await raw.refusal()).toBe('bad-chain')
  expect(await heightsAt(root)).toEqual(held)
})

test('S43 an entry of a kind nobody knows is kept and passed on byte for byte, with a receipt', async () => {
  const { root, raw } = await place()
  const [packed] = (await raw.write(stream, [draft(TOWNSHIP, { kind: 99 })])) as [Packable]
  raw.send(frameOf([packed]))
  await raw.stored()
  const pack = await root.storage.packHolding(packed.log, 1)
  expect(Buffer.from(pack?.bytes ?? []).includes(Buffer.from(packed.bytes))).toBe(true)
  await untilListed(root)
  const counts = await root.storage.receiptCounts()
  expect(counts).toContainEqual({ log: packed.log, outcome: 'unknown-kind', count: 1 })
})

test('L12 S43 the receipt of an unknown kind is told to its author', async () => {
  const { raw } = await place()
  raw.send(frameOf(await raw.write(stream, [draft(TOWNSHIP, { kind: 99 })])))
  await raw.stored()
  const receipts = () => raw.received.flatMap((message) => (message.type === 'receipts' ? message.receipts : []))
  await until('it is told', () => receipts().length > 0)
  const told = receipts()
  expect(told.map(({ outcome, seq }) => [outcome, seq])).toEqual([['unknown-kind', 1]])
})

test('S44 directory records by anyone but the root are quarantined', async () => {
  const { root, raw } = await place()
  const document = `person/intruder` as DocumentId
  const payload = new TextEncoder().encode(
    JSON.stringify({ type: 'person', id: 'intruder', version: 9, station: TOWNSHIP }),
  )
  raw.send(frameOf(await raw.write(stream, [draft(TOWNSHIP, { kind: KIND.directory, document, payload })])))
  await raw.stored()
  expect(root.engine.office.directory.people()).toEqual([])
  expect((await receiptsAt(root, document)).map(({ outcome }) => outcome)).toEqual(['quarantined'])
})

test('S45 what a node says of nodes that are not in the register, or of its parent, is not kept', async () => {
  const { root, raw } = await place()
  const report = { age: 0, connected: true, unsentEntries: 1, unsentCases: 1, version: 'x', clockOffset: null }
  const inventions = Array.from({ length: 50 }, (_, index) => index.toString(16).padStart(32, '0') as NodeId)
  const nodes = [...inventions, root.identity.node, raw.node].map((node) => ({ ...report, node }))
  raw.send({ type: 'status', nodes })
  raw.send(frameOf(await raw.write(stream, [one()])))
  await raw.stored()
  expect((await root.engine.office.nodesBelow()).map(({ node }) => node)).toEqual([raw.node])
})

test('S46 a child cannot make its parent give up an incarnation by claiming more than it can prove', async () => {
  const { root, raw } = await place()
  const own = Object.keys(await heightsAt(root))[0] as LogKey
  const before = root.engine.incarnation
  raw.send({
    type: 'frontier',
    streams: ['county' as StreamId],
    logs: [{ log: own, height: 9_999, hash: new Uint8Array(8), root: 0 }],
  })
  raw.send({ type: 'fork', log: own, ladder: [{ height: 1, hash: new Uint8Array(8) }], proof: new Uint8Array(20) })
  raw.send(frameOf(await raw.write(stream, [one()])))
  await raw.stored()
  expect(root.engine.incarnation).toBe(before)
  expect((await heightsAt(root))[own]).toBeGreaterThan(1)
})

test('S47 no damaged frame stops a node', { timeout: 30_000 }, async () => {
  const { root, raw } = await place()
  const good = frameOf(await raw.write(stream, [one(), one(), one()]))
  const body = good.type === 'entries' ? good.packed : new Uint8Array()
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: body.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const damaged = body.slice()
      damaged[at] = (damaged[at] as number) ^ change
      if (raw.ended) await raw.link(root)
      raw.send(entries(damaged))
      // Some bytes of a compressed frame may change without changing what it unpacks to.
      await until('answered', () => raw.ended || raw.received.some(({ type }) => type === 'stored'))
      if (raw.ended)
        expect(await raw.refusal()).toMatch(/malformed|bad-signature|bad-chain|gap|unknown-author|foreign-stream/)
      else expect((await heightsAt(root))[`${raw.node}/1/${TOWNSHIP}`]).toBe(3)
      raw.cut()
    }),
    { numRuns: 60 },
  )
  await raw.link(root)
  raw.send(good)
  await raw.stored()
  expect((await heightsAt(root))[`${raw.node}/1/${TOWNSHIP}`]).toBe(3)
})
