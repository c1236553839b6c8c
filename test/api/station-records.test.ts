/** What a station keeps of itself over the API: absences, consultations, hand-overs. */
import { expect, test } from 'vitest'
import * as shapes from '#edge-node/desk/api/shapes.ts'
import { openPlace, type Place, STEPPED_ITEM, TOWNSHIP } from '#test/api/place.ts'
import { act, bringForm, COUNTED, openFilled, read, readCase, refusal, tokenOf } from '#test/api/reading.ts'

const post = (place: Place, token: string, path: string, body: object = {}) => place.call('POST', path, { token, body })

const ABSENCE = { person: 'wang.fang', from: '2026-11-20', until: '2026-11-24', reason: '培训' }

test('A72 an absence is kept by the station, shown there, and ended', async () => {
  const place = await openPlace()
  const [clerk, agent] = [await tokenOf(place), await tokenOf(place, 'li.agent')]
  const kept = await post(place, clerk, '/absences', { ...ABSENCE, substitute: 'zhou.chief', where: '市里' })
  const absence = await read(kept, shapes.AbsenceShape)
  expect(absence).toMatchObject({ ...ABSENCE, station: TOWNSHIP, substitute: 'zhou.chief', ended: false })
  const list = async (token: string) =>
    (await read(await place.call('GET', '/absences', { token }), shapes.AbsencesShape)).absences
  expect((await list(clerk)).map(({ id }) => id)).toEqual([absence.id])
  expect(await list(agent)).toEqual([])
  expect((await list(await tokenOf(place, 'zhao.super'))).length).toBe(1)
  await read(await post(place, clerk, `/absences/${absence.id}/end`), shapes.AbsenceShape)
  expect((await list(clerk))[0]?.ended).toBe(true)
})

test('A72 an absence that cannot be meant is refused with its field, and one of another station is unknown', async () => {
  const place = await openPlace()
  const [clerk, agent] = [await tokenOf(place), await tokenOf(place, 'li.agent')]
  const wrong = async (change: object, field: string, status: number) =>
    expect(await refusal(await post(place, clerk, '/absences', { ...ABSENCE, ...change }), status)).toMatchObject({
      field,
    })
  await wrong({ person: 'li.agent' }, 'person', 409)
  await wrong({ until: '2026-11-19' }, 'until', 409)
  await wrong({ substitute: 'wang.fang' }, 'substitute', 409)
  await wrong({ substitute: 'nobody' }, 'substitute', 409)
  await wrong({ substitute: 'sun.admin' }, 'substitute', 409)
  await wrong({ from: '2026-02-30' }, 'from', 400)
  await wrong({ reason: ' ' }, 'reason', 400)
  const absence = await read(await post(place, clerk, '/absences', ABSENCE), shapes.AbsenceShape)
  expect(await refusal(await post(place, agent, `/absences/${absence.id}/end`), 404)).toMatchObject({
    code: 'unknown-record',
  })
  expect(place.office.directory.absences().length).toBe(1)
})

test('A73 whoever was asked first keeps a consultation until it is answered or a colleague has taken it', async () => {
  const place = await openPlace()
  const [clerk, chief] = [await tokenOf(place), await tokenOf(place, 'zhou.chief')]
  const asked = { matter: '办卫生许可要带什么', asker: '王小明', phone: '13812345678' }
  const { id } = await read(await post(place, clerk, '/consultations', asked), shapes.ConsultationShape)
  const step = async (token: string, name: string, body: object = {}) =>
    post(place, token, `/consultations/${id}/${name}`, body)
  expect(await refusal(await step(chief, 'answer', { answer: '身份证' }), 409)).toMatchObject({
    code: 'consultation-moved-on',
  })
  expect(await refusal(await step(clerk, 'offer', { to: 'li.agent' }), 409)).toMatchObject({ field: 'to' })
  const offered = await read(await step(clerk, 'offer', { to: 'zhou.chief' }), shapes.ConsultationShape)
  expect(offered).toMatchObject({ first: 'wang.fang', person: 'wang.fang', offeredTo: 'zhou.chief' })
  const taken = await read(await step(chief, 'take'), shapes.ConsultationShape)
  expect(taken).toMatchObject({ first: 'wang.fang', person: 'zhou.chief', offeredTo: null })
  await refusal(await step(clerk, 'answer', { answer: '身份证' }), 409)
  const answered = await read(await step(chief, 'answer', { answer: '身份证和申请表' }), shapes.ConsultationShape)
  expect(answered.answered).not.toBeNull()
  await refusal(await step(chief, 'answer', { answer: '再答' }), 409)
  const { consultations } = await read(
    await place.call('GET', '/consultations', { token: clerk }),
    shapes.ConsultationsShape,
  )
  expect(consultations).toMatchObject([{ id, ...asked, answer: '身份证和申请表' }])
  const token = await tokenOf(place, 'zhao.super')
  const seen = await read(await place.call('GET', '/consultations', { token }), shapes.ConsultationsShape)
  expect(seen.consultations[0]?.phone).toBe('****5678')
})

async function assignedCase(place: Place, clerk: string, to: string) {
  const opened = await read(await post(place, clerk, '/cases', { item: STEPPED_ITEM }), shapes.OpenedShape)
  const path = `/cases/${opened.id}/sections/application`
  await place.call('PATCH', path, { token: clerk, body: { set: { applicant: '王小明' } } })
  await bringForm(place, clerk, opened.id)
  for (const [kind, body] of [
    ['received', COUNTED],
    ['accepted', {}],
    ['assigned', { fields: { to } }],
  ] as const)
    await read(await act(place, clerk, opened.id, kind, body), shapes.ActedShape)
  return opened
}

test('A74 all open work of a person is handed over on a list that the receiver signs', async () => {
  const place = await openPlace()
  const [clerk, chief] = [await tokenOf(place), await tokenOf(place, 'zhou.chief')]
  const numbers = [await assignedCase(place, clerk, 'wu.handler'), await assignedCase(place, clerk, 'wu.handler')].map(
    ({ number }) => number,
  )
  await openFilled(place, clerk)
  const given = { from: 'wu.handler', to: 'zhou.chief', reason: '调离' }
  expect(await refusal(await post(place, clerk, '/handovers', given), 403)).toMatchObject({ code: 'not-authorised' })
  const list = await read(await post(place, chief, '/handovers', given), shapes.HandoverShape)
  expect(list.cases.toSorted()).toEqual(numbers.toSorted())
  await refusal(await post(place, clerk, `/handovers/${list.id}/take`), 403)
  const taken = await post(place, chief, `/handovers/${list.id}/take`)
  expect(taken.status).toBe(200)
  expect(await taken.json()).toMatchObject({ notMoved: [], handover: { id: list.id } })
  for (const number of numbers) expect((await readCase(place, chief, number)).state.assignee).toBe('zhou.chief')
  expect(await refusal(await post(place, chief, '/handovers', given), 409)).toMatchObject({ code: 'nothing-to-give' })
  const { handovers } = await read(await place.call('GET', '/handovers', { token: clerk }), shapes.HandoversShape)
  expect(handovers[0]?.taken).not.toBeNull()
})

test('A75 a supervisor reads what a station keeps and changes none of it', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'zhao.super')
  const refused = [
    await post(place, token, '/absences', ABSENCE),
    await post(place, token, '/consultations', { matter: '问' }),
    await post(place, token, '/handovers', { to: 'zhou.chief', reason: '调离' }),
  ]
  for (const response of refused) expect(await refusal(response, 403)).toMatchObject({ code: 'reads-only' })
})
