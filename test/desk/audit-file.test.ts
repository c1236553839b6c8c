/** The file that an auditor takes out of the audit log. */
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'
import { openPlace, type Place, type Visitor } from './place.ts'

let place: Place
let auditor: Visitor
beforeAll(async () => {
  place = await openPlace()
  auditor = await place.as('auditor')
})

test('P223 a node makes one file of the audit log at a time; who asks meanwhile is told to come again, and nothing of it is written', async () => {
  const exports = async () =>
    (await auditor.get('/audit?event=export')).html.split('data-label="事件">导出<').length - 1
  const before = await exports()
  const files = await Promise.all(['2026-11-19', '2026-11-20'].map((day) => auditor.get(`/audit/file?from=${day}`)))
  expect(files.map(({ status }) => status).sort()).toEqual([200, 429])
  const refused = files.find(({ status }) => status === 429)
  expect(refused?.text).toContain('正在导出另一份审计日志')
  expect(refused?.text).toContain('请过一会儿再导出')
  expect(await exports()).toBe(before + 1)
  expect((await auditor.get('/audit/file')).status).toBe(200)
})

test('P224 a file that ends before the log does says so, and from which day on to ask again', async () => {
  const { auditFilePages, pageRows } = LIMITS
  onTestFinished(() => void Object.assign(LIMITS, { auditFilePages, pageRows }))
  for (const subject of ['甲', '乙', '丙']) await place.office.audit(null, 'restore', { subject })
  const file = async () => (await auditor.get('/audit/file?event=restore')).html
  expect(await file()).not.toContain('放不下')
  Object.assign(LIMITS, { auditFilePages: 1, pageRows: 2 })
  expect(await file()).toMatch(/后面还有更早的记录:请把“到”改为 2026-\d\d-\d\d 再导出一次/)
})

test('P224 the last line of a file says on how many days something lies that no right clock can have shown, and where they are named', async () => {
  const lastLine = async (query = '') => (await auditor.get(`/audit/file${query}`)).html.trimEnd().split('\r\n').at(-1)
  expect(await lastLine()).not.toContain('不可能的日子')
  for (const day of ['2009-01-01', '2028-06-04']) {
    const away = Math.round((Date.parse(`${day}T09:00+08:00`) - place.office.time()) / 60_000)
    place.pass(away)
    await place.office.audit(null, 'restore', { subject: `写于 ${day}` })
    place.pass(-away)
  }
  auditor = await place.as('auditor')
  expect(await lastLine()).toMatch(/^,{8}"?有 2 天的记录写在不可能的日子下:.*“审计日志”页上方.*,$/)
  expect(await lastLine('?from=2026-11-01&until=2026-11-02')).toContain('有 2 天的记录写在不可能的日子下')
  expect((await auditor.get('/audit/file')).html).not.toContain('写于 2009')
  // The way to such a day keeps what was asked for beside the days.
  const link = /href="([^"]+)">2009-01-01</.exec((await auditor.get('/audit?event=restore&text=2009')).html)?.[1] ?? ''
  expect(link).toContain('event=restore')
  const day = await auditor.get(link.replaceAll('&amp;', '&'))
  expect(day.text).toContain('写于 2009-01-01')
  expect(day.html).not.toContain('写于 2028')
})

test('P224 the day to ask again from is the one that lines are asked for by, also where a clock showed another one', async () => {
  const { auditFilePages, pageRows } = LIMITS
  onTestFinished(() => void Object.assign(LIMITS, { auditFilePages, pageRows }))
  const away = Math.round((Date.parse('1998-06-04T09:00+08:00') - place.office.time()) / 60_000)
  place.pass(away)
  for (const subject of ['甲', '乙', '丙']) await place.office.audit(null, 'restore', { subject })
  place.pass(-away)
  auditor = await place.as('auditor')
  Object.assign(LIMITS, { auditFilePages: 1, pageRows: 2 })
  const file = async (until: string) =>
    (await auditor.get(`/audit/file?event=restore&from=2000-01-01&until=${until}`)).html
  const first = await file('2000-06-01')
  expect(first).toContain('1998-06-04 09:00')
  const [, until = ''] = /请把“到”改为 (\S+) 再导出一次/.exec(first) ?? []
  expect(until).toBe('2000-01-01')
  Object.assign(LIMITS, { auditFilePages, pageRows })
  expect((await file(until)).split('1998-06-04 09:00')).toHaveLength(4)
})
