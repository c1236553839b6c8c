/** Acts of two people on two machines: asked for in a township, signed at the county, each without the other at hand (rules C153, C154). */
import { expect, test } from 'vitest'
import type { Role } from '#protocol/casework/directory.ts'
import { RULES_LEVEL } from '#protocol/casework/rules/level.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import { FIELDS } from '#test/casework/people.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { bringAll, COUNTY, person, publish, TOWNSHIP, until, untilListed } from './county.ts'
import { letterFor } from './letters.ts'
import { cut, link, place, sees, stateAt } from './wide-county.ts'

const handler = person(TOWNSHIP, ['clerk', 'handler'])
const chief = person(COUNTY, ['chief'], 'county.chief')
const clerkOfHall = person(COUNTY, ['clerk'], 'county.clerk')

const account = ({ person: id, station, roles }: Actor) =>
  ({
    type: 'person',
    id,
    version: 0,
    name: id,
    station,
    roles: roles as Role[],
    password: { salt: '00'.repeat(16), hash: '00'.repeat(32) },
    disabled: false,
  }) as const

/** A county whose programs all know of it, with a case of the township that stands at a step. */
async function begun() {
  const county = await place()
  const { root, township } = county
  await publish(root, [{ type: 'level', id: 'rules', version: RULES_LEVEL }])
  await publish(root, [...[handler, chief, clerkOfHall].map(account), letterFor(TOWNSHIP, 'YB', 'SL0001')])
  const links = await link([township, root])
  const { office } = township.engine
  await until('people are here', () => office.directory.staffs().length === 3)
  const { id } = value(await office.openCase(handler, 'SL0001'))
  await bringAll(township, handler, id)
  value(await office.act(handler, id, 'received', FIELDS.received))
  value(await office.act(handler, id, 'accepted', FIELDS.accepted))
  value(await office.act(handler, id, 'assigned', { to: handler.person }))
  await sees(root, id, ({ stage }) => stage === '40')
  return { ...county, id, links }
}

const hearing = (approver: string) => ({ procedure: 'hearing', days: 10, approver })

test('C153 C154 what a township asks for is signed at the county while the line is down, and both agree afterwards', async () => {
  const { root, township, id, links } = await begun()
  const { office } = township.engine
  const ghost = await office.act(handler, id, 'suspended', hearing('ghost.person'))
  expect(ghost).toMatchObject({ ok: false, problem: { code: 'second-unknown', field: 'approver' } })
  // A clerk of the hall gives no approval, and nobody approves his own act.
  const clerk = await office.act(handler, id, 'suspended', hearing(clerkOfHall.person))
  expect(clerk).toMatchObject({ ok: false, problem: { code: 'second-unknown' } })
  const own = await office.act(handler, id, 'suspended', hearing(handler.person))
  expect(own).toMatchObject({ ok: false, problem: { code: 'second-needed', field: 'approver' } })
  const { hash } = value(await office.act(handler, id, 'suspended', hearing(chief.person)))
  expect(await stateAt(township, id)).toMatchObject({ stage: '40', asideOpen: 1, pauses: [] })
  await sees(root, id, ({ asideOpen }) => asideOpen === 1)
  await untilListed(root)
  const asked = await root.engine.office.find({ aside: true, asks: [chief.person as PersonId] })
  expect(asked.rows.map((row) => row.id)).toEqual([id])
  await cut(links)
  value(await root.engine.office.act(chief, id, 'countersigned', { fact: hash }))
  expect((await stateAt(root, id))?.stage).toBe('45')
  expect((await root.engine.office.find({ aside: true, asks: [chief.person as PersonId] })).rows).toEqual([])
  expect((await stateAt(township, id))?.stage).toBe('40')
  await link([township, root])
  await sees(township, id, ({ stage }) => stage === '45')
  expect(await stateAt(township, id)).toEqual(await stateAt(root, id))
  // The township, which has the case, goes on from the signature.
  value(await office.act(handler, id, 'resumed', { result: '听证已举行' }))
  await sees(root, id, ({ stage }) => stage === '40')
})

test('C154 where the township went on while the county signed, the case is the township’s, and she signs again', async () => {
  const { root, township, id, links } = await begun()
  const { office } = township.engine
  const { hash } = value(await office.act(handler, id, 'suspended', hearing(chief.person)))
  await sees(root, id, ({ asideOpen }) => asideOpen === 1)
  await cut(links)
  value(await root.engine.office.act(chief, id, 'countersigned', { fact: hash }))
  value(await office.act(handler, id, 'entrusted', { to: handler.person, reason: '分工调整' }))
  await link([township, root])
  await sees(root, id, ({ stage, story }) => stage === '40' && story.some(({ kind }) => kind === 'entrusted'))
  await sees(township, id, ({ story }) => story.some(({ aside }) => aside?.reason === 'moved-on'))
  expect(await stateAt(township, id)).toEqual(await stateAt(root, id))
  expect((await stateAt(root, id))?.forks).toEqual([])
  value(await root.engine.office.act(chief, id, 'countersigned', { fact: hash }))
  await sees(township, id, ({ stage }) => stage === '45')
})

test('C135 C153 before every node knows of it the second person is a name that is typed, and nobody is waited for', async () => {
  const { root, township } = await place()
  await publish(root, [letterFor(TOWNSHIP, 'YB', 'SL0001')])
  await link([township, root])
  const { office } = township.engine
  await until('the letter', () => office.directory.letters().length === 1)
  const { id } = value(await office.openCase(handler, 'SL0001'))
  await bringAll(township, handler, id)
  for (const kind of ['received', 'accepted'] as const) value(await office.act(handler, id, kind, FIELDS[kind]))
  value(await office.act(handler, id, 'assigned', { to: handler.person }))
  value(await office.act(handler, id, 'suspended', hearing('somebody')))
  expect(await stateAt(township, id)).toMatchObject({ stage: '45', asideOpen: 0 })
})

test('C135 C153 a name typed for the new field is left out until then', async () => {
  const { root, township } = await place()
  await publish(root, [letterFor(TOWNSHIP, 'YB', 'SL0001')])
  await link([township, root])
  const { office } = township.engine
  await until('the letter', () => office.directory.letters().length === 1)
  const { id } = value(await office.openCase(handler, 'SL0001'))
  await bringAll(township, handler, id)
  value(await office.act(handler, id, 'received', FIELDS.received))
  value(await office.act(handler, id, 'accepted', { ...FIELDS.accepted, proposedTo: 'somebody' as StationCode }))
  const state = await stateAt(township, id)
  expect(state?.stage).toBe('30')
  expect(state?.story.at(-1)?.fields).not.toHaveProperty('proposedTo')
})
