/** The file that an auditor takes out of the audit log. */
import { beforeAll, expect, test } from 'vitest'
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
