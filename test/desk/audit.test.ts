/** What people do at the desk stands in the audit log, which only auditors read, and reading it stands there too. */
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Day } from '#protocol/casework/time/days.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { COUNTY, ID_NUMBER, OTHER, openPlace, PASSWORD, type Place, VILLAGE, type Visitor } from './place.ts'
import { captureCase } from './walk.ts'

let place: Place
let agent: Visitor
let auditor: Visitor
let number: string
let id: string
beforeAll(async () => {
  place = await openPlace()
  agent = await place.as('agent')
  const captured = await captureCase(agent, '欧阳翠花')
  id = captured.id
  number = /[0-9]{12}-[0-9]{6}-[A-Z]{3}-[0-9]{4}-./.exec(captured.receipt.text)?.[0] ?? ''
  auditor = await place.as('auditor')
})

/** What the page says of one kind of event, the newest first: who and about what. */
async function told(event: string, query = ''): Promise<string[]> {
  const page = await auditor.get(`/audit?event=${event}${query}`)
  const rows = [...page.html.matchAll(/<tr><td data-label="时间">([\s\S]*?)<\/tr>/g)].map(([row]) => row)
  const cell = (row: string, label: string) =>
    (new RegExp(`data-label="${label}">([\\s\\S]*?)</td>`).exec(row)?.[1] ?? '').replace(/<[^>]*>/g, ' ').trim()
  return rows.map((row) => `${cell(row, '人员')} ${cell(row, '对象')}`.replace(/\s+/g, ' ').trim())
}

test('A97 a search stands in the audit log with names in full, numbers of people by their end, case numbers whole', async () => {
  for (const text of ['欧阳', ID_NUMBER, '138 1234 5678', '11010519491231 002x', '13812349999', number])
    await agent.get(`/search?q=${encodeURIComponent(text)}`)
  expect(await told('search')).toEqual([
    `李成 agent ${number}`,
    '李成 agent ****9999',
    '李成 agent ****5678',
    '李成 agent ****002X',
    '李成 agent 欧阳',
  ])
})

test('A97 who reads a case is written down, once an hour for each case, with numbers in full and masked apart', async () => {
  for (let count = 0; count < 3; count++) await agent.get(`/cases/${id}`)
  const clerk = await place.as('clerk')
  for (let count = 0; count < 3; count++) await clerk.get(`/cases/${id}`)
  expect((await told('reveal')).filter((line) => line.includes(number))).toEqual([`李成 agent ${number}`])
  expect(await told('masked-read')).toEqual([`王芳 clerk ${number}`])
  expect((await auditor.get('/audit?event=masked-read')).text).toContain('查看办件(号码遮盖)')
  place.pass(61)
  agent = await place.as('agent')
  auditor = await place.as('auditor')
  await agent.get(`/cases/${id}`)
  expect((await told('reveal')).filter((line) => line.includes(number))).toHaveLength(2)
})

test('A97 papers, files that go out and files that come in', async () => {
  expect((await told('print')).at(-1)).toBe(`李成 agent 代收凭证 ${number}`)
  await agent.get(`/cases/${id}/fees`)
  expect((await told('print'))[0]).toBe(`李成 agent 收费清单 ${number}`)
  const handler = await place.as('handler')
  await handler.get('/exchange/export?from=2026-11-01&until=2026-11-30&format=csv')
  expect(await told('export')).toEqual(['陈刚 handler 办件 2026-11-01 至 2026-11-30'])
})

test('A97 signing in and out, wrong passwords and a lock; a name that nobody has is not written down: it may be a password', async () => {
  const other = await place.as('other')
  await other.post('/sign-out', {
    csrf: /name="csrf" value="([0-9a-f]+)"/.exec((await other.get('/')).html)?.[1] ?? '',
  })
  const knock = async (name: string, password: string) => {
    const visitor = place.visitor()
    await visitor.submit(await visitor.get('/sign-in'), '/sign-in', { name, password })
  }
  await knock('Hua-shan 9', PASSWORD)
  for (let count = 0; count <= LIMITS.passwordAttempts; count++) await knock('cashier', 'wrong')
  expect((await told('sign-out'))[0]).toMatch(/^何丽 other/)
  expect((await told('sign-in')).some((line) => line.startsWith('何丽 other'))).toBe(true)
  const failed = await told('sign-in-failed')
  expect(failed.filter((line) => line.includes('cashier'))).toHaveLength(1) // the others are counted
  expect(failed.at(-1)).toContain('(没有这个用户名)')
  expect(failed.join()).not.toContain('Hua-shan')
  expect((await told('sign-in-locked')).every((line) => line.includes('cashier'))).toBe(true)
})

test('A97 a wrong password under the name of somebody of another station, whose account is not here, is noted with the name', async () => {
  const foreign = {
    type: 'staff',
    id: 'li-foreign' as PersonId,
    version: 0,
    name: '李远',
    service: [{ station: OTHER, roles: ['clerk'], from: '2026-11-01' as Day, until: null }],
    disabled: [],
  } as const
  const published = await place.office.publish(null, [foreign])
  if (!published.ok) throw new Error(published.problem.message)
  expect(place.office.directory.person(foreign.id)).toBeUndefined()
  const visitor = place.visitor()
  await visitor.submit(await visitor.get('/sign-in'), '/sign-in', { name: foreign.id, password: 'wrong' })
  expect((await told('sign-in-failed'))[0]).toContain('li-foreign')
})

test('A97 what an administrator changes: accounts, codes, settings', async () => {
  const admin = await place.as('admin')
  const people = await admin.get('/hub/people')
  const closed = await admin.submit(people, '/hub/people/second/disable', { sure: 'yes' })
  await admin.submit(closed, '/hub/people/second/enable')
  expect(await told('people')).toEqual(['孙伟 admin 账号 second 恢复使用', '孙伟 admin 账号 second 停用'])
})

test('A96 auditors only, and of an auditor alone nothing is written but what he reads', async () => {
  for (const name of ['admin', 'supervisor', 'handler', 'clerk']) {
    const visitor = await place.as(name)
    expect((await visitor.get('/audit')).status).toBe(403)
    expect((await visitor.get('/audit/file')).status).toBe(403)
    expect((await visitor.get('/')).text).not.toContain('审计日志')
  }
  const home = await auditor.get('/')
  expect(home.text).toContain('审计日志')
  expect(home.text).not.toContain('新办件')
  expect((await auditor.get('/hub/people')).status).toBe(403)
  await auditor.get('/audit?person=agent&text=%E6%AC%A7%E9%98%B3')
  expect((await told('audit-read')).some((line) => line.includes('agent,欧阳'))).toBe(true)
})

test('A96 filters, pages, the file, and a page that can be read', async () => {
  expect((await told('print', `&station=${VILLAGE}`)).length).toBeGreaterThan(0)
  expect(await told('print', `&station=${COUNTY}`)).toEqual([])
  expect(await told('print', '&from=2026-11-01&until=2026-11-02')).toEqual([])
  const page = await auditor.get('/audit?from=nonsense')
  expect(page.status).toBe(200)
  const file = await auditor.get('/audit/file?event=search')
  expect(file.headers.get('content-disposition')).toContain('.csv')
  expect(file.html).toContain('欧阳')
  expect(file.html.split('\r\n').length).toBeGreaterThan(4)
  expect((await told('export'))[0]).toContain('审计日志')
})

test('A99 an auditor who looks for a number finds the searches for it and leaves no number in the log', async () => {
  const asked = `&text=${encodeURIComponent(ID_NUMBER)}`
  const before = await told('search', asked)
  expect(before).toContain('李成 agent ****002X')
  await place.office.audit(null, 'search', { subject: '****002x' }) // as the program before this one wrote it
  expect(await told('search', asked)).toHaveLength(before.length + 1)
  const page = await auditor.get(`/audit?event=search${asked}`)
  expect(page.text).toContain('末几位相同的可能不止一人')
  expect((await auditor.get('/audit?text=欧阳')).text).not.toContain('末几位相同')
  for (const name of ['station', 'person']) await auditor.get(`/audit?${name}=${ID_NUMBER}`)
  const file = await auditor.get(`/audit/file?${asked}`)
  expect(file.html).toContain('****002X')
  for (const shown of [await auditor.get('/audit'), await auditor.get('/audit/file')])
    expect(shown.html).not.toContain(ID_NUMBER)
  expect((await told('audit-read')).filter((line) => line.includes('****002X'))).not.toHaveLength(0)
  // Whole days, stations and addresses stand in the log as they are and are found so.
  const handler = await place.as('handler')
  await handler.get('/exchange/export?from=2026-11-03&until=2026-11-04&format=csv')
  expect((await told('export', '&text=2026-11-03')).join()).toContain('2026-11-03')
})

test('A99 the name or number of an applicant finds who looked at that person’s cases', async () => {
  const theirs = await captureCase(agent, '贾宝余')
  const its = /[0-9]{12}-[0-9]{6}-[A-Z]{3}-[0-9]{4}-./.exec(theirs.receipt.text)?.[0] ?? 'none'
  const supervisor = await place.as('supervisor')
  await supervisor.get(`/cases/${theirs.id}`)
  const found = (asked: string) => told('masked-read', `&text=${encodeURIComponent(asked)}`)
  const [line, ...others] = await found('贾宝余')
  expect(others).toEqual([])
  expect(line).toContain(its)
  expect(await found('贾宝')).toEqual([])
})

test('A98 a question about a person finds what was tried at the account, and a name finds the accounts of that name', async () => {
  const visitor = place.visitor()
  const knock = async (name: string) =>
    visitor.submit(await visitor.get('/sign-in'), '/sign-in', { name, password: 'wrong' })
  for (let count = 0; count <= LIMITS.passwordAttempts; count++) await knock('head')
  const about = (person: string) => told('sign-in-failed', `&person=${encodeURIComponent(person)}`)
  expect((await about('head')).every((line) => line.includes('head'))).toBe(true)
  expect(await about('head')).not.toHaveLength(0)
  expect(await told('sign-in-locked', '&person=head')).toHaveLength(1)
  expect(await about('郑立')).toEqual(await about('head'))
  expect(await about('郑')).toEqual([])
  await agent.get('/search?q=%E9%BB%84%E6%B2%B3')
  expect(await told('search', '&person=李成&text=黄河')).toEqual(['李成 agent 黄河'])
  // What somebody typed somewhere is not about the account of that name.
  await agent.get('/search?q=head')
  expect(await told('search', '&person=head')).toEqual([])
  expect((await auditor.get('/audit')).text).toContain('用户名或姓名')
})

test('P220 days that no right clock can have shown are named with links, and their lines marked', async () => {
  expect((await auditor.get('/audit')).text).not.toContain('时钟不对')
  const noted = async (day: string) => {
    const away = Math.round((Date.parse(`${day}T09:00+08:00`) - place.office.time()) / 60_000)
    place.pass(away)
    await place.office.audit(null, 'restore', { subject: `写于 ${day}` })
    place.pass(-away)
  }
  for (const day of ['2009-01-01', '2028-06-04', '2026-01-01', '2025-12-31', '2026-11-21']) await noted(day)
  auditor = await place.as('auditor')
  const page = await auditor.get('/audit')
  const linked = [...page.html.matchAll(/href="\/audit\?[^"]*">(\d{4}-\d\d-\d\d)</g)].map(([, day]) => day)
  expect(linked).toEqual(['2028-06-04', '2026-11-21', '2025-12-31', '2009-01-01'])
  const marked = async (day: string) => {
    const { text } = await auditor.get(`/audit?event=restore&from=${day}&until=${day}`)
    return [text.includes(`写于 ${day}`), text.includes('日期不可信')]
  }
  for (const day of linked) expect(await marked(day ?? '')).toEqual([true, true])
  expect(await marked('2026-01-01')).toEqual([true, false])
  const file = await auditor.get('/audit/file?from=2009-01-01&until=2009-01-01')
  expect(file.html).toContain('日期不可信')
})

test('P221 a first day later than the last one is refused beside its field and written nowhere', async () => {
  const reversed = 'from=2026-11-20&until=2026-11-10'
  const before = [await told('audit-read'), await told('export')]
  const page = await auditor.get(`/audit?${reversed}&text=欧阳`)
  expect(page.status).toBe(422)
  expect(/id="hint-from"[^>]*>([\s\S]*?)<\/div>/.exec(page.html)?.[1]).toContain('“从”的日子晚于“到”的日子')
  for (const typed of ['2026-11-20', '2026-11-10', '欧阳']) expect(page.html).toContain(`value="${typed}"`)
  expect((await auditor.get(`/audit/file?${reversed}`)).status).toBe(422)
  expect([await told('audit-read'), await told('export')]).toEqual(before)
})

test('P222 the file names stations, nodes and people beside their codes; the page names a node only where it is called otherwise', async () => {
  const { html } = await auditor.get(`/audit/file?event=search&station=${VILLAGE}`)
  expect(html.split('\r\n')[1]).toMatch(
    /^2026-11-20 [0-9]{2}:[0-9]{2}:[0-9]{2},510724103201 联丰村代办点,[0-9a-f]+ 县中心,agent 李成,查询,/,
  )
  const firstRow = async () => (await auditor.get(`/audit?event=search&station=${VILLAGE}`)).text.split('来源 2026')[1]
  expect(await firstRow()).toMatch(/^年11月20日 [0-9:]+ 联丰村代办点 县中心 李成/)
  const [node] = place.office.directory.nodes()
  await place.office.publish(null, node ? [{ ...node, name: '联丰村代办点' }] : [])
  expect(await firstRow()).toMatch(/^年11月20日 [0-9:]+ 联丰村代办点 李成/)
})

test('A98 of a day with more events than can be read page and file say that its first ones are missing', async () => {
  const { auditDayPlaces } = LIMITS
  onTestFinished(() => void Object.assign(LIMITS, { auditDayPlaces }))
  expect((await auditor.get('/audit')).text).not.toContain('较早的没有列出')
  Object.assign(LIMITS, { auditDayPlaces: 2 })
  expect((await auditor.get('/audit')).text).toContain('有站点的记录超过 2 条,当天较早的没有列出')
  expect((await auditor.get('/audit/file')).text).toContain('当天较早的没有列出')
})
