/** Logs that somebody fills with what he says others wrote: read pack by pack, and crowding out nothing that is proved. */
import { afterEach, expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Fact } from '#protocol/casework/facts/facts.ts'
import { type DocumentId, type LogKey, logKey, streamOf, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { entryHash, GENESIS } from '#protocol/log/chain.ts'
import { type Draft, type EntryRecord, KIND, readRecord } from '#protocol/log/entry.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { sha256 } from '#protocol/transport/node-host.ts'
import { COUNTY, type Node, nodeRecord, openNode, publish, STATIONS, TOWNSHIP, until, VILLAGE } from './county.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'

const USUAL = LIMITS.revokedEntries
const changeable = LIMITS as { revokedEntries: number }
afterEach(() => {
  changeable.revokedEntries = USUAL
})

const STREAM = streamOf(VILLAGE)

/** Notes the longest row of packs that were read without a turn for anybody else. */
class TurnStorage extends MemoryStorage {
  row = 0
  longest = 0
  reads = 0
  override async packHolding(log: LogKey, seq: number) {
    this.reads += 1
    this.row += 1
    this.longest = Math.max(this.longest, this.row)
    return super.packHolding(log, seq)
  }

  /** What work reads in a row at most. */
  async rowOf(work: () => Promise<unknown>): Promise<number> {
    let isDone = false
    this.longest = 0
    const turn = () => {
      this.row = 0
      if (!isDone) setImmediate(turn)
    }
    turn()
    await work()
    isDone = true
    return this.longest
  }
}

interface Place {
  readonly root: Node
  readonly storage: TurnStorage
  readonly thief: RawNode
  readonly relay: RawNode
}

/** A county hall with two that write what they like; the names of their logs are in the order that is asked for. */
async function place(thiefFirst: boolean): Promise<Place> {
  const storage = new TurnStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage })
  let [thief, relay] = [new RawNode(VILLAGE), new RawNode(TOWNSHIP)]
  while (thief.node < relay.node !== thiefFirst) [thief, relay] = [new RawNode(VILLAGE), new RawNode(TOWNSHIP)]
  const nodes = [nodeRecord(root, null), thief.record(relay.node, 9), relay.record(root.identity.node, 8)]
  await publish(root, [...STATIONS, ...SAMPLE_ITEMS, ...nodes])
  return { root, storage, thief, relay }
}

const recordOf = ({ bytes }: Packable) => readRecord(bytes) as EntryRecord

/** What a log of the thief held once, by other incarnations of it: carriers for it, and the hashes inside. */
async function carriersOf(thief: RawNode, kind: number, incarnations: readonly number[], document: DocumentId) {
  const fact: Fact = { kind: 'noted', previous: null, fields: { text: '截下' } }
  const payload = kind === KIND.fact ? factPayload(fact) : new Uint8Array([1, 2, 3])
  const drafts: Draft[] = []
  const hashes: string[] = []
  for (const incarnation of incarnations) {
    const writer = new RawNode(VILLAGE, thief.keys)
    const written = await writer.write(STREAM, [draft(VILLAGE, { kind, document, payload })], { incarnation })
    const record = recordOf(written[0] as Packable)
    const log = logKey({ node: thief.node, incarnation, stream: STREAM })
    hashes.push(toHex(entryHash(sha256, log, GENESIS, record)))
    drafts.push(draft(TOWNSHIP, { kind: KIND.carried, document, payload: encodeCarried(log, GENESIS, record) }))
  }
  return { drafts, hashes }
}

const opening = () =>
  draft(VILLAGE, {
    payload: factPayload({ kind: 'opened', previous: null, fields: { number: 'n-1', item: 'SL0001', itemVersion: 1 } }),
  })

async function deliver(root: Node, raw: RawNode, drafts: readonly Draft[]): Promise<void> {
  await raw.link(root)
  raw.send(frameOf(await raw.write(STREAM, drafts)))
  await raw.stored()
  raw.cut()
}

async function carriedAtRevocation({ root, thief, relay }: Place): Promise<readonly string[]> {
  await publish(root, [{ ...thief.record(relay.node, 9), revoked: { time: 1, reason: '被盗' } }])
  return root.engine.office.directory.node(thief.node)?.revoked?.carried ?? []
}

test('S111 when a node is revoked entries whose signature was checked are named before what somebody only says it wrote', async () => {
  changeable.revokedEntries = 5
  const there = await place(true)
  const { root, thief, relay } = there
  const opened = opening()
  const { document } = opened
  const [made, cut] = [
    await carriersOf(thief, KIND.edit, [21, 22, 23, 24, 25, 26], document),
    await carriersOf(thief, KIND.fact, [31, 32], document),
  ]
  await deliver(root, thief, [opened])
  await deliver(root, relay, [...made.drafts, ...cut.drafts])
  const carried = await carriedAtRevocation(there)
  expect(carried).toEqual([...cut.hashes, ...made.hashes.slice(0, 3)])
})

test('S111 what stands in the logs of others is named before what the revoked node itself says that it wrote', async () => {
  for (const thiefFirst of [true, false]) {
    changeable.revokedEntries = 4
    const there = await place(thiefFirst)
    const { root, thief, relay } = there
    const opened = opening()
    const { document } = opened
    const made = await carriersOf(thief, KIND.fact, [21, 22, 23, 24, 25, 26], document)
    const cut = await carriersOf(thief, KIND.fact, [31, 32], document)
    await deliver(root, thief, [opened, ...made.drafts])
    await deliver(root, relay, cut.drafts)
    expect(await carriedAtRevocation(there)).toEqual([...cut.hashes, ...made.hashes.slice(0, 2)])
  }
})

/** A log with so many packs of carriers. */
const PACKS = 60
/** Hashes of a log and the first packs behind them, and as many again. */
const IN_A_ROW = 20

test('S111 a long log is read pack by pack when a node is revoked, and everybody else has a turn between', async () => {
  const there = await place(true)
  const { root, storage, thief, relay } = there
  const opened = opening()
  await deliver(root, thief, [opened])
  const { drafts } = await carriersOf(
    thief,
    KIND.edit,
    Array.from({ length: PACKS }, (_, at) => 20 + at),
    opened.document,
  )
  await relay.link(root)
  for (const [at, one] of drafts.entries()) {
    relay.send(frameOf(await relay.write(STREAM, [one])))
    await relay.stored(at + 1)
  }
  relay.cut()
  storage.reads = 0
  expect(await storage.rowOf(() => carriedAtRevocation(there))).toBeLessThan(IN_A_ROW)
  expect(storage.reads).toBeGreaterThan(PACKS)
})

test('R61 a long log that carries records is read pack by pack, and everybody else has a turn between', async () => {
  const { root, storage, thief, relay } = await place(true)
  const document = 'station/510724200' as DocumentId
  const { drafts } = await carriersOf(
    thief,
    KIND.directory,
    Array.from({ length: PACKS }, (_, at) => 20 + at),
    document,
  )
  await relay.link(root)
  const row = await storage.rowOf(async () => {
    for (const [at, one] of drafts.entries()) {
      relay.send(frameOf(await relay.write(STREAM, [one])))
      await relay.stored(at + 1)
    }
    await until('looked at', async () => (await root.storage.localAll('returned-records')).length === 0)
  })
  expect(row).toBeLessThan(IN_A_ROW)
  expect(storage.reads).toBeGreaterThan(PACKS)
})
