/** The county carries cases sideways: who is named by a case sees it, what is written there comes home. */
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { transferTargets } from '#protocol/casework/rules/transfer.ts'
import { logParts, type StationCode, streamOf, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { KIND } from '#protocol/log/entry.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { nodeHost, sha256 } from '#protocol/transport/node-host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  connect,
  type Linked,
  type Node,
  openNode,
  SECOND_VILLAGE,
  STATIONS,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'

import {
  agent,
  clerk,
  cut,
  EAST,
  EAST_VILLAGE,
  eastAgent,
  eastClerk,
  entriesOf,
  form,
  hall,
  LANDS,
  link,
  MORE,
  offeredEast,
  place,
  sees,
  stateAt,
} from './wide-county.ts'

test('R41 R42 a case goes from a village sideways to a township elsewhere and comes back, equal on every node', async () => {
  const { root, township, village, east } = await place()
  await link([township, root], [village, township], [east, root])
  const id = await offeredEast(village)
  await sees(east, id, ({ offer }) => offer?.to === EAST)
  const { office } = east.engine
  value(await office.act(eastClerk, id, 'taken', { materials: 1 }))
  value(await office.edit(eastClerk, id, 'application', { set: { address: '永安镇一组' } }))
  value(await office.act(eastClerk, id, 'received', { applicant: '王芳', materials: 1 }))
  await sees(village, id, ({ stage, holder }) => stage === '20' && holder === EAST)
  value(await office.act(eastClerk, id, 'offered', { to: VILLAGE, materials: 1 }))
  await sees(village, id, ({ offer }) => offer?.to === VILLAGE)
  value(await village.engine.office.act(agent, id, 'taken', { materials: 1 }))
  await sees(east, id, ({ holder }) => holder === VILLAGE)
  const states = await Promise.all([root, township, village, east].map((node) => stateAt(node, id)))
  for (const state of states) expect(state).toEqual(states[0])
  expect(states[0]?.epoch).toBe(3)
  for (const [node, who] of [
    [village, agent],
    [township, clerk],
    [east, eastClerk],
  ] as const) {
    await until('the form is everywhere', async () => (await form(node, id, who)).length === 3)
    expect((await form(node, id, who))[0]).toEqual({ applicant: '王芳', phone: '13800001111', address: '永安镇一组' })
  }
})

test('R40 every other station may be offered a case: parent, children and the hall first, the others through the county', () => {
  const targets = (station: StationCode, home?: StationCode) =>
    transferTargets(station, [...STATIONS, ...MORE], home).map(
      ({ id, throughCounty }) => `${id}${throughCounty ? '*' : ''}`,
    )
  expect(targets(TOWNSHIP, VILLAGE)).toEqual([
    COUNTY,
    VILLAGE,
    `${SECOND_VILLAGE}*`,
    `${EAST}*`,
    `${EAST_VILLAGE}*`,
    `${LANDS}*`,
  ])
  expect(targets(VILLAGE).slice(0, 2)).toEqual([TOWNSHIP, COUNTY])
})

test('R41 R43 all entries arrive with their authors’ bytes and signatures, once, and nobody else holds them', async () => {
  const { root, township, village, east, eastVillage, lands } = await place()
  await link([township, root], [village, township], [east, root], [eastVillage, east], [lands, root])
  const id = await offeredEast(village)
  await sees(east, id, ({ offer }) => offer?.to === EAST)
  const originals = new Set((await entriesOf(village.storage, id)).map(({ entry }) => toHex(entry.hash)))
  const carried = (await entriesOf(east.storage, id)).map(({ entry, kind, node, stream }) => {
    expect([kind, node, stream]).toEqual([KIND.carried, root.identity.node, streamOf(EAST)])
    const inner = decodeCarried(sha256, entry.payload)
    if (!inner) throw new Error('unreadable')
    return inner
  })
  expect(new Set(carried.map(({ hash }) => toHex(hash)))).toEqual(originals)
  expect(carried).toHaveLength(originals.size)
  const key = village.identity.keys.publicKey
  for (const { kind, hash, signature } of carried) {
    if (kind === KIND.fact) expect(await nodeHost.cryptography.verify(key, hash, signature as Uint8Array)).toBe(true)
  }
  for (const node of [eastVillage, lands]) expect(await entriesOf(node.storage, id)).toEqual([])
})

test('R42 R44 a village elsewhere answers through its own township while the county is away, and home hears of it later', async () => {
  const { root, township, village, east, eastVillage } = await place()
  const [up, , eastUp] = await link([township, root], [village, township], [east, root], [eastVillage, east])
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: EAST_VILLAGE, materials: 1 }))
  await sees(eastVillage, id, ({ offer }) => offer !== null)
  await cut([up, eastUp] as Linked[])
  value(await eastVillage.engine.office.act(eastAgent, id, 'taken', { materials: 1 }))
  value(await eastVillage.engine.office.act(eastAgent, id, 'offered', { to: EAST, materials: 1 }))
  // The township in the east holds its village's stream: it needs nobody above it to sign for the case.
  await sees(east, id, ({ offer }) => offer?.to === EAST)
  value(await east.engine.office.act(eastClerk, id, 'taken', { materials: 1 }))
  value(await east.engine.office.edit(eastClerk, id, 'application', { set: { phone: '13900002222' } }))
  expect((await stateAt(village, id))?.epoch).toBe(1)
  await link([east, root], [township, root])
  for (const node of [root, township, village, eastVillage]) await sees(node, id, ({ holder }) => holder === EAST)
  const states = await Promise.all([root, township, village, east, eastVillage].map((node) => stateAt(node, id)))
  for (const state of states) expect(state).toEqual(states[0])
  expect(states[0]?.epoch).toBe(3)
  await until('the form is home', async () => 'phone' in ((await form(village, id, agent))[0] as object))
  for (const node of [village, east, root]) {
    const { written, applied } = (await node.engine.office.status()).conservation
    expect(applied).toBe(written)
  }
})

/** Opens the root again over a disk, as after a stop (same incarnation) or after a backup was put back. */
const restartRoot = (root: Node, storage: MemoryStorage, incarnation: number) =>
  openNode({ station: COUNTY, keys: root.identity.keys, lease: 1, storage, incarnation })

test('R45 R46 wherever in its work the county stops or is put back to, in the end every node shows the same', async () => {
  const { root, township, village, east, disk } = await place()
  const links = await link([township, root], [village, township], [east, root])
  const start = disk(COUNTY).snapshot().steps.length
  const id = await offeredEast(village)
  await sees(east, id, ({ offer }) => offer?.to === EAST)
  value(await east.engine.office.act(eastClerk, id, 'taken', { materials: 1 }))
  value(await east.engine.office.edit(eastClerk, id, 'application', { set: { address: '永安镇一组' } }))
  await sees(village, id, ({ holder }) => holder === EAST)
  await until('the form is home', async () => 'address' in ((await form(village, id, agent))[0] as object))
  const wanted = await stateAt(village, id)
  await cut(links)
  const { steps } = disk(COUNTY).snapshot()
  for (let length = start; length <= steps.length; length++) {
    const copies = new Map(
      [TOWNSHIP, VILLAGE, EAST].map((station) => {
        const copy = new MemoryStorage()
        copy.restore(disk(station).snapshot())
        return [station, copy] as const
      }),
    )
    const back = new MemoryStorage()
    back.restore({ steps: steps.slice(0, length) })
    const again = await restartRoot(root, back, 1 + length)
    const reopen = (node: Node, parent: Node) =>
      openNode({
        station: node.station,
        keys: node.identity.keys,
        lease: node.identity.lease,
        parent,
        root: again,
        storage: copies.get(node.station) as MemoryStorage,
        incarnation: node.engine.incarnation,
      })
    const west = await reopen(township, again)
    const low = await reopen(village, west)
    const side = await reopen(east, again)
    const relinked = [connect(west, again), connect(low, west), connect(side, again)]
    await until(`equal after ${length} of ${steps.length} commits`, async () => {
      const states = await Promise.all([again, west, low, side].map((node) => stateAt(node, id)))
      return states.every((state) => isDeepStrictEqual(state, wanted))
    })
    await until('nothing is left to carry', async () => (await again.storage.localAll('carrying')).length === 0)
    const shown = await form(village, id, agent)
    await until(`the same form after ${length} commits`, async () => {
      const forms = await Promise.all([again, low, side].map((node) => form(node, id, agent)))
      return forms.every((one) => isDeepStrictEqual(one, shown))
    })
    await cut(relinked)
    await Promise.all([again, west, low, side].map((node) => node.engine.stop()))
  }
})

test('R43 R48 carried twice by a county that was put back, an entry still counts once and every sum is right', async () => {
  const { root, township, village, east, disk } = await place()
  const links = await link([township, root], [village, township], [east, root])
  const id = await offeredEast(village)
  await until('all at the county', async () => (await village.engine.office.safetyOf([id])).get(id) === 'root')
  await sees(east, id, ({ offer }) => offer?.to === EAST)
  await cut(links)
  const back = new MemoryStorage()
  const { steps } = disk(COUNTY).snapshot()
  const first = steps.findIndex(
    (step) => step !== 'drop-computed' && step.local.some(({ space }) => space === 'carrying'),
  )
  back.restore({ steps: steps.slice(0, first + 1) })
  await root.engine.stop()
  const again = await restartRoot(root, back, 77)
  await until('carried again', async () => (await entriesOf(back, id)).some(({ stream }) => stream === streamOf(EAST)))
  const uplinks = [connect(township, again), connect(east, again)]
  const copies = async () => (await entriesOf(east.storage, id)).length
  const once = (await entriesOf(village.storage, id)).length
  await until('both copies are in the east', async () => (await copies()) > once)
  const state = await stateAt(east, id)
  expect(state?.story.map(({ kind }) => kind)).toEqual(['opened', 'captured', 'offered'])
  expect(state).toEqual(await stateAt(village, id))
  for (const node of [again, township, village, east]) {
    const { written, applied, setAside, quarantined } = (await node.engine.office.status()).conservation
    expect([applied, setAside, quarantined]).toEqual([written, 0, 0])
  }
  await cut(uplinks)
})

test('R50 a long case is carried in parts, and acts of others come between', async () => {
  const { root, township, village, east } = await place()
  await link([township, root], [village, township])
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  const notes = LIMITS.carriedEntries + 30
  await Promise.all(Array.from({ length: notes }, (_, at) => office.act(agent, id, 'noted', { text: `第${at}次` })))
  value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: EAST, materials: 1 }))
  await link([east, root])
  await sees(east, id, ({ story, offer }) => story.length === notes + 3 && offer !== null)
  const logs = (await root.storage.load()).heads.filter(({ key }) => logParts(key).stream === streamOf(EAST))
  expect(logs.map(({ height }) => height)).toContain(notes + 3)
  const { steps } = (root.storage as MemoryStorage).snapshot()
  const parts = steps.flatMap((step) =>
    step === 'drop-computed'
      ? []
      : [step.places.filter(({ document }) => document === id).flatMap(({ places }) => places)],
  )
  const carriedAtOnce = parts.map((list) => list.filter(({ log }) => logParts(log).stream === streamOf(EAST)).length)
  expect(Math.max(...carriedAtOnce)).toBeLessThanOrEqual(LIMITS.carriedEntries)
})

test('R41 a case is not brought where its home’s stream is held anyway', async () => {
  const { root, township, village } = await place()
  await link([township, root], [village, township])
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: TOWNSHIP, materials: 1 }))
  await sees(root, id, ({ offer }) => offer !== null)
  value(await township.engine.office.act(clerk, id, 'taken', { materials: 1 }))
  value(await township.engine.office.act(clerk, id, 'offered', { to: COUNTY, materials: 1 }))
  await sees(root, id, ({ offer }) => offer?.to === COUNTY)
  value(await root.engine.office.act(hall, id, 'taken', { materials: 1 }))
  await sees(village, id, ({ holder }) => holder === COUNTY)
  const kinds = new Set((await entriesOf(root.storage, id)).map(({ kind, stream }) => `${kind} ${stream}`))
  expect(kinds).toEqual(new Set([`${KIND.fact} ${VILLAGE}`]))
})

test('R42 what was offered to the township’s own village, from the township’s own case, arrives through the county', async () => {
  const { root, township, village } = await place()
  await link([township, root], [village, township])
  const { office } = township.engine
  const { id } = value(await office.openCase(clerk, 'SL0001'))
  value(await office.act(clerk, id, 'received', { applicant: '王芳', materials: 1 }))
  value(await office.act(clerk, id, 'offered', { to: VILLAGE, materials: 1 }))
  await sees(village, id, ({ offer }) => offer?.to === VILLAGE)
  value(await village.engine.office.act(agent, id, 'taken', { materials: 1 }))
  // The township holds its village's stream too: it hears of the taking before the county does.
  await sees(township, id, ({ holder }) => holder === VILLAGE)
  await sees(root, id, ({ holder }) => holder === VILLAGE)
  expect(await stateAt(village, id)).toEqual(await stateAt(township, id))
})
