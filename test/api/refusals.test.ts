/** What the API refuses, and that a refusal writes nothing. */
import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { createApi } from '#edge-node/desk/api/api.ts'
import { ActedShape } from '#edge-node/desk/api/shapes.ts'
import { refusalStatus } from '#edge-node/desk/api/statuses.ts'
import { inTurnOf } from '#edge-node/turns.ts'
import type { DocumentId, PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { ITEM, openPlace, TOWNSHIP } from '#test/api/place.ts'
import { act, COUNTED, openFilled, read, readCase, refusal, tokenOf } from '#test/api/reading.ts'
import { countTurns } from '#test/programs/turns.ts'

test('A30 malformed, mistyped, foreign and oversized bodies are refused with the field', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const open = (body: unknown, headers: Record<string, string> = {}) =>
    place.call('POST', '/cases', { token, body, headers })
  expect(await refusal(await open('{"item":'), 400)).toMatchObject({ code: 'malformed-json' })
  expect(await refusal(await open({ item: 5 }), 400)).toMatchObject({ code: 'bad-request', field: 'item' })
  expect(await refusal(await open({ item: ITEM, more: 1 }), 400)).toMatchObject({ code: 'bad-request' })
  expect(await refusal(await open([]), 400)).toMatchObject({ code: 'bad-request' })
  expect(await refusal(await open({ item: ITEM }, { 'content-type': 'text/plain' }), 415)).toMatchObject({
    code: 'not-json',
  })
  const big = { item: 'x'.repeat(LIMITS.requestBytes) }
  expect(await refusal(await open(big), 413)).toMatchObject({ code: 'too-large' })
  const query = await place.call('GET', '/cases?limit=1000', { token })
  expect(await refusal(query, 400)).toMatchObject({ code: 'bad-request', field: 'limit' })
  const rows = (await (await place.call('GET', '/cases?scope=all', { token })).json()) as { rows: unknown[] }
  expect(rows.rows).toEqual([])
})

test('E67 of JSON that has come at once one is read in each turn of the program', async () => {
  const place = await openPlace()
  const turn = countTurns()
  const calls = Array.from({ length: 30 }, () => place.call('POST', '/sign-in', { body: '{"name":' }).then(turn))
  expect(new Set(await Promise.all(calls)).size).toBe(calls.length)
})

test('E67 what is sent and left before its turn is not carried out', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const app = createApi(place)
  const open = (outgoing: EventEmitter) =>
    app.request(
      '/cases',
      {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ item: ITEM }),
      },
      { outgoing, incoming: { socket: { remoteAddress: '192.0.2.66' } } },
    )
  const answers = Array.from({ length: 3 }, () =>
    Object.assign(new EventEmitter(), { req: { socket: { remoteAddress: '192.0.2.66', destroy() {} } } }),
  )
  // Before them stands one piece of work in which the second goes away.
  inTurnOf('192.0.2.66', () => setImmediate(() => answers[1]?.emit('close')))
  const statuses = (await Promise.all(answers.map(open))).map(({ status }) => status)
  expect(statuses).toEqual([200, 400, 200])
  const rows = (await (await place.call('GET', '/cases?scope=all', { token })).json()) as { rows: unknown[] }
  expect(rows.rows).toHaveLength(2)
})

test('E69 a sign-in is short: more is refused before it is read', async () => {
  const place = await openPlace()
  const body = (length: number) => JSON.stringify({ name: 'x'.repeat(length), password: 'y' })
  const answer = await place.call('POST', '/sign-in', { body: body(LIMITS.signInBytes) })
  expect(await refusal(answer, 413)).toMatchObject({ code: 'too-large' })
  expect((await place.call('POST', '/sign-in', { body: body(LIMITS.signInBytes / 2) })).status).not.toBe(413)
})

test('A30 a refused field is named in the words of its own rule', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  const offered = await act(place, token, id, 'offered', { fields: { to: '县', materials: -1 } })
  const { message, field } = await refusal(offered, 400)
  expect(field).toBe('fields.to')
  expect(message).toContain('接收站点须为站点代码')
  expect(message).toContain('移交材料份数须为不小于零的整数')
  const path = `/cases/${id}/sections/application`
  const edit = await place.call('PATCH', path, { token, body: { set: { applicant: ['x'] } } })
  expect((await refusal(edit, 400)).field).toContain('set.applicant')
})

test('A30 a section that does not exist and a key that cannot be are refused', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  const patch = (section: string, body: unknown) =>
    place.call('PATCH', `/cases/${id}/sections/${section}`, { token, body })
  await refusal(await patch('other', { set: {} }), 400)
  const bodies = [{ set: { '1x': 'y' } }, '{"set":{"constructor":"y"}}', { text: 'x' }, { set: { applicant: 5 } }]
  for (const body of bodies) await refusal(await patch('application', body), 400)
  expect(await readCase(place, token, id)).not.toMatchObject({ sections: [{ value: { '1x': 'y' } }] })
})

test('A102 a method that a path does not have is 405 with those it has, behind the sign-in where that is needed', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PROPFIND']) {
    const open = await place.call(method, '/sign-in')
    expect(open.headers.get('allow')).toBe('POST')
    expect(await refusal(open, 405)).toMatchObject({ code: 'method-unknown' })
    expect(await refusal(await place.call(method, '/cases'), 401)).toMatchObject({ code: 'sign-in-needed' })
    const known = await place.call(method, '/cases', { token })
    expect(known.headers.get('allow')).toBe('GET, POST')
    expect(await refusal(known, 405)).toMatchObject({ kept: '没有写入任何数据' })
    expect((await place.call(method, '/nowhere', { token })).status).toBe(404)
  }
  expect((await place.call('HEAD', '/health')).status).toBe(200)
  expect(place.reports).toEqual([])
})

test('A100 a refusal of another machine under a name that every object has by birth is a rule that said no', () => {
  for (const code of ['constructor', '__proto__', 'toString'])
    expect(refusalStatus({ code, message: '', kept: '', next: '' })).toBe(409)
})

test('A31 an act that expects another last record is refused and writes nothing', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  const { state } = await readCase(place, token, id)
  await read(await act(place, token, id, 'received', { ...COUNTED, expects: state.tip }), ActedShape)
  const before = await readCase(place, token, id)
  const stale = await refusal(await act(place, token, id, 'accepted', { expects: state.tip }), 409)
  expect(stale.code).toBe('case-moved-on')
  expect(await readCase(place, token, id)).toEqual(before)
})

test('A32 a forbidden act names the rule and what is possible instead', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  const stage = await refusal(await act(place, token, id, 'accepted'), 409)
  expect(stage.message).toContain('《行政许可法》')
  expect(stage.next).toContain('已收件')
  await read(await act(place, token, id, 'received', COUNTED), ActedShape)
  await read(await act(place, token, id, 'accepted'), ActedShape)
  const role = await refusal(
    await act(place, token, id, 'decided', { fields: { result: 'granted', opinion: '同意' } }),
    403,
  )
  expect(role.message).toContain('承办人')
  const chief = await tokenOf(place, 'zhou.chief')
  const reasons = await refusal(
    await act(place, chief, id, 'decided', { fields: { result: 'refused', opinion: '不符' } }),
    400,
  )
  expect(reasons).toMatchObject({ field: 'reasons' })
})

test('A33 a full disk is told in its own words, for every write, and nothing is written', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  const before = await readCase(place, token, id)
  place.faults.full = true
  const writes = [
    await place.call('POST', '/cases', { token, body: { item: ITEM } }),
    await place.call('POST', '/cases', { token, body: { item: ITEM }, headers: { 'idempotency-key': 'a' } }),
    await place.call('PATCH', `/cases/${id}/sections/application`, { token, body: { set: { applicant: '李' } } }),
    await act(place, token, id, 'received', COUNTED),
    await place.call('POST', '/sign-out', { token }),
  ]
  for (const response of writes) expect((await refusal(response, 503)).message).toContain('磁盘已满')
  expect(await readCase(place, token, id)).toEqual(before)
  place.faults.full = false
  await read(await act(place, token, id, 'received', COUNTED), ActedShape)
})

test('A39 an unexpected error tells nothing of the program and reaches the log', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const broken = new Error('secret detail at file.ts:12')
  const reports: unknown[] = []
  const office = new Proxy(place.office, {
    get: (target, name) => (name === 'find' ? () => Promise.reject(broken) : Reflect.get(target, name, target)),
  })
  const api = createApi({ office, accounts: place.accounts, report: (error) => reports.push(error) })
  const response = await api.request('/cases', { headers: { authorization: `Bearer ${token}` } })
  const text = await response.text()
  expect(response.status).toBe(500)
  expect(JSON.parse(text)).toMatchObject({ code: 'internal' })
  expect(text).not.toContain('secret')
  expect(reports).toEqual([broken])
})

test('C163 nobody names the edition of the item: of one that is not there no rule would ask anything', async () => {
  const place = await openPlace()
  const token = await tokenOf(place)
  const { id } = await openFilled(place, token)
  const named = await act(place, token, id, 'received', { fields: { ...COUNTED.fields, itemVersion: 999 } })
  expect((await refusal(named, 400)).code).toBe('bad-request')
  // Nor over the office itself.
  const actor = { person: 'zhou.chief' as PersonId, name: '周敏', station: TOWNSHIP, roles: ['chief' as const] }
  const done = await place.office.act(actor, id as DocumentId, 'received', { ...COUNTED.fields, itemVersion: 999 })
  expect(done.ok).toBe(true)
  expect((await readCase(place, token, id)).state.itemVersion).toBe(place.office.directory.item(ITEM)?.edition)
})
