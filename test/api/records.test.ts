/** Records of the directory over the API: read by everybody signed in, published by the county's administrators. */
import { expect, test } from 'vitest'
import { createApi } from '#edge-node/desk/api/api.ts'
import * as shapes from '#edge-node/desk/api/shapes.ts'
import { completeItem } from '#protocol/casework/item.ts'
import { ITEM, openPlace, type Place, TOWNSHIP } from '#test/api/place.ts'
import { openFilled, read, refusal, tokenOf } from '#test/api/reading.ts'

const DEPARTMENT = {
  id: 'WSJKJ',
  name: '卫生健康局',
  shortName: '卫健局',
  creditCode: '',
  formerNames: [],
  successor: null,
  phone: '',
  inPlace: { office: true, hall: true, items: true, authority: true, people: true },
  sample: false,
}
const LETTER = {
  id: '安卫授〔2026〕3号',
  department: 'WSJKJ',
  station: TOWNSHIP,
  person: 'zhou.chief',
  items: null,
  powers: ['accept'],
  from: '2026-11-01',
  until: '2027-12-31',
  revoked: null,
}
const WINDOW = {
  id: 'W01',
  name: '卫生健康窗口',
  station: TOWNSHIP,
  kind: 'single',
  departments: ['WSJKJ'],
  staff: [{ lead: 'zhou.chief', substitute: 'wu.handler' }],
  sample: false,
}

const post = (place: Place, token: string, path: string, body: object) => place.call('POST', path, { token, body })
const done = async (response: Response) => read(response, shapes.DoneShape)

test('A67 every field of an item is in its schema', () => {
  const item = completeItem({ id: 'X', name: 'X' })
  expect(Object.keys(shapes.ItemShape.shape).toSorted()).toEqual(Object.keys(item).toSorted())
})

test('A68 records of the directory are read by anyone signed in', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'li.agent')
  const get = async <Shape extends Parameters<typeof read>[1]>(path: string, shape: Shape) =>
    read(await place.call('GET', path, { token }), shape)
  expect(await get('/departments', shapes.DepartmentsShape)).toEqual({ departments: [] })
  expect(await get('/windows', shapes.WindowsShape)).toEqual({ windows: [] })
  expect(await get('/letters', shapes.LettersShape)).toEqual({ letters: place.office.directory.letters() })
  expect(await get('/regions', shapes.RegionsShape)).toEqual({ regions: [] })
  const { calendars, coverage } = await read(await place.call('GET', '/calendars', { token }), shapes.CalendarsShape)
  expect(calendars.map(({ id }) => id)).toEqual(['2024', '2025', '2026'])
  expect(coverage).toEqual({ from: '2024-01-01', until: '2026-12-31' })
  expect(await read(await place.call('GET', '/rules', { token }), shapes.RulesShape)).toMatchObject({ signDays: 1 })
  const editions = await place.call('GET', `/items/${ITEM}/editions`, { token })
  expect((await read(editions, shapes.EditionsShape)).editions.map(({ edition }) => edition)).toEqual([1])
  expect(await refusal(await place.call('GET', '/items/none/editions', { token }), 404)).toMatchObject({
    code: 'unknown-record',
  })
})

test('A69 an administrator of the county publishes records, and they are read back as published', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'sun.admin')
  await done(await post(place, token, '/departments', DEPARTMENT))
  await done(await post(place, token, '/windows', WINDOW))
  await done(await post(place, token, '/letters', LETTER))
  await done(
    await post(place, token, '/regions', {
      id: '510724103',
      name: '花荄镇',
      from: '2024-01-01',
      until: null,
      successor: null,
    }),
  )
  const rules = {
    id: 'local',
    silenceAgrees: true,
    absenceAgrees: false,
    handInDays: 3,
    signDays: 2,
    relayDays: 2,
    disclosure: 'eight',
  }
  await done(await post(place, token, '/rules', rules))
  const { directory } = place.office
  expect(directory.department('WSJKJ')).toMatchObject(DEPARTMENT)
  expect(directory.windows()).toMatchObject([WINDOW])
  expect(directory.letters().find(({ id }) => id === LETTER.id)).toMatchObject(LETTER)
  expect(directory.regions()).toMatchObject([{ id: '510724103' }])
  expect(directory.rules()).toMatchObject(rules)
  await done(
    await post(place, token, `/letters/${encodeURIComponent(LETTER.id)}/revocation`, {
      from: '2026-12-01',
      reason: '调离',
    }),
  )
  expect(directory.letters().find(({ id }) => id === LETTER.id)?.revoked).toEqual({
    from: '2026-12-01',
    reason: '调离',
  })
})

test('A69 a calendar year that is published lengthens what can be counted', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'sun.admin')
  const off = ['2027-01-01/2027-01-03', '2027-02-06/2027-02-12']
  const year = { id: '2027', year: 2027, source: '测试用的安排', off, work: [], sample: true }
  await done(await post(place, token, '/calendars', year))
  const explained = await place.call('GET', '/deadlines/explain?start=2026-12-28&workingDays=5')
  expect((await read(explained, shapes.DeadlineShape)).due).toBe('2027-01-05')
})

test('A69 the next edition of an item is published; open cases keep theirs', async () => {
  const place = await openPlace()
  const [admin, clerk] = [await tokenOf(place, 'sun.admin'), await tokenOf(place)]
  await done(await post(place, admin, '/departments', DEPARTMENT))
  const before = await openFilled(place, clerk)
  const change = { type: 'adjusted', basis: '安府办〔2026〕7号' }
  const item = { id: ITEM, change, from: '2026-11-21', content: { promised: { days: 3, unit: 'working', note: '' } } }
  const blocked = await refusal(await post(place, admin, '/items', item), 409)
  expect(blocked).toMatchObject({ code: 'item-blocked' })
  expect(blocked.message).toContain('七公开')
  const cancelled = {
    id: ITEM,
    change: { type: 'cancelled', basis: '安府办〔2026〕8号' },
    from: '2026-11-21',
    content: {},
  }
  await done(await post(place, admin, '/items', cancelled))
  const { editions } = await read(
    await place.call('GET', `/items/${ITEM}/editions`, { token: clerk }),
    shapes.EditionsShape,
  )
  expect(editions.map(({ edition, effectiveUntil }) => [edition, effectiveUntil])).toEqual([
    [1, '2026-11-20'],
    [2, '2026-11-20'],
  ])
  const view = await read(await place.call('GET', `/cases/${before.id}`, { token: clerk }), shapes.CaseShape)
  expect(view.item).toMatchObject({ id: ITEM, edition: 1 })
})

test('A70 what is wrong with a record is told with its field, and nothing is published', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'sun.admin')
  expect(await refusal(await post(place, token, '/letters', LETTER), 409)).toMatchObject({ field: 'department' })
  await done(await post(place, token, '/departments', DEPARTMENT))
  expect(await refusal(await post(place, token, '/departments', DEPARTMENT), 409)).toMatchObject({ field: 'id' })
  const unknown = await post(place, token, '/departments?mode=change', { ...DEPARTMENT, id: 'NONE', name: '无' })
  await refusal(unknown, 409)
  expect(await refusal(await post(place, token, '/windows', { ...WINDOW, kind: 'round' }), 400)).toMatchObject({
    field: 'kind',
  })
  expect(await refusal(await post(place, token, '/calendars', { year: 2027 }), 400)).toMatchObject({
    code: 'bad-request',
  })
  const never = await refusal(await post(place, token, '/letters', { ...LETTER, from: '2026-13-01' }), 400)
  expect(never).toMatchObject({ field: 'from', message: '请求内容不符合接口说明:from:须为日期,如 2026-11-21' })
  const spelt = await refusal(await post(place, token, '/letters', { ...LETTER, from: '2026年12月1日' }), 400)
  expect(spelt.message).toBe(never.message)
  expect(place.office.directory.departments().length).toBe(1)
  expect(place.office.directory.windows()).toEqual([])
})

test('A71 only an administrator publishes, and only where the county keeps its register', async () => {
  const place = await openPlace()
  const [clerk, admin] = [await tokenOf(place, 'zhou.chief'), await tokenOf(place, 'sun.admin')]
  expect(await refusal(await post(place, clerk, '/departments', DEPARTMENT), 403)).toMatchObject({
    code: 'not-authorised',
  })
  const edge = createApi({ office: place.office, accounts: place.accounts })
  const response = await edge.request('/departments', {
    method: 'POST',
    headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
    body: JSON.stringify(DEPARTMENT),
  })
  const problem = await refusal(response, 403)
  expect(problem).toMatchObject({ code: 'not-root' })
  expect(problem.next).toContain('县中心')
  expect(place.office.directory.departments()).toEqual([])
})
