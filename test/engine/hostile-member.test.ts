/** An enrolled node that sends without end: what it makes this node hold stays inside the bounds, and honest work goes on. */
import { expect, test } from 'vitest'
import type { Connection } from '#protocol/engine/ports/identity.ts'
import type { Change, StoredPack } from '#protocol/engine/ports/storage.ts'
import { type LogKey, logKey, type NodeId, type StationCode, type StreamId, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { generateKeys, nodeHost } from '#protocol/transport/node-host.ts'
import type { LogPosition } from '#protocol/wire/messages.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  connect,
  type Node,
  nodeRecord,
  openCounty,
  openNode,
  person,
  publish,
  STATIONS,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { forkWords } from './other-version.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'

/** A disk that takes nothing until it is told to go on. */
class HeldStorage extends MemoryStorage {
  held: PromiseWithResolvers<void> | undefined
  reads: PromiseWithResolvers<void> | undefined
  hold() {
    this.held = Promise.withResolvers<void>()
  }
  holdReads() {
    this.reads = Promise.withResolvers<void>()
  }
  release() {
    this.held?.resolve()
    this.reads?.resolve()
    this.held = undefined
    this.reads = undefined
  }
  override async packHolding(log: LogKey, seq: number): Promise<StoredPack | undefined> {
    await this.reads?.promise
    return super.packHolding(log, seq)
  }
  override async commit(change: Change): Promise<void> {
    await this.held?.promise
    await super.commit(change)
  }
}

async function countyWithStranger() {
  const storage = new HeldStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage, keys: generateKeys() })
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 2)])
  const delivered = { frames: 0, paused: false }
  const attach: typeof root.engine.attach = (connection, direction) => {
    const listen: Connection['listen'] = ({ frame, closed }) =>
      connection.listen({
        closed,
        frame(bytes) {
          delivered.frames += 1
          frame(bytes)
        },
      })
    const pause = () => {
      delivered.paused = true
      connection.pause()
    }
    const resume = () => {
      delivered.paused = false
      connection.resume()
    }
    return root.engine.attach({ ...connection, listen, pause, resume }, direction)
  }
  const again = () => raw.link({ ...root, engine: { ...root.engine, attach } as typeof root.engine })
  await again()
  return { root, storage, raw, again, delivered }
}

/** A frame that unpacks to nearly as much as it may. */
async function largeFrame(raw: RawNode) {
  const payload = new Uint8Array(60_000)
  const records = await raw.write(streamOf(TOWNSHIP), Array(16).fill(draft(TOWNSHIP, { payload })))
  return frameOf(...records.map((record) => [record]))
}

test('S106 frames without end wait in the network while the disk is slow, and all of them are stored when it goes on', async () => {
  const { root, storage, raw, delivered } = await countyWithStranger()
  const frames = []
  for (let count = 0; count < LIMITS.windowFrames * 2; count++) frames.push(await largeFrame(raw))
  storage.hold()
  const before = delivered.frames
  for (const frame of frames) raw.send(frame)
  await until('the link is not read', () => delivered.paused)
  expect(delivered.frames - before).toBeLessThanOrEqual(LIMITS.linkQueueBytes / LIMITS.unpackedFrameBytes + 1)
  storage.release()
  await raw.stored(frames.length)
  expect(delivered.paused).toBe(false)
  await root.engine.stop()
}, 30_000)

test('S106 small frames of an honest link do not wait for each other: they count by what they unpack to', async () => {
  const { root, storage, raw, delivered } = await countyWithStranger()
  storage.hold()
  const before = delivered.frames
  for (let count = 0; count < LIMITS.windowFrames; count++) {
    raw.send(frameOf(await raw.write(streamOf(TOWNSHIP), [draft(TOWNSHIP)])))
  }
  await until('all are heard', () => delivered.frames - before >= LIMITS.windowFrames)
  expect(delivered.paused).toBe(false)
  storage.release()
  await raw.stored(LIMITS.windowFrames)
  await root.engine.stop()
})

test('S109 frontiers without end wait in the network while the disk is asked about the first ones', async () => {
  const { root, storage, raw, delivered } = await countyWithStranger()
  raw.send(frameOf(await raw.write(streamOf(TOWNSHIP), [draft(TOWNSHIP), draft(TOWNSHIP)])))
  await raw.stored()
  const log = logKey({ node: raw.node, incarnation: 1, stream: streamOf(TOWNSHIP) })
  storage.holdReads()
  const before = delivered.frames
  for (let count = 0; count < 100; count++) {
    raw.send({ type: 'frontier', streams: [streamOf(TOWNSHIP)], logs: [position(log)] })
  }
  await until('the link is not read', () => delivered.paused)
  expect(delivered.frames - before).toBeLessThanOrEqual(LIMITS.windowFrames * 2 + 1)
  storage.release()
  await until('everything is heard', () => raw.ended || delivered.frames - before >= 100)
  await root.engine.stop()
})

test('S109 a revoked peer that names what it holds without end waits in the network; all of it is answered in turn', async () => {
  const { root, storage, raw, again, delivered } = await countyWithStranger()
  raw.send(frameOf(await raw.write(streamOf(TOWNSHIP), [draft(TOWNSHIP), draft(TOWNSHIP)])))
  await raw.stored()
  await publish(root, [{ ...raw.record(root.identity.node, 2), revoked: { time: 1, reason: '被盗' } }])
  await until('let go', () => raw.ended)
  void again()
  await until('let in', () => raw.received.some(({ type }) => type === 'proof'))
  const log = logKey({ node: raw.node, incarnation: 1, stream: streamOf(TOWNSHIP) })
  const name = () => raw.send({ type: 'frontier', streams: [streamOf(TOWNSHIP)], logs: [position(log)] })
  name()
  await until('answered, so live there as well', () => raw.received.some(({ type }) => type === 'frontier'))
  storage.holdReads()
  const before = delivered.frames
  for (let count = 0; count < 100; count++) name()
  await until('the link is not read', () => delivered.paused)
  expect(delivered.frames - before).toBeLessThanOrEqual(LIMITS.windowFrames * 2 + 3)
  storage.release()
  await until('everything is heard', () => raw.ended || delivered.frames - before >= 100)
  expect(raw.ended).toBe(false)
  await root.engine.stop()
})

test('S109 a frontier that names a stream or a log twice is refused: each name costs a read and an answer', async () => {
  for (const twice of ['stream', 'log'] as const) {
    const { root, raw } = await countyWithStranger()
    const stream = streamOf(TOWNSHIP)
    const logs = [position(inventedLog(stream, 1)), position(inventedLog(stream, 1))]
    raw.send(
      twice === 'log'
        ? { type: 'frontier', streams: [stream], logs }
        : { type: 'frontier', streams: [stream, stream], logs: logs.slice(1) },
    )
    expect(await raw.refusal()).toBe('malformed')
    await root.engine.stop()
  }
})

const inventedLog = (stream: StreamId, number: number): LogKey =>
  logKey({ node: number.toString(16).padStart(32, '0') as NodeId, incarnation: 1, stream })
const position = (log: LogKey): LogPosition => ({ log, height: 1, hash: new Uint8Array(8), root: 0 })

test('S107 frontiers of streams that are not shared are kept up to what one frontier may name, then the link is refused by name', async () => {
  const { raw, root } = await countyWithStranger()
  const streamAt = (number: number) => streamOf(`9${String(number).padStart(8, '0')}` as StationCode)
  const perMessage = 2_000
  for (let sent = 0; sent < LIMITS.frontierLogs && !raw.ended; sent += perMessage) {
    const streams = Array.from({ length: perMessage }, (_, index) => streamAt(sent + index))
    raw.send({ type: 'frontier', streams, logs: streams.map((stream, index) => position(inventedLog(stream, index))) })
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await raw.refusal()).toBe('window-exceeded')
  await root.engine.stop()
})

test('S108 forks of invented logs without end are passed over: nobody is told, and the link goes on', async () => {
  const { raw, root } = await countyWithStranger()
  const proof = nodeHost.random(100)
  for (let number = 0; number <= LIMITS.frontierLogs + 1 && !raw.ended; number++) {
    const log = inventedLog(streamOf(TOWNSHIP), number)
    raw.send({ type: 'fork', log, ladder: [], proof })
    if (number % 500 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  raw.send(frameOf(await raw.write(streamOf(TOWNSHIP), [draft(TOWNSHIP)])))
  await raw.stored()
  expect(await forkWords(root)).toBe('')
  await root.engine.stop()
}, 30_000)

test('S109 a peer that asks about a fork faster than it can be answered waits in the network; all is answered in turn', async () => {
  const { root, storage, raw, delivered } = await countyWithStranger()
  raw.send(frameOf(await raw.write(streamOf(TOWNSHIP), [draft(TOWNSHIP), draft(TOWNSHIP), draft(TOWNSHIP)])))
  await raw.stored()
  const log = logKey({ node: raw.node, incarnation: 1, stream: streamOf(TOWNSHIP) })
  storage.holdReads()
  const before = delivered.frames
  const asked = Array.from({ length: 1_500 }, (_, number) => (number % 2) + 2)
  for (const below of asked) raw.send({ type: 'rungs', log, above: 0, below })
  await until('the link is not read', () => delivered.paused)
  expect(delivered.frames - before).toBeLessThanOrEqual(LIMITS.windowFrames * 2 + 1)
  storage.release()
  const answers = () => raw.received.flatMap((message) => (message.type === 'fork' ? [message.ladder.length] : []))
  await until('all is answered', () => raw.ended || answers().length >= asked.length)
  expect(answers()).toEqual(asked.map((below) => below - 1))
  await root.engine.stop()
}, 30_000)

test('S129 a member that begins a log with every entry is taken up to so many, keeps nobody out and can be revoked as stolen', async () => {
  const { root, township } = await openCounty()
  const raw = new RawNode(VILLAGE)
  await publish(root, [raw.record(township.identity.node, 9)])
  const link = connect(township, root)
  await until('the township knows it', () => township.engine.office.directory.node(raw.node) !== undefined)
  await raw.link(township)
  const payload = new TextEncoder().encode('{}')
  for (let begun = 0, frames = 1; begun < LIMITS.logsOfNode + 60; begun += 40, frames++) {
    const packed: Packable[] = []
    for (let incarnation = begun + 1; incarnation <= begun + 40; incarnation++)
      packed.push(...(await raw.write(streamOf(VILLAGE), [draft(VILLAGE, { payload })], { incarnation })))
    raw.send(frameOf(packed))
    await raw.stored(frames)
  }
  expect(raw.ended).toBe(false)
  const logsAt = async ({ storage }: Node) =>
    (await storage.load()).heads.filter(({ key, height }) => height > 0 && key.startsWith(raw.node)).length
  expect(await logsAt(township)).toBe(LIMITS.logsOfNode)
  await until('the root has them', async () => (await logsAt(root)) === LIMITS.logsOfNode)
  expect((await township.engine.office.status()).findings.map(({ message }) => message).join()).toContain('个日志')
  const record = root.engine.office.directory.node(raw.node) ?? expect.fail('no record')
  await publish(root, [{ ...record, revoked: { time: 1, reason: '被盗' } }])
  link.cut()
  await link.ended
  const { id } = value(await township.engine.office.openCase(person(TOWNSHIP, ['clerk']), 'SL0001'))
  connect(township, root)
  await until('its case is at the county', async () => (await township.engine.office.safetyOf([id])).get(id) === 'root')
})

test('S130 one key holds so many links and no more: its oldest ends', async () => {
  const { root, township } = await openCounty()
  const [oldest, ...others] = Array.from({ length: 17 }, () => new RawNode(TOWNSHIP, township.identity.keys))
  await oldest?.link(root)
  for (const other of others) await other.link(root)
  expect(await oldest?.refusal()).toBe('stopping')
  expect(others.filter(({ ended }) => ended)).toEqual([])
})
