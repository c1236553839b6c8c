/** Whoever asks much about the forks of a link leaves everybody else a turn. */
import { expect, test } from 'vitest'
import { logKey, streamOf } from '#protocol/ids.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { COUNTY, nodeRecord, openNode, publish, STATIONS, until, VILLAGE } from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'

const stream = streamOf(VILLAGE)
const PACKS = 40

/** A county with a log of a raw node in many packs. */
async function manyPacks() {
  const root = await openNode({ station: COUNTY, lease: 1 })
  const raw = new RawNode(VILLAGE)
  raw.versions = [1, 2]
  await publish(root, [...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 9)])
  await raw.link(root)
  for (let sent = 1; sent <= PACKS; sent++) {
    raw.send(frameOf(await raw.write(stream, [draft(VILLAGE, { kind: 99, payload: nodeHost.random(1_000) })])))
    await raw.stored(sent)
  }
  return { raw, log: logKey({ node: raw.node, incarnation: 1, stream }) }
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
