/** Members that bring more than a disk should take at once: slower and told, never refused, and nobody else waits. */
import { expect, onTestFinished, test } from 'vitest'
import { createStoredQuota } from '#protocol/engine/links/stored-quota.ts'
import { type NodeId, streamOf, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { nodeHost } from '#protocol/transport/node-host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { person, publish, TOWNSHIP, until, VILLAGE } from './county.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
import { atCounty, place } from './restoring.ts'

const NODE = 'a'.repeat(32) as NodeId
const OTHER = 'b'.repeat(32) as NodeId

/** Limits of this test alone. */
function withLimits(limits: Partial<Record<keyof typeof LIMITS, number>>): void {
  const before = Object.fromEntries(Object.keys(limits).map((name) => [name, LIMITS[name as keyof typeof LIMITS]]))
  Object.assign(LIMITS, limits)
  onTestFinished(() => void Object.assign(LIMITS, before))
}

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

test('S156 a peer rests on as long on whatever link it comes next', () => {
  let now = 0
  const quota = createStoredQuota(() => now)
  quota.rest(NODE, 400)
  quota.rest(NODE, 100)
  now = 150
  expect([quota.left(NODE), quota.left(OTHER)]).toEqual([250, 0])
  now = 401
  expect(quota.left(NODE)).toBe(0)
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
  const told = async () => (await root.engine.office.status()).findings.find(({ kind }) => kind === 'refused')?.message
  await until('told', async () => ((await told()) ?? '').includes('放慢接收'))
  const agent = person(VILLAGE, ['agent'])
  const { id } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await atCounty(village, id)
  await flood.stored(frames)
  expect(flood.ended).toBe(false)
})

test('S156 what comes back of the county’s own logs after a restore is not counted', async () => {
  withLimits({ authorBurstBytes: 1, authorHourBytes: 1 })
  const { root, township } = await place()
  const words = JSON.stringify((await root.engine.office.status()).findings)
  expect(words).not.toContain('放慢')
  const clerk = person(TOWNSHIP, ['clerk'])
  value(await township.engine.office.openCase(clerk, 'SL0001'))
  await until('told', async () => JSON.stringify((await root.engine.office.status()).findings).includes('放慢'))
})

test('S156 nobody spends what is another’s: frames that are refused, whoever they name, and what is held already cost nothing', async () => {
  const { root, township } = await place()
  const liar = new RawNode(VILLAGE)
  await publish(root, [liar.record(root.identity.node, 9)])
  withLimits({ authorBurstBytes: 60_000, authorHourBytes: 1, authorRestMilliseconds: 5_000 })
  const drafts = () => [draft(VILLAGE, { payload: nodeHost.random(30_000) })]
  for (let count = 0; count < 4; count++) {
    await liar.link(root)
    const author = count % 2 === 0 ? township.identity.node : (toHex(nodeHost.random(16)) as NodeId)
    liar.send(frameOf(await liar.write(streamOf(VILLAGE), drafts(), { author })))
    await liar.refusal()
  }
  await liar.link(root)
  const own = await liar.write(streamOf(VILLAGE), drafts())
  for (let count = 0; count < 4; count++) liar.send(frameOf(own))
  await liar.stored(4)
  const clerk = person(TOWNSHIP, ['clerk'])
  const { id } = value(await township.engine.office.openCase(clerk, 'SL0001'))
  await atCounty(township, id)
  expect(JSON.stringify((await root.engine.office.status()).findings)).not.toContain('放慢')
})
