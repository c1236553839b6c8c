/** Packs longer than a link may bring: forks do not make them, and one that lies on a disk holds nothing up. */
import { expect, test } from 'vitest'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { type LogKey, logKey, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { encodePack } from '#protocol/log/pack.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { connect, type Node, openCounty, openNode, person, publish, TOWNSHIP, until, VILLAGE } from './county.ts'
import { forkWords, headOf } from './other-version.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'

const clerk = person(TOWNSHIP, ['clerk'])
const stream = streamOf(VILLAGE)
const big = () => draft(VILLAGE, { kind: 99, payload: nodeHost.random(60_000) })
const small = () => draft(VILLAGE, { kind: 99, payload: Uint8Array.of(1, 2, 3) })
const isLong = ({ bytes }: { readonly bytes: Uint8Array }) => bytes.length > LIMITS.receivedPackBytes

/** A township that knows a village's raw node, cut off from its county. */
async function apart(storage?: MemoryStorage) {
  const { root, township } = await openCounty((station) => (station === TOWNSHIP && storage) || new MemoryStorage())
  const raw = new RawNode(VILLAGE)
  raw.versions = [1, 2]
  await publish(root, [raw.record(township.identity.node, 9)])
  const link = connect(township, root)
  const { directory } = township.engine.office
  await until('the township knows the village', () => directory.node(raw.node) !== undefined)
  link.cut()
  await link.ended
  return { root, township, raw, log: logKey({ node: raw.node, incarnation: 1, stream }) }
}

async function caseReaches(township: Node) {
  const { office } = township.engine
  const { id } = value(await office.openCase(clerk, 'SL0001'))
  await until('a case of the township is at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
}

/** The same entries end signed at the county, and unsigned in the middle of a run at the township. */
async function forkOf(tail: readonly number[]) {
  const { root, township, raw, log } = await apart()
  const twin = new RawNode(VILLAGE)
  twin.versions = [1, 2]
  Object.assign(twin, { keys: raw.keys, node: raw.node })
  const shared = [big(), big(), big()]
  await raw.link(township)
  raw.send(frameOf(await raw.write(stream, [...shared, small()], { sign: (seq) => seq === 4 })))
  await raw.stored()
  raw.cut()
  await twin.link(root)
  twin.send(frameOf(await twin.write(stream, shared, { sign: (seq) => seq === 3 })))
  twin.send(frameOf(await twin.write(stream, [big(), big(), big(), small()], { sign: (seq) => tail.includes(seq) })))
  await twin.stored(2)
  twin.cut()
  return { root, township, log }
}

test('S96 shared entries and the other version that are longer than a pack from a link are refused in words, and nothing is cut', async () => {
  const { root, township, log } = await forkOf([7])
  const before = await headOf(township, log)
  connect(township, root)
  await until('people are told', async () => (await forkWords(township)).includes('过长'))
  expect(await headOf(township, log)).toMatchObject({ height: 4, hash: before?.hash })
  expect((await township.storage.packsAfter(0, 1e9)).filter(isLong)).toEqual([])
  await caseReaches(township)
})

/** The pack of three large entries and one more, with the signatures asked for, on a disk as an earlier program left it. */
async function leftOn(storage: MemoryStorage, raw: RawNode, log: LogKey, signed: readonly number[]) {
  const { arrival } = await storage.load()
  const drafts = [big(), big(), big(), big(), small()]
  const bytes = encodePack(await raw.write(stream, drafts, { sign: (seq) => signed.includes(seq) }))
  const { seq, hash } = raw.heads.get(log) as { seq: number; hash: Uint8Array }
  const runs = [{ log, first: 1, last: seq, before: GENESIS }]
  const head = { key: log, height: seq, hash, parentHeight: 0, rootHeight: 0 }
  await storage.commit({ ...NO_CHANGE, packs: [{ arrival: arrival + 1, bytes, runs }], heads: [head] })
}

test.each([
  ['passed over with a finding', [5], 0],
  ['sent in parts', [2, 5], 5],
])('S104 a stored pack longer than one from a link holds nothing up: %s', async (_what, signed, height) => {
  const storage = new MemoryStorage()
  const { root, township, raw, log } = await apart(storage)
  await township.engine.stop()
  await leftOn(storage, raw, log, signed)
  const back = await openNode({
    station: TOWNSHIP,
    keys: township.identity.keys,
    lease: 2,
    storage,
    parent: root,
    root,
    incarnation: 2,
  })
  connect(back, root)
  await caseReaches(back)
  const told = (await back.engine.office.status()).findings.map(({ message }) => message).join()
  expect(told.includes('已跳过')).toBe(height === 0)
  // The case is newer and goes first (S127).
  await until('the pack is there', async () => ((await headOf(root, log))?.height ?? 0) === height)
  // What follows it is not sent either, and ends no link.
  await raw.link(back)
  raw.send(frameOf(await raw.write(stream, [small()])))
  await raw.stored()
  await caseReaches(back)
  const expected = height === 0 ? 0 : 6
  await until('what follows it is there, or never', async () => ((await headOf(root, log))?.height ?? 0) === expected)
})
