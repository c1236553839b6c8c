/** Cases over the API: open, fill in, act, find, read. */
import { expect, test } from 'vitest'
import {
  ActedShape,
  CasePageShape,
  CatalogueShape,
  EditedShape,
  NodesShape,
  OpenedShape,
  SyncShape,
} from '#edge-node/desk/api/shapes.ts'
import { ID_NUMBER, ITEM, openPlace, PHONE, type Place, STEPPED_ITEM, TOWNSHIP, VILLAGE } from '#test/api/place.ts'
import { act, COUNTED, openFilled, read, readCase, refusal, tokenOf } from '#test/api/reading.ts'

const list = async (place: Place, token: string, query: string) =>
  read(await place.call('GET', `/cases?${query}`, { token }), CasePageShape)

test('A25 a case is opened, filled in, acted on and read by id or number', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id, number } = await openFilled(place, token)
  await read(await act(place, token, number, 'received', { fields: { materials: 3 } }), ActedShape)
  const { state } = await readCase(place, token, id)
  await read(await act(place, token, id, 'accepted', { expects: state.tip }), ActedShape)
  const view = await readCase(place, token, number)
  expect(view.state).toMatchObject({ id, number, stage: '30', holder: TOWNSHIP, applicant: { name: '王小明' } })
  expect(view.state.story.map(({ kind }) => kind)).toEqual(['opened', 'received', 'accepted'])
  expect(view.sections.find(({ name }) => name === 'application')?.value).toMatchObject({ applicant: '王小明' })
  expect(view.acts.length).toBeGreaterThan(5)
})

test('A25 keys are set and removed, a text section takes its whole text', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  const patch = async (section: string, body: unknown) =>
    (await read(await place.call('PATCH', `/cases/${id}/sections/${section}`, { token, body }), EditedShape)).changed
  expect(await patch('application', { remove: ['phone'] })).toBe(true)
  expect(await patch('office-note', { text: '请核对原件' })).toBe(true)
  expect(await patch('materials', { set: { form: { state: 'original', copies: 2 } } })).toBe(true)
  const { sections } = await readCase(place, token, id)
  const values = Object.fromEntries(sections.map(({ name, value }) => [name, value]))
  expect(values.application).toEqual({ applicant: '王小明', idNumber: ID_NUMBER })
  expect(values['office-note']).toBe('请核对原件')
  expect(values.materials).toEqual({ form: { state: 'original', copies: 2 } })
  expect(await patch('office-note', { text: '请核对原件' })).toBe(false)
})

test('A26 lists show what concerns the station, by scope, stage and text', async () => {
  const place = await openPlace()
  const [clerk, agent] = [await tokenOf(place), await tokenOf(place, 'li.agent')]
  const own = await openFilled(place, clerk)
  const village = await openFilled(place, agent)
  await read(await act(place, agent, village.id, 'captured', COUNTED), ActedShape)
  await read(await act(place, agent, village.id, 'offered', { fields: { to: TOWNSHIP, materials: 0 } }), ActedShape)
  const ids = async (token: string, query: string) => (await list(place, token, query)).rows.map(({ id }) => id)
  expect(await ids(clerk, '')).toEqual([own.id])
  expect(await ids(clerk, 'scope=incoming')).toEqual([village.id])
  expect((await ids(clerk, 'scope=all')).toSorted()).toEqual([own.id, village.id].toSorted())
  expect(await ids(clerk, 'scope=all&inTransfer=true')).toEqual([village.id])
  expect(await ids(clerk, 'scope=all&aside=true')).toEqual([])
  expect(await ids(clerk, 'scope=all&stage=10')).toEqual([village.id])
  expect((await ids(clerk, 'scope=all&stage=10&stage=00')).length).toBe(2)
  expect(await ids(clerk, `scope=all&text=${village.number}`)).toEqual([village.id])
  expect(await ids(agent, 'scope=all')).toEqual([village.id])
  const [row] = (await list(place, clerk, 'scope=incoming')).rows
  expect(row).toMatchObject({ offeredTo: TOWNSHIP, holder: VILLAGE, itemName: '公共场所卫生许可', stage: '10' })
})

test('A26 lists are paged by cursor', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const opened = []
  for (let round = 0; round < 5; round++)
    opened.push((await read(await place.call('POST', '/cases', { token, body: { item: ITEM } }), OpenedShape)).id)
  const seen: string[] = []
  let after = ''
  for (let pages = 0; pages < 4; pages++) {
    const page = await list(place, token, `limit=2${after}`)
    seen.push(...page.rows.map(({ id }) => id))
    if (page.next === null) break
    after = `&after=${encodeURIComponent(page.next)}`
  }
  expect(seen.toSorted()).toEqual(opened.toSorted())
})

test('A27 lists mask identity and phone numbers', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  await read(await act(place, token, id, 'received', COUNTED), ActedShape)
  const page = await list(place, token, `text=${ID_NUMBER}`)
  expect(page.rows[0]).toMatchObject({ id, idNumber: '****002X', phone: '****5678' })
  expect(JSON.stringify(page)).not.toContain(ID_NUMBER)
})

test('A27 numbers are in full for the handling station only, wherever they were copied to', async () => {
  const place = await openPlace()
  const [clerk, agent, supervisor] = [
    await tokenOf(place),
    await tokenOf(place, 'li.agent'),
    await tokenOf(place, 'zhao.super'),
  ]
  const { id } = await openFilled(place, agent)
  const spouse = '440524188001010014'
  const path = `/cases/${id}/sections/application`
  const account = '6222000011112222'
  const set = { spouseIdNumber: spouse, bankAccount: account }
  await place.call('PATCH', path, { token: agent, body: { set } })
  await read(await act(place, agent, id, 'captured', COUNTED), ActedShape)
  const text = `证件${ID_NUMBER},配偶${spouse},电话${PHONE}`
  await read(await act(place, agent, id, 'noted', { fields: { text } }), ActedShape)
  const secrets = [ID_NUMBER, spouse, PHONE, account]
  const handling = JSON.stringify(await readCase(place, agent, id))
  for (const secret of secrets) expect(handling).toContain(secret)
  for (const other of [clerk, supervisor]) {
    const view = await readCase(place, other, id)
    for (const secret of secrets) expect(JSON.stringify(view)).not.toContain(secret)
    expect(view.state.applicant).toEqual({ name: '王小明', idNumber: '****002X', phone: '****5678' })
    expect(JSON.stringify(view.state.story)).toContain('证件****002X,配偶****0014')
  }
})

test('A27 a supervisor at the handling station reads masked numbers', async () => {
  const place = await openPlace()
  const { id } = await openFilled(place, await tokenOf(place))
  const view = await readCase(place, await tokenOf(place, 'zhao.super'), id)
  expect(JSON.stringify(view)).not.toContain(ID_NUMBER)
})

test('A28 a supervisor reads and changes nothing', async () => {
  const place = await openPlace()
  const [clerk, token] = [await tokenOf(place), await tokenOf(place, 'zhao.super')]
  const { id } = await openFilled(place, clerk)
  const before = await readCase(place, token, id)
  const refused = [
    await place.call('POST', '/cases', { token, body: { item: ITEM } }),
    await place.call('PATCH', `/cases/${id}/sections/application`, { token, body: { set: { applicant: '他人' } } }),
    await act(place, token, id, 'noted', { fields: { text: '看过' } }),
  ]
  for (const response of refused) expect(await refusal(response, 403)).toMatchObject({ code: 'reads-only' })
  expect(await readCase(place, token, id)).toEqual(before)
})

test('A28 people who handle no cases read them and fill in nothing', async () => {
  const place = await openPlace()
  const [clerk, token] = [await tokenOf(place), await tokenOf(place, 'sun.admin')]
  const { id } = await openFilled(place, clerk)
  await readCase(place, token, id)
  const path = `/cases/${id}/sections/application`
  const edited = await place.call('PATCH', path, { token, body: { set: { applicant: '他人' } } })
  expect(await refusal(edited, 403)).toMatchObject({ code: 'not-authorised' })
})

test('A29 a case that is not the station’s business is answered as unknown', async () => {
  const place = await openPlace()
  const [clerk, agent] = [await tokenOf(place), await tokenOf(place, 'li.agent')]
  const { id, number } = await openFilled(place, clerk)
  const missing = await refusal(await place.call('GET', `/cases/${'0'.repeat(32)}`, { token: agent }), 404)
  expect(missing.code).toBe('unknown-case')
  const answers = [
    await place.call('GET', `/cases/${id}`, { token: agent }),
    await place.call('GET', `/cases/${number}`, { token: agent }),
    await place.call('PATCH', `/cases/${id}/sections/application`, {
      token: agent,
      body: { set: { applicant: '他人' } },
    }),
    await act(place, agent, id, 'noted', { fields: { text: '看过' } }),
  ]
  for (const response of answers) expect(await refusal(response, 404)).toEqual(missing)
})

test('A38 catalogue, sync status and nodes are read by anyone signed in', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'li.agent')
  const catalogue = await read(await place.call('GET', '/catalogue', { token }), CatalogueShape)
  expect(catalogue.items.map(({ id }) => id)).toEqual([ITEM, STEPPED_ITEM])
  await openFilled(place, token)
  const sync = await read(await place.call('GET', '/sync', { token }), SyncShape)
  expect(sync.health.writable).toBe(true)
  await read(await place.call('GET', '/nodes', { token }), NodesShape)
})

test('C141 C142 an act that seals again takes the mark of what others changed, and refuses without it', async () => {
  const place = await openPlace()
  const [clerk, agent] = [await tokenOf(place), await tokenOf(place, 'li.agent')]
  const { id } = await openFilled(place, agent)
  await read(await act(place, agent, id, 'captured', COUNTED), ActedShape)
  const path = `/cases/${id}/sections/application`
  await read(await place.call('PATCH', path, { token: agent, body: { set: { applicant: '王大明' } } }), EditedShape)
  await read(await act(place, agent, id, 'offered', { fields: { to: TOWNSHIP, materials: 1 } }), ActedShape)
  await read(await act(place, clerk, id, 'taken', COUNTED), ActedShape)
  const { changesByOthers } = await readCase(place, clerk, id)
  expect(changesByOthers).toMatchObject({ count: 1, stations: [VILLAGE], isLost: false })
  const unseen = await refusal(await act(place, clerk, id, 'received', COUNTED), 409)
  expect(unseen).toMatchObject({ code: 'changes-unseen', field: 'changesSeen' })
  const changesSeen = changesByOthers?.mark
  await refusal(await act(place, clerk, id, 'noted', { fields: { text: '备注' }, changesSeen }), 400)
  // What an adoption adopts says whether it seals, so that its body takes a mark as well.
  const fact = 'a'.repeat(64)
  const adopted = await refusal(await act(place, clerk, id, 'adopted', { fields: { fact }, changesSeen }), 409)
  expect(adopted).toMatchObject({ code: 'not-aside' })
  await read(await act(place, clerk, id, 'received', { ...COUNTED, changesSeen }), ActedShape)
  const view = await readCase(place, clerk, id)
  expect(view.state.applicant.name).toBe('王大明')
  expect(view.takenOver).toMatchObject([
    {
      section: 'application',
      changes: [{ key: 'applicant', before: '王小明', after: '王大明', foreignPerson: false }],
    },
  ])
})
