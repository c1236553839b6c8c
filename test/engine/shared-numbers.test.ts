/** Two cases with one number: found where both are held, standing until one of them is renumbered. */
import { expect, test } from 'vitest'
import type { Host } from '#protocol/engine/ports/host.ts'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { COUNTY, callUntil, connect, type Node, openCounty, openNode, person, TOWNSHIP, until } from './county.ts'

const clerk = person(TOWNSHIP, ['clerk'])
const coordinator = person(COUNTY, ['coordinator'])

/** Chance that draws the same lane after every start: what remains possible once in 13,823 times. */
const unlucky: Host = { ...testHost, random: (bytes) => (bytes === 4 ? new Uint8Array(4) : testHost.random(bytes)) }

/** A township that gave a number twice, because it was put back in place; county and township hold both cases. */
async function placeWithDouble() {
  const disk = new MemoryStorage()
  const { root, township } = await openCounty((station) => (station === TOWNSHIP ? disk : new MemoryStorage()))
  const link = connect(township, root)
  await until('township has its station', () => township.engine.office.stations.length === 1)
  const options = { station: TOWNSHIP, keys: township.identity.keys, lease: 2, parent: root, root, incarnation: 2 }
  link.cut()
  await link.ended
  await township.engine.stop()
  const morning = disk.snapshot()
  const start = async () => {
    const storage = new MemoryStorage()
    storage.restore(morning)
    return openNode({ ...options, storage, host: unlucky })
  }
  const one = await start()
  const first = value(await one.engine.office.openCase(clerk, 'SL0001'))
  const up = connect(one, root)
  await until('the first is at the county', async () => (await root.engine.office.byNumber(first.number)).length === 1)
  up.cut()
  await up.ended
  await one.engine.stop()
  const other = await start()
  const second = value(await other.engine.office.openCase(clerk, 'SL0001'))
  expect(second.number).toBe(first.number)
  const both = async ({ engine }: Node) => (await engine.office.find({})).rows.length === 2
  await callUntil(other, root, 'both hold both', async () => (await both(root)) && both(other))
  await until('linked', () => other.engine.office.status().then(({ parent }) => parent?.connected === true))
  return { root, township: other, first, second }
}

const shared = async ({ engine: { office } }: Node) =>
  (await office.sharedNumbers()).map(({ number, cases }) => ({ number, ids: cases.map(({ id }) => id).sort() }))

const renumbering = { second: 'p-second', reason: '恢复备份后编号重复' }

test('C119 two cases with one number are found by every node that holds both, after a rebuild too', async () => {
  const { root, township, first, second } = await placeWithDouble()
  const found = [{ number: first.number, ids: [first.id, second.id].sort() }]
  expect(await shared(root)).toEqual(found)
  expect(await shared(township)).toEqual(found)
  const forgotten = { space: 'shared-number', key: first.number, value: null }
  await root.storage.commit({ ...NO_CHANGE, local: [forgotten] })
  expect(await shared(root)).toEqual([])
  await root.engine.rebuild()
  expect(await shared(root)).toEqual(found)
  await Promise.all([root.engine.stop(), township.engine.stop()])
})

test('C119 the finding ends everywhere when one case is renumbered; the other keeps its number', async () => {
  const { root, township, first, second } = await placeWithDouble()
  const { office } = township.engine
  const view = value(await office.view(clerk, second.id))
  expect(view.sameNumber.map(({ id }) => id)).toEqual([first.id])
  expect(view.acts.find(({ kind }) => kind === 'renumbered')).toMatchObject({ allowed: true })
  const given = { ...renumbering, number: '510724100-260101-AAB-0001-0', former: 'x' }
  value(await office.act(clerk, second.id, 'renumbered', given))
  const state = value(await office.state(second.id))
  expect(state.formerNumbers).toEqual([first.number])
  expect(state.number).not.toBe(first.number)
  expect(state.number).not.toBe(given.number)
  expect(state.papers.at(-1)).toMatchObject({ code: 'D25' })
  expect(state.story.find(({ kind }) => kind === 'renumbered')?.fields).toMatchObject({
    former: first.number,
    number: state.number,
  })
  expect(await shared(township)).toEqual([])
  await until('the county knows', async () => (await shared(root)).length === 0)
  for (const node of [root, township]) {
    const ids = async (number: string) => (await node.engine.office.byNumber(number)).map(({ id }) => id).sort()
    expect(await ids(first.number)).toEqual([first.id, second.id].sort())
    expect(await ids(state.number)).toEqual([second.id])
    expect(value(await node.engine.office.state(first.id)).number).toBe(first.number)
  }
  await Promise.all([root.engine.stop(), township.engine.stop()])
})

test('C117 the coordinator at the county may renumber what another station holds, with a second person', async () => {
  const { root, township, first, second } = await placeWithDouble()
  const { office } = root.engine
  const alone = await office.act(coordinator, second.id, 'renumbered', { ...renumbering, second: coordinator.person })
  expect(alone).toMatchObject({ ok: false, problem: { code: 'field', field: 'second' } })
  const clerkOfHall = person(COUNTY, ['clerk'])
  const foreign = await office.act(clerkOfHall, second.id, 'renumbered', renumbering)
  expect(foreign).toMatchObject({ ok: false, problem: { code: 'not-holder' } })
  value(await office.act(coordinator, second.id, 'renumbered', renumbering))
  expect(value(await office.state(second.id)).number).toContain(`${COUNTY}-`)
  expect(await shared(root)).toEqual([])
  const single = await office.act(coordinator, first.id, 'renumbered', renumbering)
  expect(single).toMatchObject({ ok: false, problem: { code: 'nothing-to-answer' } })
  await until('the township knows', async () => (await shared(township)).length === 0)
  await Promise.all([root.engine.stop(), township.engine.stop()])
})
