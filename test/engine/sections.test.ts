/** Entries that may not take effect: kept, passed on, shown, and in nobody's way. */
import { beforeEach, expect, test } from 'vitest'
import type { SectionChange } from '#protocol/documents/change.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import { openSection } from '#protocol/documents/section.ts'
import type { SectionName } from '#protocol/documents/sections.ts'
import { CASE_RANDOM_BYTES, caseIdIn } from '#protocol/engine/cases/case-id.ts'
import type { DocumentId, LogKey, StationCode } from '#protocol/ids.ts'
import { logParts, streamOf } from '#protocol/ids.ts'
import { type Draft, KIND, readEntry, readRecord } from '#protocol/log/entry.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { field, handMade } from '#test/documents/hostile.ts'
import { sha256 } from '#test/storage/fixtures.ts'
import {
  type County,
  connect,
  type Node,
  openCounty,
  person,
  publish,
  receiptsAt,
  TOWNSHIP,
  until,
  untilListed,
  VILLAGE,
} from './county.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'

const LEASE = 9
const agent = person(VILLAGE, ['agent'])
const clerk = person(TOWNSHIP, ['clerk'])
let county: County
let raw: RawNode
let id: DocumentId

beforeEach(async () => {
  county = await openCounty()
  const { root, township, village } = county
  connect(township, root)
  await until('township has its station', () => township.engine.office.stations.length === 1)
  connect(village, township)
  await until('village has its station', () => village.engine.office.stations.length === 1)
  raw = new RawNode(VILLAGE)
  await publish(root, [raw.record(township.identity.node, LEASE)])
  await until('raw node known', () => township.engine.office.directory.node(raw.node) !== undefined)
  const { office } = village.engine
  id = value(await office.openCase(agent, 'SL0001')).id
  value(await office.edit(agent, id, 'application', { set: { applicant: '王芳' } }))
  await until('at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  await raw.link(township)
})

/** The raw node writes about the case; every honest node then holds it. */
async function deliver(drafts: readonly Partial<Draft>[], station: StationCode = VILLAGE): Promise<void> {
  const written = await raw.write(
    streamOf(VILLAGE),
    drafts.map((given) => draft(station, { document: id, ...given })),
  )
  raw.send(frameOf(written))
  await raw.stored()
  const log = `${raw.node}/1/${VILLAGE}` as LogKey
  for (const node of [county.root, county.village]) {
    await until('delivered', async () =>
      (await node.storage.load()).heads.some(({ key, height }) => key === log && height >= drafts.length),
    )
  }
}

const edit = (section: string, update: Uint8Array): Partial<Draft> => ({
  kind: KIND.edit,
  payload: encodeEdit({ section, update } as Parameters<typeof encodeEdit>[0]),
})

const client = clientIdOf(LEASE, 1)
const view = async (node: Node, who = agent) => value(await node.engine.office.view(who, id))
const outcomes = async (node: Node) => (await receiptsAt(node, id)).map(({ outcome }) => outcome)

/** A well-formed update of a section by the raw node. */
function updateOf(section: SectionName, change: SectionChange): Uint8Array {
  const opened = value(openSection(section, []))
  const made = value(opened.change(client, change))
  if (!made) throw new Error('nothing changed')
  return made
}

test('S80 an edit by a station that may not write the section is quarantined everywhere and blocks nobody', async () => {
  await deliver([edit('office-note', updateOf('office-note', { text: '村里写的' }))])
  const { township, village, root } = county
  for (const node of [township, village, root]) expect(await outcomes(node)).toEqual(['quarantined'])
  expect(
    raw.received.some((message) => message.type === 'receipts' && message.receipts[0]?.outcome === 'quarantined'),
  ).toBe(true)
  value(await township.engine.office.edit(clerk, id, 'office-note', { text: '镇里写的' }))
  await until('at the village', async () => (await view(village)).sections[2]?.value === '镇里写的')
  expect((await village.engine.office.find({ aside: true })).rows.map((row) => row.id)).toEqual([id])
})

test('S81 hostile updates in properly signed edits are quarantined; the section stays readable and writable', async () => {
  const hostile = [
    new Uint8Array([1, 1, 255, 255, 255, 255, 15, 0, 4, 1, 4, 1, 97]),
    handMade([{ client, clock: 2 ** 31, structs: [field('applicant', 'x')] }]),
    handMade([{ client: client + 1, clock: 0, structs: [field('applicant', 'x')] }]),
    handMade([{ client, clock: 0, structs: [field('__proto__', 'x')] }]),
    handMade([{ client, clock: 0, structs: [field('applicant', 'x')], count: 2 ** 40 }]),
    handMade([{ client, clock: 0, structs: [field('applicant', 'x', 'elsewhere')] }]),
    handMade([], [{ client: 1, ranges: [[0, 2 ** 40]] }]),
    new Uint8Array(70_000),
    new Uint8Array(),
  ]
  const before = (await view(county.village)).sections[0]?.value
  await deliver(hostile.map((update) => edit('application', update)))
  for (const node of [county.village, county.township, county.root]) {
    expect((await outcomes(node)).sort()).toEqual(hostile.map(() => 'quarantined'))
    expect((await view(node)).sections[0]?.value).toEqual(before)
  }
  value(await county.village.engine.office.edit(agent, id, 'application', { set: { phone: '13800001111' } }))
  await until('at the county', async () => {
    const shown = (await view(county.root)).sections[0]?.value as { phone?: string }
    return shown.phone === '13800001111'
  })
})

test('S82 what a node writes for a station it does not serve is kept without effect', async () => {
  const tip = (await view(county.root)).state.tip
  const payload = factPayload({ kind: 'received', previous: tip, fields: { applicant: 'x', materials: 1, seals: [] } })
  await deliver(
    [{ payload }, edit('application', updateOf('application', { set: { applicant: '冒名' }, remove: [] }))],
    TOWNSHIP,
  )
  for (const node of [county.village, county.township, county.root]) {
    const { state, sections } = await view(node)
    expect(state.tip).toBe(tip)
    expect(sections[0]?.value).toMatchObject({ applicant: '王芳' })
    expect((await outcomes(node)).sort()).toEqual(['quarantined', 'set-aside'])
  }
})

test('S83 facts that are malformed or follow what nobody holds are set aside, and so told to their author', async () => {
  await deliver([
    { payload: new TextEncoder().encode('{"kind":"decided"') },
    { payload: factPayload({ kind: 'closed', previous: 'e'.repeat(64) as never, fields: {} }) },
  ])
  for (const node of [county.village, county.township, county.root]) {
    expect(await outcomes(node)).toEqual(['set-aside', 'set-aside'])
  }
  const told = raw.received.flatMap((message) => (message.type === 'receipts' ? message.receipts : []))
  expect(new Set(told.map(({ seq }) => seq))).toEqual(new Set([1, 2]))
})

test('S84 written is what was applied, set aside and quarantined, counted independently', async () => {
  const { village, township } = county
  const { office } = village.engine
  value(await office.act(agent, id, 'noted', { text: '一' }))
  value(await office.act(agent, id, 'captured', { materials: 1 }))
  const noted = { text: 'x' }
  const unknown = { kind: 77, payload: new Uint8Array([1]) }
  await deliver([
    { payload: factPayload({ kind: 'noted', previous: null, fields: noted }) },
    unknown,
    edit('no-such-section', new Uint8Array([1])),
  ])
  const records = (await township.storage.recordsOf([id])).get(id) ?? []
  const written = records.flatMap(({ log, bytes, hash }) => {
    const record = readRecord(bytes)
    const entry = record && readEntry(log, record, hash)
    return entry && logParts(log).node === village.identity.node ? [entry] : []
  })
  const { state } = await view(village)
  const facts = state.story.filter(
    ({ log, aside }) => log !== '' && logParts(log).node === village.identity.node && !aside,
  ).length
  const edits = written.filter(({ kind }) => kind === KIND.edit).length
  const { conservation } = await office.status()
  expect(conservation).toEqual({ written: written.length, applied: facts + edits, setAside: 0, quarantined: 0 })
  await untilListed(township)
  const standing = (await township.storage.receiptCounts()).filter(({ log }) => logParts(log).node === raw.node)
  expect(standing.map(({ outcome, count }) => [outcome, count]).sort()).toEqual([
    ['quarantined', 1],
    ['unknown-kind', 1],
  ])
})

test('S85 a case belongs to the stream its id names: entries in any other are quarantined, whoever comes first', async () => {
  const { root, village } = county
  const other = new RawNode(TOWNSHIP)
  await publish(root, [other.record(root.identity.node, 10)])
  const random = new Uint8Array(CASE_RANDOM_BYTES).fill(5)
  const document = caseIdIn(sha256, streamOf(VILLAGE), random)
  expect(document).not.toBe(caseIdIn(sha256, streamOf(TOWNSHIP), random))
  const payload = factPayload({ kind: 'noted', previous: null, fields: { text: 'x' } })
  await other.link(root)
  const about = [document, id].map((one) => draft(TOWNSHIP, { document: one, payload }))
  other.send(frameOf(await other.write(streamOf(TOWNSHIP), about)))
  await other.stored()
  await untilListed(root)
  expect(await outcomes(root)).toEqual(['quarantined'])
  await deliver([{ document, kind: 77 }])
  for (const node of [root, village]) await untilListed(node)
  const receipts = await receiptsAt(root, document)
  expect(receipts.map(({ log, outcome }) => [logParts(log).node === raw.node, outcome]).sort()).toEqual([
    [false, 'quarantined'],
    [true, 'unknown-kind'],
  ])
  expect((await receiptsAt(village, document)).map(({ outcome }) => outcome)).toEqual(['unknown-kind'])
  expect((await view(root)).state.story).toHaveLength(1)
})

test('S86 a change behind a seal is merged and shown as such, on every node', async () => {
  const { village, township, root } = county
  value(await village.engine.office.act(agent, id, 'captured', { materials: 1 }))
  expect((await view(village)).sections[0]?.changedAfterSeal).toBe(false)
  value(await village.engine.office.edit(agent, id, 'application', { set: { applicant: '王小芳' } }))
  for (const node of [village, township, root]) {
    await until('shown', async () => (await view(node)).sections[0]?.changedAfterSeal === true)
    expect((await view(node)).state.applicant.name).toBe('王芳')
  }
  value(await village.engine.office.edit(agent, id, 'application', { set: { applicant: '王芳' } }))
  expect((await view(village)).sections[0]?.changedAfterSeal).toBe(false)
})
