/** The case page: acts come back with what was typed, and two people at one case do not undo each other. */
import { beforeAll, expect, test } from 'vitest'
import { formOf, openPlace, type Place, TOWNSHIP, type Visitor } from './place.ts'
import { act, captureCase } from './walk.ts'

let place: Place
let agent: Visitor
let clerk: Visitor
let chief: Visitor
beforeAll(async () => {
  place = await openPlace()
  agent = await place.as('agent')
  clerk = await place.as('clerk')
  chief = await place.as('chief')
})

async function offered(): Promise<string> {
  const { id } = await captureCase(agent)
  expect((await act(agent, id, 'offered', { to: TOWNSHIP, materials: '8' })).status).toBe(200)
  return id
}

test('P12 a rejected act comes back open with what was typed and the reason beside its field', async () => {
  const { id } = await captureCase(clerk)
  await act(clerk, id, 'accepted')
  const back = await act(chief, id, 'decided', { result: 'refused', opinion: '材料与申请不符' })
  expect(back.status).toBe(422)
  expect(formOf(back, `/cases/${id}/acts/decided`)).toMatchObject({ result: 'refused', opinion: '材料与申请不符' })
  expect(back.html).toMatch(/id="hint-decided-reasons"[^>]*>\s*<span class="field-problem">/)
  const count = await act(chief, id, 'offered', { to: '', materials: '三' })
  expect(count.status).toBe(422)
  expect(count.html).toMatch(/<h2 class="card-title">移交<\/h2>/)
  expect(formOf(count, `/cases/${id}/acts/offered`).materials).toBe('三')
})

test('P16 a count that differs at sign-for needs the difference in words; declining needs a reason', async () => {
  const id = await offered()
  const short = await act(clerk, id, 'taken', { materials: '7' })
  expect(short.status).toBe(422)
  expect(short.text).toContain('移交单写明 8 份,实收 7 份')
  const noReason = await act(clerk, id, 'declined')
  expect(noReason.status).toBe(422)
  const declined = await act(clerk, id, 'declined', { reason: '缺户口簿原件' })
  expect(declined.text).toContain('“拒收退回”已办')
  expect((await agent.get(`/cases/${id}`)).text).toContain('缺户口簿原件')
  const again = await act(agent, id, 'offered', { to: TOWNSHIP, materials: '8' })
  expect(again.text).toContain('已发出未签收')
  const taken = await act(clerk, id, 'taken', { materials: '7', differences: '少一张复印件' })
  expect(taken.text).toContain('少一张复印件')
  expect(taken.text).toMatch(/现在由谁负责 花荄镇便民服务中心/)
})

test('P31 the sender withdraws an open transfer; the receiver is then told that nothing waits', async () => {
  const id = await offered()
  const seen = await clerk.get(`/cases/${id}`)
  expect((await act(agent, id, 'retracted', { reason: '送错了' })).text).toContain('“撤回移交”已办')
  const late = await clerk.submit(seen, `/cases/${id}/acts/taken`, { materials: '8' })
  expect(late.status).toBe(409)
  expect(late.text).toContain('新的进展')
})

test('P17 an act on a case that moved on is refused with 409 in words, and what was typed is still there', async () => {
  const { id } = await captureCase(clerk)
  await act(clerk, id, 'accepted')
  const seen = await chief.get(`/cases/${id}`)
  const second = await place.as('chief')
  await act(second, id, 'decided', { result: 'granted', opinion: '先到' })
  const late = await chief.submit(seen, `/cases/${id}/acts/decided`, { result: 'granted', opinion: '后到的意见' })
  expect(late.status).toBe(409)
  expect(late.text).toContain('新的进展')
  expect(late.text).toContain('已决定·准予')
  expect(late.text).toContain('后到的意见')
})

test('P18 a note somebody else changed meanwhile is not overwritten: both are shown', async () => {
  const { id } = await captureCase(clerk)
  const address = `/cases/${id}/texts/office-note`
  const seen = await clerk.get(`/cases/${id}`)
  const saved = await chief.submit(await chief.get(`/cases/${id}`), address, { text: '首席:先电话核实' })
  expect(saved.text).toContain('首席:先电话核实')
  const conflict = await clerk.submit(seen, address, { text: '窗口:已电话联系' })
  expect(conflict.status).toBe(409)
  expect(conflict.text).toContain('首席:先电话核实')
  expect(formOf(conflict, address).text).toBe('窗口:已电话联系')
  // What was refused is looked at, however far down it stands.
  expect(conflict.html).toMatch(/id="field-text-office-note"[^>]* autofocus/)
  const merged = await clerk.submit(conflict, address, { text: '首席:先电话核实\n窗口:已电话联系' })
  expect(merged.status).toBe(200)
  expect(formOf(await chief.get(`/cases/${id}`), address).text).toBe('首席:先电话核实\n窗口:已电话联系')
})

test('P32 the next act is the one big button; acts that are not possible say why and what is possible instead', async () => {
  const { id } = await captureCase(clerk)
  const page = await clerk.get(`/cases/${id}`)
  expect(page.html.match(/data-main/g)).toHaveLength(1)
  expect(page.text).toContain('下一步:受理')
  expect(page.text).toMatch(/现在不能办的\(\d+\)和原因/)
  expect(page.text).toContain('依据:')
  expect(page.html).not.toMatch(/action="\/cases\/[0-9a-f]+\/acts\/decided"/)
  expect(page.text).toMatch(/另有 \d+ 项属于别的环节/)
  const forced = await clerk.post(`/cases/${id}/acts/decided`, {
    ...formOf(page, `/cases/${id}/acts/accepted`),
    result: 'granted',
    opinion: '越权',
  })
  expect(forced.status).toBeGreaterThanOrEqual(400)
  expect(forced.status).toBeLessThan(500)
  expect((await clerk.get(`/cases/${id}`)).text).not.toContain('越权')
})
