/** Joint handling at the desk: what the co-department is asked, answers, and what the lead sees of it. */
import { beforeAll, expect, test } from 'vitest'
import { LICENCE_ID } from './licence.ts'
import { ENVIRONMENT, openPlace, type Place, type Visitor } from './place.ts'
import { act, captureCase } from './walk.ts'

let place: Place
let lead: Visitor
let other: Visitor
beforeAll(async () => {
  place = await openPlace()
  lead = await place.as('window')
  other = await place.as('environment')
})

async function invited(): Promise<string> {
  const { id } = await captureCase(lead, '张秀英', LICENCE_ID)
  await act(lead, id, 'accepted')
  const form = await lead.get(`/cases/${id}?act=invited`)
  expect(form.html).toMatch(/<optgroup label="本事项的联办部门"><option value="县生态环境局"/)
  const done = await act(lead, id, 'invited', {
    to: ENVIRONMENT,
    department: '县生态环境局',
    due: '2026-11-25',
    content: '油烟排放是否符合要求',
  })
  expect(done.text).toContain('“联办通知”已办')
  return id
}

test('P165 the co-department finds the notice, reads it, answers it with reasons; the lead sees each step', async () => {
  const id = await invited()
  const lists = await other.get('/joint')
  expect(lists.text).toContain('等待本站反馈')
  expect(lists.html).toContain(`/cases/${id}?act=acknowledged#acts`)
  const page = await lead.get(`/cases/${id}`)
  expect(page.text).toContain('县生态环境局 县环境局窗口')
  expect(page.text).toMatch(/11月20日 抄告 未阅 11月25日 未反馈/)
  expect((await act(other, id, 'acknowledged')).text).toContain('“联办通知已阅”已办')
  const bare = await act(other, id, 'opined', { opinion: 'disagree', reasons: '' })
  expect(bare.status).toBe(422)
  expect((await act(other, id, 'opined', { opinion: 'disagree', reasons: '未装油烟净化器' })).text).toContain('已办')
  const seen = await lead.get(`/cases/${id}`)
  expect(seen.text).toContain('不同意(11月20日),理由:未装油烟净化器')
  expect(seen.text).toContain('联办件')
  expect((await other.get('/joint')).text).toContain('已反馈,主办还在办的')
})

test('P161 a limit that ends beyond the published calendar is refused on case and page, with an estimate marked as none to rely on', async () => {
  const id = await invited()
  const page = await lead.get(`/cases/${id}`)
  expect(page.text).toMatch(/法定办结 45 个工作日/)
  expect(page.text).toContain('到期日超出已公布的工作日历,不能计算')
  const how = await lead.get(`/cases/${id}/clocks/T2s`)
  expect(how.text).toContain('不能算出到期日')
  expect(how.text).toContain('估算(不作依据)')
})

test('P165 P177 a notice that names an item opens that case beside the first: linked both ways, with one list of fees', async () => {
  const { id } = await captureCase(lead, '周联办', LICENCE_ID)
  await act(lead, id, 'accepted')
  const fields = { to: ENVIRONMENT, department: '县生态环境局', due: '2026-11-25', content: '环评', item: LICENCE_ID }
  const page = await act(lead, id, 'invited', fields)
  const sub = /协办件"><a href="\/cases\/([0-9a-f]{32})"/.exec(page.html)?.[1] ?? ''
  const offered = await other.get(`/cases/${sub}`)
  expect(offered.text).toContain('下一步:签收')
  expect(offered.html).toContain(`href="/cases/${id}"`)
  await act(other, sub, 'taken', { materials: '6' })
  await act(other, sub, 'charged', { fee: 'test', amount: '80' })
  await act(lead, id, 'charged', { fee: 'certificate', amount: '10' })
  expect((await lead.get(`/cases/${id}/fees`)).text).toContain('合计 90.00 元')
})

test('P166 the same applicant with the same item at another counter is warned of on both pages', async () => {
  const clerk = await place.as('clerk')
  const first = await captureCase(lead, '孟庆', LICENCE_ID)
  const second = await captureCase(clerk, '孟庆', LICENCE_ID)
  expect((await clerk.get(`/cases/${second.id}`)).text).toContain('两头受理')
  expect((await lead.get(`/cases/${first.id}`)).text).toContain('两头受理')
})
