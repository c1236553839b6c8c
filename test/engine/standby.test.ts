/** A second machine of the hall: granted everything, it makes that nothing lies at the county in one place. */
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { type DocumentId, logParts, streamOf } from '#protocol/ids.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { COUNTY, connect, type Node, nodeRecord, openNode, publish, STATIONS, until, VILLAGE } from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { agent, clerk, cut, hall, link, place, ready, sees, stateAt } from './wide-county.ts'

async function standbyOf(root: Node): Promise<Node> {
  const standby = await openNode({ station: COUNTY, lease: 20, parent: root, root })
  const record = { ...nodeRecord(standby, root.identity.node), name: '备用机', standby: true }
  await publish(root, [record])
  return standby
}

const safetyAt = async (node: Node, id: DocumentId) => (await node.engine.office.safetyOf([id])).get(id)
const heldAt = async (node: Node) =>
  (await node.storage.load()).heads
    .filter(({ height }) => height > 0)
    .map(({ key, height }) => `${key} ${height}`)
    .sort()

test('R65 a case that only the county holds is said to lie in one place until the standby has acknowledged it', async () => {
  const { root } = await place()
  const { office } = root.engine
  const { id } = value(await office.openCase(hall, 'SL0001'))
  expect(await safetyAt(root, id)).toBe('alone')
  expect((await office.status()).atRootAlone).toMatchObject({ standby: null })
  expect(await office.casesAlone()).toBe(1)
  const standby = await standbyOf(root)
  expect((await office.status()).atRootAlone).toMatchObject({ standby: '备用机' })
  expect(await safetyAt(root, id)).toBe('alone')
  const [up] = await link([standby, root])
  await until('acknowledged', async () => (await safetyAt(root, id)) === 'root')
  expect(await safetyAt(standby, id)).toBe('root')
  expect([await office.casesAlone(), (await office.status()).atRootAlone?.entries]).toEqual([0, 0])
  await cut([up as never])
  value(await office.act(hall, id, 'noted', { text: '只在县里' }))
  expect(await safetyAt(root, id)).toBe('alone')
  // Equal digests, or a frontier, say it again after a restart of the hub; a machine that was given up counts no more.
  connect(standby, root)
  await until('acknowledged again', async () => (await safetyAt(root, id)) === 'root')
  await publish(root, [
    { ...nodeRecord(standby, root.identity.node), standby: true, revoked: { time: 1, reason: '坏了' } },
  ])
  expect(await safetyAt(root, id)).toBe('alone')
})

test('R65 what a village or a township holds as well does not lie in one place; everywhere else nothing is said of it', async () => {
  const { root, township, village } = await place()
  await link([township, root], [village, township])
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await until('at the county', async () => (await safetyAt(village, id)) === 'root')
  expect(await safetyAt(root, id)).toBe('root')
  value(await root.engine.office.act(hall, id, 'noted', { text: '县里的话' }))
  await sees(township, id, ({ story }) => story.some(({ kind }) => kind === 'noted'))
  await until('acknowledged', async () => (await safetyAt(root, id)) === 'root')
  expect((await township.engine.office.status()).atRootAlone).toBeNull()
  expect(await township.engine.office.casesAlone()).toBe(0)
})

test('R66 a standby holds every stream, those of stations below no hall as well, and writes as a node of the hall', async () => {
  const { root, township, village, east } = await place()
  const standby = await standbyOf(root)
  await link([township, root], [village, township], [east, root], [standby, root])
  await ready(standby)
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  value(await village.engine.office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await village.engine.office.act(agent, id, 'offered', { to: COUNTY, materials: 1 }))
  await sees(standby, id, ({ offer }) => offer?.to === COUNTY)
  value(await standby.engine.office.act(hall, id, 'taken', { materials: 1 }))
  for (const node of [root, village]) await sees(node, id, ({ holder }) => holder === COUNTY)
  value(await township.engine.office.openCase(clerk, 'SL0001'))
  await until('the same everywhere', async () => (await heldAt(standby)).join() === (await heldAt(root)).join())
  expect(await stateAt(standby, id)).toEqual(await stateAt(root, id))
  expect(standby.engine.office.isRoot).toBe(false)
  expect((await standby.engine.office.publish(null, [])).ok).toBe(false)
  const { directory } = root.engine.office
  expect(directory.node(standby.identity.node)?.stations).toEqual([COUNTY])
  const streams = new Set((await heldAt(standby)).map((log) => logParts(log.split(' ')[0] as never).stream))
  expect(streams.has(VILLAGE as never)).toBe(true)
})

test('R65 what a node says of streams that it is not granted makes nothing safe', async () => {
  const root = await openNode({ station: COUNTY, lease: 1 })
  const raw = new RawNode(VILLAGE)
  await publish(root, [...STATIONS, nodeRecord(root, null), raw.record(root.identity.node, 9), ...SAMPLE_ITEMS])
  const { id } = value(await root.engine.office.openCase(hall, 'SL0001'))
  await raw.link(root)
  const heights = (await root.storage.load()).heads.map(({ key, height }) => ({ log: key, height }))
  raw.send({ type: 'stored', frames: 0, heights })
  raw.send(frameOf(await raw.write(streamOf(VILLAGE), [draft(VILLAGE)])))
  await raw.stored()
  expect(await safetyAt(root, id)).toBe('alone')
})
