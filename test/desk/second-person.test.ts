/** Acts of two people at the desk: who is asked, what she sees, how she agrees or refuses (rules P268, P269). */
import { beforeAll, expect, test } from 'vitest'
import { COUNTY, formOf, openPlace, type Place, TOWNSHIP, type Visitor } from './place.ts'
import { act, captureCase } from './walk.ts'

let place: Place
let clerk: Visitor
let chief: Visitor
let head: Visitor
let coordinator: Visitor

beforeAll(async () => {
  place = await openPlace()
  clerk = await place.as('clerk')
  chief = await place.as('chief')
  head = await place.as('head')
  coordinator = await place.as('coordinator')
})

/** A case of the township for which the clerk asks for the green channel. */
async function asked(approver = 'chief') {
  const { id } = await captureCase(clerk, '罗大成')
  const done = await act(clerk, id, 'prioritised', { reason: '军人家属', approver, liaison: '王芳' })
  return { id, done }
}

const anchorIn = (html: string): string => /href="#(fact-[0-9a-f]{12})"/.exec(html)?.[1] ?? ''

test('P268 what waits stands on the list of whoever is asked, and on nobody else’s', async () => {
  const before = await chief.get('/')
  expect(before.text).not.toContain('等您复核')
  const { id, done } = await asked()
  expect(done.text).toContain('“绿色通道”已提出,还没有生效:等周敏登录本人账号复核同意。')
  const home = await chief.get('/')
  expect(home.text).toContain('等您复核')
  expect((await chief.get('/asked')).html).toContain(`/cases/${id}`)
  for (const visitor of [clerk, head]) {
    expect((await visitor.get('/')).text).not.toContain('等您复核')
    expect((await visitor.get('/asked')).text).toContain('现在没有等您复核的办件')
  }
  await act(chief, id, 'countersigned', {})
  expect((await chief.get('/')).text).not.toContain('等您复核')
})

test('P269 the page says that it waits and for whom; the second person reads what it is, and signs with one button', async () => {
  const { id } = await asked()
  const own = await clerk.get(`/cases/${id}`)
  expect(own.text).toContain('等待复核,同意以前不生效: 绿色通道 ,王芳提出,请周敏登录本人账号复核')
  expect(own.text).not.toContain('下一步:复核同意')
  expect(own.text).not.toContain('条记录暂不生效:')
  const page = await chief.get(`/cases/${id}`)
  expect(page.text).toContain('下一步:复核同意')
  expect(page.text).toMatch(/绿色通道 花荄镇便民服务中心 王芳 .*提出/)
  expect(page.text).toContain('理由: 军人家属')
  expect(page.html).toContain(`id="${anchorIn(page.html)}"`)
  const signed = await chief.submit(page, `/cases/${id}/acts/countersigned`, { note: '属实' })
  expect(signed.text).toContain('“复核同意”已办')
  expect(signed.text).toContain('已复核同意')
  expect(signed.text).not.toContain('等待复核')
  const { state } = await value(id)
  expect(state.green).toMatchObject({ reason: '军人家属', liaison: '王芳' })
})

test('P269 whoever refuses says why; the case is as it was, and who asked reads it', async () => {
  const { id } = await asked()
  const page = await chief.get(`/cases/${id}`)
  expect(page.html).toContain('<summary>不同意</summary>')
  const refused = await chief.submit(page, `/cases/${id}/acts/dismissed`, { reason: '不在名录' })
  expect(refused.text).not.toContain('等待复核')
  const own = await clerk.get(`/cases/${id}`)
  expect(own.text).toContain('未获同意,没有生效: “绿色通道”,周敏:不在名录。')
  expect(own.text).toContain('未获同意 ,没有生效:')
  expect(own.text).toContain('不在名录')
  expect((await value(id)).state.green).toBeNull()
})

test('P269 what a township asks of the county is signed there; whoever asked cannot sign it', async () => {
  const { id } = await asked('head')
  const page = await head.get(`/cases/${id}`)
  expect(page.text).toContain('下一步:复核同意')
  const own = await clerk.get(`/cases/${id}?act=why`)
  expect(own.text).toMatch(/复核同意 ?:您不能复核这一项“绿色通道”/)
  const form = formOf(page, `/cases/${id}/acts/countersigned`)
  const forged = await clerk.submit(page, `/cases/${id}/acts/countersigned`, {
    ...form,
    csrf: formOf(own, '/sign-out').csrf ?? '',
  })
  expect(forged.status).toBe(409)
  const signed = await head.submit(page, `/cases/${id}/acts/countersigned`, {})
  expect(signed.text).toContain('已复核同意')
})

test('P269 a case is voided by two people', async () => {
  const { id } = await captureCase(clerk, '罗大成')
  const done = await act(coordinator, id, 'voided', { as: 'error', reason: '重复登记', second: 'head' })
  expect(done.text).toContain('“作废”已提出,还没有生效:等郑立登录本人账号复核同意。')
  expect((await value(id)).state.stage).toBe('20')
  await act(head, id, 'countersigned', {})
  expect((await value(id)).state.stage).toBe('87')
})

test('P269 the paper of what was signed says all that was asked for; before it was signed there is none', async () => {
  const window = await place.as('window')
  const handler = await place.as('handler')
  const { id } = await captureCase(window, '罗大成')
  await act(window, id, 'accepted', {})
  await act(window, id, 'assigned', { to: 'handler' })
  const hearing = { procedure: 'hearing', days: '12', approver: 'head', basis: '利害关系人要求听证' }
  const asked = await act(handler, id, 'suspended', hearing)
  expect(asked.text).not.toContain('打印特别程序告知书')
  const signed = await act(head, id, 'countersigned', {})
  const [, link = ''] = /href="(\/cases\/[0-9a-f]+\/papers\/[0-9a-f]+)"[^>]*>打印特别程序告知书/.exec(signed.html) ?? []
  const paper = await head.get(link)
  for (const words of ['听证', '12', '利害关系人要求听证']) expect(paper.text).toContain(words)
  expect(paper.text).not.toContain('暂不生效')
})

test('P269 the approver is who has signed, whoever was asked', async () => {
  const { id } = await asked('chief')
  expect((await clerk.get(`/cases/${id}`)).text).toContain('批准人: 周敏')
  const signed = await act(head, id, 'countersigned', {})
  expect(signed.text).toContain('批准人: 郑立')
  expect(signed.text).not.toContain('批准人: 周敏')
})

async function value(id: string) {
  const actor = { person: 'head', name: '', station: COUNTY, roles: ['chief'] } as const
  const found = await place.office.view(actor as never, id as never)
  if (!found.ok) throw new Error(found.problem.message)
  expect([TOWNSHIP, COUNTY]).toContain(found.value.state.holder)
  return found.value
}
