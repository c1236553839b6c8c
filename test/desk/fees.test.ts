/** Fees: the window tells, the cashier takes, the month adds up. */
import { beforeAll, expect, test } from 'vitest'
import { csvLines } from '#edge-node/commands/csv.ts'
import { LICENCE_ID } from './licence.ts'
import { formOf, openPlace, type Place, type Visitor } from './place.ts'
import { act, captureCase } from './walk.ts'

let place: Place
let clerk: Visitor
let cashier: Visitor
beforeAll(async () => {
  place = await openPlace()
  clerk = await place.as('window')
  cashier = await place.as('cashier')
})

async function charged(amount = '66.5'): Promise<{ readonly id: string; readonly number: string }> {
  const { id } = await captureCase(clerk, '张秀英', LICENCE_ID)
  const done = await act(clerk, id, 'charged', { fee: 'test', amount, payer: '张秀英' })
  expect(done.text).toContain('检测费 66.50 元 · 未缴')
  const row = (await place.office.find({ text: '张秀英' })).rows.find((each) => each.id === id)
  return { id, number: row?.number ?? '' }
}

test('P175 the cashier finds a notice by its case number and confirms it with the receipt’s number; a wrong one keeps what was typed', async () => {
  const { id, number } = await charged()
  expect((await cashier.get('/fees')).text).toContain(number)
  const page = await cashier.get(`/fees?number=${number.replaceAll('-', '')}`)
  expect(page.text).toContain('检测费 66.50 元')
  const wrong = await cashier.submit(page, `/fees/${id}`, { receipt: '', amount: '66.50' })
  expect(wrong.status).toBe(422)
  expect(wrong.html).toMatch(/<span class="field-problem">/)
  const short = await cashier.submit(wrong, `/fees/${id}`, { receipt: '川财 000123', amount: '60' })
  expect(short.status).toBeGreaterThanOrEqual(400)
  expect(formOf(short, `/fees/${id}`)).toMatchObject({ receipt: '川财 000123', amount: '60' })
  const done = await cashier.submit(short, `/fees/${id}`, { amount: '66.50' })
  expect(done.text).toContain('已登记缴款')
  expect(done.text).not.toContain(number)
  expect((await clerk.get(`/cases/${id}`)).text).toContain('已缴 66.50 元(票据 川财 000123')
  expect((await clerk.get('/fees')).status).toBe(200)
  expect((await clerk.get(`/fees?number=${number}`)).html).not.toContain(`action="/fees/${id}"`)
})

test('P176 the month adds up what was taken by item, on paper and as a file', async () => {
  const month = await cashier.get('/fees/month?month=2026-11')
  expect(month.text).toMatch(/小餐饮经营许可 检测费 1 66\.50 元 0\.00 元/)
  expect(month.text).toContain('2026年11月收费清单')
  expect((await cashier.get('/fees/month?month=2026-10')).text).toContain('本月没有收费')
  const file = await cashier.get('/fees/month.csv?month=2026-11')
  expect(file.headers.get('content-type')).toContain('text/csv')
  const lines = csvLines(file.html)
  expect(lines.ok && lines.value.at(-1)).toEqual(['小餐饮经营许可', '检测费', '1', '66.50', '0.00'])
})

test('P177 the applicant gets one list of all fees of a case', async () => {
  const { id } = await charged()
  await act(clerk, id, 'charged', { fee: 'certificate', amount: '10', payer: '张秀英' })
  const list = await clerk.get(`/cases/${id}/fees`)
  expect(list.text).toContain('合计 76.50 元')
  expect(list.text).toContain('办理窗口不收取现金')
  expect((await clerk.get(`/cases/${id}`)).text).toContain('合计 76.50 元,已缴 0.00 元')
})

test('P159 an act about one of several facts asks which, by the words of each, and about the only one says which it is', async () => {
  const { id } = await charged()
  const one = await clerk.get(`/cases/${id}?act=waived`)
  expect(one.html).toContain('<strong>检测费 66.50 元</strong>')
  await act(clerk, id, 'charged', { fee: 'certificate', amount: '10', payer: '张秀英' })
  const typed = { as: 'cancelled', reason: '开错', approver: 'head' }
  const page = await clerk.get(`/cases/${id}?act=waived`)
  expect(page.text).toContain('哪一份缴款通知')
  const second =
    /value="([0-9a-f]{64})" name="fact"[^>]*>\s*<span[^>]*>证照工本费 10\.00 元</.exec(page.html)?.[1] ?? ''
  const none = await clerk.submit(page, `/cases/${id}/acts/waived`, typed)
  expect(none.status).toBe(422)
  expect(none.html).toMatch(/id="hint-waived-fact"[^>]*>\s*<span class="field-problem">/)
  const done = await clerk.submit(none, `/cases/${id}/acts/waived`, { ...typed, fact: second })
  expect(done.text).toContain('“撤销缴款通知”已办')
  expect(done.text).toContain('合计 66.50 元')
})
