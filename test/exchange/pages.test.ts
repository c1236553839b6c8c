/** The exchange at the desk: files down, files up, and the words when a file does not fit. */
import { beforeAll, expect, test } from 'vitest'
import { REPORT_COLUMNS, VERTICAL_COLUMNS } from '#protocol/casework/exchange/vertical.ts'
import type { FactKind, FieldValue } from '#protocol/casework/facts/facts.ts'
import type { DocumentId, PersonId } from '#protocol/ids.ts'
import { LICENCE, LICENCE_ID } from '#test/desk/licence.ts'
import { COUNTY, formOf, ID_NUMBER, ITEM, openPlace, type Page, type Place, type Visitor } from '#test/desk/place.ts'

const ORGAN = '市市场监督管理局'

let place: Place
let handler: Visitor
let reported: { readonly id: DocumentId; readonly number: string }

/** People of the county hall, as they act. */
const at = (person: string) => ({
  person: person as PersonId,
  name: person,
  station: COUNTY,
  roles: [person === 'window' ? 'clerk' : 'handler'] as const,
})

async function makeReported() {
  const opened = await place.office.openCase(at('window'), LICENCE_ID)
  if (!opened.ok) throw new Error(opened.problem.message)
  const { id } = opened.value
  const filled = await place.office.edit(at('window'), id, 'application', {
    set: { applicant: '孙建国', idNumber: ID_NUMBER },
  })
  expect(filled.ok).toBe(true)
  const set = Object.fromEntries(LICENCE.materials.map((rule) => [rule.id, { state: 'copy', copies: 1 }]))
  expect((await place.office.edit(at('window'), id, 'materials', { set })).ok).toBe(true)
  const steps: readonly (readonly [string, FactKind, Readonly<Record<string, FieldValue>>])[] = [
    ['window', 'received', { materials: 3 }],
    ['window', 'accepted', {}],
    ['window', 'assigned', { to: 'second' }],
    ['second', 'handled', { opinion: '现场符合要求' }],
    ['handler', 'reported', { organ: ORGAN, materials: 3 }],
  ]
  for (const [person, kind, fields] of steps) {
    const done = await place.office.act(at(person), id, kind, fields)
    if (!done.ok) throw new Error(`${kind}: ${done.problem.message}`)
  }
  return opened.value
}

beforeAll(async () => {
  place = await openPlace()
  handler = await place.as('handler')
  reported = await makeReported()
})

/** Posts a form with a file, as a browser does. */
async function upload(
  visitor: Visitor,
  page: Page,
  action: string,
  text: string,
  typed: Readonly<Record<string, string>> = {},
) {
  const form = new FormData()
  for (const [name, value] of Object.entries({ ...formOf(page, action), ...typed }))
    if (name !== 'file') form.set(name, value)
  form.set('file', new File([text], 'file', { type: 'text/plain' }))
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  return place.desk.request(action, { method: 'POST', body: form, headers: { cookie } })
}

const reply = () => ({
  format: 'county-reply',
  version: 1,
  number: reported.number,
  organ: ORGAN,
  result: 'granted',
  reference: '绵市监〔2026〕8号',
  content: '同意',
  decided: '20261120',
})

test('X34 the case page of a reported case leads to its package, cover sheet and reply', async () => {
  const page = await handler.get(`/cases/${reported.id}`)
  for (const path of ['report-package', 'report-package/cover', 'reply'])
    expect(page.html).toContain(`href="/cases/${reported.id}/${path}"`)
  const file = await handler.get(`/cases/${reported.id}/report-package`)
  expect(file.headers.get('content-disposition')).toBe(`attachment; filename="${reported.number}-report.json"`)
  expect(JSON.parse(file.html)).toMatchObject({
    format: 'county-report',
    case: { applicant: '孙建国', idNumber: ID_NUMBER },
  })
})

test('X14 the cover sheet says what lies in the file, with a code that holds number and digest', async () => {
  const made = JSON.parse((await handler.get(`/cases/${reported.id}/report-package`)).html) as { digest: string }
  const cover = await handler.get(`/cases/${reported.id}/report-package/cover`)
  for (const words of [
    '上报件封面',
    ORGAN,
    reported.number,
    '孙建国',
    '小餐饮经营许可',
    '场所使用证明',
    '现场符合要求',
    '吴英',
    made.digest.slice(0, 32),
  ])
    expect(cover.text).toContain(words)
  expect(cover.html).toContain('<svg')
  expect(cover.html).not.toContain('style=')
})

test('X34 a reply that does not fit comes back with its reason; the right one is registered', async () => {
  const address = `/cases/${reported.id}/reply`
  const page = await handler.get(address)
  const wrong = async (text: string) => {
    const response = await upload(handler, page, address, text)
    return `${response.status} ${await response.text()}`
  }
  expect(await wrong('')).toMatch(/^422 [\s\S]*没有选择文件/)
  expect(await wrong('no json')).toMatch(/^422 [\s\S]*不是 JSON 文件/)
  expect(await wrong(JSON.stringify({ ...reply(), result: 'yes' }))).toMatch(/^422 [\s\S]*result/)
  expect(await wrong(JSON.stringify({ ...reply(), organ: '省局' }))).toMatch(/^422 [\s\S]*不是上报的机关/)
  const taken = await upload(handler, page, address, JSON.stringify(reply()))
  expect(taken.headers.get('location')).toBe(`/cases/${reported.id}?done=replied`)
  const state = await place.office.state(reported.id)
  expect(state.ok && state.value.stage).toBe('50')
  const again = await upload(handler, page, address, JSON.stringify(reply()))
  expect(again.status).toBe(303)
})

test('X34 rows are taken in from a file in the national encoding, and the report is a file again', async () => {
  const page = await handler.get('/exchange')
  const template = await handler.get('/exchange/template')
  expect(template.headers.get('content-disposition')).toContain('vertical-cases.csv')
  expect(template.text).toContain(Object.values(VERTICAL_COLUMNS).join(','))
  const titles = ['来源系统', '来源办件编号', '事项编码', '申请者名称', '办件状态', '收件时间', '受理时间']
  const lines = [`市监系统,S-1,${ITEM},王小明,30,20261102,20261103`, `市监系统,S-2,${ITEM},,30,20261102,20261103`]
  const done = await upload(handler, page, '/exchange/import', [titles.join(','), ...lines].join('\n'), {
    list: 'epoint',
  })
  const html = await done.text()
  expect(html).toContain('已补录 1')
  expect(html).toContain('未导入 1')
  expect(html).toContain('请填写申请者名称')
  const report = await handler.get('/exchange/report')
  expect(report.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  expect(report.text).toContain(Object.values(REPORT_COLUMNS).join(','))
  expect(report.text).toContain('S-2')
  expect((await (await place.as('window')).get('/exchange/report')).status).toBe(404)
})

test('X34 an import without list or file, and an export without a period, say what is missing', async () => {
  const page = await handler.get('/exchange')
  const words = async (text: string, typed: Readonly<Record<string, string>>) =>
    (await upload(handler, page, '/exchange/import', text, typed)).text()
  expect(await words('x', { list: '' })).toContain('请选择代码表')
  expect(await words('', { list: 'epoint' })).toContain('没有选择文件')
  expect(await words('姓名\n王', { list: 'epoint' })).toContain('不认识的列')
  const exported = await handler.get('/exchange/export?from=2026-11-30&until=2026-11-01')
  expect(exported.status).toBe(422)
  expect(exported.text).toContain('请填写起止日期')
})

test('X34 a period is exported as a file in both forms', async () => {
  const csv = await handler.get('/exchange/export?from=2026-11-01&until=2026-11-30&format=csv')
  expect(csv.headers.get('content-disposition')).toContain('cases-20261101-20261130.csv')
  expect(csv.text).toContain(reported.number)
  const json = await handler.get('/exchange/export?from=2026-11-01&until=2026-11-30&format=json')
  expect(JSON.parse(json.html)).toMatchObject({ from: '20261101', until: '20261130' })
})

test('X34 a supervisor reads and exports with masked numbers, and takes nothing in', async () => {
  const supervisor = await place.as('supervisor')
  const page = await supervisor.get('/exchange')
  expect(page.html).not.toContain('/exchange/import')
  const csv = await supervisor.get('/exchange/export?from=2026-11-01&until=2026-11-30&format=csv')
  expect(csv.text).toContain('****002X')
  expect(csv.text).not.toContain(ID_NUMBER)
  expect((await supervisor.get(`/cases/${reported.id}/report-package`)).status).toBe(403)
})
