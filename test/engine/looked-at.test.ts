/** What a look at others' changes names: what is sealed is that, whatever was written before, back and forth, or since. */
import { beforeEach, expect, test } from 'vitest'
import * as Y from 'yjs'
import type { FactKind, Fields } from '#protocol/casework/facts/facts.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import { type DocumentId, type StationCode, streamOf } from '#protocol/ids.ts'
import { KIND } from '#protocol/log/entry.ts'
import { Author, valueIn as value } from '#test/documents/authors.ts'
import { bringAll, COUNTY, type Node, person, publish, until, VILLAGE } from './county.ts'
import { ENABLED } from './levels.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
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
const changes = async () => (await view()).changesByOthers
const form = async () => (await view()).sections.find(({ name }) => name === 'application')
const act = (kind: FactKind, fields: Fields, seen?: string) =>
  root.engine.office.act(hall, id, kind, fields, undefined, seen)
const atVillage = async (kind: FactKind, fields: Fields) =>
  value(await village.engine.office.act(agent, id, kind, fields))
const correct = async (set: Readonly<Record<string, string>>) =>
  value(await root.engine.office.edit(hall, id, 'application', { set }))
const UNSEEN = { ok: false, problem: { code: 'changes-unseen', field: 'changesSeen' } }

/** A machine of the village's station writes into a log of its own. */
async function send(update: Uint8Array, incarnation: number): Promise<void> {
  const payload = encodeEdit({ section: 'application', update })
  const time = root.engine.office.now()
  const edit = draft(VILLAGE, { kind: KIND.edit, document: id, payload, person: agent.person, time })
  thief.send(frameOf(await thief.write(streamOf(VILLAGE), [edit], { incarnation })))
  await thief.stored(++frames)
}

/** An edit of the village's key that can take effect only after the next one of the hall, and one that can at once. */
function trapFor({ identity, engine }: Node, incarnation: number) {
  const author = clientIdOf(9, incarnation)
  const harmless = new Author('application', author).change({ set: { memo: 'x' }, remove: [] }) as Uint8Array
  const form = new Y.Doc()
  Y.applyUpdate(form, harmless)
  const [name = ''] = form.share.keys()
  const hall = new Y.Doc()
  hall.clientID = clientIdOf(identity.lease, engine.incarnation)
  hall.getMap(name).set('account', ACCOUNT)
  Y.applyUpdate(form, Y.encodeStateAsUpdate(hall))
  form.clientID = author
  let trap: Uint8Array | undefined
  form.on('update', (update: Uint8Array) => {
    trap = update
  })
  form.getMap(name).set('account', STOLEN)
  return { trap: trap as Uint8Array, harmless }
}

/** The same over whatever stands there. */
async function rewrite(set: Readonly<Record<string, string>>): Promise<void> {
  const update = new Author('application', clientIdOf(9, frames + 1)).change({ set, remove: [] }) as Uint8Array
  await send(update, frames + 1)
}

async function openAt(node: Node, actor: typeof hall, set: Readonly<Record<string, string>> = FORM) {
  const { office } = node.engine
  id = value(await office.openCase(actor, 'SL0001')).id
  value(await office.edit(actor, id, 'application', { set }))
  await bringAll(node, actor, id)
  await until('the case is at the county', async () => (await root.engine.office.state(id)).ok)
}

const offered = async (node: Node, to: StationCode) => {
  const here = await node.engine.office.state(id)
  return here.ok && here.value.offer?.to === to
}

async function offerToCounty(): Promise<void> {
  await atVillage('offered', { to: COUNTY, materials: 1 })
  await until('offered at the county', () => offered(root, COUNTY))
  value(await act('taken', { materials: 1 }))
}

/** The village captures its form, and the hall takes the case. */
async function handedOver(set: Readonly<Record<string, string>> = FORM): Promise<void> {
  await openAt(village, agent, set)
  await atVillage('captured', { materials: 1 })
  await offerToCounty()
  await thief.link(root)
}

/** What the last seal says of the form. */
const sealed = async () => {
  const section = await form()
  return section?.changedAfterSeal ? section.sealed : section?.value
}

beforeEach(async () => {
  ;({ root, village } = await place())
  frames = 0
  thief = new RawNode(VILLAGE)
  await publish(root, [ENABLED, thief.record(root.identity.node, 9)])
})

test('C141 C142 what another station writes over the holder’s correction is looked at, also when the form then says what is sealed', async () => {
  await handedOver({ ...FORM, account: STOLEN })
  await correct({ account: ACCOUNT })
  expect(await changes()).toBeNull()
  await rewrite({ account: STOLEN })
  expect(await form()).toMatchObject({ changedAfterSeal: false, value: { account: STOLEN } })
  const before = await changes()
  expect(before).toMatchObject({ where: 'behind-seal', count: 1, stations: [VILLAGE], isLost: false })
  expect(before?.listed[0]?.changes).toMatchObject([{ key: 'account', before: ACCOUNT, after: STOLEN }])
  expect(await act('received', { materials: 1 })).toMatchObject(UNSEEN)
  value(await act('received', { materials: 1 }, before?.mark))
  expect((await view()).takenOver).toMatchObject([
    {
      isLost: false,
      changes: [
        { station: COUNTY, after: ACCOUNT },
        { station: VILLAGE, after: STOLEN },
      ],
    },
  ])
})

test('C141 what is sealed is what the look named: whatever is written meanwhile is looked at before the next seal', async () => {
  await handedOver()
  await rewrite({ applicant: '王晓芳' })
  const { mark, count } = (await changes()) ?? {}
  expect(count).toBe(1)
  // One edit after the other, as often as somebody looks: nobody is kept from receiving by them.
  for (const account of ['1', '2', STOLEN]) await rewrite({ account })
  expect((await changes())?.mark).not.toBe(mark)
  const received = value(await act('received', { materials: 1 }, mark)).hash
  expect(await sealed()).toMatchObject({ applicant: '王晓芳', account: ACCOUNT })
  expect((await view()).state.applicant.name).toBe('王晓芳')
  await until('the village has it', async () => (await view(village)).state.tip === received)
  expect((await view(village)).sections[0]).toMatchObject({ changedAfterSeal: true, sealed: { account: ACCOUNT } })
  const left = await changes()
  expect(left?.listed[0]?.changes).toMatchObject([{ key: 'account', before: ACCOUNT, after: STOLEN }])
  expect(await act('accepted', {}, mark)).toMatchObject(UNSEEN)
  expect(await act('accepted', {})).toMatchObject(UNSEEN)
  // Acceptance closes the form: what came after the look counts never.
  await rewrite({ phone: '1' })
  value(await act('accepted', {}, left?.mark))
  expect(await sealed()).toMatchObject({ account: STOLEN, phone: FORM.phone })
  expect(await form()).toMatchObject({ value: { phone: '1' } })
  const decided = { result: 'granted', opinion: '同意' }
  expect(await act('decided', decided, left?.mark)).toMatchObject(UNSEEN)
  value(await act('decided', decided))
})

test('C141 what the holder types on after the look is sealed with it, but not upon what was not looked at', async () => {
  await handedOver()
  await rewrite({ account: STOLEN })
  const mark = (await changes())?.mark
  await rewrite({ applicant: '他人' })
  await correct({ phone: '13900002222' })
  value(await act('received', { materials: 1 }, mark))
  expect(await sealed()).toEqual({ applicant: '王芳', phone: '13900002222', account: STOLEN })
  expect((await view()).state.applicant).toMatchObject({ name: '王芳', phone: '13900002222' })
  const next = (await changes())?.mark
  await rewrite({ account: '6222027777777777777' })
  await correct({ account: ACCOUNT })
  const upon = await act('accepted', {}, next)
  expect(upon).toMatchObject({ ...UNSEEN, problem: { message: expect.stringContaining('又变了') } })
  value(await act('accepted', {}, (await changes())?.mark))
  expect(await sealed()).toMatchObject({ account: ACCOUNT })
})

test('C130 C141 what waited under the edit that was looked at is no part of what is sealed, whenever it takes effect', async () => {
  await handedOver()
  const author = new Author('application', clientIdOf(9, 900))
  const typed = ['他', '他人', '他人们'].map((applicant) => author.change({ set: { applicant }, remove: [] }))
  const [first, second, third] = typed as [Uint8Array, Uint8Array, Uint8Array]
  await send(third, 900)
  await send(first, 900)
  const mark = (await changes())?.mark
  await send(second, 900)
  expect((await changes())?.listed[0]?.changes).toMatchObject([{ after: '他人们' }])
  value(await act('received', { materials: 1 }, mark))
  expect(await sealed()).toMatchObject({ applicant: '他' })
  expect((await changes())?.listed[0]?.changes).toMatchObject([{ before: '他', after: '他人们' }])
})

test('C130 what was accepted is shown and printed whatever takes effect below the frontier afterwards', async () => {
  await handedOver()
  const author = new Author('application', clientIdOf(9, 900))
  const typed = ['一', '二', '三'].map((applicant) => author.change({ set: { applicant }, remove: [] }))
  const [first, second, third] = typed as [Uint8Array, Uint8Array, Uint8Array]
  await send(third, 900)
  await send(first, 900)
  value(await act('received', { materials: 1 }, (await changes())?.mark))
  value(await act('accepted', {}))
  await send(second, 900)
  for (const [node, station] of [
    [root, COUNTY],
    [village, VILLAGE],
  ] as const) {
    const shown = async () => (await view(node, station)).sections.find(({ name }) => name === 'application')
    const says = async () => ((await shown())?.value as Record<string, unknown> | undefined)?.applicant
    await until(
      'all of it is there',
      async () => (await says()) === '三' && (await view(node, station)).state.tip === (await view()).state.tip,
    )
    expect(await shown()).toMatchObject({ sealed: { applicant: '一' }, value: { applicant: '三' } })
  }
})

test('C130 C141 an edit that waits for the holder’s own correction undoes it in nobody’s sight', async () => {
  await handedOver({ ...FORM, account: STOLEN })
  // Whoever knows the next place of the hall's log writes upon what the hall has still to type.
  const { trap, harmless } = trapFor(root, 900)
  await send(trap, 900)
  await send(harmless, 900)
  value(await act('received', { materials: 1 }, (await changes())?.mark))
  await correct({ account: ACCOUNT })
  const seen = await changes()
  expect(await form()).toMatchObject({ value: { account: STOLEN } })
  expect(seen?.listed[0]?.changes).toMatchObject([{ key: 'account', after: STOLEN }])
  expect(await act('accepted', {})).toMatchObject(UNSEEN)
  await correct({ account: ACCOUNT })
  value(await act('accepted', {}, (await changes())?.mark))
  expect(await sealed()).toMatchObject({ account: ACCOUNT })
})

test('C141 a mark that names nothing that was written is refused, also when there is nothing to look at', async () => {
  await handedOver()
  const made = 'a'.repeat(128)
  expect(await changes()).toBeNull()
  expect(await act('received', { materials: 1 }, made)).toMatchObject(UNSEEN)
  await rewrite({ account: STOLEN })
  const mark = (await changes())?.mark
  await rewrite({ account: ACCOUNT })
  expect(await form()).toMatchObject({ changedAfterSeal: false })
  // The look was at the other account: it is what is sealed, and what was put back is looked at as well.
  value(await act('received', { materials: 1 }, mark))
  expect(await sealed()).toMatchObject({ account: STOLEN })
  expect(await act('accepted', {}, mark)).toMatchObject(UNSEEN)
  expect((await changes())?.count).toBe(1)
})

test('C141 of a long form the look names what is not listed as well', async () => {
  await openAt(village, agent)
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`x${at}`, `${at}`]))
  value(await village.engine.office.edit(agent, id, 'application', { set: many }))
  await offerToCounty()
  await thief.link(root)
  const before = await changes()
  expect(before).toMatchObject({ where: 'unsealed', count: 65 })
  await rewrite({ applicant: '他人', phone: '1', account: STOLEN })
  const now = await changes()
  expect(now?.count).toBe(65)
  expect(now?.mark).not.toBe(before?.mark)
  value(await act('received', { materials: 1 }, before?.mark))
  expect((await view()).state.applicant).toMatchObject({ name: '王芳', phone: '13800001111' })
  expect(await sealed()).toMatchObject({ account: ACCOUNT })
})

test('C141 a draft that comes back home with what was changed elsewhere is looked at before it is handed in', async () => {
  await openAt(village, agent)
  await offerToCounty()
  await correct({ account: STOLEN })
  value(await act('offered', { to: VILLAGE, materials: 1 }))
  await until('offered at the village', () => offered(village, VILLAGE))
  await atVillage('taken', { materials: 1 })
  const { office } = village.engine
  const there = (await view(village, VILLAGE)).changesByOthers
  expect(there?.listed[0]?.changes).toMatchObject([{ key: 'account', after: STOLEN, station: COUNTY }])
  expect(await office.act(agent, id, 'captured', { materials: 1 })).toMatchObject(UNSEEN)
  value(await office.act(agent, id, 'captured', { materials: 1 }, undefined, there?.mark))
})

test('C141 what a key writes into a draft that was offered and called back is looked at', async () => {
  await openAt(root, hall)
  value(await act('offered', { to: VILLAGE, materials: 1 }))
  await until('offered at the village', () => offered(village, VILLAGE))
  value(await act('retracted', { reason: '误点' }))
  await thief.link(root)
  expect(await changes()).toBeNull()
  await rewrite({ account: STOLEN })
  expect(await changes()).toMatchObject({ where: 'unsealed', count: 1, stations: [VILLAGE] })
  expect(await act('received', { materials: 1 })).toMatchObject(UNSEEN)
  await correct({ account: ACCOUNT })
  value(await act('received', { materials: 1 }))
})
