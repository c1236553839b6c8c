/** The papers acts make, on A4, from fact and case alone. */
import { beforeAll, expect, test } from 'vitest'
import { LAYOUTS } from '#edge-node/desk/case/paper-layouts.ts'
import type { Paper } from '#edge-node/desk/case/paper-rows.ts'
import { FACTS } from '#protocol/casework/facts/facts.ts'
import type { FactRule } from '#protocol/casework/facts/fields.ts'
import { LICENCE_ID } from './licence.ts'
import { openPlace, type Page, type Place, TOWNSHIP, type Visitor } from './place.ts'
import { act, captureCase } from './walk.ts'

let place: Place
let clerk: Visitor
beforeAll(async () => {
  place = await openPlace()
  clerk = await place.as('window')
})

const paperOf = (page: Page, title: string): string =>
  new RegExp(`href="(/cases/[0-9a-f]+/papers/[0-9a-f]{64})">${title}<`).exec(page.html)?.[1] ?? `no ${title}`

test('P181 every document that a fact makes can be printed', () => {
  const codes = Object.values(FACTS as Readonly<Record<string, FactRule>>).flatMap(({ document }) => document ?? [])
  for (const code of codes) expect(Object.keys(LAYOUTS)).toContain(code)
})

test('P180 a paper carries organ, title, number, applicant, law, place of seal, date, signatures, copies and a code to check it', async () => {
  const { id } = await captureCase(clerk, '张秀英', LICENCE_ID)
  await act(clerk, id, 'accepted', { note: '先行登记' })
  const page = await clerk.get(`/cases/${id}`)
  const paper = await clerk.get(paperOf(page, '受理通知书'))
  for (const words of [
    '县市场监督管理局',
    '受理通知书',
    '张秀英',
    '第三十二条第一款第五项',
    '承诺办结期限',
    '10 个工作日,至2026年12月4日',
    '(加盖行政许可专用章)',
    '2026年11月20日',
    '申请人签收',
    '一式两份',
  ])
    expect(paper.text).toContain(words)
  expect(paper.html).toContain('<svg')
  expect(paper.text).not.toContain('先行登记')
  expect(paper.text).not.toContain('以县级确认为准')
  const receipt = await clerk.get(paperOf(page, '收件凭证'))
  expect(receipt.text).toContain('五个工作日内一次告知')
  expect((await clerk.get(`/cases/${id}/papers/${'0'.repeat(64)}`)).status).toBe(404)
  const foreign = await place.as('other')
  expect((await foreign.get(paperOf(page, '受理通知书'))).status).toBe(404)
})

test('P182 the slip of a hand-over that was taken back is void; the signature of the next one stands on the next slip', async () => {
  const agent = await place.as('agent')
  const township = await place.as('clerk')
  const { id } = await captureCase(agent, '罗二成')
  await act(agent, id, 'offered', { to: TOWNSHIP, materials: '' })
  const first = paperOf(await agent.get(`/cases/${id}`), '移交单')
  await act(agent, id, 'retracted', { reason: '份数写错' })
  await act(agent, id, 'offered', { to: TOWNSHIP, materials: '8' })
  await act(township, id, 'taken', { materials: '8' })
  const { text } = await township.get(first)
  expect(text).toContain('撤回移交,本移交单作废')
  expect(text).not.toContain('无差异')
})

test('P182 the transfer slip shows both hands, the decision its remedies, the delivery receipt what was delivered; a file ends with its list', async () => {
  const agent = await place.as('agent')
  const head = await place.as('chief')
  const township = await place.as('clerk')
  const { id } = await captureCase(agent, '罗大成')
  const captured = await agent.get(paperOf(await agent.get(`/cases/${id}`), '代办委托书和代收凭证'))
  expect(captured.text).toContain('自愿委托、免费代办')
  expect(captured.text).toContain('1. 提交申请材料 2. 补正材料 3. 领取结果')
  await act(agent, id, 'offered', { to: TOWNSHIP, materials: '8' })
  await act(township, id, 'taken', { materials: '8' })
  const slip = await township.get(paperOf(await township.get(`/cases/${id}`), '移交单'))
  expect(slip.text).toMatch(/联丰村代办点 李成/)
  expect(slip.text).toMatch(/花荄镇便民服务中心 王芳/)
  expect(slip.text).toContain('8 份;无差异')
  await act(township, id, 'received')
  await act(township, id, 'accepted')
  const remedies = '60日内向县人民政府申请行政复议,6个月内向安县人民法院提起诉讼'
  await act(head, id, 'decided', { result: 'refused', opinion: '另案再议', reasons: '年龄不满八十', remedies })
  const refusal = await head.get(paperOf(await head.get(`/cases/${id}`), '决定书'))
  expect(refusal.text).toContain('不予行政给付决定书')
  expect(refusal.text).toContain('年龄不满八十')
  expect(refusal.text).toContain(remedies)
  const opinions = await head.get(`${refusal.path}?as=D09`)
  expect(opinions.text).toContain('审批表')
  // What was deliberated is for the file, not for the applicant.
  expect(opinions.text).toContain('另案再议')
  expect(refusal.text).not.toContain('另案再议')
  await act(head, id, 'closed', {})
  await act(township, id, 'delivered', { recipient: '罗大成' })
  const done = await township.get(`/cases/${id}`)
  const proof = await township.get(paperOf(done, '送达回证'))
  expect(proof.text).toContain('送达文书名称、文号')
  expect(proof.text).toContain('收件人签名或盖章')
  await act(township, id, 'archived', { volume: '2026-1' })
  const index = await township.get(paperOf(await township.get(`/cases/${id}`), '卷内目录'))
  expect(index.text).toContain('第 1 件')
  expect(index.text).toContain('随卷归档')
})

test('P267 the paper of an extension says which limit had run out before it', () => {
  const clock = (id: string, limit: number, due: string | null) => ({ id, limit, unit: 'working', due })
  const rows = (clocks: readonly object[]) =>
    LAYOUTS.D08.rows?.({ view: { state: { extension: { day: '2026-03-17' }, clocks } } } as unknown as Paper)
  expect(rows([clock('T2p', 10, '2026-03-16'), clock('T2s', 30, '2026-04-14')])).toEqual([
    ['承诺期限(延长前已届满)', '10 个工作日,至2026年3月16日'],
    ['延长后的法定期限', '30 个工作日,至2026年4月14日'],
  ])
  // Given on the last day itself, or counted beyond the published calendar.
  expect(rows([clock('T2p', 20, '2026-03-17'), clock('T2s', 30, null)])).toEqual([
    ['延长后的承诺期限', '20 个工作日,至2026年3月17日'],
    ['延长后的法定期限', '30 个工作日'],
  ])
})
