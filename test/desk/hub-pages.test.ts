/** The hub's pages over the real register. */
import { beforeAll, expect, test } from 'vitest'
import type { PersonId } from '#protocol/ids.ts'
import { enter, formOf, openPlace, PASSWORD, type Place, TOWNSHIP, VILLAGE, type Visitor } from './place.ts'
import { act, captureCase } from './walk.ts'

let place: Place
let admin: Visitor
beforeAll(async () => {
  place = await openPlace()
  admin = await place.as('admin')
})

test('P36 the transfer board shows every case between stations, how long and where it is stuck; the coordinator reassigns', async () => {
  const agent = await place.as('agent')
  const { id } = await captureCase(agent)
  await act(agent, id, 'offered', { to: TOWNSHIP, materials: '8' })
  place.pass(20)
  const coordinator = await place.as('coordinator')
  const board = await coordinator.get('/hub/transfers')
  expect(board.text).toContain('联丰村代办点')
  expect(board.text).toContain('20 分钟')
  expect(board.text).toContain('等花荄镇便民服务中心签收')
  const link = /href="(\/cases\/[0-9a-f]+\?act=reassigned)#acts"/.exec(board.html)?.[1] ?? ''
  const page = await coordinator.get(link)
  expect(page.html).toMatch(/<h2 class="card-title">(下一步:)?改派<\/h2>/)
  const back = await coordinator.submit(page, `/cases/${id}/acts/reassigned`, { to: TOWNSHIP, reason: '' })
  expect(back.status).toBe(422)
  const done = await coordinator.submit(back, `/cases/${id}/acts/reassigned`, {
    to: TOWNSHIP,
    reason: '代办点电脑坏了',
  })
  expect(done.text).toMatch(/现在由谁负责 花荄镇便民服务中心/)
  expect((await coordinator.get('/hub/transfers')).text).toContain('现在没有在途的移交')
  const supervisor = await place.as('supervisor')
  expect((await supervisor.get('/hub/transfers')).html).not.toContain('act=reassigned')
})

test('P37 an administrator creates stations and people; a rejected form keeps its input; the new person signs in', async () => {
  const stations = await admin.get('/hub/stations')
  const wrong = await admin.submit(stations, '/hub/stations', {
    id: '12',
    name: '新村代办点',
    tier: 'village',
    parent: TOWNSHIP,
  })
  expect(wrong.status).toBeGreaterThanOrEqual(400)
  expect(formOf(wrong, '/hub/stations')).toMatchObject({
    id: '12',
    name: '新村代办点',
    tier: 'village',
    parent: TOWNSHIP,
  })
  expect(wrong.html).toMatch(/id="hint-id"[^>]*>\s*<span class="field-problem">/)
  const made = await admin.submit(wrong, '/hub/stations', { id: '510724103202' })
  expect(made.path).toBe('/hub/stations?done=created')
  expect(made.text).toContain('新村代办点')
  const people = await admin.get('/hub/people')
  const person = { id: 'new.agent', name: '钱进', station: VILLAGE, password: 'Tian-shan 8' }
  const noRole = await admin.submit(people, '/hub/people', person)
  expect(noRole.status).toBeGreaterThanOrEqual(400)
  expect(formOf(noRole, '/hub/people')).toMatchObject({ name: '钱进', station: VILLAGE, password: '' })
  expect((await admin.submit(noRole, '/hub/people', { ...person, roles: 'agent' })).text).toContain('账号已建立')
  expect((await (await place.as('new.agent')).get('/capture')).status).toBe(200)
})

test('P38 an administrator resets a password, which ends the old sign-ins, and disables an account', async () => {
  const other = await place.as('other')
  const people = await admin.get('/hub/people')
  const weak = await admin.submit(people, '/hub/people/other/password', { password: '1' })
  expect(weak.status).toBeGreaterThanOrEqual(400)
  expect(weak.html).toMatch(/id="hint-password-other"[^>]*>\s*<span class="field-problem">/)
  expect(weak.html).not.toContain('value="1"')
  expect((await admin.submit(weak, '/hub/people/other/password', { password: 'Qing-cheng 9' })).text).toContain(
    '密码已重置',
  )
  expect((await other.get('/')).path).toMatch(/^\/sign-in/)
  await expect(enter(place.desk, 'other')).rejects.toThrow('cannot sign in')
  const disabled = await admin.submit(await admin.get('/hub/people'), '/hub/people/handler/disable', { sure: 'yes' })
  expect(disabled.text).toContain('账号已停用')
  const visitor = place.visitor()
  const refused = await visitor.submit(await visitor.get('/sign-in'), '/sign-in', {
    name: 'handler',
    password: PASSWORD,
  })
  expect(refused.text).toContain('这个账号已停用')
})

test('P236 disabling says what happens and asks for a tick; a disabled account is put back into use, and nothing else', async () => {
  const path = '/hub/people?q=cashier'
  const action = '/hub/people/cashier/disable?q=cashier'
  const page = await admin.get(path)
  for (const words of ['随即不能登录', '离线的站点收到同步以后', '已登记的办件不受影响'])
    expect(page.text).toContain(words)
  const asked = await admin.submit(page, action)
  expect(asked.status).toBe(422)
  expect(asked.text).toContain('还没有勾选确认')
  expect(asked.text).toContain('账号没有停用')
  expect(asked.html).toMatch(/<details open/)
  expect(asked.html).toContain('name="q" value="cashier"')
  expect(place.office.directory.person('cashier' as PersonId)?.disabled).toBe(false)
  const done = await admin.submit(asked, action, { sure: 'yes' })
  expect(done.path).toBe('/hub/people?done=disabled&q=cashier')
  expect(done.html).toContain('name="q" value="cashier"')
  expect(done.text).toContain('恢复使用')
  expect(done.text).not.toMatch(/重置密码|停用账号/)
  await expect(enter(place.desk, 'cashier')).rejects.toThrow('这个账号已停用')
  const back = await admin.submit(done, '/hub/people/cashier/enable?q=cashier')
  expect(back.path).toBe('/hub/people?done=enabled&q=cashier')
  expect(back.text).toContain('账号已恢复使用')
  expect((await (await place.as('cashier')).get('/')).status).toBe(200)
  expect(place.office.directory.staff('cashier' as PersonId)?.disabled).toEqual([])
})

test('P39 an enrolment code is shown once and never again', async () => {
  await admin.submit(await admin.get('/hub/stations'), '/hub/stations', {
    id: '510724103209',
    name: '和平村代办点',
    tier: 'village',
    parent: TOWNSHIP,
  })
  const page = await admin.get('/hub/enrolment')
  const station = '510724103209'
  const parent = place.office.directory.nodes()[0]?.id ?? ''
  const missing = await admin.submit(page, '/hub/enrolment', { station, parent: '' })
  expect(missing.status).toBeGreaterThanOrEqual(400)
  expect(formOf(missing, '/hub/enrolment').station).toBe(station)
  expect(missing.html).toMatch(/id="hint-parent"[^>]*>\s*<span class="field-problem">/)
  const issued = await admin.submit(missing, '/hub/enrolment', { parent })
  const code = /class="desk-code">([^<]+)</.exec(issued.html)?.[1] ?? ''
  expect(code.length).toBeGreaterThan(7)
  expect(issued.text).toContain('只显示这一次')
  const again = await admin.get('/hub/enrolment')
  expect(again.html).not.toContain(code)
  expect(again.text).toContain('和平村代办点')
})

test('E45 one box on the enrolment page asks for a standby; its station and parent are known', async () => {
  const page = await admin.get('/hub/enrolment')
  expect(page.text).toContain('这是县中心的备用机')
  const issued = await admin.submit(page, '/hub/enrolment', { standby: 'yes' })
  expect(issued.html).toMatch(/class="desk-code">[^<]+</)
  expect((await admin.get('/hub/enrolment')).text).toContain('(备用机)')
})

test('E46 an administrator puts a station below another one; a refused form comes back with its words', async () => {
  const page = await admin.get('/hub/stations')
  const wrong = await admin.submit(page, '/hub/stations/move', { station: VILLAGE, to: VILLAGE })
  expect(wrong.status).toBeGreaterThanOrEqual(400)
  expect(formOf(wrong, '/hub/stations/move')).toMatchObject({ station: VILLAGE, to: VILLAGE })
  expect(wrong.html).toMatch(/id="hint-move-to"[^>]*>\s*<span class="field-problem">/)
  const made = await admin.submit(page, '/hub/stations', {
    id: '510724188',
    name: '新镇便民服务中心',
    tier: 'township',
    parent: '510724',
  })
  const done = await admin.submit(made, '/hub/stations/move', { station: VILLAGE, to: '510724188' })
  expect(done.path).toBe('/hub/stations?done=moved')
  // The record has moved, the computer has not: who reads only the first would look for nothing more to do.
  expect(done.text).toContain('它的电脑还接在原来的上级下面,办件照样送达;请到“节点”页把它接到新的上级。')
  expect(place.office.directory.station(VILLAGE as never)?.parent).toBe('510724188')
})

test('R65 the hub says what lies with it alone, and what to do about it', async () => {
  await captureCase(await place.as('agent'))
  const page = await admin.get('/sync')
  expect(page.text).toMatch(/\d+ 件办件.\d+ 条记录.只在县中心一处.没有第二份/u)
  expect(page.text).toContain('设一台备用机')
  expect(page.text).toContain('有记录只在县中心一处')
})
