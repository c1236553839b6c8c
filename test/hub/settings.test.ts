/** Departments, windows, letters, calendars, local rules and region codes over the real register. */
import { beforeAll, expect, test } from 'vitest'
import type { PersonId } from '#protocol/ids.ts'
import { COUNTY, formOf, type Page, type Place, TOWNSHIP, type Visitor } from '#test/desk/place.ts'
import { openHall, submitFile } from './register.ts'

let place: Place
let admin: Visitor
beforeAll(async () => {
  place = await openHall()
  admin = await place.as('admin')
})

const PATHS = ['departments', 'windows', 'letters', 'calendars', 'rules', 'regions'].map(
  (name) => `/hub/settings/${name}`,
)
const beside = (page: Page, field: string) =>
  new RegExp(`id="hint-${field}"[^>]*>\\s*<span class="field-problem">([^<]+)`).exec(page.html)?.[1] ?? ''

test('P100 administrators keep the register; coordinators and supervisors read it; nobody else opens it', async () => {
  const supervisor = await place.as('supervisor')
  const clerk = await place.as('clerk')
  for (const path of PATHS) {
    expect((await admin.get(path)).html).toContain(`action="${path}"`)
    const read = await supervisor.get(path)
    expect([path, read.status]).toEqual([path, 200])
    expect(read.html).not.toContain(`action="${path}"`)
    expect([path, (await clerk.get(path)).status]).toEqual([path, 403])
    const { csrf = '' } = formOf(await supervisor.get('/'), '/sign-out')
    expect((await supervisor.post(path, { csrf, id: 'XX' })).status).toBe(403)
  }
  expect((await admin.get('/hub/settings')).path).toBe('/hub/settings/departments')
})

test('P101 a department is renamed under its code, and its former name stays with its last day', async () => {
  const path = '/hub/settings/departments'
  const page = await admin.get(path)
  const typed = {
    id: 'DSJ',
    name: '大数据中心',
    shortName: '大数据',
    creditCode: '11440300MB2D072247',
    phone: '0816-1',
  }
  const wrong = await admin.submit(page, path, typed)
  expect(wrong.status).toBe(422)
  expect(beside(wrong, 'creditCode')).toContain('校验位不符')
  expect(formOf(wrong, path)).toMatchObject(typed)
  const kept = await admin.submit(wrong, path, { creditCode: '11440300MB2D072246', inPlace: 'office,hall' })
  expect(kept.text).toContain('部门已保存')
  expect(place.office.directory.department('DSJ')?.inPlace).toEqual({
    office: true,
    hall: true,
    items: false,
    authority: false,
    people: false,
  })
  expect(beside(await admin.submit(await admin.get(path), path, typed), 'id')).toContain('已经登记')
  const edit = await admin.get(`${path}?edit=DSJ`)
  await admin.submit(edit, path, { name: '数据管理局', renamedFrom: '2026-12-01' })
  const renamed = place.office.directory.department('DSJ')
  expect(renamed).toMatchObject({ name: '数据管理局', formerNames: [{ name: '大数据中心', until: '2026-11-30' }] })
  expect((await admin.get(path)).text).toContain('原大数据中心(到 2026-11-30)')
})

test('P102 a single window has one unit, a composite one several; A and B are two people of its station', async () => {
  const path = '/hub/settings/windows'
  const typed = { id: '510724-Z1', name: '民政窗口', station: COUNTY, kind: 'single', departments: 'MZ,RS' }
  const two = await admin.submit(await admin.get(path), path, {
    ...typed,
    'lead-0': 'handler',
    'substitute-0': 'handler',
  })
  expect(two.text).toContain('单列窗口须正好有一个单位')
  expect(formOf(two, path)).toMatchObject({ name: '民政窗口', kind: 'single', 'lead-0': 'handler' })
  const same = await admin.submit(two, path, { departments: 'MZ' })
  expect(same.text).toContain('A 岗和 B 岗不能是同一个人')
  const elsewhere = await admin.submit(same, path, { departments: 'MZ', 'substitute-0': 'agent' })
  expect(elsewhere.text).toContain('李成不在这个站点')
  const kept = await admin.submit(elsewhere, path, { departments: 'MZ', 'substitute-0': 'coordinator' })
  expect(kept.text).toContain('陈刚(B 岗 刘洋)')
  const edit = await admin.get(`${path}?edit=510724-Z1`)
  expect(formOf(edit, path)).toMatchObject({ 'lead-0': 'handler', 'substitute-0': 'coordinator', 'lead-1': '' })
  const composite = await admin.submit(edit, path, { kind: 'composite', departments: 'MZ' })
  expect(composite.text).toContain('综合窗口须有两个以上成员单位')
})

test('P103 a letter names items, powers and a validity, and is never rewritten', async () => {
  const path = '/hub/settings/letters'
  const typed = {
    id: '安民授〔2026〕3号',
    department: 'MZ',
    station: COUNTY,
    person: 'handler',
    from: '2026-12-01',
    until: '2027-11-30',
  }
  const none = await admin.submit(await admin.get(path), path, typed)
  expect(none.text).toContain('请至少勾选一项授权')
  expect(formOf(none, path)).toMatchObject(typed)
  const foreign = await admin.submit(none, path, { powers: 'accept,examine', items: 'SL9999' })
  expect(beside(foreign, 'items')).toContain('没有代码为 SL9999 的事项')
  const issued = await admin.submit(foreign, path, { powers: 'accept,examine', items: '' })
  expect(issued.text).toContain('授权书已发出')
  expect(issued.text).toContain('2026-12-01 起生效')
  const again = await admin.submit(await admin.get(path), path, { ...typed, powers: 'respond' })
  expect(beside(again, 'id')).toContain('已经登记')
  const kept = place.office.directory.letters().find(({ id }) => id === typed.id)
  expect(kept?.powers).toEqual(['accept', 'examine'])
})

test('P104 a letter is revoked with a reason, from today at the earliest', async () => {
  const path = '/hub/settings/letters'
  const typed = { id: '安民授〔2026〕4号', department: 'MZ', station: COUNTY, powers: 'accept', from: '2026-11-01' }
  await admin.submit(await admin.get(path), path, { ...typed, until: '2026-12-31' })
  const form = formOf(await admin.get(path), path)
  const revoke = { csrf: form.csrf ?? '', id: typed.id, from: '2026-11-10', reason: '' }
  expect((await admin.post(`${path}/revoke`, revoke)).text).toContain('请写明撤销原因')
  const back = await admin.post(`${path}/revoke`, { ...revoke, reason: '人员调离' })
  expect(back.status).toBe(422)
  expect(back.text).toContain('撤销不能早于今天(2026-11-20)')
  expect(back.html).toContain('value="人员调离"')
  const done = await admin.post(`${path}/revoke`, { ...revoke, from: '2026-11-20', reason: '人员调离' })
  expect(done.text).toContain('已撤销(2026-11-20)')
  const letter = place.office.directory.letters().find(({ id }) => id === typed.id)
  expect(letter).toMatchObject({ powers: ['accept'], revoked: { from: '2026-11-20', reason: '人员调离' } })
})

test('P105 a calendar file is read and shown before anything is kept; wrong days are named', async () => {
  const path = '/hub/settings/calendars'
  const page = await admin.get(path)
  const file = (name: string, text: string) => ({ name, bytes: new TextEncoder().encode(text) })
  const json = JSON.stringify({
    year: 2023,
    source: '国务院办公厅 2022-12-08',
    off: ['2022-12-31/2023-01-02'],
    work: [],
  })
  const read = await submitFile(place, admin, page, `${path}/import`, file('2023.json', json))
  expect(read.text).toContain('文件已读出,还没有保存')
  expect(read.html).toContain('2022-12-31/2023-01-02')
  expect(place.office.directory.calendars().some(({ year }) => year === 2023)).toBe(false)
  const unknown = await submitFile(place, admin, page, `${path}/import`, file('x.csv', '日期,类型\n2023-01-01,聚会'))
  expect(unknown.status).toBe(422)
  expect(unknown.text).toContain('第 2 行的类型“聚会”无法识别')
  const year = { year: '2023', scope: 'national', source: '国务院办公厅 2022-12-08', off: '2022-12-31至2023-01-02' }
  const wrong = await admin.submit(page, path, { ...year, work: '2023-01-03' })
  expect(beside(wrong, 'work')).toContain('2023-01-03 不是周六或周日')
  expect((await admin.submit(wrong, path, { work: '2023-01-28' })).text).toContain('日历已保存')
  expect(place.office.directory.calendars().find(({ id }) => id === '2023')?.work).toEqual(['2023-01-28'])
  const again = await admin.submit(await admin.get(path), path, { ...year, work: '' })
  expect(beside(again, 'year')).toContain('2023 已经登记')
  expect((await admin.submit(again, path, { replace: 'yes' })).text).toContain('日历已保存')
})

test('P105 a year that would leave one out is not published: every deadline would be lost', async () => {
  const path = '/hub/settings/calendars'
  const coverage = () => place.office.directory.calendar().coverage?.until
  const year = { year: '2028', scope: 'national', source: '国务院办公厅 2027-11-04', off: '2028-01-01', work: '' }
  const refused = await admin.submit(await admin.get(path), path, year)
  expect(beside(refused, 'year')).toContain('还没有 2027 年的日历,跳过一年会使所有期限都算不出')
  expect(coverage()).toBe('2026-12-31')
})

test('P232 a kind of day that every object has by birth is none', async () => {
  const path = '/hub/settings/calendars'
  const page = await admin.get(path)
  for (const kind of ['constructor', '__proto__', 'valueOf']) {
    const bytes = new TextEncoder().encode(`日期,类型\n2023-01-01,${kind}`)
    const read = await submitFile(place, admin, page, `${path}/import`, { name: 'x.csv', bytes })
    expect([kind, read.status]).toEqual([kind, 422])
    expect(read.text).toContain(`第 2 行的类型“${kind}”无法识别`)
  }
})

test('P106 the calendar page says how far deadlines can be counted and which year is not published', async () => {
  const page = await admin.get('/hub/settings/calendars')
  expect(page.text).toContain('期限可以算到 2026年12月31日')
  expect(page.text).toContain('2027 未发布')
  expect(page.text).toContain('全年 248 个工作日')
  expect(page.text).toContain('它们不停止法定期限')
})

test('P107 silence and absence are off until they are switched on, and beside them stands that they never issue a licence', async () => {
  const path = '/hub/settings/rules'
  const page = await admin.get(path)
  expect(page.text).toContain('超时默许 未打开')
  expect(page.text).toContain('系统从不因此自动发证')
  const wrong = await admin.submit(page, path, { handInDays: '0', silenceAgrees: 'yes' })
  expect(beside(wrong, 'handInDays')).toContain('1 到 30')
  expect(formOf(wrong, path)).toMatchObject({ handInDays: '0', silenceAgrees: 'yes' })
  const kept = await admin.submit(wrong, path, { handInDays: '5' })
  expect(kept.text).toContain('超时默许 已打开')
  expect(place.office.directory.rules()).toMatchObject({ silenceAgrees: true, absenceAgrees: false, handInDays: 5 })
})

test('C159 where people turn is published as names, which then stand in every refusal; a department may have its own', async () => {
  const path = '/hub/settings/rules'
  const page = await admin.get(path)
  for (const [field, text, words] of [
    ['reviewBody', '安县人民政府,花荄镇益昌路', '请只填行政复议机关的名称'],
    ['reviewBody', '____', '请只填行政复议机关的名称'],
    ['court', '人民法院', '请填写法院的全称'],
    ['court', '安县法庭', '请填写法院的全称'],
  ] as const)
    expect(beside(await admin.submit(page, path, { [field]: text }), field)).toContain(words)
  const kept = await admin.submit(page, path, { reviewBody: '安县人民政府(花荄镇益昌路)', court: '安县人民法院' })
  expect(kept.text).toContain('行政复议机关 安县人民政府(花荄镇益昌路)')
  const departments = '/hub/settings/departments'
  const edit = await admin.get(`${departments}?edit=SC`)
  expect(beside(await admin.submit(edit, departments, { reviewBody: '某机关' }), 'reviewBody')).toContain('名称')
  await admin.submit(edit, departments, { reviewBody: '绵阳市市场监督管理局' })
  expect(place.office.directory.department('SC')?.reviewBody).toBe('绵阳市市场监督管理局')
  expect((await admin.get('/guide/XK0001')).text).toContain('向绵阳市市场监督管理局申请行政复议')
  expect((await admin.get('/guide/SL0002')).text).toContain('向安县人民政府(花荄镇益昌路)申请行政复议')
})

test('P108 a dead region code is never used again, and what replaces it is known', async () => {
  const path = '/hub/settings/regions'
  const first = { id: '510799', name: '旧县', from: '1990-01-01' }
  await admin.submit(await admin.get(path), path, first)
  await admin.submit(await admin.get(path), path, { id: '510798', name: '新区', from: '2016-03-20' })
  const edit = await admin.get(`${path}?edit=510799`)
  const early = await admin.submit(edit, path, { successor: '510798' })
  expect(beside(early, 'successor')).toContain('还在使用的代码没有接替代码')
  const ended = await admin.submit(early, path, { until: '2016-03-19' })
  expect(ended.text).toContain('已停用,由 510798 接替')
  const revived = await admin.submit(await admin.get(`${path}?edit=510799`), path, { until: '' })
  expect(revived.status).toBe(422)
  expect(revived.text).toContain('废码不再使用')
  expect(beside(await admin.submit(await admin.get(path), path, first), 'id')).toContain('已经登记')
})

test('P118 an account names the department that employs the person; a cashier sits at the county, a chief also in a township', async () => {
  const path = '/hub/people'
  const typed = { id: 'zr.cashier', name: '黄收', station: COUNTY, roles: 'cashier', password: 'Tian-shan 8' }
  const wrong = await admin.submit(await admin.get(path), path, { ...typed, department: 'NONE' })
  expect(beside(wrong, 'new-department')).toContain('没有登记这个部门')
  const kept = await admin.submit(wrong, path, { department: 'ZR', password: typed.password })
  expect(kept.text).toContain('账号已建立')
  expect(kept.text).toMatch(/黄收 zr\.cashier 安县政务服务中心 安县自然资源局 收费员/)
  const chief = { ...typed, id: 'town.chief', name: '钟首', station: TOWNSHIP, roles: 'chief' }
  await admin.submit(await admin.get(path), path, chief)
  expect(place.office.directory.person('town.chief' as PersonId)).toMatchObject({ roles: ['chief'] })
  expect(place.office.directory.person('town.chief' as PersonId)).not.toHaveProperty('department')
  const cashier = { ...chief, id: 'town.cashier', roles: 'cashier' }
  expect((await admin.submit(await admin.get(path), path, cashier)).text).toContain('不能设置收费员')
})

test('A96 who reads the audit log does nothing that stands in it: no account is auditor and anything else but supervisor', async () => {
  const path = '/hub/people'
  const typed = { id: 'audit.two', name: '何审', station: COUNTY, password: 'Tian-shan 8' }
  for (const [other, words] of [
    ['administrator', '审计员不能同时是管理员'],
    ['clerk', '审计员不能同时是窗口人员'],
  ] as const) {
    const wrong = await admin.submit(await admin.get(path), path, { ...typed, roles: `auditor,${other}` })
    expect(beside(wrong, 'new-roles')).toContain(words)
    expect(place.office.directory.person('audit.two' as PersonId)).toBeUndefined()
  }
  const kept = await admin.submit(await admin.get(path), path, { ...typed, roles: 'auditor,supervisor' })
  expect(kept.text).toContain('账号已建立')
})
