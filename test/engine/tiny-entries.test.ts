/** Frames of very many tiny entries: their work is parted, their commits are bounded, and people at the node go between. */
import { expect, test } from 'vitest'
import type { Host } from '#protocol/engine/ports/host.ts'
import type { Change } from '#protocol/engine/ports/storage.ts'
import { streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Draft } from '#protocol/log/entry.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { withLimits } from '#test/hostile/other-limits.ts'
import { COUNTY, openCountyRoot, person, publish, TOWNSHIP, until, VILLAGE } from './county.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'
import { place } from './restoring.ts'

const handler = person(COUNTY, ['handler', 'clerk', 'chief'])
const gathered = () => new Promise((resolve) => setImmediate(resolve))

/** So many cases of the member's own, each of one entry. */
const openings = (count: number): Draft[] =>
  Array.from({ length: count }, () =>
    draft(TOWNSHIP, {
      payload: factPayload({ kind: 'opened', previous: null, fields: { number: 'n', item: 'SL0001', itemVersion: 1 } }),
    }),
  )

/** A frame of these entries, twenty to a pack. */
async function frameWith(member: RawNode, drafts: readonly Draft[]) {
  const packs = []
  for (let from = 0; from < drafts.length; from += 20)
    packs.push(await member.write(streamOf(TOWNSHIP), drafts.slice(from, from + 20)))
  return frameOf(...packs)
}

/** A root with a member below it; what it commits is written down, and the first commit waits until it is let go. */
async function heldRoot(host: Host = testHost) {
  const storage = new MemoryStorage()
  const root = await openCountyRoot(storage, host)
  const member = new RawNode(TOWNSHIP)
  await publish(root, [member.record(root.identity.node, 9)])
  await member.link(root)
  const commits: Change[] = []
  const held = Promise.withResolvers<void>()
  const commit = storage.commit.bind(storage)
  storage.commit = async (change) => {
    commits.push(change)
    if (commits.length === 1) await held.promise
    await commit(change)
  }
  return { root, member, commits, release: held.resolve }
}

const entriesOf = ({ places }: Change) => places.reduce((sum, one) => sum + one.places.length, 0)

test('S160 a group takes in nothing further once it has its entries: frames that wait together are committed one after the other', async () => {
  const { root, member, commits, release } = await heldRoot()
  withLimits({ groupEntries: 50 })
  const opening = root.engine.office.openCase(handler, 'SL0001')
  await until('the commit is held', () => commits.length === 1)
  for (let frame = 0; frame < 6; frame++) member.send(await frameWith(member, openings(40)))
  await gathered()
  release()
  value(await opening)
  await member.stored(6)
  const sizes = commits.map(entriesOf).filter((entries) => entries >= 40)
  expect(sizes.reduce((sum, entries) => sum + entries, 0)).toBe(240)
  expect(Math.max(...sizes)).toBeLessThan(50 + 40)
})

test('S160 an act waits for one group of what links bring, however many frames came before it', async () => {
  const { root, member, commits, release } = await heldRoot()
  withLimits({ groupEntries: 1 })
  const { office } = root.engine
  const opening = office.openCase(handler, 'SL0001')
  await until('the commit is held', () => commits.length === 1)
  for (let frame = 0; frame < 8; frame++) member.send(await frameWith(member, openings(20)))
  await gathered()
  const later = office.openCase(handler, 'SL0001')
  release()
  value(await opening)
  value(await later)
  const before = commits.filter((change) => entriesOf(change) === 20).length
  expect(before).toBeLessThanOrEqual(1)
  await member.stored(8)
})

test('S160 the work on a frame gives everybody else a turn again and again, and its entries are stored all at once and in order', async () => {
  let turns = 0
  const shown = new Set<number>()
  let look = () => {}
  const after: Host['after'] = (milliseconds, callback) => {
    if (milliseconds !== 0) return testHost.after(milliseconds, callback)
    turns += 1
    look()
    return testHost.after(0, callback)
  }
  const { root, member, commits, release } = await heldRoot({ ...testHost, after })
  release()
  const { storage } = root
  const listed = async () => [...(await storage.countByStage([])).values()].reduce((sum, count) => sum + count, 0)
  look = () => void listed().then((count) => shown.add(count))
  withLimits({ sliceSteps: 50 })
  const drafts = openings(500)
  member.send(await frameWith(member, drafts))
  await member.stored()
  // Followed and placed, then read and folded: each entry is four steps.
  await until('all are listed', async () => (await listed()) === 500)
  expect(turns).toBeGreaterThanOrEqual((500 * 4) / 50 / 2)
  expect([...shown].sort()).toEqual([0, 100, 200, 300, 400].map((count) => (count / 100) * LIMITS.listedCases))
  const written = commits.filter((change) => entriesOf(change) === 500)
  expect(written).toHaveLength(1)
  expect(written[0]?.places.map(({ document }) => document)).toEqual(drafts.map(({ document }) => document))
})

test('S40 S160 a frame whose last pack is bad leaves nothing, although its work was parted', async () => {
  const { root, member, commits, release } = await heldRoot()
  release()
  withLimits({ sliceSteps: 10 })
  const good = await member.write(streamOf(TOWNSHIP), openings(40))
  const unsigned = await member.write(streamOf(TOWNSHIP), openings(2), { sign: () => false })
  member.send(frameOf(good, unsigned))
  expect(await member.refusal()).toBe('bad-signature')
  expect(commits.map(entriesOf).filter((entries) => entries >= 40)).toEqual([])
  expect((await root.engine.office.find({})).rows).toEqual([])
})

test('S156 an entry counts as a kilobyte at least: tiny ones use up a quota as much as the time that they take', async () => {
  const { root, member, release } = await heldRoot()
  release()
  withLimits({ authorBurstBytes: 100 * 1024, authorHourBytes: 1, authorRestMilliseconds: 5 })
  const isTold = async () => JSON.stringify((await root.engine.office.status()).findings).includes('放慢接收')
  const unknown = (count: number) =>
    Array.from({ length: count }, () => draft(TOWNSHIP, { kind: 1_000_000, payload: new Uint8Array(1) }))
  member.send(await frameWith(member, unknown(100)))
  await member.stored(1)
  expect(await isTold()).toBe(false)
  member.send(await frameWith(member, unknown(1)))
  await member.stored(2)
  expect(await isTold()).toBe(true)
})

test('S119 receipts of many documents are taken with few reads: a message reads each stretch of a log once', async () => {
  const { root, township, diskOf } = await place()
  const member = new RawNode(VILLAGE)
  await publish(root, [member.record(township.identity.node, 9)])
  await until('the township knows it', () => township.engine.office.directory.node(member.node) !== undefined)
  await member.link(township)
  const disk = diskOf(TOWNSHIP)
  let reads = 0
  const receiptsAt = disk.receiptsAt.bind(disk)
  disk.receiptsAt = (...asked) => {
    reads += 1
    return receiptsAt(...asked)
  }
  const unknown = Array.from({ length: 200 }, () => draft(VILLAGE, { kind: 1_000_000, payload: new Uint8Array(1) }))
  member.send(frameOf(await member.write(streamOf(VILLAGE), unknown)))
  await member.stored()
  await until('the parent has told', () => reads > 0)
  await until('nothing is left to be written', async () => {
    const before = reads
    await gathered()
    await gathered()
    return before === reads
  })
  expect(reads).toBeLessThan(10)
})
