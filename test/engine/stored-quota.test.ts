/** Members that bring more than a disk should take at once: slower and told, never refused, and nobody else waits. */
import { expect, test } from 'vitest'
import { createStoredQuota } from '#protocol/engine/links/stored-quota.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import { type NodeId, streamOf, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { withLimits } from '#test/hostile/other-limits.ts'
import {
  COUNTY,
  connect,
  type Node,
  openCountyRoot,
  person,
  publish,
  STATIONS,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { atCounty, copyOf, cutAll, place, restart } from './restoring.ts'

const NODE = 'a'.repeat(32) as NodeId
const OTHER = 'b'.repeat(32) as NodeId

/** What a node says of whoever sends too much. */
const isTold = async ({ engine }: Node) => JSON.stringify((await engine.office.status()).findings).includes('放慢接收')

test('S156 an author has a burst, which fills up again by the hour; beyond it the rest grows with what is beyond, up to a bound', () => {
  withLimits({ authorBurstBytes: 1_000, authorHourBytes: 3_600_000, authorRestMilliseconds: 500 })
  let now = 0
  const quota = createStoredQuota(() => now)
  expect(quota.take(NODE, 1_000)).toBe(0)
  expect(quota.take(NODE, 100)).toBe(100) // a byte a millisecond
  expect(quota.take(OTHER, 1_000)).toBe(0)
  expect(quota.take(NODE, 5_000)).toBe(500)
  now = 5_600
  expect(quota.take(NODE, 500)).toBe(0)
  now = 1_000_000
  expect(quota.take(NODE, 1_000)).toBe(0)
  expect(quota.take(NODE, 1)).toBe(1)
})

test('S156 a member that floods its parent is served more slowly and told of, all of it is taken in the end, and others do not wait', async () => {
  const { root, village } = await place()
  const flood = new RawNode(TOWNSHIP)
  await publish(root, [flood.record(root.identity.node, 9)])
  await flood.link(root)
  withLimits({ authorBurstBytes: 40_000, authorHourBytes: 3_600_000_000, authorRestMilliseconds: 400 })
  const stream = streamOf(TOWNSHIP)
  const frames = 12
  for (let frame = 0; frame < frames; frame++) {
    const drafts = [draft(TOWNSHIP, { payload: nodeHost.random(30_000) })]
    flood.send(frameOf(await flood.write(stream, drafts)))
  }
  await until('told', () => isTold(root))
  const agent = person(VILLAGE, ['agent'])
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await atCounty(village, id)
  await flood.stored(frames)
  expect(flood.ended).toBe(false)
})

/** A root whose rests end when the test says so, and members that flood it. */
async function restingRoot() {
  const rests: (() => void)[] = []
  const held = 123_456 // no other wait is as long
  const after: Host['after'] = (milliseconds, callback) => {
    if (milliseconds !== held) return testHost.after(milliseconds, callback)
    rests.push(callback)
    return () => {}
  }
  const root = await openCountyRoot(new MemoryStorage(), { ...testHost, after })
  withLimits({ authorBurstBytes: 20_000, authorHourBytes: 1, authorRestMilliseconds: held })
  return {
    root,
    rests,
    endRests: () => {
      for (const end of rests.splice(0)) end()
    },
  }
}

const drafts = (station = TOWNSHIP) => [draft(station, { payload: nodeHost.random(30_000) })]
/** Whatever needs nothing but its turn has got to the write queue. */
const gathered = () => new Promise((resolve) => setImmediate(resolve))
const storedOn = ({ received }: RawNode) =>
  received.reduce((sum, message) => sum + (message.type === 'stored' ? message.frames : 0), 0)

test('S156 while a member rests no frame of it begins, on its next link neither; after each rest one does, and others do not wait', async () => {
  const { root, rests, endRests } = await restingRoot()
  const flood = new RawNode(TOWNSHIP)
  const again = new RawNode(TOWNSHIP, flood.keys)
  const other = new RawNode(VILLAGE)
  await publish(root, [flood.record(root.identity.node, 8), other.record(flood.node, 9)])
  const send = async (node: RawNode, incarnation: number) =>
    node.send(frameOf(await node.write(streamOf(node.station), drafts(node.station), { incarnation })))
  await flood.link(root)
  await send(flood, 1)
  await flood.stored()
  expect(rests).toHaveLength(1)
  for (let frame = 0; frame < 3; frame++) await send(flood, 1)
  await again.link(root)
  for (let frame = 0; frame < 3; frame++) await send(again, 2)
  await other.link(root)
  await send(other, 1)
  await other.stored()
  const stored = () => storedOn(flood) + storedOn(again)
  rests.splice(1) // the other one's own
  for (let round = 1; round <= 6; round++) {
    expect([stored(), rests.length]).toEqual([round, 1])
    endRests()
    await until('one more is stored', () => stored() > round)
    await until('and it rests again', () => rests.length > 0)
  }
  expect([stored(), flood.ended, again.ended]).toEqual([7, false, false])
})

test('S156 what a link that has ended had waiting is let go: whoever calls again and again fills no memory', async () => {
  const { root, rests, endRests } = await restingRoot()
  const flood = new RawNode(TOWNSHIP)
  await publish(root, [flood.record(root.identity.node, 8)])
  const calls = [1, 2, 3].map((incarnation) => ({ incarnation, node: new RawNode(TOWNSHIP, flood.keys) }))
  for (const { incarnation, node } of calls) {
    await node.link(root)
    node.send(frameOf(await node.write(streamOf(TOWNSHIP), drafts(), { incarnation })))
    if (incarnation === 1) await node.stored()
    if (incarnation === 2) node.cut()
  }
  await gathered()
  endRests()
  await until('the next one is stored', () => rests.length > 0)
  expect(calls.map(({ node }) => storedOn(node))).toEqual([1, 0, 1])
})

test('S156 the longest rest is enough for the largest frame, so that nobody gets ahead of what is stored in an hour', () => {
  const hour = 60 * 60_000
  expect((LIMITS.authorRestMilliseconds * LIMITS.authorHourBytes) / hour).toBeGreaterThan(LIMITS.unpackedFrameBytes)
})

test('S156 a frame that has to be staged again, because another request of its group failed, is counted once', async () => {
  const { cryptography } = testHost
  let signing: Promise<void> | undefined
  const sign: typeof cryptography.sign = async (...given) => {
    await signing
    return cryptography.sign(...given)
  }
  const root = await openCountyRoot(new MemoryStorage(), { ...testHost, cryptography: { ...cryptography, sign } })
  const member = new RawNode(TOWNSHIP)
  await publish(root, [member.record(root.identity.node, 9)])
  await member.link(root)
  withLimits({ authorBurstBytes: 45_000, authorHourBytes: 1 })
  const frame = frameOf(await member.write(streamOf(TOWNSHIP), drafts()))
  const { office } = root.engine
  const open = () => office.openCase(person(COUNTY, ['clerk']), 'SL0001')
  const first = Promise.withResolvers<void>()
  signing = first.promise
  const opening = open() // while it is signed, the others gather
  await gathered()
  member.send(frame)
  const failing = open().catch(String)
  await gathered()
  signing = Promise.reject(new Error('no key'))
  signing.catch(() => undefined)
  first.resolve()
  value(await opening)
  expect(await failing).toContain('no key')
  await member.stored()
  expect((await office.status()).findings.map(({ kind }) => kind)).toEqual(['bug'])
})

/** A village's case at which the township has written as much as a burst: it lies in the village's stream. */
async function sharedCase() {
  const county = await place()
  const { township, village } = county
  const agent = person(VILLAGE, ['agent'])
  const clerk = person(TOWNSHIP, ['clerk'])
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  const { office } = township.engine
  await until('at the township', async () => (await office.state(id)).ok)
  const write = async () => {
    const words = Array.from({ length: LIMITS.noteCharacters }, () => toHex(nodeHost.random(1))[0]).join('')
    for (let note = 0; note < 4; note++) value(await office.act(clerk, id, 'noted', { text: words }))
  }
  const notesAt = async ({ engine }: Node) => {
    const state = await engine.office.state(id)
    return state.ok ? state.value.story.filter(({ kind }) => kind === 'noted').length : 0
  }
  return { ...county, write, notesAt }
}

test('S156 what comes from above is not counted', async () => {
  const { root, village, write, notesAt } = await sharedCase()
  withLimits({ authorBurstBytes: 1_000, authorHourBytes: 1 })
  await write()
  await until('at the village', async () => (await notesAt(village)) === 4)
  await until('the root is told', () => isTold(root))
  expect(await isTold(village)).toBe(false)
})

test('S156 what a node wrote itself, and what the root wrote, is not counted when it comes back from below after a restore', async () => {
  const { root, township, village, links, diskOf, write, notesAt } = await sharedCase()
  const backup = copyOf(diskOf(TOWNSHIP))
  await write()
  const renamed = STATIONS.map((station) => ({ ...station, version: 2, name: `${station.name}${'改'.repeat(150)}` }))
  await publish(root, renamed)
  const nameAt = ({ engine }: Node) => engine.office.directory.station(COUNTY)?.name
  await until('at the village', async () => (await notesAt(village)) === 4 && nameAt(village) === renamed[0]?.name)
  await cutAll(links)
  await township.engine.stop()
  const back = await restart(township, backup, root, root, 3)
  withLimits({ authorBurstBytes: 1_000, authorHourBytes: 1 })
  expect([await notesAt(back), nameAt(back)]).toEqual([0, STATIONS[0]?.name])
  connect(village, back)
  await until('all is back', async () => (await notesAt(back)) === 4 && nameAt(back) === renamed[0]?.name)
  expect(await isTold(back)).toBe(false)
})

test('S156 nobody spends what is another’s: frames that are refused, whoever they name, and what is held already cost nothing', async () => {
  const { root, township } = await place()
  const liar = new RawNode(VILLAGE)
  await publish(root, [liar.record(root.identity.node, 9)])
  withLimits({ authorBurstBytes: 60_000, authorHourBytes: 1, authorRestMilliseconds: 5_000 })
  for (let count = 0; count < 4; count++) {
    await liar.link(root)
    const author = count % 2 === 0 ? township.identity.node : (toHex(nodeHost.random(16)) as NodeId)
    liar.send(frameOf(await liar.write(streamOf(VILLAGE), drafts(VILLAGE), { author })))
    await liar.refusal()
  }
  await liar.link(root)
  const own = await liar.write(streamOf(VILLAGE), drafts(VILLAGE))
  for (let count = 0; count < 4; count++) liar.send(frameOf(own))
  await liar.stored(4)
  const clerk = person(TOWNSHIP, ['clerk'])
  const { id } = value(await township.engine.office.openCase(clerk, 'SL0001'))
  await atCounty(township, id)
  expect(await isTold(root)).toBe(false)
})
