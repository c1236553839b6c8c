/** What nodes report of themselves and of those below them: bounded, believed about those below, told whatever their number. */
import { expect, test } from 'vitest'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import type { NodeReport } from '#protocol/wire/messages.ts'
import { connect, openCounty, openNode, publish, SECOND_VILLAGE, TOWNSHIP, until } from './county.ts'
import { RawNode } from './raw-node.ts'

const report = (node: NodeId, given: Partial<NodeReport> = {}): NodeReport => ({
  node,
  age: 0,
  connected: true,
  unsentEntries: 0,
  unsentCases: 0,
  version: '1',
  clockOffset: null,
  ...given,
})

test('S67 a node is heard about itself and those below it, and never about a time before all time', async () => {
  const { root, township, village } = await openCounty()
  const [raw, sister] = [new RawNode(TOWNSHIP), new RawNode(SECOND_VILLAGE)]
  await publish(root, [raw.record(root.identity.node, 8), sister.record(raw.node, 9)])
  await raw.link(root)
  const told = [township.identity.node, village.identity.node, sister.node]
  raw.send({
    type: 'status',
    nodes: told.map((node) => report(node, { age: Number.MAX_SAFE_INTEGER, unsentCases: 7 })),
  })
  const nodes = async () => await root.engine.office.nodesBelow()
  const of = async (node: NodeId) => (await nodes()).find((one) => one.node === node)
  await until('the sister is known', async () => (await of(sister.node))?.unsentCases === 7)
  expect((await of(sister.node))?.lastContact).toBe(0)
  expect((await of(township.identity.node))?.unsentCases ?? 0).toBe(0)
  expect((await of(village.identity.node))?.unsentCases ?? 0).toBe(0)
})

test('S67 a version that is too long ends the link of whoever tells it, and nothing of it is kept', async () => {
  const { root } = await openCounty()
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [raw.record(root.identity.node, 9)])
  await raw.link(root)
  raw.send({ type: 'status', nodes: [report(raw.node, { version: 'x'.repeat(LIMITS.versionCharacters + 1) })] })
  expect(await raw.refusal()).toBe('malformed')
})

test('S67 a node tells what it heard upward, however much it is and whatever lies on its disk', async () => {
  const storage = new MemoryStorage()
  const count = LIMITS.links + 50
  const below = Array.from({ length: count }, (_, index) => index.toString(16).padStart(32, '0') as NodeId)
  const { root, township } = await openCounty((station) => (station === TOWNSHIP ? storage : new MemoryStorage()))
  await township.engine.stop()
  const local = below.map((node) => {
    const { age: _, ...heard } = report(node, { version: 'x'.repeat(2_000), connected: false })
    return { space: 'node-status', key: node, value: JSON.stringify({ ...heard, lastContact: 1 }) }
  })
  await storage.commit({ ...NO_CHANGE, local })
  const { keys } = township.identity
  const options = { station: TOWNSHIP, keys, lease: 2, parent: root, root, storage, incarnation: 2 }
  const back = await openNode({ ...options, version: 'v'.repeat(100) })
  const link = connect(back, root)
  let ended = false
  void link.ended.then(() => {
    ended = true
  })
  const version = async () =>
    (await root.engine.office.nodesBelow()).find(({ node }) => node === back.identity.node)?.version
  await until('the county knows the township', async () => ended || (await version()) === 'v'.repeat(40))
  expect(ended).toBe(false)
})

test('R81 what a node told on an earlier link is passed on as it stands now only once it has told again', async () => {
  const { root, township } = await openCounty()
  const village = new RawNode(SECOND_VILLAGE)
  await publish(root, [village.record(township.identity.node, 9)])
  connect(township, root)
  await until('the township knows it', () => township.engine.office.directory.node(village.node) !== undefined)
  const seen: string[] = []
  const heard = async (connected: boolean, unsentEntries: number) => {
    const status = (await root.engine.office.nodesBelow()).find(({ node }) => node === village.node)
    const words = `${status?.connected} ${status?.unsentEntries}`
    if (seen.at(-1) !== words) seen.push(words)
    return status?.connected === connected && status.unsentEntries === unsentEntries
  }
  await village.link(township)
  village.send({ type: 'status', nodes: [report(village.node)] })
  await until('the county knows it', () => heard(true, 0))
  village.cut()
  await until('and that it is gone', () => heard(false, 0))
  await village.link(township)
  const toldAt = async () =>
    (await root.engine.office.nodesBelow()).find(({ node }) => node === township.identity.node)?.lastContact
  const before = await toldAt()
  await until('the township has told', async () => (await heard(true, 0)) || (await toldAt()) !== before)
  village.send({ type: 'status', nodes: [report(village.node, { unsentEntries: 3 })] })
  await until('the county knows how it stands', () => heard(true, 3))
  expect(seen.slice(seen.indexOf('false 0'))).toEqual(['false 0', 'true 3'])
})
