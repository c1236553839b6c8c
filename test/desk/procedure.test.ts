/** The case page through the whole procedure of a licence: one act at a time, choices from the item, deadlines, papers. */
import { beforeAll, expect, test } from 'vitest'
import { IMMEDIATE_ID, LICENCE_ID } from './licence.ts'
import { COUNTY, ENVIRONMENT, formOf, openPlace, type Page, type Place, TOWNSHIP, type Visitor } from './place.ts'
import { act, captureCase, filled, openCase } from './walk.ts'

let place: Place
let agent: Visitor
let clerk: Visitor
let windowClerk: Visitor
let handler: Visitor
let second: Visitor
let head: Visitor

beforeAll(async () => {
  place = await openPlace()
  agent = await place.as('agent')
  clerk = await place.as('clerk')
  windowClerk = await place.as('window')
  handler = await place.as('handler')
  second = await place.as('second')
  head = await place.as('head')
})

const MINUTES_A_DAY = 24 * 60

async function received(visitor = windowClerk): Promise<string> {
  return (await captureCase(visitor, '张秀英', LICENCE_ID)).id
}

async function accepted(visitor = windowClerk): Promise<string> {
  const id = await received(visitor)
  expect((await act(visitor, id, 'accepted', { note: '齐全' })).text).toContain('“受理”已办')
  return id
}

/** Assigned to the handler, handled, examined by the second. */
async function examined(): Promise<string> {
  const id = await accepted()
  await act(windowClerk, id, 'assigned', { to: 'handler' })
  expect((await act(handler, id, 'handled', { opinion: '符合' })).text).toContain('“承办”已办')
  expect((await act(second, id, 'examined', { opinion: '同意' })).text).toContain('“审核”已办')
  return id
}

const options = (page: Page, name: string): string[] => {
  const list = new RegExp(`<select[^>]*name="${name}"[\\s\\S]*?</select>`).exec(page.html)?.[0] ?? ''
  return [...list.matchAll(/<option value="([^"]*)"/g)].map(([, value = '']) => value).filter((value) => value !== '')
}

test('P151 whoever handled a case that the county decides is not led to report it up while the examiner is awaited', async () => {
  const id = await accepted()
  await act(windowClerk, id, 'assigned', { to: 'handler' })
  const page = await act(handler, id, 'handled', { opinion: '符合' })
  expect(page.text).toContain('上报')
  expect(page.text).not.toContain('下一步:上报')
  expect((await second.get(`/cases/${id}`)).text).toContain('下一步:审核')
})

test('P150 P151 one form at a time, the next act big, a handful besides, the rest under their headings, refused ones with why', async () => {
  const id = await received()
  const page = await windowClerk.get(`/cases/${id}`)
  expect(page.text).toContain('下一步:受理')
  expect(page.html.match(/action="\/cases\/[0-9a-f]+\/acts\//g)).toHaveLength(1)
  const likely = /也可以办<\/h3>([\s\S]*?)<\/div>/.exec(page.html)?.[1] ?? ''
  const links = [...likely.matchAll(/href="\/cases\/[0-9a-f]+\?act=([a-z-]+)#acts"/g)].map(([, kind]) => kind)
  expect(links).toEqual(['notified', 'rejected', 'offered', 'charged'])
  expect(page.text).toMatch(/联办\(1\)/)
  expect(page.text).toMatch(/其他\(\d+\)/)
  expect(page.text).toMatch(/现在不能办的\(\d+\)和原因/)
  const notice = await windowClerk.get(`/cases/${id}?act=notified`)
  expect(notice.html).toMatch(/action="\/cases\/[0-9a-f]+\/acts\/notified"/)
  expect(notice.html.match(/action="\/cases\/[0-9a-f]+\/acts\//g)).toHaveLength(1)
  expect(notice.html.match(/data-main/g)).toHaveLength(1)
  expect(notice.text).toContain('也可以办 受理')
})

test('P151 an item that is settled on the spot is settled first', async () => {
  const { id } = await captureCase(windowClerk, '王小明', IMMEDIATE_ID)
  const page = await windowClerk.get(`/cases/${id}`)
  expect(page.text).toContain('下一步:当场办结')
  const done = await act(windowClerk, id, 'settled', { result: 'granted', opinion: '符合' })
  expect(done.text).toContain('已办结')
  expect(done.text).toContain('即办件')
})

test('P153 the one notice is ticked by material, other lines are typed, and both come back when it is refused', async () => {
  const id = await received()
  const back = await act(windowClerk, id, 'notified', {
    'missing-pick': '1',
    missing: '场所照片\n\n从业人员名单',
    days: '三十',
  })
  expect(back.status).toBe(422)
  expect(formOf(back, `/cases/${id}/acts/notified`)).toMatchObject({
    missing: '场所照片\n\n从业人员名单',
    days: '三十',
  })
  expect(back.html).toMatch(/value="1" name="missing-pick"[^>]*checked/)
  expect(back.html).toMatch(/id="hint-notified-days"[^>]*>\s*<span class="field-problem">/)
  const done = await windowClerk.submit(back, `/cases/${id}/acts/notified`, { 'missing-pick': '1', days: '15' })
  expect(done.text).toContain('打印补正告知书')
  for (const line of ['场所使用证明:未收', '场所照片:未收', '从业人员名单:未收']) expect(done.text).toContain(line)
  const href = /href="(\/cases\/[0-9a-f]+\/papers\/[0-9a-f]{64})">打印补正告知书/.exec(done.html)?.[1] ?? ''
  const paper = await windowClerk.get(href)
  for (const words of [
    '县市场监督管理局',
    '一次告知需要补正的全部内容',
    '1. 场所使用证明 2. 场所照片 3. 从业人员名单',
    '15 天(自然日)',
    '租赁合同在有效期内',
    '(加盖行政许可专用章)',
    '申请人签收',
  ])
    expect(paper.text).toContain(words)
})

test('P153 materials that were not brought are ticked on the notice already', async () => {
  const { id, form } = await openCase(windowClerk, LICENCE_ID)
  const action = `/cases/${id}/form`
  const lacking = { ...filled(form, action), 'm-lease-state': 'missing', 'm-lease-copies': '' }
  await windowClerk.post(action, { ...lacking, step: 'hand-in' })
  const notice = await windowClerk.get(`/cases/${id}?act=notified`)
  expect(formOf(notice, `/cases/${id}/acts/notified`)['missing-pick']).toBe('1')
})

test('P167 the village that gave the case away hands in a supplement; the window still checks it before it counts', async () => {
  const { id } = await captureCase(agent, '罗大成', LICENCE_ID)
  await act(agent, id, 'offered', { to: TOWNSHIP, materials: '' })
  await act(clerk, id, 'taken', { materials: '8', differences: '已当面点清' })
  await act(clerk, id, 'received')
  await act(clerk, id, 'notified', { 'missing-pick': '1,2', missing: '', days: '15' })
  const page = await agent.get(`/cases/${id}`)
  expect(page.text).toContain('下一步:代收补正材料')
  expect((await agent.get('/')).text).toContain('等申请人补正的,请联系')
  const done = await act(agent, id, 'supplied', { 'items-pick': '0', materials: '1' })
  expect(done.text).toMatch(/场所使用证明: ?代办点已代收,还没有送到窗口/)
  const early = await act(clerk, id, 'supplemented', { 'items-pick': '0' })
  expect(early.status).toBeGreaterThanOrEqual(400)
  expect(early.text).toContain('还没有全部补齐')
  const whole = await act(clerk, id, 'supplemented', { 'items-pick': '0,1' })
  expect(whole.text).toContain('“补正齐全并受理”已办')
})

test('P154 pieces are counted material by material with what was offered beside; the total is their sum', async () => {
  const { id } = await captureCase(agent, '何小平', LICENCE_ID)
  await act(agent, id, 'offered', {
    to: TOWNSHIP,
    materials: '',
    'counts-form': '1',
    'counts-lease': '2',
    'counts-plan': '1',
  })
  const page = await clerk.get(`/cases/${id}`)
  expect(page.text).toContain('移交 2 份')
  const short = await act(clerk, id, 'taken', {
    materials: '',
    'counts-form': '1',
    'counts-lease': '1',
    'counts-plan': '1',
  })
  expect(short.status).toBe(422)
  expect(short.text).toContain('移交单写明 4 份,实收 3 份')
  expect(formOf(short, `/cases/${id}/acts/taken`)['counts-lease']).toBe('1')
  const taken = await clerk.submit(short, `/cases/${id}/acts/taken`, { differences: '少一份复印件' })
  expect(taken.text).toContain('申请表 1 份、场所使用证明 1 份、场所平面图 1 份')
})

test('P155 stations are grouped by how a case gets there', async () => {
  const { id } = await captureCase(clerk, '李四', LICENCE_ID)
  const page = await clerk.get(`/cases/${id}?act=offered`)
  const groups = [...page.html.matchAll(/<optgroup label="([^"]*)">/g)].map(([, label]) => label)
  expect(groups).toEqual(['上级', '下级', '其他站点(经县中心转送)'])
  expect(options(page, 'to')).toEqual([
    COUNTY,
    expect.stringMatching(/^510724103/),
    ...[ENVIRONMENT, '510724104'].toSorted(),
  ])
})

test('P156 people are chosen from the station; somebody who must be another person is not offered oneself', async () => {
  const id = await accepted()
  const people = options(await windowClerk.get(`/cases/${id}?act=assigned`), 'to')
  expect(people).toEqual(expect.arrayContaining(['handler', 'second', 'head', 'window']))
  expect(people).not.toContain('clerk')
  const coordinator = await place.as('coordinator')
  const others = options(await coordinator.get(`/cases/${id}?act=voided`), 'second')
  expect(others).toContain('head')
  expect(others).not.toContain('coordinator')
})

test('P157 tiers of discretion, fees with their standard and deferrable materials are the item’s own; a decision needs its tier', async () => {
  const id = await received()
  const accept = await windowClerk.get(`/cases/${id}?act=accepted`)
  expect(accept.text).toContain('场所平面图:受理后 5 个工作日内')
  const charge = await windowClerk.get(`/cases/${id}?act=charged`)
  expect(charge.text).toContain('检测费(50.00 至 200.00 元)')
  const dear = await act(windowClerk, id, 'charged', { fee: 'test', amount: '300', payer: '张秀英' })
  expect(dear.status).toBeGreaterThanOrEqual(400)
  expect(dear.text).toContain('不符合公布的标准')
  expect(formOf(dear, `/cases/${id}/acts/charged`)).toMatchObject({ fee: 'test', amount: '300' })
  const decided = await examined()
  const page = await head.get(`/cases/${decided}?act=decided`)
  expect(page.text).toContain('面积 50 平方米以下:准予一类')
  const none = await act(head, decided, 'decided', { result: 'granted', opinion: '同意', tier: '' })
  expect(none.text).toContain('决定须选定其中一档')
  const done = await act(head, decided, 'decided', { result: 'granted', opinion: '同意', tier: 'small' })
  expect(done.text).toContain('已决定·准予')
  expect(done.text).toContain('裁量档次: 面积 50 平方米以下:准予一类')
})

test('P158 entering late is folded away; both times are shown, and it needs its reason', async () => {
  const there = await openPlace()
  const id = await received(await there.as('window'))
  there.pass(3 * MINUTES_A_DAY)
  const visitor = await there.as('window')
  expect((await visitor.get(`/cases/${id}?act=accepted`)).html).toMatch(/<details class="desk-late"\s*><summary>补录/)
  const back = await act(visitor, id, 'accepted', { occurredOn: '2026-11-20' })
  expect(back.status).toBe(422)
  expect(back.html).toMatch(/<details class="desk-late" open\s*><summary>补录/)
  // It stops the five days: somebody else stands behind the day.
  const alone = await visitor.submit(back, `/cases/${id}/acts/accepted`, { occurredWhy: '停电' })
  expect(alone.text).toContain('须由另一人登录本人账号复核')
  expect(options(alone, 'proposedTo')).toContain('head')
  expect(options(alone, 'proposedTo')).not.toContain('window')
  const done = await visitor.submit(alone, `/cases/${id}/acts/accepted`, { proposedTo: 'head' })
  expect(done.text).toContain('“受理”已提出,还没有生效:等郑立登录本人账号复核同意。')
  expect(done.text).toMatch(/补录 ?:实际发生在11月20日,11月23日登记,原因:停电/)
  const page = await (await there.as('head')).get(`/cases/${id}`)
  expect(page.text).toContain('下一步:复核同意')
  const signed = await act(await there.as('head'), id, 'countersigned', {})
  expect(signed.text).toContain('已复核同意')
  expect(signed.text).toContain('打印受理通知书')
})

test('P162 P168 every clock stands beside the others with limit, used and remaining, and explains which days counted', async () => {
  const id = await accepted()
  const page = await windowClerk.get(`/cases/${id}`)
  expect(page.text).toMatch(/承诺办结 10 个工作日 0 10 ○ 还剩 10 个工作日/)
  expect(page.text).toMatch(/法定办结 20 个工作日/)
  expect(page.text).toContain('承诺件')
  expect(page.text).toContain('最近的期限')
  const link = /href="(\/cases\/[0-9a-f]+\/clocks\/T2p)"/.exec(page.html)?.[1] ?? ''
  const how = await windowClerk.get(link)
  expect(how.text).toContain('计入的工作日(10 天)')
  expect(how.text).toMatch(/不计入的休息日\([0-9]+ 天\)/)
  expect(how.text).toContain('周六')
})

test('P163 during a special procedure the deadline stands still, in words and as a span on the time line', async () => {
  const there = await openPlace()
  const id = await accepted(await there.as('window'))
  await act(await there.as('window'), id, 'assigned', { to: 'handler' })
  const before = await there.as('handler')
  const form = await before.get(`/cases/${id}?act=suspended`)
  expect(form.text).toContain('检验')
  expect(form.text).not.toContain('公示')
  expect(options(form, 'approver')).toEqual(['head'])
  const asked = await act(before, id, 'suspended', { procedure: 'inspection', days: '10', approver: 'head' })
  expect(asked.text).not.toContain('打印特别程序告知书')
  const done = await act(await there.as('head'), id, 'countersigned', {})
  expect(done.text).toContain('暂停中(检验,自11月20日)')
  expect(done.text).toContain('打印特别程序告知书')
  expect((await before.get('/')).text).toContain('暂停中')
  there.pass(3 * MINUTES_A_DAY)
  const resumed = await act(await there.as('handler'), id, 'resumed', { result: '合格' })
  expect(resumed.text).toContain('检验:11月20日至11月23日,不计入期限')
  expect(resumed.html).toContain('class="desk-span"')
})

test('P164 acceptance that the law derives is said in red words with its rule, and what was told in time may be entered late', async () => {
  const there = await openPlace()
  const id = await received(await there.as('window'))
  there.pass(8 * MINUTES_A_DAY)
  const visitor = await there.as('window')
  const page = await visitor.get(`/cases/${id}`)
  expect(page.text).toContain('逾期视为受理')
  expect(page.text).toContain('自11月20日收到申请材料之日起即为受理')
  expect(page.text).toContain('《行政许可法》第三十二条')
  expect(page.html).toContain('class="desk-deemed"')
  expect(page.html).toContain(`/cases/${id}?act=notified#acts`)
  const late = await act(visitor, id, 'notified', {
    'missing-pick': '1',
    missing: '',
    days: '15',
    occurredOn: '2026-11-24',
    occurredWhy: '当日已书面告知,断网未登记',
    proposedTo: 'head',
  })
  expect(late.text).toContain('逾期视为受理')
  const signed = await act(await there.as('head'), id, 'countersigned', {})
  expect(signed.text).toContain('待补正')
  expect(signed.text).not.toContain('逾期视为受理')
})
