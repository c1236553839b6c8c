/** Taking in cases of vertical systems over the real engine: whole rows or none, once, visibly back-dated. */
import { expect, test } from 'vitest'
import { importVertical } from '#edge-node/commands/exchange/vertical-import.ts'
import { CasePageShape, ImportReportShape } from '#edge-node/desk/api/shapes.ts'
import { VERTICAL_COLUMNS, type VerticalRow } from '#protocol/casework/exchange/vertical.ts'
import { LIMITS } from '#protocol/limits.ts'
import { ID_NUMBER, ITEM, openPlace, type Place, STEPPED_ITEM, TOWNSHIP } from '#test/api/place.ts'
import { read, readCase, refusal, tokenOf } from '#test/api/reading.ts'
import * as county from '#test/engine/county.ts'

const row = (reference: string, change: VerticalRow = {}): VerticalRow => ({
  system: '卫生监督系统',
  reference,
  item: ITEM,
  applicant: '王小明',
  idNumber: ID_NUMBER,
  materials: '2',
  state: '30',
  received: '20261102',
  accepted: '20261103',
  ...change,
})
const FINISHED: VerticalRow = { state: '90', result: '准予', closed: '20261110', document: '安卫许〔2026〕9号' }

const send = (place: Place, token: string, body: object) =>
  place.call('POST', '/exchange/vertical-cases', { token, body })
const imported = async (place: Place, token: string, rows: readonly VerticalRow[], list = 'epoint') =>
  read(await send(place, token, { list, rows }), ImportReportShape)
const countCases = async (place: Place, token: string) =>
  (await read(await place.call('GET', '/cases?scope=all', { token }), CasePageShape)).rows.length

test('X24 running and finished cases are taken in with their own days, each line marked as entered later', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'zhou.chief')
  const report = await imported(place, token, [
    row('A-1'),
    row('A-2', FINISHED),
    row('A-3', { item: STEPPED_ITEM, ...FINISHED }),
  ])
  expect(report).toMatchObject({ imported: 3, refused: 0, partial: 0 })
  const [running, finished, stepped] = report.rows
  const first = await readCase(place, token, running?.number ?? '')
  expect(first.state).toMatchObject({
    stage: '30',
    holder: TOWNSHIP,
    applicant: { name: '王小明', idNumber: ID_NUMBER },
  })
  expect(first.state.clocks.find(({ id }) => id === 'T2p')).toMatchObject({
    start: '2026-11-03',
    due: '2026-11-10',
    exceeded: true,
  })
  const second = await readCase(place, token, finished?.number ?? '')
  expect(second.state).toMatchObject({ stage: '60', result: 'granted', closing: '0' })
  expect(second.state.days).toMatchObject({ received: '2026-11-02', accepted: '2026-11-03', concluded: '2026-11-10' })
  const lines = second.state.story.filter(({ kind }) => kind !== 'opened')
  expect(lines.map(({ enteredOn }) => enteredOn)).toEqual(['2026-11-20', '2026-11-20', '2026-11-20'])
  for (const { fields } of lines) expect(fields.occurredWhy).toBe('来源系统:卫生监督系统;来源办件编号:A-2')
  expect(second.state.papers.find(({ code }) => code === 'D11')?.number).toBe('安卫许〔2026〕9号')
  expect(second.state.clocks.find(({ id }) => id === 'T2p')).toMatchObject({ stopped: '2026-11-10', exceeded: false })
  expect((await readCase(place, token, stepped?.number ?? '')).state.stage).toBe('60')
})

test('X24 delivered and refused cases, and cases that wait for a supplement', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'zhou.chief')
  const rows = [
    row('B-1', { ...FINISHED, state: '70', delivered: '20261112', recipient: '王大明' }),
    row('B-2', { ...FINISHED, state: '51', result: '不予' }),
    row('B-3', { state: '25', accepted: '', notified: '20261104', missing: '场地证明;健康证' }),
    row('B-4', { state: '20', accepted: '', received: '20261119' }),
  ]
  const report = await imported(place, token, rows, 'stage')
  expect(report.rows.map(({ why }) => why)).toEqual(['', '', '', ''])
  const states = await Promise.all(report.rows.map(async ({ number }) => (await readCase(place, token, number)).state))
  expect(states.map(({ stage, result }) => [stage, result])).toEqual([
    ['70', 'granted'],
    ['60', 'refused'],
    ['25', null],
    ['20', null],
  ])
  expect(states[2]?.notice).toMatchObject({ missing: ['场地证明', '健康证'], day: '2026-11-04' })
})

test('X24 C140 a case of these days whose number is right only with a reason is taken in and accepted', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'zhou.chief')
  const recent = { received: '20261119', accepted: '20261120' }
  const rows = [
    row('H-1', { ...recent, idNumber: '110105491231002' }),
    row('H-2', { ...recent, idNumber: '110105194912310021', idNote: '证件上就是这样的' }),
  ]
  const report = await imported(place, token, rows)
  expect(report).toMatchObject({ imported: 2, partial: 0 })
  for (const [at, { number }] of report.rows.entries())
    expect((await readCase(place, token, number)).state).toMatchObject({
      stage: '30',
      applicant: { name: '王小明', idNumber: rows[at]?.idNumber },
    })
  expect(await imported(place, token, rows)).toMatchObject({ unchanged: 2 })
})

test('A100 a result or a state that every object has by birth is refused like any unknown one', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'zhou.chief')
  for (const name of ['constructor', 'toString', '__proto__']) {
    const report = await imported(place, token, [
      row('P-1', { ...FINISHED, result: name }),
      row('P-2', { state: name }),
    ])
    expect(report).toMatchObject({ imported: 0, refused: 2 })
    expect(report.rows[0]?.why).toContain(`办理结果“${name}”须为准予或不予`)
    expect(report.rows[1]?.why).toContain(`办件状态“${name}”不在`)
  }
})

test('X25 importing again changes nothing, and a row that went on is continued', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'zhou.chief')
  const first = await imported(place, token, [
    row('C-1'),
    row('C-2', { state: '28', accepted: '', notified: '20261104', missing: '健康证' }),
  ])
  const [running, waiting] = first.rows.map(({ number }) => number)
  const again = await imported(place, token, [row('C-1')])
  expect(again.rows[0]).toMatchObject({ outcome: 'unchanged', number: running })
  const later = [row('C-1', FINISHED), row('C-2', { state: '30', accepted: '20261109' })]
  const report = await imported(place, token, later)
  expect(report.rows.map(({ outcome, number }) => [outcome, number])).toEqual([
    ['continued', running],
    ['continued', waiting],
  ])
  expect((await readCase(place, token, running ?? '')).state.stage).toBe('60')
  const supplemented = (await readCase(place, token, waiting ?? '')).state
  expect(supplemented.stage).toBe('30')
  expect(supplemented.story.at(-1)).toMatchObject({ kind: 'supplemented', day: '2026-11-09' })
  expect(await imported(place, token, later)).toMatchObject({ unchanged: 2 })
  expect(await countCases(place, token)).toBe(2)
})

test('X25 a case is known again by its number when the other system has mended the name', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'zhou.chief')
  await imported(place, token, [row('C-3'), row('C-4', { applicant: '王小', idNumber: '' })])
  const report = await imported(place, token, [
    row('C-3', { applicant: '王晓明' }),
    row('C-4', { applicant: '王小', idNumber: '' }),
  ])
  expect(report.unchanged).toBe(2)
  expect(await countCases(place, token)).toBe(2)
})

test('X26 every refused row is told with its reason and leaves nothing behind', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'zhou.chief')
  const report = await imported(place, token, [
    row('D-1', { item: 'NONE' }),
    row('D-2', { idNumber: '110105194912310021' }),
    row('D-3', { state: '99' }),
    row('D-4'),
    row('D-4', { applicant: '李四' }),
    row('D-5', { accepted: '20261101' }),
  ])
  expect(report).toMatchObject({ imported: 1, refused: 5 })
  expect(report.rows.map(({ reference, outcome }) => [reference, outcome])).toEqual([
    ['D-1', 'refused'],
    ['D-2', 'refused'],
    ['D-3', 'refused'],
    ['D-4', 'imported'],
    ['D-4', 'refused'],
    ['D-5', 'refused'],
  ])
  const why = report.rows.map((one) => one.why)
  expect(why[0]).toContain('不在本网的事项目录中')
  expect(why[1]).toContain('校验位不符')
  expect(why[2]).toContain('作废的办件不补录')
  expect(why[4]).toContain('出现了两次')
  expect(why[5]).toContain('受理时间早于收件时间')
  expect(await countCases(place, token)).toBe(1)
})

test('X26 what the rules of casework forbid is refused before anything is written', async () => {
  const place = await openPlace()
  const agent = await tokenOf(place, 'li.agent')
  const report = await imported(place, agent, [row('E-1', FINISHED)])
  expect(report).toMatchObject({ imported: 0, refused: 1 })
  expect(report.rows[0]?.why).not.toBe('')
  expect(await countCases(place, agent)).toBe(0)
  const supervisor = await tokenOf(place, 'zhao.super')
  expect(await refusal(await send(place, supervisor, { list: 'epoint', rows: [row('E-2')] }), 403)).toMatchObject({
    code: 'reads-only',
  })
  const admin = await tokenOf(place, 'sun.admin')
  expect(await refusal(await send(place, admin, { list: 'epoint', rows: [row('E-3')] }), 403)).toMatchObject({
    code: 'not-authorised',
  })
})

test('X27 the report has the rows as they came, and as CSV it can be mended and taken in again', async () => {
  const place = await openPlace()
  const token = await tokenOf(place, 'zhou.chief')
  const rows = [row('F-1'), row('F-2', { received: '' })]
  const header = Object.values(VERTICAL_COLUMNS).join(',')
  const lines = rows.map((one) =>
    Object.keys(VERTICAL_COLUMNS)
      .map((column) => one[column as keyof VerticalRow] ?? '')
      .join(','),
  )
  const csv = `\uFEFF${[header, ...lines, ''].join('\r\n')}`
  const report = await read(await send(place, token, { list: 'epoint', csv }), ImportReportShape)
  expect(report).toMatchObject({ imported: 1, refused: 1 })
  expect(report.csv.startsWith(`\uFEFF${header},导入结果,办件编号,原因\r\n`)).toBe(true)
  expect(report.csv).toContain('未导入')
  const mended = report.csv.replace(/(F-2,.*?,30),,/, '$1,20261102,')
  const second = await read(await send(place, token, { list: 'epoint', csv: mended }), ImportReportShape)
  expect(second.rows.map(({ reference, outcome }) => [reference, outcome])).toEqual([
    ['F-1', 'unchanged'],
    ['F-2', 'imported'],
  ])
})

test.each([
  ['', 'bad-request'],
  ['姓名,年龄\n王,3', 'csv-unreadable'],
  ['来源系统,来源系统\na,b', 'csv-unreadable'],
  ['来源系统,来源办件编号\n"a,b', 'csv-unreadable'],
  [`${Object.values(VERTICAL_COLUMNS).join(',')}\n`, 'csv-empty'],
  [`来源系统\n${'x\n'.repeat(LIMITS.importRows + 1)}`, 'csv-too-long'],
])('X28 a file that cannot be read is refused as a whole: %j', async (csv, code) => {
  const place = await openPlace()
  const token = await tokenOf(place, 'zhou.chief')
  expect(await refusal(await send(place, token, { list: 'epoint', csv }), 400)).toMatchObject({ code })
  expect(await countCases(place, token)).toBe(0)
})

test('X29 what a township took in arrives at the county like everything else, entered-later marks included', async () => {
  const { root, township } = await county.openCounty()
  county.connect(township, root)
  const [near, far] = [township.engine.office, root.engine.office]
  await county.until('the catalogue is here', () => near.directory.item('SL0002') !== undefined)
  await county.until('the township knows its own node', () => near.stations.length > 0)
  const chief = county.person(county.TOWNSHIP, ['chief'])
  const [done] = await importVertical(near, chief, 'epoint', [row('G-1', { item: 'SL0002', ...FINISHED })])
  expect(done).toMatchObject({ outcome: 'imported', why: '' })
  const number = done?.number ?? ''
  const stateAt = async (office: typeof near) => {
    const found = (await office.byNumber(number))[0]
    const state = found && (await office.state(found.id))
    return state?.ok ? state.value : undefined
  }
  await county.until('the case is at the county', async () => (await stateAt(far))?.stage === '60')
  const arrived = await stateAt(far)
  expect(arrived).toEqual(await stateAt(near))
  const entered = arrived?.story.filter(({ enteredOn }) => enteredOn !== null).map(({ kind, day }) => [kind, day])
  expect(entered).toEqual([
    ['received', '2026-11-02'],
    ['accepted', '2026-11-03'],
    ['concluded', '2026-11-10'],
  ])
})
