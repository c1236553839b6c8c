/** The form behind its seal at the desk: who may write it and until when, what is shown of later changes, and papers that stay the same. */
import { expect, onTestFinished, test } from 'vitest'
import { changesCount } from '#edge-node/desk/words.ts'
import { LIMITS } from '#protocol/limits.ts'
import { LICENCE_ID } from './licence.ts'
import { COUNTY, openPlace, type Page, TOWNSHIP, type Visitor } from './place.ts'
import { act, captureCase, lookedAt } from './walk.ts'

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
  expect(shown.text).toContain('封存之后有改动,这些改动到下一次收件或受理时作数')
  expect(shown.text).toMatch(/周小山 → 周大山,联丰村代办点 李成/)
  await act(agent, id, 'offered', { to: TOWNSHIP, materials: '6' })
  await act(clerk, id, 'taken', { materials: '6' })
  await act(clerk, id, 'received', lookedAt(await clerk.get(`/cases/${id}?act=received`)))
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
  expect(foreign.text).toContain('由花荄镇便民服务中心主办,本站点不能改')
  const csrf = /name="csrf" value="([0-9a-f]+)"/.exec(foreign.html)?.[1] ?? ''
  const refused = await agent.post(`/cases/${id}/fields`, { csrf, 'a-phone': '13900009999' })
  expect(refused.status).toBe(403)
  expect(refused.text).toContain('没有保存')
  expect((await agent.get(`/cases/${id}`)).text).not.toContain('填写或修改')
  await act(clerk, id, 'received', {})
  expect((await clerk.get(`/cases/${id}`)).text).toContain('填写或修改')
  await act(clerk, id, 'accepted', { note: '齐全' })
  const closed = await clerk.get(`/cases/${id}/form`)
  expect(closed.text).toContain('环节是“已受理”,申请表和材料清单已经封存')
  const own = /name="csrf" value="([0-9a-f]+)"/.exec(closed.html)?.[1] ?? ''
  const late = await clerk.post(`/cases/${id}/fields`, { csrf: own, 'a-phone': '13900009999' })
  expect(late.status).toBe(409)
  expect(late.text).toContain('用“备注”登记')
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

test('C134 the three places agree on what a change behind the seal counts, and name only acts that are there', async () => {
  const place = await openPlace()
  const agent = await place.as('agent')
  const clerk = await place.as('clerk')
  const { id } = await captureCase(agent, '周小山', LICENCE_ID)
  const csrf = async (visitor: Visitor) =>
    /name="csrf" value="([0-9a-f]+)"/.exec((await visitor.get(`/cases/${id}`)).html)?.[1] ?? ''
  await act(agent, id, 'offered', { to: TOWNSHIP, materials: '6' })
  await act(clerk, id, 'taken', { materials: '6' })
  await act(clerk, id, 'received', {})
  await clerk.post(`/cases/${id}/fields`, { csrf: await csrf(clerk), 'a-phone': '13900009999' })
  const pages = async () => [await clerk.get(`/cases/${id}/form`), await clerk.get(`/cases/${id}`)] as const
  const COUNT = '这些改动到下一次收件或受理时作数'
  for (const { text } of await pages()) {
    expect(text).toContain(COUNT)
    expect(text).not.toContain('不作数')
  }
  expect((await clerk.get(`/cases/${id}`)).text.split(COUNT)).toHaveLength(3) // at the head and over the list
  await act(clerk, id, 'accepted', { note: '齐全' })
  const [form] = await pages()
  expect(form.text).not.toMatch(/作数|补充材料/)
  expect(form.html).toContain(`href="/cases/${id}?act=noted#acts"`)
  expect((await act(clerk, id, 'noted', { text: '补交社保证明' })).text).toContain('补交社保证明')
  const supervisor = await place.as('supervisor')
  const read = await supervisor.get(`/cases/${id}/form`)
  expect(read.text).toContain('由主办站点核对后写进“办理备注”')
  expect(read.text).not.toContain('“备注”')
  expect((await agent.get(`/cases/${id}/form`)).html).toContain('?act=noted#acts')
  expect(changesCount('30')).toBe('这些改动不作数')
})

test('P230 a form that is only read checks nothing, hints at nothing and says nothing of saving', async () => {
  const place = await openPlace()
  const agent = await place.as('agent')
  const clerk = await place.as('clerk')
  const { id } = await captureCase(agent, '周小山', LICENCE_ID)
  const own = await agent.get(`/cases/${id}/form`)
  expect(own.text).toContain('出生')
  expect(own.text).toContain('每填一栏自动保存')
  await act(agent, id, 'offered', { to: TOWNSHIP, materials: '6' })
  await act(clerk, id, 'taken', { materials: '6' })
  const masked = await agent.get(`/cases/${id}/form`)
  expect(masked.html).toContain('value="****002X"')
  for (const read of [masked, await (await place.as('supervisor')).get(`/cases/${id}/form`)]) {
    expect(read.html).not.toMatch(/field-problem|is-invalid|autofocus|value="stay"/)
    expect(read.text).not.toMatch(/须为|自动保存|必填|校验不符/)
    expect(read.text).toContain('只能看')
  }
  // Somebody of the holder's own station whose post writes no forms is told so, not that the case is elsewhere.
  await act(clerk, id, 'received', {})
  await act(clerk, id, 'offered', { to: COUNTY, materials: '6' })
  await act(await place.as('window'), id, 'taken', { materials: '6' })
  const cashier = await (await place.as('cashier')).get(`/cases/${id}/form`)
  expect(cashier.text).toContain('您的岗位只能看申请表')
  expect(cashier.text).not.toContain('自动保存')
})
