/** Lists by last day, person and item; papers and sub-cases of a case; masking of what acts copied. */
import { expect, test } from 'vitest'
import * as shapes from '#edge-node/desk/api/shapes.ts'
import { ID_NUMBER, ITEM, openPlace, type Place, STEPPED_ITEM, TOWNSHIP, VILLAGE } from '#test/api/place.ts'
import { act, bringForm, COUNTED, openFilled, read, readCase, refusal, tokenOf } from '#test/api/reading.ts'

const list = async (place: Place, token: string, query: string) =>
  (await read(await place.call('GET', `/cases?${query}`, { token }), shapes.CasePageShape)).rows

async function begun(place: Place, token: string, item: string, acts: readonly (readonly [string, object])[]) {
  const opened = await read(
    await place.call('POST', '/cases', { token, body: { item, channel: '1' } }),
    shapes.OpenedShape,
  )
  const path = `/cases/${opened.id}/sections/application`
  await place.call('PATCH', path, { token, body: { set: { applicant: '王小明', idNumber: ID_NUMBER } } })
  await bringForm(place, token, opened.id)
  for (const [kind, body] of acts) await read(await act(place, token, opened.id, kind, body), shapes.ActedShape)
  return opened
}

test('A76 cases are found by last day, item and person, the most urgent first', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const received = ['received', COUNTED] as const
  const late = { fields: { ...COUNTED.fields, occurredOn: '2026-11-17', occurredWhy: '停电' } }
  const draft = await begun(place, token, ITEM, [])
  const waiting = await begun(place, token, ITEM, [received])
  const urgent = await begun(place, token, ITEM, [['received', late]])
  const assigned = await begun(place, token, STEPPED_ITEM, [
    received,
    ['accepted', {}],
    ['assigned', { fields: { to: 'wu.handler' } }],
  ])
  const ids = async (query: string) => (await list(place, token, query)).map(({ id }) => id)
  expect((await ids('order=due')).slice(0, 1)).toEqual([urgent.id])
  expect((await ids('order=due')).at(-1)).toBe(draft.id)
  expect(await ids('dueBefore=2026-11-26')).toEqual([urgent.id, assigned.id])
  expect(await ids('assignee=wu.handler')).toEqual([assigned.id])
  expect(await ids(`item=${STEPPED_ITEM}`)).toEqual([assigned.id])
  expect((await ids(`item=${STEPPED_ITEM}&item=${ITEM}`)).length).toBe(4)
  expect(await ids('assignee=wu.handler&item=none')).toEqual([])
  const [row] = await list(place, token, 'dueBefore=2026-11-25')
  expect(row).toMatchObject({
    due: '2026-11-24',
    dueClock: 'T1',
    exceeded: false,
    paused: false,
    receivedOn: '2026-11-17',
  })
  expect((await list(place, token, '')).find(({ id }) => id === draft.id)).toMatchObject({ due: null, dueClock: null })
  expect(waiting.id).not.toBe(urgent.id)
  await refusal(await place.call('GET', '/cases?dueBefore=2026-02-30', { token }), 400)
})

test('A77 the papers of a case are listed with number and title, and what archiving still needs', async () => {
  const place = await openPlace()
  const chief = await tokenOf(place, 'zhou.chief')
  const decided = { fields: { result: 'granted', opinion: '符合条件' } }
  const { id, number } = await begun(place, chief, ITEM, [
    ['received', COUNTED],
    ['accepted', {}],
    ['decided', decided],
    ['closed', {}],
    ['delivered', { fields: { recipient: '王小明' } }],
  ])
  const papers = await read(await place.call('GET', `/cases/${id}/papers`, { token: chief }), shapes.PapersShape)
  expect(papers.number).toBe(number)
  expect(papers.papers.map(({ code, title }) => `${code} ${title}`)).toEqual([
    'D02 收件凭证',
    'D03 受理通知书',
    'D11 决定书',
    'D12 办结通知书',
    'D13 送达回证',
  ])
  expect(papers.missing).toEqual([])
  await refusal(await place.call('GET', `/cases/${'0'.repeat(32)}/papers`, { token: chief }), 404)
})

test('A78 a joint case names its sub-cases, which are cases like any other', async () => {
  const place = await openPlace()
  const chief = await tokenOf(place, 'zhou.chief')
  const invited = { to: VILLAGE, department: '联丰村', item: STEPPED_ITEM, due: '2026-11-27', content: '请出具意见' }
  const { id } = await begun(place, chief, ITEM, [
    ['received', COUNTED],
    ['accepted', {}],
    ['invited', { fields: invited }],
  ])
  const view = await readCase(place, chief, id)
  expect(view.state.invitations).toMatchObject([{ to: VILLAGE, item: STEPPED_ITEM, read: null, opinion: null }])
  const { subCases } = await read(
    await place.call('GET', `/cases/${id}/sub-cases`, { token: chief }),
    shapes.SubCasesShape,
  )
  expect(subCases).toEqual(view.subCases)
  expect(subCases).toMatchObject([{ item: STEPPED_ITEM, master: id, idNumber: '****002X' }])
  const agent = await tokenOf(place, 'li.agent')
  const opinion = { fact: view.state.invitations[0]?.fact, opinion: 'agree' }
  const refused = await refusal(await act(place, agent, id, 'opined', { fields: opinion }), 403)
  expect(refused.message).toContain('窗口人员')
})

test('A79 numbers that acts copied are masked for everyone but the handling station', async () => {
  const place = await openPlace()
  const [clerk, supervisor] = [await tokenOf(place), await tokenOf(place, 'zhao.super')]
  const { id } = await openFilled(place, clerk)
  await read(await act(place, clerk, id, 'received', COUNTED), shapes.ActedShape)
  const missing = [`身份证复印件(${ID_NUMBER})`]
  await read(await act(place, clerk, id, 'notified', { fields: { missing } }), shapes.ActedShape)
  expect((await readCase(place, clerk, id)).state.notice?.missing).toEqual(missing)
  const seen = await readCase(place, supervisor, id)
  expect(seen.state.notice?.missing).toEqual(['身份证复印件(****002X)'])
  expect(JSON.stringify(seen)).not.toContain(ID_NUMBER)
})

test('A78 the same applicant’s other open case for the item is named, masked', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const first = await begun(place, token, ITEM, [['received', COUNTED]])
  const second = await begun(place, token, ITEM, [['received', COUNTED]])
  const view = await readCase(place, token, second.id)
  expect(view.duplicates).toMatchObject([{ id: first.id, holder: TOWNSHIP, idNumber: '****002X' }])
})

test('A80 a number of two cases is told with both as far as they may be read, and names neither', async () => {
  const place = await openPlace()
  const [token, agent] = [await tokenOf(place), await tokenOf(place, 'li.agent')]
  const first = await begun(place, token, ITEM, [['received', COUNTED]])
  const [, shortDay = '', lane = ''] = first.number.split('-')
  const day = `20${shortDay.slice(0, 2)}-${shortDay.slice(2, 4)}-${shortDay.slice(4)}`
  await place.office.setLocal('running-number', `${TOWNSHIP}/${day}/${lane}`, 0)
  const second = await begun(place, token, ITEM, [['received', COUNTED]])
  expect(second.number).toBe(first.number)
  const shared = async (as: string) =>
    (await read(await place.call('GET', '/sync', { token: as }), shapes.SyncShape)).sharedNumbers
  expect(await shared(token)).toMatchObject([
    {
      number: first.number,
      cases: [
        { id: first.id, idNumber: '****002X' },
        { id: second.id, idNumber: '****002X' },
      ],
    },
  ])
  expect(await shared(agent)).toEqual([])
  const refused = await refusal(await place.call('GET', `/cases/${first.number}`, { token }), 409)
  expect(refused).toMatchObject({ code: 'number-shared' })
  for (const { id } of [first, second]) expect(refused.message).toContain(id)
  await refusal(await place.call('GET', `/cases/${first.number}`, { token: agent }), 404)
  const view = await readCase(place, token, second.id)
  expect(view.sameNumber).toMatchObject([{ id: first.id, idNumber: '****002X' }])
  const acted = await act(place, token, second.id, 'renumbered', { fields: { second: 'zhou.chief', reason: '重号' } })
  await read(acted, shapes.ActedShape)
  expect(await shared(token)).toEqual([])
  const { state } = await readCase(place, token, second.id)
  expect(state.formerNumbers).toEqual([first.number])
  expect((await list(place, token, `text=${first.number}`)).map(({ id }) => id).sort()).toEqual(
    [first.id, second.id].sort(),
  )
})
