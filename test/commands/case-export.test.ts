/** Cases of a period in the vocabulary of GB/T 39046: which, in what words, and what other people's numbers look like. */
import { expect, test } from 'vitest'
import { textOfFile } from '#edge-node/commands/csv.ts'
import { readCsvRows, writeCsvRows } from '#edge-node/commands/exchange/csv.ts'
import { ExportShape } from '#edge-node/desk/api/shapes.ts'
import { RECORD_COLUMNS } from '#protocol/casework/exchange/case-record.ts'
import { ID_NUMBER, ITEM, openPlace, type Place } from '#test/api/place.ts'
import { act, COUNTED, openFilled, read, refusal, tokenOf } from '#test/api/reading.ts'

const PERIOD = 'from=2026-11-01&until=2026-11-30'
const exported = async (place: Place, token: string, query = PERIOD) =>
  read(await place.call('GET', `/exchange/cases?${query}`, { token }), ExportShape)

async function receivedOn(place: Place, token: string, day: string) {
  const opened = await openFilled(place, token)
  const fields = { ...COUNTED.fields, ...(day === '2026-11-20' ? {} : { occurredOn: day, occurredWhy: '停电' }) }
  const done = await act(place, token, opened.id, 'received', { fields })
  expect(done.status).toBe(200)
  return opened
}

test('X30 cases received in the period are exported with codes, compact times and steps', async () => {
  const place = await openPlace()
  const chief = await tokenOf(place, 'zhou.chief')
  await openFilled(place, chief)
  const before = await receivedOn(place, chief, '2026-10-30')
  const within = await receivedOn(place, chief, '2026-11-02')
  const today = await receivedOn(place, chief, '2026-11-20')
  for (const [kind, fields] of [
    ['accepted', {}],
    ['decided', { result: 'granted', opinion: '符合条件' }],
    ['closed', {}],
  ] as const)
    expect((await act(place, chief, today.id, kind, { fields })).status).toBe(200)
  const { from, until, cases, next } = await exported(place, chief)
  expect([from, until, next]).toEqual(['20261101', '20261130', null])
  expect(cases.map(({ number }) => number).toSorted()).toEqual([today.number, within.number].toSorted())
  expect(cases.find(({ number }) => number === within.number)).toMatchObject({
    received: '20261102',
    backdated: '1',
    state: '0',
  })
  const closed = cases.find(({ number }) => number === today.number)
  expect(closed).toMatchObject({
    item: ITEM,
    itemType: '01',
    caseKind: '2',
    channel: '1',
    stage: '60',
    state: '1',
    closing: '0',
    result: '准予',
    received: '20261120090000',
    decided: '20261120090000',
    closed: '20261120090000',
    applicationRegion: '510724103',
    backdated: '0',
  })
  expect(closed?.steps.map(({ step, action, state }) => [step, action, state])).toEqual([
    ['SB', '其他', '2'],
    ['SL', '通过', '2'],
    ['SPCL3', '通过', '2'],
    ['BJ', '通过', '2'],
  ])
  const october = await exported(place, chief, 'from=2026-10-01&until=2026-10-31')
  expect(october.cases.map(({ number }) => number)).toEqual([before.number])
})

test('X31 numbers are in full for the handling station only, and other stations’ cases are not exported', async () => {
  const place = await openPlace()
  const [clerk, agent, supervisor] = [
    await tokenOf(place),
    await tokenOf(place, 'li.agent'),
    await tokenOf(place, 'zhao.super'),
  ]
  await receivedOn(place, clerk, '2026-11-20')
  expect((await exported(place, clerk)).cases[0]?.idNumber).toBe(ID_NUMBER)
  expect((await exported(place, supervisor)).cases[0]?.idNumber).toBe('****002X')
  expect((await exported(place, agent)).cases).toEqual([])
})

test('X32 as CSV the same columns stand under their titles', async () => {
  const place = await openPlace()
  const clerk = await tokenOf(place)
  await receivedOn(place, clerk, '2026-11-20')
  const response = await place.call('GET', `/exchange/cases?${PERIOD}&format=csv`, { token: clerk })
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer())
  expect(text.startsWith(`\uFEFF${Object.values(RECORD_COLUMNS).join(',')}\r\n`)).toBe(true)
  const rows = readCsvRows(RECORD_COLUMNS, [], text)
  const [one] = (await exported(place, clerk)).cases
  const { steps: _, specials: __, ...record } = one ?? { steps: [], specials: [] }
  expect(rows).toEqual({ ok: true, value: [record] })
})

test('X32 a period that cannot be meant is refused', async () => {
  const place = await openPlace()
  const clerk = await tokenOf(place)
  await refusal(await place.call('GET', '/exchange/cases?from=2026-11-01', { token: clerk }), 400)
  await refusal(await place.call('GET', '/exchange/cases?from=2026-02-30&until=2026-11-01', { token: clerk }), 400)
  expect((await exported(place, clerk, 'from=2026-11-30&until=2026-11-01')).cases).toEqual([])
})

test('X33 what a spreadsheet would run stays text, and comes back as it was', () => {
  const columns = { name: '名称', note: '说明' }
  const rows = [
    { name: '=HYPERLINK("x")', note: '+86 13812345678' },
    { name: '-1', note: '@甲,"乙"\n第二行' },
    { name: '普通', note: '' },
  ]
  const csv = writeCsvRows(columns, rows)
  expect(csv).toContain(`'=HYPERLINK`)
  expect(csv).toContain(`'+86`)
  expect(readCsvRows(columns, [], csv)).toEqual({ ok: true, value: rows })
})

test('X33 files in the national encoding are read like those in UTF-8', () => {
  const bytes = Uint8Array.from([0xcd, 0xf5, 0xd0, 0xa1, 0xc3, 0xf7]) // 王小明 in GB 18030
  expect(textOfFile(bytes)).toBe('王小明')
  expect(textOfFile(new TextEncoder().encode('王小明'))).toBe('王小明')
})
