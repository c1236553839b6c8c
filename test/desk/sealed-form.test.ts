/** The form behind its seal at the desk: who may write it and until when, what is shown of later changes, and papers that stay the same. */
import { expect, onTestFinished, test } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'
import { LICENCE_ID } from './licence.ts'
import { openPlace, type Page, TOWNSHIP } from './place.ts'
import { act, captureCase } from './walk.ts'

/** The sheet alone: the frame around it says how the node stands. */
const sheet = ({ html }: Page): string => html.slice(html.indexOf('receipt-sheet'))

test('C133 a receipt that is printed again says what it said, whatever was typed and done since', async () => {
  const place = await openPlace()
  const agent = await place.as('agent')
  const clerk = await place.as('clerk')
  const { id, receipt } = await captureCase(agent, '周小山', LICENCE_ID)
  await agent.post(`/cases/${id}/fields`, {
    csrf: /name="csrf" value="([0-9a-f]+)"/.exec((await agent.get(`/cases/${id}`)).html)?.[1] ?? '',
    'a-applicant': '周大山',
    'a-phone': '13900009999',
  })
  expect(sheet(await agent.get(`/cases/${id}/receipt`))).toBe(sheet(receipt))
  const shown = await agent.get(`/cases/${id}`)
  expect(shown.text).toContain('封存之后的改动(不作数)')
  expect(shown.text).toMatch(/周小山 → 周大山,联丰村代办点 李成/)
  await act(agent, id, 'offered', { to: TOWNSHIP, materials: '6' })
  await act(clerk, id, 'taken', { materials: '6' })
  await act(clerk, id, 'received', {})
  const received = await clerk.get(`/cases/${id}/receipt`)
  expect(received.text).toContain('周大山')
  expect(received.text).toContain('13900009999')
  const earlier = /href="([^"]*receipt\?of=[0-9a-f]{64})">代收凭证</.exec(received.html)?.[1] ?? ''
  const again = await clerk.get(earlier)
  expect(again.text).toContain('周小山')
  expect(again.text).not.toContain('周大山')
  expect(sheet(again)).toBe(sheet(receipt))
})

test('C131 the form says to whom it is open: the holder until acceptance, then nobody', async () => {
  const place = await openPlace()
  const agent = await place.as('agent')
  const clerk = await place.as('clerk')
  const { id } = await captureCase(agent, '周小山', LICENCE_ID)
  await act(agent, id, 'offered', { to: TOWNSHIP, materials: '6' })
  await act(clerk, id, 'taken', { materials: '6' })
  const foreign = await agent.get(`/cases/${id}/form`)
  expect(foreign.text).toContain('不由本站主办')
  const csrf = /name="csrf" value="([0-9a-f]+)"/.exec(foreign.html)?.[1] ?? ''
  const refused = await agent.post(`/cases/${id}/fields`, { csrf, 'a-phone': '13900009999' })
  expect(refused.status).toBe(403)
  expect(refused.text).toContain('没有保存')
  expect((await agent.get(`/cases/${id}`)).text).not.toContain('填写或修改')
  await act(clerk, id, 'received', {})
  expect((await clerk.get(`/cases/${id}`)).text).toContain('填写或修改')
  await act(clerk, id, 'accepted', { note: '齐全' })
  const closed = await clerk.get(`/cases/${id}/form`)
  expect(closed.text).toContain('受理以后申请表已经封存')
  const own = /name="csrf" value="([0-9a-f]+)"/.exec(closed.html)?.[1] ?? ''
  const late = await clerk.post(`/cases/${id}/fields`, { csrf: own, 'a-phone': '13900009999' })
  expect(late.status).toBe(409)
  expect(late.text).toContain('补充材料')
  expect((await clerk.get(`/cases/${id}`)).text).not.toContain('填写或修改')
})

test('S86 the page says how many earlier changes behind the seal are not listed one by one', async () => {
  const { walkedEdits } = LIMITS
  onTestFinished(() => void Object.assign(LIMITS, { walkedEdits }))
  Object.assign(LIMITS, { walkedEdits: 1 })
  const place = await openPlace()
  const agent = await place.as('agent')
  const { id } = await captureCase(agent, '周小山', LICENCE_ID)
  const csrf = /name="csrf" value="([0-9a-f]+)"/.exec((await agent.get(`/cases/${id}`)).html)?.[1] ?? ''
  for (const phone of ['13900009991', '13900009992', '13900009993'])
    await agent.post(`/cases/${id}/fields`, { csrf, 'a-phone': phone })
  const shown = await agent.get(`/cases/${id}`)
  expect(shown.text).toContain('更早的 2 次修改没有逐条列出')
  expect(shown.text).toMatch(/13900009992 → 13900009993/)
  expect(shown.text).not.toContain('13900009991 →')
})
