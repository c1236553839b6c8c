/** The county carries cases sideways: who is named by a case sees it, what is written there comes home. */
import { expect, test } from 'vitest'
import { completeItem } from '#protocol/casework/item.ts'
import { transferTargets } from '#protocol/casework/transfer.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import { decodeCarried, encodeCarried } from '#protocol/engine/carried.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { Storage } from '#protocol/engine/storage.ts'
import { type DocumentId, logParts, type StationCode, streamOf, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { type EntryRecord, KIND, readEntry, readRecord } from '#protocol/log/entry.ts'
import type { Packable } from '#protocol/log/pack.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { nodeHost, sha256 } from '#protocol/transport/node-host.ts'
import { Author, valueIn as value } from '#test/documents/authors.ts'
import {
  COUNTY,
  connect,
  type Linked,
  type Node,
  nodeRecord,
  openCounty,
  openNode,
  person,
  publish,
  SECOND_VILLAGE,
  STATIONS,
  stationRecord,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'

const EAST = '510724200' as StationCode
const EAST_VILLAGE = '510724200201' as StationCode
const LANDS = '510724900' as StationCode
const MORE = [
  stationRecord(EAST, '永安镇便民服务中心', 'township', COUNTY),
  stationRecord(EAST_VILLAGE, '东山村便民服务代办点', 'village', EAST),
  stationRecord(LANDS, '自然资源局窗口', 'county', COUNTY),
]

const agent = person(VILLAGE, ['agent'])
const clerk = person(TOWNSHIP, ['clerk', 'handler'])
const eastClerk = person(EAST, ['clerk', 'handler'])
const eastAgent = person(EAST_VILLAGE, ['agent'])
const hall = person(COUNTY, ['clerk', 'handler', 'chief', 'coordinator'])

/** Every node of the county by name; the department's and the eastern ones stand beside the usual three. */
async function place() {
  const disks = new Map<StationCode, MemoryStorage>()
  const disk = (station: StationCode) => {
    const made = disks.get(station) ?? new MemoryStorage()
    disks.set(station, made)
    return made
  }
  const county = await openCounty(disk)
  const { root } = county
  const open = (station: StationCode, parent: Node, lease: number) =>
    openNode({ station, parent, root, lease, storage: disk(station) })
  const east = await open(EAST, root, 4)
  const eastVillage = await open(EAST_VILLAGE, east, 5)
  const lands = await open(LANDS, root, 6)
  await publish(root, [
    ...MORE,
    nodeRecord(east, root.identity.node),
    nodeRecord(eastVillage, east.identity.node),
    nodeRecord(lands, root.identity.node),
  ])
  return { ...county, east, eastVillage, lands, disk }
}

const ready = (node: Node) => until(`${node.station} has its station`, () => node.engine.office.stations.length === 1)

/** Connects children to their parents one after the other, so that each knows who it is. */
async function link(...pairs: readonly (readonly [Node, Node])[]): Promise<Linked[]> {
  const links: Linked[] = []
  for (const [child, parent] of pairs) {
    links.push(connect(child, parent))
    await ready(child)
  }
  return links
}

const cut = async (links: readonly Linked[]) => {
  for (const one of links) one.cut()
  await Promise.all(links.map(({ ended }) => ended))
}

const stateAt = async (node: Node, id: DocumentId) => {
  const state = await node.engine.office.state(id)
  return state.ok ? state.value : undefined
}

const sees = (node: Node, id: DocumentId, what: (state: NonNullable<Awaited<ReturnType<typeof stateAt>>>) => boolean) =>
  until(`${node.station} sees it`, async () => {
    const state = await stateAt(node, id)
    return state !== undefined && what(state)
  })

const form = async (node: Node, id: DocumentId, who: Actor) =>
  value(await node.engine.office.view(who, id)).sections.map((section) => section.value)

/** A case captured in the village and offered to the township in the east. */
async function offeredEast(village: Node): Promise<DocumentId> {
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.edit(agent, id, 'application', { set: { applicant: '王芳', phone: '13800001111' } }))
  value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: EAST, materials: 1 }))
  return id
}

/** Entries of a case on a disk: outer stream and kind. */
async function entriesOf(storage: Storage, id: DocumentId) {
  return ((await storage.recordsOf([id])).get(id) ?? []).map(({ log, hash, bytes }) => {
    const record = readRecord(bytes)
    const entry = record && readEntry(log, record, hash)
    if (!entry) throw new Error('unreadable')
    return { stream: logParts(log).stream, node: logParts(log).node, kind: entry.kind, entry }
  })
}

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
      return states.every((state) => state && JSON.stringify(state) === JSON.stringify(wanted))
    })
    await until('nothing is left to carry', async () => (await again.storage.localAll('carrying')).length === 0)
    const text = JSON.stringify(await form(village, id, agent))
    await until(`the same form after ${length} commits`, async () => {
      const forms = await Promise.all([again, low, side].map((node) => form(node, id, agent)))
      return forms.every((one) => JSON.stringify(one) === text)
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

test('R47 whoever learns a case’s id can neither write about it from a stream of its own nor open that stream to it', async () => {
  const { root, township, village, east } = await place()
  const raw = new RawNode(EAST_VILLAGE)
  await publish(root, [raw.record(east.identity.node, 9)])
  await link([township, root], [village, township], [east, root])
  await until('the east knows it', () => east.engine.office.directory.node(raw.node) !== undefined)
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  await until('at the county', async () => (await stateAt(root, id)) !== undefined)
  await raw.link(east)
  const stream = streamOf(EAST_VILLAGE)
  const about = { document: id, payload: factPayload({ kind: 'noted', previous: null, fields: { text: '冒名' } }) }
  const [fact] = (await raw.write(stream, [draft(EAST_VILLAGE, about)])) as [Packable]
  const record = readRecord(fact.bytes) as EntryRecord
  const carrier = { kind: KIND.carried, document: id, payload: encodeCarried(fact.log, GENESIS, record) }
  const rest = await raw.write(stream, [draft(EAST_VILLAGE, carrier)])
  raw.send(frameOf([fact, ...rest]))
  await raw.stored()
  await until('at the county', async () => (await entriesOf(root.storage, id)).length === 3)
  for (const node of [root, east]) {
    const receipts = await node.storage.receiptsOf(id)
    expect(receipts.map(({ outcome }) => outcome)).toEqual(['quarantined', 'quarantined'])
  }
  expect(await stateAt(east, id)).toBeUndefined()
  expect((await stateAt(root, id))?.story).toHaveLength(1)
  expect(await root.storage.localAll('carrying')).toEqual([])
  // Once the holder offers the case there, what lies there counts: the county has opened the stream itself.
  value(await office.act(agent, id, 'captured', { applicant: '王芳', materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: EAST_VILLAGE, materials: 1 }))
  await sees(east, id, ({ story }) => story.some(({ kind }) => kind === 'noted'))
  await sees(village, id, ({ story }) => story.some(({ kind }) => kind === 'noted'))
  expect(await stateAt(east, id)).toEqual(await stateAt(root, id))
  for (const node of [root, east]) expect(await node.storage.receiptsOf(id)).toEqual([])
})

test('R49 a fact nobody but a relay of another stream vouches for opens nothing, whatever it carries', async () => {
  const { root, township, village, east } = await place()
  const raw = new RawNode(EAST_VILLAGE)
  await publish(root, [raw.record(east.identity.node, 9)])
  await link([township, root], [village, township], [east, root])
  await until('the east knows it', () => east.engine.office.directory.node(raw.node) !== undefined)
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  await until('at the county', async () => (await stateAt(root, id)) !== undefined)
  const [original] = await entriesOf(village.storage, id)
  const held = (await village.storage.recordsOf([id])).get(id)?.[0]
  const record = held && readRecord(held.bytes)
  if (!original || !held || !record) throw new Error('nothing held')
  await raw.link(east)
  const payload = encodeCarried(held.log, GENESIS, record)
  raw.send(
    frameOf(
      await raw.write(streamOf(EAST_VILLAGE), [draft(EAST_VILLAGE, { kind: KIND.carried, document: id, payload })]),
    ),
  )
  await raw.stored()
  expect(await stateAt(east, id)).toBeUndefined()
  await until('at the county', async () => (await entriesOf(root.storage, id)).length === 2)
  expect((await root.storage.receiptsOf(id)).map(({ outcome }) => outcome)).toEqual(['quarantined'])
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

/** A case received at the hall, brought there from the village. */
async function receivedAtHall(village: Node, root: Node): Promise<DocumentId> {
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.edit(agent, id, 'application', { set: { applicant: '王芳', phone: '13800001111' } }))
  value(await office.edit(agent, id, 'materials', { set: { m1: { state: 'original', copies: 1 } } }))
  value(await office.act(agent, id, 'captured', { materials: 2 }))
  value(await office.act(agent, id, 'offered', { to: COUNTY, materials: 2 }))
  await sees(root, id, ({ offer }) => offer?.to === COUNTY)
  value(await root.engine.office.act(hall, id, 'taken', { materials: 2 }))
  value(await root.engine.office.act(hall, id, 'received', { materials: 2 }))
  return id
}

const consult = { to: LANDS, department: '自然资源局', due: '2099-12-31', content: '请核实用地' }

test('R44 R52 a co-department that was away for days finds the case, answers offline, and the lead hears of it', async () => {
  const { root, township, village, lands } = await place()
  await link([township, root], [village, township])
  const id = await receivedAtHall(village, root)
  const { hash } = value(await root.engine.office.act(hall, id, 'invited', consult))
  const [up] = await link([lands, root])
  await sees(lands, id, ({ invitations }) => invitations.length === 1)
  await cut([up as Linked])
  const { office } = lands.engine
  const clerkOfLands = person(LANDS, ['clerk', 'handler'])
  value(await office.act(clerkOfLands, id, 'acknowledged', { fact: hash }))
  value(await office.act(clerkOfLands, id, 'opined', { fact: hash, opinion: 'agree' }))
  expect((await stateAt(root, id))?.invitations[0]?.opinion).toBeNull()
  await link([lands, root])
  for (const node of [root, township, village])
    await sees(node, id, ({ invitations }) => invitations[0]?.opinion !== null)
  expect(await stateAt(village, id)).toEqual(await stateAt(lands, id))
})

test('R53 R54 asking for a part of its own opens that case beside the master: received, offered, carried with it', async () => {
  const { root, township, village, lands } = await place()
  await link([township, root], [village, township], [lands, root])
  const id = await receivedAtHall(village, root)
  const { steps } = (root.storage as MemoryStorage).snapshot()
  value(await root.engine.office.act(hall, id, 'invited', { ...consult, item: 'SL0001' }))
  await until('carried', async () => (await entriesOf(lands.storage, id)).length > 0)
  const parts = (await root.engine.office.find({ master: id })).rows
  expect(parts.map(({ holder, offeredTo, applicant, stage }) => ({ holder, offeredTo, applicant, stage }))).toEqual([
    { holder: COUNTY, offeredTo: LANDS, applicant: '王芳', stage: '20' },
  ])
  const part = parts[0]?.id as DocumentId
  await sees(lands, part, ({ master }) => master === id)
  const clerkOfLands = person(LANDS, ['clerk', 'handler'])
  value(await lands.engine.office.act(clerkOfLands, part, 'taken', { materials: 2 }))
  await sees(village, part, ({ holder }) => holder === LANDS)
  expect((await form(village, part, agent)).slice(0, 2)).toEqual((await form(village, id, agent)).slice(0, 2))
  expect(await stateAt(village, part)).toEqual(await stateAt(lands, part))
  expect(value(await village.engine.office.view(agent, id)).subCases.map((row) => row.id)).toEqual([part])
  // One commit: the disk never shows the notice without the case it opened.
  const written = (root.storage as MemoryStorage).snapshot().steps.slice(steps.length)
  const withNotice = written.find(
    (step) => step !== 'drop-computed' && step.places.some(({ document }) => document === id),
  )
  expect(withNotice !== 'drop-computed' && withNotice?.places.map(({ document }) => document)).toContain(part)
})

test('R55 when the part cannot be opened, nothing is written and the failure says why', async () => {
  const { root, township, village, lands } = await place()
  await link([township, root], [village, township], [lands, root])
  const id = await receivedAtHall(village, root)
  const before = { heads: (await root.storage.load()).heads, state: await stateAt(root, id) }
  for (const [item, why] of [
    ['NO-SUCH', '没有这个事项'],
    ['SL-VILLAGE', '村'],
  ] as const) {
    if (item === 'SL-VILLAGE') {
      await publish(root, [completeItem({ id: item, name: '村级事项', tiers: ['village'] })])
      before.heads = (await root.storage.load()).heads
    }
    const refused = await root.engine.office.act(hall, id, 'invited', { ...consult, item })
    expect(refused.ok).toBe(false)
    if (!refused.ok) expect(refused.problem.message).toContain(why)
    if (!refused.ok) expect(refused.problem.message).toContain('协办事项的办件没有建成')
  }
  expect((await root.storage.load()).heads).toEqual(before.heads)
  expect(await stateAt(root, id)).toEqual(before.state)
  expect((await root.engine.office.find({})).rows).toHaveLength(1)
  // The queue goes on, and no number was spent on what was not written.
  const { number } = value(await root.engine.office.openCase(hall, 'SL0001'))
  expect(number).toMatch(/-0001-.$/)
})

test('R62 an edit that stands on one a fork cut off does not wait for it: people are told, here and wherever the case is carried', async () => {
  const { root, township, village, east } = await place()
  const raw = new RawNode(SECOND_VILLAGE)
  await publish(root, [raw.record(township.identity.node, 9)])
  await link([township, root], [village, township], [east, root])
  await until('the township knows it', () => township.engine.office.directory.node(raw.node) !== undefined)
  await raw.link(township)
  const cutOff = new Author('application', clientIdOf(9, 2))
  const later = new Author('application', clientIdOf(9, 1))
  const lost = cutOff.change({ set: { applicant: '王芳' }, remove: [] })
  later.pull(cutOff)
  const onTop = later.change({ set: { applicant: '王小芳' }, remove: [] })
  if (!lost || !onTop) throw new Error('nothing written')
  const stream = streamOf(SECOND_VILLAGE)
  const opening = factPayload({
    kind: 'opened',
    previous: null,
    fields: { number: 'n', item: 'SL0001', itemVersion: 1 },
  })
  const opened = draft(SECOND_VILLAGE, { payload: opening })
  const { document } = opened
  const edit = (update: Uint8Array) =>
    draft(SECOND_VILLAGE, { kind: KIND.edit, document, payload: encodeEdit({ section: 'application', update }) })
  const [ended] = (await raw.write(stream, [edit(lost)], { incarnation: 2 })) as [Packable]
  const payload = encodeCarried(ended.log, GENESIS, readRecord(ended.bytes) as EntryRecord)
  const kept = draft(SECOND_VILLAGE, { kind: KIND.kept, document, payload })
  raw.send(frameOf(await raw.write(stream, [opened, edit(onTop)])))
  await raw.stored()
  await until('it waits', async () =>
    (await root.storage.receiptsOf(document)).some(({ outcome }) => outcome === 'quarantined'),
  )
  raw.send(frameOf(await raw.write(stream, [kept])))
  await until('it is known to be cut off', async () => {
    const receipts = await root.storage.receiptsOf(document)
    return receipts.length === 2 && receipts.every(({ outcome }) => outcome === 'forked')
  })
  expect((await root.storage.receiptsOf(document)).map(({ reason }) => reason).join()).toContain(
    '依据的编辑在分叉时被截下',
  )
  value(await root.engine.office.act(hall, document, 'reassigned', { to: EAST, reason: '代办点停用' }))
  await sees(east, document, ({ holder }) => holder === EAST)
  await until('told in the east', async () => (await east.storage.receiptsOf(document)).length === 2)
  expect((await east.storage.receiptsOf(document)).every(({ outcome }) => outcome === 'forked')).toBe(true)
})
