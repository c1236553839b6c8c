/** 容缺受理: accepted without a material that may follow, which then has to come before anything is granted. */
import { beforeAll, expect, test } from 'vitest'
import { LICENCE_ID } from './licence.ts'
import { formOf, openPlace, type Place, type Visitor } from './place.ts'
import { act, filled, openCase } from './walk.ts'

let place: Place
let clerk: Visitor
beforeAll(async () => {
  place = await openPlace()
  clerk = await place.as('window')
})

/** Received without the plan of the place. */
async function received(): Promise<string> {
  clerk = await place.as('window')
  const { id, form } = await openCase(clerk, LICENCE_ID)
  const action = `/cases/${id}/form`
  const typed = { ...filled(form, action), 'm-plan-state': 'missing', 'm-plan-copies': '0' }
  const receipt = await clerk.post(action, { ...typed, step: 'hand-in' })
  expect(receipt.text).toContain('场所平面图:未带')
  return id
}

test('C160 a window that ticks nothing is told which material is missing, and what is possible', async () => {
  const id = await received()
  const refused = await act(clerk, id, 'accepted', { note: '材料齐全' })
  expect(refused.status).toBe(422)
  expect(refused.text).toContain('必备材料还没有收齐:场所平面图(未带)')
  expect(refused.text).toContain('可以容缺的列为容缺材料')
  expect(formOf(refused, `/cases/${id}/acts/accepted`)).toMatchObject({ note: '材料齐全' })
  expect((await clerk.get(`/cases/${id}`)).text).toContain('已收件')
})

test('C161 what is deferred has the days of the catalogue, is awaited, and nothing is granted before it came', async () => {
  const id = await received()
  const [until, late] = ['2026-11-27', '2026-11-30']
  const tooLate = await act(clerk, id, 'accepted', { 'deferred-pick': '0', deferredUntil: late })
  expect(tooLate.text).toContain(`须在受理后5个工作日内补齐,最早2026-11-20,最迟${until}`)
  const past = await act(clerk, id, 'accepted', { 'deferred-pick': '0', deferredUntil: '1999-01-01' })
  expect(past.text).toContain('最早2026-11-20')
  const accepted = await act(clerk, id, 'accepted', { 'deferred-pick': '0', deferredUntil: until })
  expect(accepted.text).toContain('“受理”已办')
  expect(accepted.text).toContain('场所平面图: 未收到')
  const href = /href="(\/cases\/[0-9a-f]+\/papers\/[0-9a-f]{64})">打印受理通知书/.exec(accepted.html)?.[1] ?? ''
  expect((await clerk.get(href)).text).toContain('所缺材料不影响审查,其余材料齐全')
  const [handler, second, head] = [await place.as('handler'), await place.as('second'), await place.as('head')]
  await act(clerk, id, 'assigned', { to: 'handler' })
  await act(handler, id, 'handled', { opinion: '符合' })
  await act(second, id, 'examined', { opinion: '同意' })
  const grant = { result: 'granted', opinion: '同意', tier: 'small' }
  const refused = await act(head, id, 'decided', grant)
  expect(refused.text).toContain('容缺材料还没有补齐:场所平面图(期限2026-11-27)')
  const brought = await act(clerk, id, 'supplied', { 'items-pick': '0', materials: '1' })
  expect(brought.text).toContain('场所平面图:已收')
  expect((await act(head, id, 'decided', grant)).text).toContain('“决定”已办')
  // Nothing more is to come.
  expect((await clerk.get(`/cases/${id}?act=supplied`)).html).not.toContain('/acts/supplied"')
})

test('C161 a day that is over is told, and a refusal needs no material', async () => {
  const id = await received()
  await act(clerk, id, 'accepted', { 'deferred-pick': '0', deferredUntil: '2026-11-27' })
  place.pass(10 * 24 * 60)
  const later = await place.as('window')
  expect((await later.get(`/cases/${id}`)).text).toContain('场所平面图: 期限已过,还没有收到')
  const [handler, second, head] = [await place.as('handler'), await place.as('second'), await place.as('head')]
  await act(later, id, 'assigned', { to: 'handler' })
  await act(handler, id, 'handled', { opinion: '逾期未补' })
  await act(second, id, 'examined', { opinion: '同意' })
  const refusal = {
    ...{ result: 'refused', opinion: '逾期未补', reasons: '容缺材料期满未补', tier: 'small' },
    remedies: '60日内向县人民政府申请行政复议,6个月内向安县人民法院提起诉讼',
  }
  expect((await act(head, id, 'decided', refusal)).text).toContain('“决定”已办')
})

test('C160 an acceptance entered late for a day before the law accepted is judged by that day', async () => {
  place = await openPlace()
  const id = await received()
  place.pass(14 * 24 * 60)
  const later = await place.as('window')
  expect((await later.get(`/cases/${id}`)).text).toContain('逾期视为受理')
  const late = { occurredOn: '2026-11-23', occurredWhy: '停电', proposedTo: 'head' }
  expect((await act(later, id, 'accepted', late)).text).toContain('必备材料还没有收齐:场所平面图(未带)')
  // What the law accepted is confirmed as it is, and its paper does not call it complete.
  const confirmed = await act(later, id, 'accepted')
  const href = /href="(\/cases\/[0-9a-f]+\/papers\/[0-9a-f]{64})">打印受理通知书/.exec(confirmed.html)?.[1] ?? ''
  const { text } = await later.get(href)
  expect(text).toContain('五个工作日内没有一次告知需要补正的内容')
  expect(text).not.toContain('材料齐全')
})
