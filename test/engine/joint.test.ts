/** Joint handling: a co-department is asked, answers offline, and may get a case of its own. */
import { expect, test } from 'vitest'
import type { Department } from '#protocol/casework/directory.ts'
import { completeItem, completeMaterial } from '#protocol/casework/item.ts'
import { RULES_LEVEL } from '#protocol/casework/rules/level.ts'
import { type DocumentId, streamOf } from '#protocol/ids.ts'
import type { Packable } from '#protocol/log/pack.ts'
import type { MemoryStorage } from '#protocol/storage/memory.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { bringAll, COUNTY, type Linked, type Node, person, publish, until, untilListed, VILLAGE } from './county.ts'
import { draft, factPayload, frameOf, RawNode } from './raw-node.ts'
import { agent, cut, entriesOf, form, hall, LANDS, link, place, sees, stateAt } from './wide-county.ts'

/** A case received at the hall, brought there from the village. */
async function receivedAtHall(village: Node, root: Node): Promise<DocumentId> {
  const { office } = village.engine
  const { id } = value(await office.openCase(agent, 'SL0001'))
  value(await office.edit(agent, id, 'application', { set: { applicant: '王芳', phone: '13800001111' } }))
  value(await office.edit(agent, id, 'materials', { set: { identityCard: { state: 'original', copies: 1 } } }))
  value(await office.act(agent, id, 'captured', { materials: 2 }))
  value(await office.act(agent, id, 'offered', { to: COUNTY, materials: 2 }))
  await sees(root, id, ({ offer }) => offer?.to === COUNTY)
  value(await root.engine.office.act(hall, id, 'taken', { materials: 2 }))
  value(await root.engine.office.act(hall, id, 'received', { materials: 2 }))
  return id
}

const DEPARTMENT: Department = {
  type: 'department',
  id: 'ZR',
  version: 0,
  name: '自然资源局',
  shortName: '自然资源',
  creditCode: '',
  formerNames: [],
  successor: null,
  phone: '',
  inPlace: { office: true, hall: true, items: true, authority: true, people: true },
  sample: false,
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
  await untilListed(village)
  expect(value(await village.engine.office.view(agent, id)).subCases.map((row) => row.id)).toEqual([part])
  // One commit: the disk never shows the notice without the case it opened.
  const written = (root.storage as MemoryStorage).snapshot().steps.slice(steps.length)
  const withNotice = written.find(
    (step) => step !== 'drop-computed' && step.places.some(({ document }) => document === id),
  )
  expect(withNotice !== 'drop-computed' && withNotice?.places.map(({ document }) => document)).toContain(part)
})

test('C2 R53 the station in whose stream a part was opened takes nothing of it by an opening of its own', async () => {
  const { root, township, village, lands } = await place()
  const raw = new RawNode(VILLAGE)
  await publish(root, [raw.record(township.identity.node, 9)])
  await link([township, root], [village, township], [lands, root])
  await until('known', () => township.engine.office.directory.node(raw.node) !== undefined)
  const id = await receivedAtHall(village, root)
  value(await root.engine.office.act(hall, id, 'invited', { ...consult, item: 'SL0001' }))
  const part = (await root.engine.office.find({ master: id })).rows[0]?.id as DocumentId
  await sees(lands, part, ({ master }) => master === id)
  value(await lands.engine.office.act(person(LANDS, ['clerk', 'handler']), part, 'taken', { materials: 2 }))
  await sees(root, part, ({ holder }) => holder === LANDS)
  const fields = { number: 'n', item: 'SL0001', itemVersion: 1 }
  const opening = { document: part, payload: factPayload({ kind: 'opened', previous: null, fields }) }
  await raw.link(township)
  raw.send(frameOf((await raw.write(streamOf(VILLAGE), [draft(VILLAGE, opening)])) as Packable[]))
  await raw.stored()
  await sees(root, part, ({ story }) => story.filter(({ kind }) => kind === 'opened').length === 2)
  expect(await stateAt(root, part)).toMatchObject({ holder: LANDS, stage: '20', forks: [] })
})

test('C111 a department of the lead’s own hall gets its part as a case there, offered to nobody', async () => {
  const { root, township, village } = await place()
  await link([township, root], [village, township])
  const id = await receivedAtHall(village, root)
  const beside = { ...consult, to: COUNTY, item: 'SL0001' }
  value(await root.engine.office.act(hall, id, 'invited', beside))
  const [part, ...more] = (await root.engine.office.find({ master: id })).rows
  expect(more).toEqual([])
  expect(part).toMatchObject({ holder: COUNTY, offeredTo: null, applicant: '王芳', stage: '20' })
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

test('C157 a notice names a department that there is, by code or name, and bears its code', async () => {
  const { root, township, village, lands } = await place()
  await publish(root, [
    { type: 'level', id: 'rules', version: RULES_LEVEL },
    DEPARTMENT,
    { ...DEPARTMENT, id: 'ZR0', shortName: '旧局', successor: 'ZR' },
  ])
  await link([township, root], [village, township], [lands, root])
  const id = await receivedAtHall(village, root)
  const { office } = root.engine
  const unknown = await office.act(hall, id, 'invited', { ...consult, department: '土地爷办公室' })
  expect(unknown).toMatchObject({ ok: false, problem: { code: 'unknown-department', field: 'department' } })
  for (const department of ['自然资源局', 'ZR', '自然资源'])
    value(await office.act(hall, id, 'invited', { ...consult, department, code: 'XX' }))
  const state = await stateAt(root, id)
  expect(state?.invitations.map(({ code }) => code)).toEqual(['ZR', 'ZR', 'ZR'])
})

test('C160 R54 a part takes over what was counted of materials that both items have, by id and name', async () => {
  const { root, township, village } = await place()
  await link([township, root], [village, township])
  const id = await receivedAtHall(village, root)
  const { office } = root.engine
  const [first, second] = office.directory.item('SL0001')?.materials ?? []
  if (!first || !second) throw new Error('the sample item has two materials')
  const other = completeItem({
    id: 'PART',
    name: '协办事项',
    // The second has the same id, and is another paper.
    materials: [first, completeMaterial({ id: second.id, name: '规划许可证' })],
    tiers: ['county'],
  })
  await publish(root, [other])
  await bringAll(root, hall, id)
  value(await office.act(hall, id, 'invited', { ...consult, item: 'PART' }))
  const [part] = (await office.find({ master: id, items: ['PART'] })).rows
  const { sections } = value(await office.view(hall, part?.id as DocumentId))
  const counted = sections.find(({ name }) => name === 'materials')?.value
  expect(counted).toEqual({ [first.id]: { state: 'copy', copies: 1 } })
})
