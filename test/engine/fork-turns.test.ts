/** Whoever asks much about the forks of a link leaves everybody else a turn. */
import { expect, test } from 'vitest'
import { logKey, streamOf } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { COUNTY, nodeRecord, openNode, publish, STATIONS, until, VILLAGE } from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'

const stream = streamOf(VILLAGE)
const PACKS = 40

/** A county with a log of a raw node in many packs. */
async function manyPacks(storage = new MemoryStorage()) {
  const root = await openNode({ station: COUNTY, lease: 1, storage })
  const raw = new RawNode(VILLAGE)
  raw.versions = [1, 2]
  await publish(root, [...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 9)])
  await raw.link(root)
  for (let sent = 1; sent <= PACKS; sent++) {
    raw.send(frameOf(await raw.write(stream, [draft(VILLAGE, { kind: 99, payload: nodeHost.random(1_000) })])))
    await raw.stored(sent)
  }
  return { root, raw, log: logKey({ node: raw.node, incarnation: 1, stream }) }
}

const ladders = (raw: RawNode) =>
  raw.received.filter((message) => message.type === 'fork' && message.ladder.length > 0).length

/** Waits for something; the most ladders that came within one turn of the event loop. */
async function mostInATurn(raw: RawNode, holds: () => boolean): Promise<number> {
  let [most, before] = [0, ladders(raw)]
  await until('the ladders are told', () => {
    const now = ladders(raw)
    most = Math.max(most, now - before)
    before = now
    return holds()
  })
  return most
}

test('S109 a hundred questions about a log are answered one by one, and everybody else has a turn between them', async () => {
  const { raw, log } = await manyPacks()
  for (let count = 0; count < 100; count++) raw.send({ type: 'rungs', log, above: 0, below: PACKS + 1 })
  expect(await mostInATurn(raw, () => ladders(raw) === 100)).toBeLessThanOrEqual(2)
  expect(raw.ended).toBe(false)
})

test('S109 however often a log is compared, one ladder at a time waits to be told', async () => {
  const { raw, log } = await manyPacks()
  const position = { log, height: PACKS - 1, hash: new Uint8Array(8), root: 0 }
  for (let count = 0; count < 60; count++) raw.send({ type: 'frontier', streams: [stream], logs: [position] })
  raw.send({ type: 'rungs', log, above: 0, below: 3 })
  const answered = () => raw.received.some((message) => message.type === 'fork' && message.ladder[0]?.height === 2)
  await mostInATurn(raw, answered)
  expect(ladders(raw)).toBeGreaterThanOrEqual(2)
  expect(ladders(raw)).toBeLessThan(20)
})

/** A disk on which one hash takes until it is let go. */
class SlowHash extends MemoryStorage {
  letGo: Promise<void> | undefined
  waits = false

  override async packHolding(...asked: Parameters<MemoryStorage['packHolding']>) {
    const { letGo } = this
    this.letGo = undefined
    if (letGo) this.waits = true
    await letGo
    return super.packHolding(...asked)
  }
}

test('S30 of two frontiers of a stream the one told last counts, also where the disk takes longer over the first', async () => {
  const disk = new SlowHash()
  const { root, raw, log } = await manyPacks(disk)
  const held = (height: number, hash: Uint8Array) => ({ log, height, hash, root: 0 })
  const tells = (one: ReturnType<typeof held>) => raw.send({ type: 'frontier', streams: [stream], logs: [one] })
  const { promise, resolve } = Promise.withResolvers<void>()
  disk.letGo = promise
  tells(held(PACKS - 1, new Uint8Array(8)))
  await until('the disk looks for the hash', () => disk.waits)
  // Its version gave way meanwhile: it holds the one that is here.
  tells(held(PACKS, raw.heads.get(log)?.hash.subarray(0, 8) as Uint8Array))
  raw.send({ type: 'rungs', log, above: 0, below: 3 })
  await until('the county has heard that', () => ladders(raw) > 0)
  resolve()
  await until('both are compared', () => ladders(raw) > 1)
  const twin = new RawNode(VILLAGE, raw.keys)
  twin.heads.set(log, { seq: PACKS, hash: raw.heads.get(log)?.hash as Uint8Array })
  await twin.link(root)
  twin.send(frameOf(await twin.write(stream, [draft(VILLAGE)])))
  await twin.stored()
  await until('what comes of the log goes to it', () => raw.received.some(({ type }) => type === 'entries'))
})
