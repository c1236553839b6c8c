/** What others than the holder changed behind the seal of an open form: it is seen before it counts, and stays seen afterwards. */
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { Person } from '#protocol/casework/directory.ts'
import type { FactKind, Fields } from '#protocol/casework/facts/facts.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import type { Actor } from '#protocol/engine/office.ts'
import { type DocumentId, type PersonId, type StationCode, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { KIND } from '#protocol/log/entry.ts'
import { FIELDS } from '#test/casework/people.ts'
import { Author, valueIn as value } from '#test/documents/authors.ts'
import { bringAll, COUNTY, type Node, person, publish, until, VILLAGE } from './county.ts'
import { ENABLED } from './levels.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'
import { place } from './restoring.ts'

const agent = person(VILLAGE, ['agent'])
const hall = person(COUNTY, ['clerk', 'handler', 'chief'])
const ACCOUNT = '6222020000000000001'
const STOLEN = '6222029999999999999'

let root: Node
let village: Node
let thief: RawNode
let id: DocumentId
let frames: number

const account = ({ person: id, station, roles }: Actor): Person => ({
  type: 'person',
  id,
  version: 0,
  name: `${id}姓名`,
  station,
  roles,
  password: { salt: '00', hash: 'secret' },
  disabled: false,
})

const view = async (node: Node = root, station: StationCode = COUNTY) =>
  value(await node.engine.office.view(person(station, []), id))
const form = async (node: Node = root) => (await view(node)).sections.find(({ name }) => name === 'application')
const act = (kind: FactKind, fields: Fields, seen?: string) =>
  root.engine.office.act(hall, id, kind, fields, undefined, seen)
const receive = async (seen?: string) => value(await act('received', { materials: 1 }, seen))

/** A machine of the village's station writes an update of the form into a log of its own, in whosever name. */
async function send(update: Uint8Array, incarnation: number, name: string = agent.person): Promise<void> {
  const payload = encodeEdit({ section: 'application', update })
  const time = root.engine.office.now()
  const edit = draft(VILLAGE, { kind: KIND.edit, document: id, payload, person: name as PersonId, time })
  thief.send(frameOf(await thief.write(streamOf(VILLAGE), [edit], { incarnation })))
  await thief.stored(++frames)
}

/** The same from a blank form on. */
async function rewrite(values: Readonly<Record<string, string>>, name?: string): Promise<void> {
  const incarnation = frames + 1
  const update = new Author('application', clientIdOf(9, incarnation)).change({ set: values, remove: [] })
  if (!update) throw new Error('nothing written')
  await send(update, incarnation, name)
}

/** A case of the village that the hall has signed for, in a county that keeps public records of its people. */
beforeEach(async () => {
  const county = await place()
  ;({ root, village } = county)
  frames = 0
  thief = new RawNode(VILLAGE)
  await publish(root, [ENABLED, thief.record(root.identity.node, 9), account(agent), account(hall)])
  const { office } = village.engine
  await until('the village knows its agent', () => office.directory.staff(agent.person) !== undefined)
  id = value(await office.openCase(agent, 'SL0001')).id
  const set = { applicant: '王芳', phone: '13800001111', account: ACCOUNT }
  value(await office.edit(agent, id, 'application', { set }))
  await bringAll(village, agent, id)
  value(await office.act(agent, id, 'captured', { materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: COUNTY, materials: 1 }))
  const isOffered = async () => {
    const here = await root.engine.office.view(hall, id)
    return here.ok && here.value.state.offer !== null
  }
  await until('offered at the county', isOffered)
  value(await act('taken', { materials: 1 }))
  await thief.link(root)
})

test('C143 what a key signs in the name of somebody who is not of its station is shown as such, not as that person’s', async () => {
  await receive()
  await rewrite({ account: STOLEN }, hall.person)
  await rewrite({ phone: '13900002222' })
  const changes = async (node: Node) => (await form(node))?.changes
  const shown = [
    { key: 'account', person: hall.person, station: VILLAGE, foreignPerson: true },
    { key: 'phone', person: agent.person, station: VILLAGE, foreignPerson: false },
  ]
  expect(await changes(root)).toMatchObject(shown)
  await until('the village has both', async () => (await changes(village))?.length === 2)
  expect(await changes(village)).toMatchObject(shown)
})

test('C141 what another station changed behind the seal counts only after the holder has said that it was looked at', async () => {
  await receive()
  expect((await view()).changesByOthers).toBeNull()
  value(await root.engine.office.edit(hall, id, 'application', { set: { note: '当场更正' } }))
  expect((await view()).changesByOthers).toBeNull()
  await rewrite({ account: STOLEN })
  const changes = (await view()).changesByOthers
  expect(changes).toMatchObject({ count: 1, stations: [VILLAGE], isLost: false })
  const before = (await view()).state.tip
  const unseen = await act('accepted', {})
  expect(unseen).toMatchObject({
    ok: false,
    problem: { code: 'changes-unseen', message: expect.stringMatching(`1 处.*站点${VILLAGE}`), field: 'changesSeen' },
  })
  expect((await view()).state.tip).toBe(before)
  // What counts is not sealed again by acts that seal nothing.
  value(await act('noted', { text: '已电话核实' }))
  value(await act('accepted', {}, changes?.mark))
  const { state, changesByOthers } = await view()
  expect(changesByOthers).toBeNull()
  expect(state.story.at(-1)?.kind).toBe('accepted')
  expect(state.story.at(-1)?.fields).not.toHaveProperty('changesSeen')
  // Behind a closed form nothing of it will ever count, and nobody is kept from deciding.
  await rewrite({ account: '6222027777777777777' })
  expect((await view()).changesByOthers).toBeNull()
  value(await act('decided', { result: 'granted', opinion: '同意' }))
})

test('C141 a mark of something else is no look, and what was put right needs none', async () => {
  await receive()
  await rewrite({ account: STOLEN })
  const seen = (await view()).changesByOthers?.mark
  await rewrite({ account: '6222028888888888888' })
  const moved = await act('accepted', {}, `${seen?.slice(64)}${seen?.slice(0, 64)}`)
  expect(moved).toMatchObject({
    ok: false,
    problem: { code: 'changes-unseen', message: expect.stringContaining('又变了') },
  })
  value(await root.engine.office.edit(hall, id, 'application', { set: { account: ACCOUNT } }))
  expect(await form()).toMatchObject({ changedAfterSeal: false })
  value(await act('accepted', {}))
})

test('C141 very many edits hide no change: those that are not listed one by one are counted', async () => {
  await receive()
  const { walkedEdits, shownChanges } = LIMITS
  onTestFinished(() => void Object.assign(LIMITS, { walkedEdits, shownChanges }))
  await rewrite({ account: STOLEN })
  for (const phone of ['13900000001', '13900000002'])
    value(await root.engine.office.edit(hall, id, 'application', { set: { phone } }))
  const count = async (bounds: Partial<Record<'walkedEdits' | 'shownChanges', number>>) => {
    Object.assign(LIMITS, { walkedEdits, shownChanges, ...bounds })
    const { changesByOthers, sections } = await view()
    return [changesByOthers?.count, sections[0]?.changes.map(({ key }) => key), sections[0]?.unlisted]
  }
  expect(await count({})).toEqual([1, ['account', 'phone'], 0])
  expect(await count({ walkedEdits: 2 })).toEqual([1, ['phone'], 1])
  expect(await count({ shownChanges: 1 })).toEqual([1, ['phone'], 1])
  expect(await act('accepted', {})).toMatchObject({ ok: false, problem: { code: 'changes-unseen' } })
})

/** Two updates of the form, the second of which says nothing without the first. */
function dependent() {
  const [one, other] = [1, 2].map((incarnation) => new Author('application', clientIdOf(9, incarnation)))
  const first = one?.change({ set: { account: '1' }, remove: [] })
  other?.pull(one as Author)
  const second = other?.change({ set: { account: STOLEN }, remove: [] })
  return [first, second] as [Uint8Array, Uint8Array]
}

test('C130 what waited when the form was sealed is a change behind the seal once it takes effect', async () => {
  const [first, second] = dependent()
  await send(second, 2)
  await receive()
  value(await act('accepted', {}))
  await send(first, 1)
  const section = await form()
  expect(section).toMatchObject({ changedAfterSeal: true, value: { account: STOLEN }, sealed: { account: ACCOUNT } })
  expect(section?.changes).toMatchObject([{ key: 'account', before: ACCOUNT, after: STOLEN, station: VILLAGE }])
})

test('C141 C142 where what was sealed cannot be put together any more, every edit of another station is to be looked at', async () => {
  // A member seals what nobody can put together, in the case of its own station.
  const { office } = village.engine
  const before = (await view(village, VILLAGE)).state
  id = value(await office.openCase(agent, 'SL0001')).id
  value(await office.edit(agent, id, 'application', { set: { applicant: '王芳', account: STOLEN } }))
  await until('the case is at the county', async () => (await root.engine.office.state(id)).ok)
  // It says that it holds all that the village wrote, also what is still to come.
  const frontier = Object.fromEntries(Object.keys(before.seals.application?.frontier ?? {}).map((log) => [log, 1_000]))
  const seals = [{ ...before.seals.application, digest: '0'.repeat(64), content: '0'.repeat(64), frontier }]
  const fields = { ...FIELDS.captured, seals } as Fields
  const { tip } = value(await root.engine.office.state(id))
  const payload = factPayload({ kind: 'captured', previous: tip, fields })
  const captured = draft(VILLAGE, { document: id, payload, person: agent.person, time: root.engine.office.now() })
  thief.send(frameOf(await thief.write(streamOf(VILLAGE), [captured], { incarnation: 9 })))
  await thief.stored(++frames)
  const isAtVillage = async () => (await view(village, VILLAGE)).state.stage === '10'
  await until('the village has it', isAtVillage)
  value(await office.act(agent, id, 'offered', { to: COUNTY, materials: 1 }))
  await until('offered at the county', async () => (await view()).state.offer !== null)
  value(await act('taken', { materials: 1 }))
  expect(await form()).toMatchObject({ changedAfterSeal: true, sealed: null, value: { account: STOLEN } })
  const { changesByOthers } = await view()
  expect(changesByOthers).toMatchObject({ stations: [VILLAGE], isLost: true })
  expect(await act('received', { materials: 1 })).toMatchObject({
    ok: false,
    problem: { code: 'changes-unseen', message: expect.stringContaining('拼不出来') },
  })
  await receive(changesByOthers?.mark)
  expect((await view()).takenOver).toMatchObject([{ isLost: true, changes: [] }])
})

test('C142 a fact that seals again says which changes it took over, whose and when, on every node', async () => {
  await rewrite({ phone: '13900002222' })
  await receive((await view()).changesByOthers?.mark)
  const before = root.engine.office.time() - 3_600_000
  await rewrite({ account: STOLEN }, hall.person)
  value(await root.engine.office.edit(hall, id, 'application', { set: { phone: '13800001111' } }))
  const accepted = value(await act('accepted', {}, (await view()).changesByOthers?.mark)).hash
  value(await act('decided', { result: 'granted', opinion: '同意' }))
  const { state } = await view()
  const received = state.story.find(({ kind }) => kind === 'received')?.hash
  const shown = [
    {
      ...{ fact: received, section: 'application', unlisted: 0, isLost: false },
      changes: [{ key: 'phone', before: '13800001111', after: '13900002222', person: agent.person, station: VILLAGE }],
    },
    {
      ...{ fact: accepted, section: 'application', unlisted: 0, isLost: false },
      changes: [
        { key: 'account', before: ACCOUNT, after: STOLEN, person: hall.person, station: VILLAGE, foreignPerson: true },
        { key: 'phone', before: '13900002222', after: '13800001111', person: hall.person, station: COUNTY },
      ],
    },
  ]
  expect((await view()).takenOver).toMatchObject(shown)
  expect((await view()).takenOver[1]?.changes[0]?.time).toBeGreaterThan(before)
  await until('the village has both', async () => (await view(village)).takenOver.length === 2)
  expect((await view(village)).takenOver).toMatchObject(shown)
  expect(value(await root.engine.office.view(hall, id, received)).takenOver).toEqual([])
})

test('C142 of very many seals the last are shown, and of very many edits the latest', async () => {
  const { shownResealings, walkedEdits } = LIMITS
  onTestFinished(() => void Object.assign(LIMITS, { shownResealings, walkedEdits }))
  const { office } = root.engine
  for (const phone of ['13900000001', '13900000002', '13900000003'])
    value(await office.edit(hall, id, 'application', { set: { phone } }))
  await receive()
  value(await office.edit(hall, id, 'application', { set: { account: '1' } }))
  const accepted = value(await act('accepted', {})).hash
  expect((await view()).takenOver.map(({ changes }) => changes.map(({ key }) => key))).toEqual([['phone'], ['account']])
  Object.assign(LIMITS, { walkedEdits: 1 })
  expect((await view()).takenOver[0]).toMatchObject({ changes: [{ before: '13900000002' }], unlisted: 2 })
  Object.assign(LIMITS, { shownResealings: 1 })
  expect((await view()).takenOver.map(({ fact }) => fact)).toEqual([accepted])
})
