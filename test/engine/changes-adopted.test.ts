/** Changes by others that reach a case in another way than behind the holder's own seal: adopted, or in a draft that was handed over. */
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import type { FactKind, Fields, Seal } from '#protocol/casework/facts/facts.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import { openSection } from '#protocol/documents/section.ts'
import { type DocumentId, type EntryHash, logKey, type StationCode, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { KIND } from '#protocol/log/entry.ts'
import { FIELDS } from '#test/casework/people.ts'
import { Author, sha256, valueIn as value } from '#test/documents/authors.ts'
import { bringAll, COUNTY, type Node, person, publish, until, VILLAGE } from './county.ts'
import { ENABLED } from './levels.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'
import { place } from './restoring.ts'

const agent = person(VILLAGE, ['agent'])
const hall = person(COUNTY, ['clerk', 'handler', 'chief'])
const ACCOUNT = '6222020000000000001'
const STOLEN = '6222029999999999999'
const FORM = { applicant: '王芳', phone: '13800001111', account: ACCOUNT }

let root: Node
let village: Node
let thief: RawNode
let id: DocumentId
let frames: number

const view = async (node: Node = root, station: StationCode = COUNTY) =>
  value(await node.engine.office.view(person(station, []), id))
const adoptions = async () => value(await root.engine.office.view(hall, id)).adoptedChanges
const act = (kind: FactKind, fields: Fields, seen?: string) =>
  root.engine.office.act(hall, id, kind, fields, undefined, seen)
const correct = (set: Readonly<Record<string, string>>) => root.engine.office.edit(hall, id, 'application', { set })
const account = async () => {
  const section = (await view()).sections.find(({ name }) => name === 'application')
  const counts = section?.sealed ?? section?.value
  return (counts as Readonly<Record<string, string>>).account
}

/** A machine of the village's station writes an entry into a log of its own. */
async function send(given: Parameters<typeof draft>[1]): Promise<EntryHash> {
  const time = root.engine.office.now()
  const entry = draft(VILLAGE, { document: id, person: agent.person, time, ...given })
  thief.send(frameOf(await thief.write(streamOf(VILLAGE), [entry], { incarnation: frames + 1 })))
  await thief.stored(++frames)
  return (await view()).state.story.at(-1)?.hash as EntryHash
}

async function rewrite(set: Readonly<Record<string, string>>): Promise<void> {
  const update = new Author('application', clientIdOf(9, frames + 1)).change({ set, remove: [] })
  await send({ kind: KIND.edit, payload: encodeEdit({ section: 'application', update: update as Uint8Array }) })
}

const standing = async () => (await view()).state.seals.application?.frontier ?? {}

/** What the form says, with more, and everything that makes it, as an honest program would seal it. */
async function sealNow(more: Readonly<Record<string, string>> = {}): Promise<Seal> {
  const { sections } = await view()
  const author = new Author('application', clientIdOf(8, 1))
  author.change({ set: { ...(sections[0]?.value as Record<string, string>), ...more }, remove: [] })
  const opened = value(openSection('application', author.updates()))
  const content = opened.contentDigest(sha256)
  const stolen = [...thief.heads.keys()].map((log) => [log, 1] as const)
  return {
    section: 'application',
    digest: '0'.repeat(64),
    content,
    frontier: { ...(await standing()), ...Object.fromEntries(stolen) },
  }
}

async function sign(kind: FactKind, seals: readonly Seal[]): Promise<EntryHash> {
  const fields = { ...FIELDS[kind], seals } as Fields
  const { tip } = (await view()).state
  await send({ payload: factPayload({ kind, previous: tip, fields }) })
  const { story } = (await view()).state
  return story.findLast((line) => line.kind === kind && line.aside !== null)?.hash as EntryHash
}

const offerToCounty = async () => {
  value(await village.engine.office.act(agent, id, 'offered', { to: COUNTY, materials: 1 }))
  const isOffered = async () => {
    const here = await root.engine.office.view(hall, id)
    return here.ok && here.value.state.offer !== null
  }
  await until('offered at the county', isOffered)
  value(await act('taken', { materials: 1 }))
}

beforeEach(async () => {
  ;({ root, village } = await place())
  frames = 0
  thief = new RawNode(VILLAGE)
  await publish(root, [ENABLED, thief.record(root.identity.node, 9)])
  const { office } = village.engine
  id = value(await office.openCase(agent, 'SL0001')).id
  value(await office.edit(agent, id, 'application', { set: FORM }))
  await bringAll(village, agent, id)
  await until('the case is at the county', async () => (await root.engine.office.state(id)).ok)
})

/** A case that the village has captured and the hall has received. */
async function received(): Promise<void> {
  value(await village.engine.office.act(agent, id, 'captured', { materials: 1 }))
  await offerToCounty()
  value(await act('received', { materials: 1 }))
  await thief.link(root)
}

test('C141 adopting what another station sealed of its own changes asks for the look as sealing them does', async () => {
  await received()
  await rewrite({ account: STOLEN })
  const accepted = await sign('accepted', [await sealNow()])
  const unseen = await act('adopted', { fact: accepted })
  expect(unseen).toMatchObject({
    ok: false,
    problem: { code: 'changes-unseen', field: 'changesSeen', message: expect.stringContaining('要采纳的记录') },
  })
  const [changes] = await adoptions()
  expect(changes).toMatchObject({ fact: accepted, where: 'adopted', count: 1, stations: [VILLAGE], isLost: false })
  expect(changes?.listed[0]?.changes).toMatchObject([{ key: 'account', before: ACCOUNT, after: STOLEN }])
  // The look at what the holder's own act would seal is not the look at what is adopted.
  expect((await act('adopted', { fact: accepted }, (await view()).changesByOthers?.mark)).ok).toBe(false)
  value(await act('adopted', { fact: accepted }, changes?.mark))
  expect((await view()).state.stage).toBe('30')
})

test('C141 what the form says no more, but the adopted fact sealed, is looked at as well', async () => {
  await received()
  await rewrite({ account: STOLEN })
  const accepted = await sign('accepted', [await sealNow()])
  value(await correct({ account: ACCOUNT }))
  expect((await view()).changesByOthers).toBeNull()
  expect(await act('adopted', { fact: accepted })).toMatchObject({ ok: false, problem: { code: 'changes-unseen' } })
  value(await act('accepted', {}))
  expect(await account()).toBe(ACCOUNT)
})

test('C141 behind a closed form an adoption brings in no change that nobody has looked at', async () => {
  await received()
  value(await act('accepted', {}))
  await rewrite({ account: STOLEN })
  const decided = await sign('decided', [await sealNow()])
  expect(await act('adopted', { fact: decided })).toMatchObject({ ok: false, problem: { code: 'changes-unseen' } })
  expect(await account()).toBe(ACCOUNT)
})

test('C141 a seal in other edits than those that are here is adopted where the form says the same, after a look, and one that takes nothing over without', async () => {
  await received()
  const seal = await sealNow()
  const same = await sign('accepted', [seal])
  expect(await adoptions()).toEqual([])
  const forged = await sign('decided', [{ ...seal, frontier: {} }])
  expect(forged).not.toBe(same)
  value(await act('adopted', { fact: same }))
  expect(await act('adopted', { fact: forged })).toMatchObject({
    ok: false,
    problem: { code: 'changes-unseen', message: expect.stringContaining('拼不出来') },
  })
  const [changes] = await adoptions()
  value(await act('adopted', { fact: forged }, changes?.mark))
})

test('C141 where only its author can know what an adopted seal says, it is asked about although nobody else wrote', async () => {
  const { office } = root.engine
  id = value(await office.openCase(hall, 'SL0001')).id
  value(await office.edit(hall, id, 'application', { set: FORM }))
  value(await act('offered', { to: VILLAGE, materials: 1 }))
  const isThere = async () => (await village.engine.office.state(id)).ok
  await until('the village has the case', isThere)
  value(await act('retracted', { reason: '误点' }))
  await thief.link(root)
  const seal = { section: 'application', digest: '0'.repeat(64), content: '1'.repeat(64), frontier: {} }
  const forged = await sign('received', [seal])
  expect((await view()).changesByOthers).toBeNull()
  expect(await adoptions()).toMatchObject([{ fact: forged, count: 1, stations: [VILLAGE], isLost: true }])
  expect(await act('adopted', { fact: forged })).toMatchObject({ ok: false, problem: { code: 'changes-unseen' } })
})

test('C141 of very many facts to adopt the earlier are not gone through, which is said, and asked about all the same', async () => {
  await received()
  await rewrite({ account: STOLEN })
  const seals = [await sealNow()]
  const first = await sign('accepted', seals)
  const last = await sign('accepted', seals)
  expect((await adoptions()).map(({ isUnread }) => isUnread)).toEqual([false, false])
  const { shownResealings } = LIMITS
  onTestFinished(() => void Object.assign(LIMITS, { shownResealings }))
  Object.assign(LIMITS, { shownResealings: 1 })
  const shown = await adoptions()
  expect(shown).toMatchObject([
    { fact: first, isUnread: true, isLost: false, count: 2, stations: [VILLAGE], listed: [{ changes: [] }] },
    { fact: last, isUnread: false, isLost: false, count: 1 },
  ])
  expect(await act('adopted', { fact: first })).toMatchObject({ ok: false, problem: { code: 'changes-unseen' } })
  expect(await act('adopted', { fact: first }, shown[1]?.mark)).toMatchObject({ ok: false })
  // What the fact sealed is what is adopted: nobody puts it off by writing on.
  await rewrite({ account: '6222027777777777777' })
  value(await act('adopted', { fact: first }, shown[0]?.mark))
  expect((await view()).state.stage).toBe('30')
  expect(await account()).toBe(STOLEN)
})

test('C141 what an adoption would take over and nobody here can read is not adopted', async () => {
  await received()
  const { content } = await sealNow({ account: STOLEN })
  const log = logKey({ stream: streamOf(VILLAGE), node: thief.node, incarnation: frames + 2 })
  const seal = {
    section: 'application',
    digest: '0'.repeat(64),
    content,
    frontier: { ...(await standing()), [log]: 1 },
  }
  const accepted = await sign('accepted', [seal])
  const [lost] = await adoptions()
  expect(lost).toMatchObject({ isLost: true, mark: '' })
  // Its edits may come any day, and would count.
  const blind = await act('adopted', { fact: accepted }, lost?.mark)
  expect(blind).toMatchObject({ ok: false, problem: { message: expect.stringContaining('本机没有') } })
  await rewrite({ account: STOLEN })
  expect(await adoptions()).toMatchObject([{ isLost: false, listed: [{ changes: [{ after: STOLEN }] }] }])
  expect(await act('adopted', { fact: accepted }, lost?.mark)).toMatchObject({ ok: false })
})

test('C141 what nothing has sealed is looked at before it is sealed behind a closed form as well', async () => {
  await offerToCounty()
  await thief.link(root)
  for (const kind of ['received', 'accepted'] as const) value(await act('adopted', { fact: await sign(kind, []) }))
  expect((await view()).state).toMatchObject({ stage: '30', seals: {} })
  const { changesByOthers } = await view()
  expect(changesByOthers).toMatchObject({ where: 'unsealed', count: 5 })
  const decided = { result: 'granted', opinion: '同意' }
  expect(await act('decided', decided)).toMatchObject({ ok: false, problem: { code: 'changes-unseen' } })
  value(await act('decided', decided, changesByOthers?.mark))
})

test('C141 where anything is sealed, changes are said to be behind a seal', async () => {
  await thief.link(root)
  const { tip } = (await view()).state
  const seal = { ...(await sealNow()), frontier: {} }
  await send({
    payload: factPayload({ kind: 'captured', previous: tip, fields: { ...FIELDS.captured, seals: [seal] } }),
  })
  await until('the village has it', async () => (await view(village)).state.stage === '10')
  await offerToCounty()
  const { state, changesByOthers } = await view()
  expect(Object.keys(state.seals)).toEqual(['application'])
  expect(changesByOthers?.where).toBe('behind-seal')
  // The same in other edits, as after a fork, is nothing that was taken over.
  value(await act('received', { materials: 1 }, changesByOthers?.mark))
  expect((await view()).takenOver).toEqual([])
})

test('C133 as of a fact that was set aside the form is what that fact sealed', async () => {
  await received()
  await rewrite({ account: STOLEN })
  const accepted = await sign('accepted', [await sealNow()])
  const { state } = value(await root.engine.office.view(hall, id, accepted))
  expect(state.seals.application?.fact).toBe(accepted)
  expect((await view()).state.seals.application?.fact).not.toBe(accepted)
})

test('C141 what others wrote into a draft that was handed over is looked at before the first seal', async () => {
  await offerToCounty()
  await thief.link(root)
  await rewrite({ account: STOLEN })
  const unseen = await act('received', { materials: 1 })
  expect(unseen).toMatchObject({
    ok: false,
    problem: { code: 'changes-unseen', message: expect.stringContaining('表单由其他站点填写,请核对') },
  })
  const changes = (await view()).changesByOthers
  expect(changes).toMatchObject({ where: 'unsealed', stations: [VILLAGE], isLost: false })
  expect(changes?.listed[0]?.changes).toContainEqual(expect.objectContaining({ key: 'account', after: STOLEN }))
  // What the holder types on leaves the look valid; what others write meanwhile is not sealed with it.
  value(await correct({ account: ACCOUNT }))
  await rewrite({ phone: '13900002222' })
  value(await act('received', { materials: 1 }, changes?.mark))
  expect((await view()).state.applicant.phone).toBe(FORM.phone)
  expect((await view()).changesByOthers).toMatchObject({ where: 'behind-seal', count: 1 })
  value(await correct({ phone: '13800001111' }))
  expect((await view()).changesByOthers).toBeNull()
})

test('C141 the home station hands in its own draft without a look', async () => {
  expect((await view()).changesByOthers).toBeNull()
  value(await village.engine.office.act(agent, id, 'captured', { materials: 1 }))
})

test('G34 however much another station writes into a form, its holder puts it right', async () => {
  await received()
  const { stationEdits } = LIMITS
  onTestFinished(() => void Object.assign(LIMITS, { stationEdits }))
  Object.assign(LIMITS, { stationEdits: 2 })
  for (const phone of ['1', '2', '3']) await rewrite({ phone })
  value(await correct({ phone: '13800001111' }))
  value(await correct({ phone: '13800002222' }))
  expect(await correct({ phone: '13800003333' })).toMatchObject({ ok: false, problem: { code: 'case-full' } })
})
