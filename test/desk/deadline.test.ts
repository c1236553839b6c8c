/** The deadline explainer as people see it. */
import { beforeAll, expect, test } from 'vitest'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { openPlace, type Place, type Visitor } from './place.ts'

let place: Place
let agent: Visitor
beforeAll(async () => {
  place = await openPlace()
  agent = await place.as('agent')
  expect(await place.office.publish(null, SAMPLE_CALENDARS)).toMatchObject({ ok: true })
})

const ask = (query: Readonly<Record<string, string>>) => agent.get(`/deadlines?${new URLSearchParams(query)}`)

test('P125 the explainer names the last day, every day that counted, and why the others did not', async () => {
  const page = await ask({ start: '2026-02-13', days: '20' })
  expect(page.text).toContain('最后一天是 2026年3月19日 周四')
  expect(page.text).toContain('2月15日至2月23日 春节放假')
  expect(page.text).toContain('2月14日(周六)、2月28日(周六)')
  expect(page.text).toContain('起算日,不计入')
  expect(page.html.match(/class="is-counted"/g)).toHaveLength(19)
  expect(page.html.match(/class="is-due"/g)).toHaveLength(1)
  expect(page.html).toMatch(/<td class="is-off" title="春节放假">\s*<span>16<\/span>/)
})

test('P125 a pause is left out: the day it begins counts, the day its result arrives does not', async () => {
  const plain = await ask({ start: '2026-11-02', days: '5' })
  expect(plain.text).toContain('最后一天是 2026年11月9日 周一')
  const paused = await ask({ start: '2026-11-02', days: '5', 'from-0': '2026-11-04', 'until-0': '2026-11-06' })
  expect(paused.text).toContain('最后一天是 2026年11月11日 周三')
  expect(paused.html.match(/class="is-paused"/g)).toHaveLength(2)
  const open = await ask({ start: '2026-11-02', days: '5', 'from-0': '2026-11-04' })
  expect(open.text).toContain('期限暂停中')
  expect(open.text).not.toContain('最后一天是')
})

test('P126 beyond the published calendar it refuses, says how far the calendar goes, and marks its estimate', async () => {
  const page = await ask({ start: '2026-12-28', days: '5' })
  expect(page.status).toBe(200)
  expect(page.text).not.toContain('最后一天是')
  expect(page.text).toContain('日历已知到 2026年12月31日 周四')
  expect(page.text).toContain('大约是 2027年1月4日 周一')
  expect(page.text).toContain('推算不作数')
})

test('P127 a wrong question comes back with everything typed and the reason beside the field', async () => {
  const page = await ask({ start: '2026-02-30', days: '7', 'from-0': '2026-03-02', 'until-0': '2026-03-01' })
  expect(page.status).toBe(422)
  expect(page.html).toMatch(/id="hint-start"[^>]*>\s*<span class="field-problem">请填写起算的日期/)
  expect(page.html).toMatch(/id="hint-until-0"[^>]*>\s*<span class="field-problem">/)
  expect(page.html).toContain('value="2026-03-02"')
  expect(page.html).toContain('value="7"')
})
