/** Who is away, who was asked, who takes over: what a station keeps about its own people. */
import { beforeAll, expect, test, vi } from 'vitest'
import { type Handover, LISTED, type WindowRecord } from '#protocol/casework/directory.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LICENCE_ID } from './licence.ts'
import { COUNTY, formOf, openPlace, type Place, type Visitor } from './place.ts'
import { act, captureCase } from './walk.ts'

let place: Place
let clerk: Visitor
let handler: Visitor
let second: Visitor
beforeAll(async () => {
  place = await openPlace()
  clerk = await place.as('window')
  handler = await place.as('handler')
  second = await place.as('second')
})

async function assigned(name: string): Promise<string> {
  const { id } = await captureCase(clerk, name, LICENCE_ID)
  await act(clerk, id, 'accepted')
  await act(clerk, id, 'assigned', { to: 'handler' })
  return id
}

test('P170 lists say the deadline in words and stand in its order; stage, deadline, item and person filter them', async () => {
  await captureCase(clerk, '没有期限', 'SL0002')
  await assigned('有期限的人')
  const work = await clerk.get('/')
  expect(work.text).toContain('还剩')
  expect(work.text).toContain('按期限排列')
  const filtered = await clerk.get(`/?item=${LICENCE_ID}&person=handler&stage=40`)
  expect(filtered.text).toContain('有期限的人')
  expect(filtered.text).not.toContain('没有期限')
  expect(formOfFilter(filtered.html)).toEqual(['40', LICENCE_ID, 'handler'])
  expect((await clerk.get('/?due=over')).text).toContain('现在没有这样的办件')
})

test('P173 people to choose from stand with their roles, for several have the same name', async () => {
  const id = await assigned('选承办人的人')
  const form = await clerk.get(`/cases/${id}?act=entrusted`)
  expect(form.html).toMatch(/<option value="second" [^>]*>[^<]+ · 承办人/)
})

const formOfFilter = (html: string): string[] =>
  [...html.matchAll(/<option value="([^"]+)" selected>/g)].map(([, value = '']) => value)

test('P171 P172 the away board warns while nobody stands in; who does sees the cases of who is away', async () => {
  await assigned('等他回来')
  expect((await second.get('/')).text).not.toContain('分给我的')
  const board = await handler.get('/absences')
  const back = await handler.submit(board, '/absences', { reason: '', where: '省里', until: '2026-11-19' })
  expect(back.status).toBe(422)
  expect(formOf(back, '/absences')).toMatchObject({ where: '省里', until: '2026-11-19', person: 'handler' })
  expect(back.text).toContain('结束日期早于开始日期')
  const alone = await handler.submit(back, '/absences', { reason: '培训', until: '2026-11-24' })
  expect(alone.text).toContain('没有人顶岗,请补填')
  const cover = /action="(\/absences\/[^"]+\/cover)"/.exec(alone.html)?.[1] ?? ''
  const nobody = await handler.submit(alone, cover, { substitute: '' })
  expect(nobody.status).toBe(422)
  expect(nobody.text).toContain('请选择本站点的另一个人顶岗')
  const filled = await handler.submit(alone, cover, { substitute: 'window' })
  expect(filled.text).not.toContain('没有人顶岗,请补填')
  const ended = await handler.submit(alone, /action="(\/absences\/[^"]+\/end)"/.exec(alone.html)?.[1] ?? '')
  expect(ended.text).toContain('没有人外出')
  const covered = await handler.submit(ended, '/absences', {
    reason: '培训',
    until: '2026-11-24',
    substitute: 'second',
  })
  expect(covered.text).toMatch(/外出中 11月20日 周五至11月24日 周二/)
  const work = await second.get('/')
  expect(work.text).toContain('分给我的(含代 陈刚 办的)')
  expect((await second.get('/mine')).text).toContain('等他回来')
  const form = await clerk.get(`/cases/${await assigned('另一件')}?act=entrusted`)
  expect(form.text).toContain('吴英')
})

test('P172 everybody of the station can be away, also who handles no cases; only who does stands in', async () => {
  const cashier = await place.as('cashier')
  const board = await cashier.get('/absences')
  const kept = await cashier.submit(board, '/absences', { reason: '年假', substitute: '' })
  expect(kept.text).toMatch(/年假 没有人顶岗/)
  const refused = await cashier.submit(board, '/absences', { reason: '年假', substitute: 'admin' })
  expect(refused.text).toContain('请选择本站点的另一个人顶岗')
  await cashier.submit(kept, /action="(\/absences\/[^"]+\/end)"/.exec(kept.html)?.[1] ?? '')
})

test('P171 P172 without anybody named, the second of the window stands in', async () => {
  const window: WindowRecord = {
    type: 'window',
    id: 'W3',
    version: 1,
    name: '三号窗口',
    station: COUNTY,
    kind: 'single',
    departments: ['SC'],
    staff: [{ lead: 'second' as PersonId, substitute: 'window' as PersonId }],
    sample: true,
  }
  expect((await place.office.publish(null, [window])).ok).toBe(true)
  const { id } = await captureCase(clerk, '分给二号', LICENCE_ID)
  await act(clerk, id, 'accepted')
  await act(clerk, id, 'assigned', { to: 'second' })
  const board = await second.submit(await second.get('/absences'), '/absences', { reason: '体检' })
  expect(board.text).toMatch(/体检 冯洁/)
  expect((await clerk.get('/mine')).text).toContain('分给二号')
})

test('P173 whoever was asked first keeps the question until it is answered or a colleague has taken it over', async () => {
  const empty = await clerk.submit(await clerk.get('/consultations'), '/consultations', { asker: '老王', matter: ' ' })
  expect(empty.status).toBe(422)
  expect(formOf(empty, '/consultations').asker).toBe('老王')
  const made = await clerk.submit(empty, '/consultations', { matter: '办小餐饮要带什么', phone: '13900000000' })
  const address = made.path
  expect(made.text).toContain('冯洁负责')
  const offered = await clerk.submit(made, `${address}/offer`, { to: 'second' })
  expect(offered.text).toContain('已转给吴英,等待接手')
  expect(offered.text).toContain('冯洁负责')
  expect((await second.get('/consultations')).text).toContain('办小餐饮要带什么')
  const taken = await second.submit(await second.get(address), `${address}/take`)
  expect(taken.text).toContain('吴英负责,首问冯洁')
  const stale = await clerk.submit(offered, `${address}/answer`, { answer: '带身份证' })
  expect(stale.text).toContain('已有新的进展')
  const answered = await second.submit(taken, `${address}/answer`, { answer: '申请表、场所证明' })
  expect(answered.text).toContain('吴英已答复')
})

test('A73 a phone number is in full for the people of the station alone; who supervises them reads its end', async () => {
  const made = await clerk.submit(await clerk.get('/consultations'), '/consultations', {
    matter: '问社保',
    phone: '13912345678',
  })
  expect(made.text).toContain('13912345678')
  expect((await second.get(made.path)).text).toContain('13912345678')
  const seen = await (await place.as('supervisor')).get(made.path)
  expect(seen.text).toContain('问社保')
  expect(seen.text).toContain('****5678')
  expect(seen.text).not.toContain('13912345678')
})

test('P174 all open work of a person is handed over on one list that the giver and the receiver sign; each case has its fact', async () => {
  const id = await assigned('交接的件')
  const list = await handler.get('/handovers')
  expect(list.text).toMatch(/陈刚的在办件\([1-9]/)
  const back = await handler.submit(list, '/handovers', { to: '', reason: '调走' })
  expect(back.status).toBe(422)
  expect(formOf(back, '/handovers').reason).toBe('调走')
  const given = await handler.submit(back, '/handovers', { to: 'second' })
  expect(given.text).toContain('交出人:陈刚;接收人:吴英')
  expect(given.text).toContain('未交接')
  expect((await handler.get(`/cases/${id}`)).text).toContain('陈刚承办')
  const taken = await second.submit(await second.get(given.path), `${given.path}/take`)
  expect(taken.text).toContain('已由吴英承办')
  expect(taken.text).not.toContain('未交接')
  const page = await second.get(`/cases/${id}`)
  expect(page.text).toContain('吴英承办')
  expect(page.text).toContain('改由他人承办')
  expect(place.faults).toEqual([])
})

test('P174 a case without a number is handed over like the others', async () => {
  const id = await assigned('无编号的件')
  const { office } = place
  const { find } = office
  const blind = vi.spyOn(office, 'find').mockImplementation(async (query) => {
    const found = await find.call(office, query)
    return { ...found, rows: found.rows.map((row) => ({ ...row, number: '' })) }
  })
  const given = await handler.submit(await handler.get('/handovers'), '/handovers', { to: 'second', reason: '调走' })
  blind.mockRestore()
  expect(given.text).toContain('暂无编号')
  expect(given.text).not.toContain(id)
  await second.submit(await second.get(given.path), `${given.path}/take`)
  expect((await second.get(`/cases/${id}`)).text).toContain('吴英承办')
})

test('R27 a station whose list is full reads that it shows the latest only, and what that means', async () => {
  const note = '这里只有最近写下的'
  for (const page of ['/handovers', '/consultations', '/absences']) {
    expect((await handler.get(page)).text).not.toContain(note)
  }
  const actor = { person: 'handler' as PersonId, name: '陈刚', station: COUNTY, roles: ['handler'] as const }
  const list = (at: number): Handover => ({
    type: 'handover',
    id: `${COUNTY}.full${at}`,
    version: 0,
    station: COUNTY,
    from: 'handler' as PersonId,
    to: 'second' as PersonId,
    time: 1,
    reason: '调动',
    cases: [],
    taken: null,
  })
  await Promise.all(Array.from({ length: LISTED.handover }, (_, at) => place.office.keepRecord(actor, list(at))))
  expect((await handler.get('/handovers')).text).toContain(`本站点的记录已满 ${LISTED.handover} 条:${note}`)
  expect((await handler.get('/consultations')).text).not.toContain(note)
})
