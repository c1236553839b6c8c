/** The rules level from node to root, its enabling, and a case between programs of two ages. */
import { expect, test } from 'vitest'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Knowledge } from '#protocol/casework/rules/level.ts'
import { ASIDE_REASONS } from '#protocol/casework/rules/reasons.ts'
import { GATE_PROBLEMS } from '#protocol/documents/problems.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import { NO_CHANGE, StorageFailure } from '#protocol/engine/ports/storage.ts'
import type { DocumentId, StationCode } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import type { Levels } from '#protocol/wire/messages.ts'
import { FIELDS } from '#test/casework/people.ts'
import { testHost } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { linesOf } from './audit-trail.ts'
import {
  bringAll,
  COUNTY,
  callUntil,
  connect,
  type Node,
  nodeRecord,
  openNode,
  person,
  publish,
  STATIONS,
  TOWNSHIP,
  until,
  untilListed,
  VILLAGE,
} from './county.ts'
import { letterFor } from './letters.ts'
import { LATER_KIND, LATER_LEVEL, NEWER, OLDER } from './levels.ts'
import { RawNode } from './raw-node.ts'

/** Reports wait for seconds; here they wait for hundredths. */
const host: Host = { ...testHost, after: (milliseconds, then) => testHost.after(milliseconds / 100, then) }

interface Ages {
  readonly root: Knowledge
  readonly township: Knowledge
  readonly village: Knowledge
}

/** Root, township and village, each with a program of its age. */
async function openCounty(ages: Ages) {
  const disk = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, host, knowledge: ages.root })
  const given = { host, root }
  const township = await openNode({
    ...{ ...given, station: TOWNSHIP, lease: 2, parent: root, knowledge: ages.township, storage: disk },
  })
  const village = await openNode({
    ...{ ...given, station: VILLAGE, lease: 3, parent: township, knowledge: ages.village },
  })
  await publish(root, [
    ...STATIONS,
    nodeRecord(root, null),
    nodeRecord(township, root.identity.node),
    nodeRecord(village, township.identity.node),
    ...SAMPLE_ITEMS,
  ])
  return { root, township, village, disk }
}

/** The same machine with the program of another age. */
async function upgraded(node: Node, parent: Node, root: Node, knowledge: Knowledge, lease: number): Promise<Node> {
  await node.engine.stop()
  const { keys } = node.identity
  const options = { station: node.station, keys, parent, root, lease, storage: node.storage, host, knowledge }
  return openNode({ ...options, incarnation: node.engine.incarnation })
}

const levelOf = ({ engine }: Node): number => engine.office.directory.level()
const clerkOf = (station: StationCode) => person(station, ['clerk', 'handler', 'coordinator', 'chief'])
const told = async (root: Node, node: Node) =>
  (await root.engine.office.nodesBelow()).find((one) => one.node === node.identity.node)?.level

test('S141 S142 the root enables a level when the last node knows it, everybody hears it, and it never falls', async () => {
  const { root, township, village } = await openCounty({ root: NEWER, township: NEWER, village: OLDER })
  await callUntil(township, root, 'the township is heard', async () => (await told(root, township)) === LATER_LEVEL)
  const heard = async () => (await told(root, village)) === OLDER.level
  const { cut } = await callUntil(village, township, 'the village is heard through it', heard)
  await until('what all know is enabled', () => levelOf(root) === OLDER.level)
  cut()
  const newer = await upgraded(village, township, root, NEWER, 3)
  await callUntil(newer, township, 'the village is told', () => levelOf(newer) === LATER_LEVEL)
  expect([root, township].map(levelOf)).toEqual([LATER_LEVEL, LATER_LEVEL])
  await publish(root, [{ type: 'level', id: 'rules', version: OLDER.level }])
  expect(levelOf(root)).toBe(LATER_LEVEL)
})

test('S142 A91 the level that the county enables stands in the audit log, and a finding tells of it once', async () => {
  const { root, township, village } = await openCounty({ root: NEWER, township: NEWER, village: NEWER })
  connect(township, root)
  await callUntil(village, township, 'all know it', () => levelOf(root) === LATER_LEVEL)
  await publish(root, SAMPLE_ITEMS)
  const told = (await linesOf(root, [COUNTY])).filter(({ event }) => event === 'settings')
  expect(told).toMatchObject([{ person: '', subject: `规则版本 ${LATER_LEVEL}`, details: '已启用' }])
  const found = async ({ engine }: Node) =>
    (await engine.office.status()).findings.filter(({ kind }) => kind === 'level').map(({ message }) => message)
  expect(await found(root)).toEqual([`全县已启用规则版本 ${LATER_LEVEL}:在用的节点都换上了懂得它的程序`])
  expect(await found(township)).toEqual([])
})

test('S142 the revocation of the last node that holds a level back enables it; a standby holds it back like any node', async () => {
  const { root, township } = await openCounty({ root: NEWER, township: NEWER, village: OLDER })
  connect(township, root)
  await until('the township is heard', async () => (await told(root, township)) === LATER_LEVEL)
  expect(levelOf(root)).toBe(1)
  const { directory } = root.engine.office
  const standby = { ...new RawNode(COUNTY).record(root.identity.node, 9), standby: true }
  const revoke = (id: string) =>
    directory.nodes().flatMap((node) => (node.id === id ? [{ ...node, revoked: { time: 1, reason: '退役' } }] : []))
  await publish(root, [standby])
  await publish(root, revoke(directory.nodes().find(({ stations }) => stations.includes(VILLAGE))?.id ?? ''))
  expect(levelOf(root)).toBe(1)
  await publish(root, revoke(standby.id))
  expect(levelOf(root)).toBe(LATER_LEVEL)
})

test('S142 a root that knows of no other node enables nothing', async () => {
  const root = await openNode({ station: COUNTY, lease: 1, host })
  await publish(root, [...STATIONS, nodeRecord(root, null)])
  await publish(root, SAMPLE_ITEMS)
  expect(levelOf(root)).toBe(1)
})

test('W11 a peer of an earlier protocol version is never told levels; who says nothing counts as level 1', async () => {
  const { root, township } = await openCounty({ root: OLDER, township: OLDER, village: OLDER })
  for (const versions of [
    [1, 2],
    [1, 3],
  ] as const) {
    const above = new RawNode(COUNTY, root.identity.keys)
    above.versions = versions
    await above.link(township, 'up')
    const levels = () => above.received.filter((message): message is Levels => message.type === 'levels')
    await until('a report', () => above.received.some(({ type }) => type === 'status'))
    if (versions[1] === 3) await until('levels', () => levels().length > 0)
    expect(levels().flatMap(({ nodes }) => nodes)).toEqual(
      versions[1] === 3 ? [{ node: township.identity.node, level: OLDER.level }] : [],
    )
    above.cut()
  }
  const raw = new RawNode(TOWNSHIP)
  await publish(root, [raw.record(root.identity.node, 9)])
  await raw.link(root)
  raw.send({ type: 'levels', nodes: [{ node: township.identity.node, level: 7 }] })
  raw.send({
    type: 'status',
    nodes: [
      { node: raw.node, age: 0, connected: true, unsentEntries: 1, unsentCases: 7, version: 'x', clockOffset: null },
    ],
  })
  const heard = async () => await root.engine.office.nodesBelow()
  await until('it is heard', async () => (await heard()).some(({ unsentCases }) => unsentCases === 7))
  expect((await heard()).map(({ level }) => level)).toEqual([1])
})

/** A case of the township that the hall holds and has marked with the later kind; nobody else moves it. */
async function markedCase({ root, township }: { root: Node; township: Node }): Promise<DocumentId> {
  await publish(root, [{ type: 'level', id: 'rules', version: LATER_LEVEL }, letterFor(TOWNSHIP, 'YB', 'SL0001')])
  const office = township.engine.office
  const clerk = clerkOf(TOWNSHIP)
  let link = connect(township, root)
  await until('the letter', () => office.directory.letters().length === 1)
  const { id } = value(await office.openCase(clerk, 'SL0001'))
  await bringAll(township, clerk, id)
  for (const kind of ['received', 'accepted'] as const) value(await office.act(clerk, id, kind, FIELDS[kind]))
  value(await office.act(clerk, id, 'offered', { to: COUNTY, materials: 3 }))
  const hall = root.engine.office
  await until('the offer', async () => {
    const viewed = await hall.view(clerkOf(COUNTY), id)
    return viewed.ok && viewed.value.state.offer !== null
  })
  value(await hall.act(clerkOf(COUNTY), id, 'taken', { materials: 3 }))
  const green = { ...FIELDS[LATER_KIND], reason: '军人家属', approver: clerkOf(COUNTY).person }
  value(await hall.act(clerkOf(COUNTY), id, LATER_KIND, green))
  link = connect(township, root)
  await until('the record', async () => {
    const viewed = await office.view(clerk, id)
    return viewed.ok && viewed.value.state.story.length === 6
  })
  link.cut()
  return id
}

test('C136 P211 an older node keeps such a case read-only, in words on lists too, and goes on with it after the upgrade (S144, S145)', async () => {
  const county = await openCounty({ root: NEWER, township: OLDER, village: OLDER })
  const { root, township, disk } = county
  const id = await markedCase(county)
  const { office } = township.engine
  const clerk = clerkOf(TOWNSHIP)
  const { state, acts, sections } = value(await office.view(clerk, id))
  expect(state).toMatchObject({ unread: [expect.any(String)], holder: COUNTY })
  expect(acts.filter(({ allowed }) => allowed)).toEqual([])
  expect(sections.some(({ writable }) => writable)).toBe(false)
  const edit = await office.edit(clerk, id, 'materials', { set: { a: { state: 'copy', copies: 1 } } })
  const act = await office.act(clerk, id, 'noted', { text: '备注' })
  for (const refused of [edit, act]) expect(refused).toMatchObject({ ok: false, problem: { code: 'unread' } })
  await untilListed(township)
  expect((await office.find({ aside: true })).rows).toMatchObject([{ id, unread: true, aside: 0 }])
  const aside = { document: id, outcome: 'set-aside' }
  expect(await disk.receiptsOf(id)).toMatchObject([aside])

  const newer = await upgraded(township, root, root, NEWER, 2)
  await until('all is judged', async () => (await newer.engine.office.find({})).rows[0]?.unread === undefined)
  await until('no receipt is left', async () => (await disk.receiptsOf(id)).length === 0)
  const here = value(await newer.engine.office.view(clerk, id)).state
  expect(here).toEqual(value(await root.engine.office.view(clerk, id)).state)
  expect(here).toMatchObject({ unread: [], asideOpen: 0, green: { reason: '军人家属' } })
  await newer.engine.stop()
})

test('S144 the same version with another fingerprint of the rules reads the disk again, once', async () => {
  const disk = new MemoryStorage()
  const open = (knowledge: Knowledge, keys?: Node['identity']['keys']) =>
    openNode({ station: COUNTY, lease: 1, host, storage: disk, knowledge, ...(keys ? { keys } : {}) })
  const first = await open(OLDER)
  await publish(first, [...STATIONS, nodeRecord(first, null), ...SAMPLE_ITEMS])
  const { id } = value(await first.engine.office.openCase(clerkOf(COUNTY), 'SL0001'))
  await first.engine.stop()
  const [row] = await disk.casesById([id])
  const said = async () => (await disk.casesById([id]))[0]?.stage
  if (!row) throw new Error('the case has a row')
  await disk.commit({
    ...NO_CHANGE,
    cases: [{ ...row, stage: 'old' }],
    local: [{ space: 'engine', key: 'refolding', value: null }],
  })
  const same = await open(OLDER, first.identity.keys)
  await until('the start is over', async () => (await same.engine.office.status()).refolding === null)
  expect(await said()).toBe('old')
  await same.engine.stop()
  const other = await open(NEWER, first.identity.keys)
  await until('the row is right', async () => (await said()) === row.stage)
  await until('all is judged', async () => (await other.engine.office.status()).refolding === null)
  const reader = await disk.local('engine', 'reader')
  expect(reader).toContain(NEWER.fingerprint)
  value(await other.engine.office.openCase(clerkOf(COUNTY), 'SL0001'))
  await other.engine.stop()
  // What it writes then takes the note of its reading not back, and its next start reads nothing again.
  expect(await disk.local('engine', 'reader')).toBe(reader)
  await disk.commit({ ...NO_CHANGE, cases: [{ ...row, stage: 'old' }] })
  const again = await open(NEWER, first.identity.keys)
  value(await again.engine.office.openCase(clerkOf(COUNTY), 'SL0001'))
  await again.engine.stop()
  expect(await disk.local('engine', 'reader')).toBe(reader)
  expect(await said()).toBe('old')
})

test('S144 what a program that is ended in the middle left unread the next one reads, also the one that had read it all before', async () => {
  const disk = new MemoryStorage()
  const open = (knowledge: Knowledge, keys?: Node['identity']['keys']) =>
    openNode({ station: COUNTY, lease: 1, host, storage: disk, knowledge, ...(keys ? { keys } : {}) })
  const reader = () => disk.local('engine', 'reader')
  const first = await open(NEWER)
  await publish(first, [...STATIONS, nodeRecord(first, null), ...SAMPLE_ITEMS])
  value(await first.engine.office.openCase(clerkOf(COUNTY), 'SL0001'))
  await first.engine.stop()
  const known = await reader()
  // Ended at once, before it has read anything.
  const older = await open(OLDER, first.identity.keys)
  await older.engine.stop()
  expect(await reader()).not.toBe(known)
  const newer = await open(NEWER, first.identity.keys)
  await until('all is read again', async () => (await reader()) === known)
  await newer.engine.stop()
})

/** A hall with a program of an age, and a case on its disk. */
async function hallWithCase(knowledge: Knowledge) {
  const disk = new MemoryStorage()
  const hall = await openNode({ station: COUNTY, lease: 1, host, storage: disk, knowledge })
  await publish(hall, [...STATIONS, nodeRecord(hall, null), ...SAMPLE_ITEMS])
  const clerk = clerkOf(COUNTY)
  const { id } = value(await hall.engine.office.openCase(clerk, 'SL0001'))
  return { disk, hall, clerk, id }
}

test('S145 edits of a section that the former program did not know count, and what was said of them goes', async () => {
  const { disk, hall, clerk, id } = await hallWithCase(OLDER)
  value(await hall.engine.office.edit(clerk, id, 'office-note', { text: '已电话联系' }))
  await hall.engine.stop()
  const [row] = await disk.casesById([id])
  const place = (await disk.placesOf([id])).get(id)?.at(-1)
  if (!row || !place) throw new Error('the case has a row and an edit')
  // As a program would have left it that knew no office notes.
  const reason = GATE_PROBLEMS['unknown-section'].message
  await disk.commit({
    ...NO_CHANGE,
    cases: [{ ...row, aside: 1 }],
    local: [{ space: 'engine', key: 'refolding', value: null }],
    receipts: [{ log: place.log, seq: place.seq, document: id, outcome: 'quarantined', reason }],
  })
  const { keys } = hall.identity
  const newer = await openNode({ station: COUNTY, lease: 1, keys, host, storage: disk, knowledge: NEWER })
  await until('no receipt is left', async () => (await disk.receiptsOf(id)).length === 0)
  await until('the row is right', async () => (await disk.casesById([id]))[0]?.aside === 0)
  const { sections } = value(await newer.engine.office.view(clerk, id))
  expect(sections.find(({ name }) => name === 'office-note')?.value).toBe('已电话联系')
  await newer.engine.stop()
})

test('S145 what the former program said of a case goes with an act on it, before all is read again', async () => {
  const { disk, hall, clerk, id } = await hallWithCase(OLDER)
  await hall.engine.stop()
  const place = (await disk.placesOf([id])).get(id)?.at(-1)
  if (!place) throw new Error('the case has an entry')
  const reason = ASIDE_REASONS.unread.text
  const receipts = [{ log: place.log, seq: place.seq, document: id, outcome: 'set-aside' as const, reason }]
  await disk.commit({ ...NO_CHANGE, receipts, local: [{ space: 'engine', key: 'refolding', value: null }] })
  // The newer one is held up at its reading.
  const documentsAfter = disk.documentsAfter.bind(disk)
  let isHeld = true
  disk.documentsAfter = async (...asked) => {
    await until('it may read on', () => !isHeld)
    return documentsAfter(...asked)
  }
  const { keys } = hall.identity
  const newer = await openNode({ station: COUNTY, lease: 1, keys, host, storage: disk, knowledge: NEWER })
  await until('rows are of today', async () => (await newer.engine.office.status()).refolding === null)
  value(await newer.engine.office.view(clerk, id))
  value(await newer.engine.office.act(clerk, id, 'noted', { text: '申请人下午再来' }))
  expect(await disk.receiptsOf(id)).toEqual([])
  isHeld = false
  await newer.engine.stop()
})

test('S144 the note that a program reads goes with what it writes first, where the disk did not take it before', async () => {
  const { disk, hall, clerk, id } = await hallWithCase(NEWER)
  await hall.engine.stop()
  const reader = await disk.local('engine', 'reader')
  const commit = disk.commit.bind(disk)
  let isRefused = false
  disk.commit = async (change) => {
    const [first] = change.local.filter(({ key }) => key === 'reader')
    if (first && change.packs.length === 0) {
      isRefused = true
      throw new StorageFailure('full', '磁盘已满')
    }
    await commit(change)
  }
  const { keys } = hall.identity
  const older = await openNode({ station: COUNTY, lease: 1, keys, host, storage: disk, knowledge: OLDER })
  await until('the disk refuses it', () => isRefused)
  expect(await disk.local('engine', 'reader')).toBe(reader)
  value(await older.engine.office.act(clerk, id, 'noted', { text: '申请人下午再来' }))
  expect(await disk.local('engine', 'reader')).not.toBe(reader)
  await older.engine.stop()
})
