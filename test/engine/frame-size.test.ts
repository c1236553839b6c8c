/** Frames between real engines: small at first, larger on a link that proved fast, and so the next time. */
import { expect, test } from 'vitest'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { COUNTY_STREAM, type LogKey, logParts, streamOf, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { memoryPair } from '#protocol/transport/memory.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { decodeMessage } from '#protocol/wire/codec.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  connect,
  type Node,
  openCounty,
  openCountyRoot,
  person,
  publish,
  SECOND_VILLAGE,
  TOWNSHIP,
  until,
} from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { restart } from './restoring.ts'

/** A frame is weighed before it is sent and cut when it is more than a quarter too large. */
const TOLERANCE = 1.25

/** Links a township to the county until everything is there; sizes of its frames of entries, in order. */
async function sync(township: Node, root: Node, ends: 'cut' | 'stopped' = 'cut'): Promise<number[]> {
  const sizes: number[] = []
  const [up, down] = memoryPair((deliver) => queueMicrotask(deliver))
  const ended = township.engine.attach(
    {
      ...up,
      send(frame) {
        if (decodeMessage(frame)?.type === 'entries') sizes.push(frame.length)
        up.send(frame)
      },
    },
    'up',
  )
  void root.engine.attach(down, 'down')
  await until('everything is at the county', async () => (await township.engine.office.status()).entriesOnlyHere === 0)
  if (ends === 'cut') up.close('cut by the test')
  else await root.engine.stop()
  await ended
  return sizes
}

/** Writes notes of noise, about so many bytes when compressed. */
async function write(node: Node, bytes: number): Promise<void> {
  const agent = person(node.station, ['clerk', 'agent'])
  const { id } = value(await node.engine.office.openCase(agent, 'SL0001'))
  for (let written = 0; written < bytes; written += 1_500)
    value(await node.engine.office.act(agent, id, 'noted', { text: toHex(nodeHost.random(1_500)) }))
}

/** Heights of all logs that hold something, those of the hall's own stream left out: nobody below has it. */
const heightsOf = async ({ storage }: Node) =>
  new Map(
    (await storage.load()).heads
      .filter(({ key, height }) => height > 0 && logParts(key).stream !== streamOf(COUNTY))
      .map(({ key, height }) => [key, height]),
  )

/** A county and a township that know each other, cut off. */
async function apart() {
  const { root, township } = await openCounty()
  const link = connect(township, root)
  await until('township has its station', () => township.engine.office.stations.length === 1)
  link.cut()
  await link.ended
  return { root, township }
}

test.each(['cut', 'stopped'] as const)(
  'S101 S103 the first frame is small, the following ones grow, and behind a link that was %s the next one begins larger',
  async (ends) => {
    const { root, township } = await apart()
    await write(township, 400_000)
    const first = await sync(township, root, ends)
    expect(first[0]).toBeLessThanOrEqual(LIMITS.firstFrameBytes * TOLERANCE)
    expect(first[0]).toBeGreaterThan(LIMITS.firstFrameBytes / 2)
    expect(Math.max(...first)).toBeGreaterThan(4 * LIMITS.firstFrameBytes)
    await write(township, 100_000)
    const [second = 0] = await sync(township, root)
    expect(second).toBeGreaterThan(LIMITS.firstFrameBytes * TOLERANCE)
    expect(second).toBeLessThanOrEqual(2 * LIMITS.firstFrameBytes * TOLERANCE)
    await Promise.all([root.engine.stop(), township.engine.stop()])
  },
)

test('S104 a large pack at a relay goes on in small frames, and all of it arrives', async () => {
  const { root, township } = await openCounty()
  const raw = new RawNode(SECOND_VILLAGE)
  await publish(root, [raw.record(township.identity.node, 9)])
  const link = connect(township, root)
  const { directory } = township.engine.office
  await until('the township knows the village', () => directory.node(raw.node) !== undefined)
  link.cut()
  await link.ended
  await raw.link(township)
  const drafts = Array.from({ length: 40 }, () => draft(SECOND_VILLAGE, { payload: nodeHost.random(1_500) }))
  raw.send(frameOf(await raw.write(streamOf(SECOND_VILLAGE), drafts)))
  await raw.stored()
  const sizes = await sync(township, root)
  expect(sizes.length).toBeGreaterThan(2)
  expect(sizes[0]).toBeLessThanOrEqual(LIMITS.firstFrameBytes * TOLERANCE)
  expect(await heightsOf(root)).toEqual(await heightsOf(township))
  await Promise.all([root, township].map((node) => node.engine.stop()))
})

test('S26 standing receipts that are found while the disk is read let nobody read a second time', async () => {
  const disk = new MemoryStorage()
  const first = await openCountyRoot(disk)
  const raw = new RawNode(TOWNSHIP)
  await publish(first, [raw.record(first.identity.node, 9)])
  const log = `${raw.node}/1/${TOWNSHIP}` as LogKey
  const { document } = draft(TOWNSHIP)
  await disk.commit({ ...NO_CHANGE, receipts: [{ log, seq: 1, document, outcome: 'quarantined', reason: '' }] })
  await first.engine.stop()
  const root = await restart(first, disk, undefined, undefined, 1) // has no packs in memory
  let [reads, release] = [0, () => {}]
  const isRead = new Promise<void>((resolve) => (release = resolve))
  const [packsAfter, receiptCounts] = [disk.packsAfter.bind(disk), disk.receiptCounts.bind(disk)]
  disk.packsAfter = async (after, bytes) => {
    reads += 1
    await isRead
    return packsAfter(after, bytes)
  }
  disk.receiptCounts = async () => {
    await until('packs are being read', () => reads > 0)
    return receiptCounts()
  }
  await raw.link(root)
  raw.send({ type: 'frontier', streams: [COUNTY_STREAM, streamOf(TOWNSHIP)], logs: [] })
  await until('packs are being read', () => reads > 0)
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(reads).toBe(1)
  release()
  await until('a frame came', () => raw.received.some(({ type }) => type === 'entries'))
  await root.engine.stop()
})
