/** What others than the holder changed behind the seal of an open form: it is seen before it counts, and stays seen afterwards. */
import { beforeEach, expect, test } from 'vitest'
import type { Person } from '#protocol/casework/directory.ts'
import type { FactKind, Fields } from '#protocol/casework/facts/facts.ts'
import { clientIdOf } from '#protocol/documents/clocks.ts'
import { encodeEdit } from '#protocol/documents/edit.ts'
import type { Actor } from '#protocol/engine/office.ts'
import { type DocumentId, type PersonId, type StationCode, streamOf } from '#protocol/ids.ts'
import { KIND } from '#protocol/log/entry.ts'
import { Author, valueIn as value } from '#test/documents/authors.ts'
import { COUNTY, type Node, person, publish, until, VILLAGE } from './county.ts'
import { ENABLED } from './levels.ts'
import { draft, frameOf, RawNode } from './raw-node.ts'
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
const act = (kind: FactKind, fields: Fields) => root.engine.office.act(hall, id, kind, fields)

/** A machine of the village's station writes into the form what it likes, in whosever name. */
async function rewrite(values: Readonly<Record<string, string>>, name: string = agent.person): Promise<void> {
  const update = new Author('application', clientIdOf(9, frames + 1)).change({ set: values, remove: [] })
  if (!update) throw new Error('nothing written')
  const payload = encodeEdit({ section: 'application', update })
  const time = root.engine.office.now()
  const edit = draft(VILLAGE, { kind: KIND.edit, document: id, payload, person: name as PersonId, time })
  thief.send(frameOf(await thief.write(streamOf(VILLAGE), [edit], { incarnation: frames + 1 })))
  await thief.stored(++frames)
}

/** A case of the village that the hall has received, in a county that keeps public records of its people. */
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
  value(await office.act(agent, id, 'captured', { materials: 1 }))
  value(await office.act(agent, id, 'offered', { to: COUNTY, materials: 1 }))
  const isOffered = async () => {
    const here = await root.engine.office.view(hall, id)
    return here.ok && here.value.state.offer !== null
  }
  await until('offered at the county', isOffered)
  value(await act('taken', { materials: 1 }))
  value(await act('received', { materials: 1 }))
  await thief.link(root)
})

test('C143 what a key signs in the name of somebody who is not of its station is shown as such, not as that person’s', async () => {
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
