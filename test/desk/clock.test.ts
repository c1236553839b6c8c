/** A wrong clock at the desk: said at once and without a line, gone on with by a day that a person confirms, and on paper. */
import { expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { passwordRecord } from '#edge-node/commands/account/passwords.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import { doubtWords, writtenWords } from '#edge-node/desk/words.ts'
import type { Person, Role } from '#protocol/casework/directory.ts'
import { FACTS } from '#protocol/casework/facts/facts.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { hostWith, MONDAY } from '#test/clock/host.ts'
import {
  COUNTY,
  connect,
  type Node,
  nodeRecord,
  openNode,
  publish,
  STATIONS,
  TOWNSHIP,
  until,
} from '#test/engine/county.ts'
import { DAY, MET, openMachine, parted } from '#test/engine/parted-clock.ts'
import { enter, openPlace, PASSWORD } from './place.ts'
import { captureCase, openCase } from './walk.ts'

const deskOf = ({ engine: { office } }: Node) =>
  createDesk({ office, accounts: createAccounts(office), title: '安县政务服务网', secure: true })

const account = async (root: Node, id: string, name: string, role: Role, station = TOWNSHIP): Promise<Person> => ({
  type: 'person',
  id: id as PersonId,
  version: 1,
  name,
  station,
  roles: [role],
  password: await passwordRecord(root.engine.office, PASSWORD),
  disabled: false,
})

/** A township without a line whose clock was so far ahead, with people who can sign in. */
const place = (ahead: number) =>
  parted(ahead, async (root) => {
    return [await account(root, 'clerk', '王芳', 'clerk'), await account(root, 'watch', '赵清', 'supervisor')]
  })

const HOUR = 60 * 60_000
const in2009 = Date.parse('2009-01-01T08:00+08:00') - MET

test('P215 a known clock is said to be off at the first page after a start, without a line', async () => {
  const { start } = await place(-3 * DAY - HOUR)
  const clerk = await enter(deskOf(await start()), 'clerk')
  const { text } = await clerk.get('/')
  expect(text).toContain('本机时钟比县中心慢约 3 天')
  expect(text).not.toContain('从未同步')
})

test('P225 when it last synced is told by the corrected time, on the strip and the page, whatever the clock shows', async () => {
  const slow = await place(-20 * DAY)
  const clerk = await enter(deskOf(await slow.start()), 'clerk')
  for (const path of ['/', '/sync']) expect((await clerk.get(path)).text).toMatch(/最后同步 09:0\d/)
  expect((await clerk.get('/sync')).text).toMatch(/最后同步\s*09:0\d.\d+ (秒|分钟)前/)
  const dead = await place(-555 * DAY)
  dead.machine.set(in2009)
  const other = await enter(deskOf(await dead.start()), 'clerk')
  for (const path of ['/', '/sync']) expect((await other.get(path)).text).toMatch(/最后同步\s*2026年11月23日 09:0\d/)
})

test('P216 in 2009 every page says what is wrong, nothing can be begun, and a confirmed day goes on', async () => {
  const { start, machine } = await place(0)
  machine.set(in2009)
  const township = await start()
  const clerk = await enter(deskOf(township), 'clerk')
  const said = '本机时钟显示2009年1月1日,早于此前记下的时间 2026年11月23日'
  for (const path of ['/', '/capture', '/sync', '/guide']) expect((await clerk.get(path)).text).toContain(said)
  const pick = await clerk.get('/capture')
  expect(pick.text).not.toContain('本站还没有可以办的事项')
  expect(pick.text).toContain('确认今天的日期')
  const page = await clerk.get('/sync')
  const early = await clerk.submit(page, '/sync/day#day', { time: '09:00', day: '2026-11-01' })
  expect(early.status).toBeGreaterThanOrEqual(400)
  expect(early.text).toContain('您填的是 2026-11-01,但县中心的日期已经到过 2026-11-23')
  const done = await clerk.submit(early, '/sync/day#day', { time: '09:00', day: '2026-11-24' })
  expect(done.text).toContain('已按确认的日期办理')
  expect(done.text).toMatch(/现按确认的时间 2026年11月24日 周二 09:0\d 办理,本机时钟慢约 \d+ 天/)
  expect(done.text).not.toContain('比县中心慢')
  expect(done.text).not.toContain(said)
  const { receipt } = await captureCase(clerk, '张秀英', 'SL0002')
  expect(receipt.text).toContain('2026年11月24日')
  expect(receipt.text).toMatch(/本机时钟当时显示 2009年1月1日 \d\d:\d\d/)
  expect(receipt.text).toContain('261124')
})

test('P227 what speaks against the clock, or a day that was confirmed, leads straight to the form for the day', async () => {
  const form = '<a class="alert-link" href="/sync#day">'
  const { start, machine } = await place(0)
  for (const shown of [in2009, Date.parse('2028-06-04T09:00+08:00') - MET]) {
    machine.set(shown)
    const township = await start()
    const clerk = await enter(deskOf(township), 'clerk')
    expect((await clerk.get('/guide')).html).toContain(form)
    const page = await clerk.get('/sync')
    expect(page.html).toContain('<div id="day">')
    await clerk.submit(page, '/sync/day#day', { time: '09:00', day: '2026-11-24' })
    const guide = await clerk.get('/guide')
    expect(guide.text).toContain('日期或时间不对的,在这里重新确认')
    expect(guide.html).toContain(form)
    await township.engine.stop()
  }
})

test('P215 in 2028 the page for a new case offers nothing but the way to the form for the day', async () => {
  // Three days slow: what the computer shows is what people see in its corner.
  const { start, machine } = await place(-3 * DAY)
  machine.set(Date.parse('2028-06-04T09:00+08:00') - MET)
  const township = await start()
  const clerk = await enter(deskOf(township), 'clerk')
  const pick = await clerk.get('/capture')
  expect(pick.text).toContain('本机时钟显示2028年6月4日')
  expect(pick.html).not.toContain('name="item"')
  expect(pick.html).toContain('<a href="/sync#day">')
  const page = await clerk.get('/sync')
  expect(page.html).toContain('id="day"')
  await clerk.submit(page, '/sync/day#day', { time: '09:00', day: '2026-11-24' })
  expect((await clerk.get('/capture')).html).toContain('name="item"')
})

test('P216 a day far off is asked about again on the same form, about that day only, and stands in the audit log', async () => {
  const { start, machine } = await place(0)
  machine.set(in2009)
  const township = await start()
  const { office } = township.engine
  const clerk = await enter(deskOf(township), 'clerk')
  const page = await clerk.get('/sync')
  expect(page.html).not.toContain('name="sure"')
  const asked = await clerk.submit(page, '/sync/day#day', { time: '09:00', day: '2036-11-26' })
  expect(asked.text).toContain('您填的是 2036-11-26,比本机知道的最近一天 2026-11-23 晚')
  expect(asked.text).toContain('确认无误,现在就是 2036-11-26 09:00')
  const other = await clerk.submit(asked, '/sync/day#day', { time: '09:00', day: '2037-11-26', sure: 'yes' })
  expect(other.text).toContain('现在就是 2037-11-26 09:00')
  expect(office.today()).toBe('2009-01-01')
  const done = await clerk.submit(other, '/sync/day#day', { time: '09:00', day: '2037-11-26', sure: 'yes' })
  expect(done.text).toContain('已按确认的日期办理')
  expect(office.today()).toBe('2037-11-26')
  // It asks for nothing, so nobody can put it aside.
  expect(done.text).toContain('王芳确认今天是 2037-11-26')
  expect(done.html).not.toContain('/sync/checked')
  const { id } = await openCase(clerk)
  const right = await clerk.submit(done, '/sync/day#day', { time: '09:00', day: '2026-11-24' })
  const wrong = '本机按 2037-11-26 办理,后来确认的日期是 2026-11-24'
  expect(right.text).toContain(wrong)
  expect(right.text).toContain('请打开“这期间在本机办过的办件”,逐件看期限和文书')
  const way = /href="(\/sync\/days[^"]*)"/.exec(right.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const list = await clerk.get(way)
  expect(list.html).toContain(`<a href="/cases/${id}">`)
  expect(list.text).toContain(`${FACTS.opened.title}(2037-11-26)`)
  expect((await clerk.get('/sync/days?from=2026-11-24&until=2026-11-24')).html).not.toContain(`<a href="/cases/${id}">`)
  for (const odd of ['', '?from=2026-11-24', '?from=2026-02-30&until=9'])
    expect((await clerk.get(`/sync/days${odd}`)).status, odd).toBe(404)
  // P234: it stands in the head of every page until somebody has looked.
  const head = '本机按 2037-11-26 办理过,和后来得知的日期不同'
  expect((await clerk.get('/guide')).text).toContain(`${head}。 还没有人核对。`)
  const checked = await clerk.submit(await clerk.get('/sync'), '/sync/checked')
  expect(checked.html).toContain(`href="${way.replaceAll('&', '&amp;')}"`)
  await clerk.submit(checked, '/sync/checked', { sure: 'yes' })
  expect((await clerk.get('/guide')).text).not.toContain(head)
  const trail = await office.auditTrail({ stations: [TOWNSHIP], from: '2026-11-01' as Day, until: '2037-12-31' as Day })
  const events = trail.ok ? trail.value.lines.filter(({ subject }) => subject === '确认今天的日期') : []
  expect(events.map(({ event, details }) => [event, details])).toEqual([
    ['settings', '2037-11-26 09:00;本机时钟显示 2009-01-01'],
    ['settings', '2026-11-24 09:00;本机时钟显示 2009-01-01'],
  ])
})

test('P239 a time of day is read as people write it, and what cannot be read is said with what was typed', async () => {
  const { start, machine } = await place(0)
  machine.set(in2009)
  const township = await start()
  const clerk = await enter(deskOf(township), 'clerk')
  let page = await clerk.get('/sync')
  for (const [typed, said] of [
    ['', '请填写现在几点'],
    ['25:10', '看不出“25:10”是几点'],
    ['下午两点', '看不出“下午两点”是几点'],
    ['9:5', '看不出“9:5”是几点'],
  ] as const) {
    page = await clerk.submit(page, '/sync/day#day', { time: typed, day: '2026-11-24' })
    expect(page.status, typed).toBeGreaterThanOrEqual(400)
    expect(page.text).toContain(said)
  }
  expect(township.engine.office.today()).toBe('2009-01-01')
  for (const typed of ['15:46', '15:46', ' 15.46 ', '1546', '15点46分', '15时46']) {
    page = await clerk.submit(page, '/sync/day#day', { time: typed, day: '2026-11-24' })
    expect(page.text, typed).toContain('2026年11月24日 周二 15:46 办理')
  }
})

test('P216 who only looks on confirms no day; nothing is asked where the county has said the time, and who sees that it is wrong can say it before', async () => {
  const { start, machine, root } = await place(0)
  const right = await start()
  const early = await enter(deskOf(right), 'clerk')
  const alone = await early.get('/sync')
  expect(alone.text).toContain('本机按 2026-11-23 办理;本机这次启动后县中心还没有报时,请看一眼日期对不对')
  // No difference to what was known proves nothing: the county may be as wrong.
  expect(alone.text).toMatch(/按上次对时相差 .*;本机这次启动后县中心还没有报时/)
  expect(alone.text).not.toContain('正常,相差')
  expect(alone.html).toContain('/sync/day#day')
  expect(alone.html).not.toContain('<a href="/sync#day">')
  const link = connect(right, root)
  await until('the county has said the time', async () => (await right.engine.office.status()).clockTold)
  const told = await early.get('/sync')
  expect(told.html).not.toContain('/sync/day#day')
  expect(told.text).toContain('正常,相差')
  link.cut()
  await link.ended
  await right.engine.stop()
  machine.set(in2009)
  const township = await start()
  const watch = await enter(deskOf(township), 'watch')
  const page = await watch.get('/sync')
  expect(page.html).not.toContain('/sync/day#day')
  expect(page.text).toContain('由在本机办理业务的人员在这里确认')
  const csrf = /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? ''
  expect((await watch.post('/sync/day#day', { csrf, day: '2026-11-24' })).status).toBe(403)
  expect(township.engine.office.today()).toBe('2009-01-01')
})

test('S158 an hour of the same day before what the county had told is asked about once more', async () => {
  const { start, machine } = await place(0)
  machine.set(in2009)
  const clerk = await enter(deskOf(await start()), 'clerk')
  const again = await clerk.submit(await clerk.get('/sync'), '/sync/day#day', { time: '08:30', day: '2026-11-23' })
  expect(again.status).toBeGreaterThanOrEqual(400)
  expect(again.text).toMatch(/您填的是 08:30,但县中心当天已经到过 09:0\d/)
  expect(again.text).toContain('确认无误,现在就是 2026-11-23 08:30')
  const done = await clerk.submit(again, '/sync/day#day', { time: '09:30', day: '2026-11-23' })
  expect(done.text).toContain('已按确认的日期办理')
})

test('P217 papers bear the corrected time, and what the clock showed where people would wonder', async () => {
  const { start } = await place(-3 * DAY - HOUR)
  const clerk = await enter(deskOf(await start()), 'clerk')
  const { receipt } = await captureCase(clerk, '张秀英', 'SL0002')
  expect(receipt.text).toMatch(/收件时间 2026年11月23日 09:0\d.本机时钟当时显示 2026年11月20日 08:0\d/)
  expect(receipt.text).toContain('261123')
  const near = { at: MET, time: MET - LIMITS.clockOffsetMilliseconds + 1 }
  expect(writtenWords(near)).toBe('2026年11月23日 09:00')
})

test('P215 what speaks against a clock is one clause with both times', () => {
  const time = Date.parse('2009-01-01T08:00+08:00')
  expect(doubtWords({ is: 'behind', time, since: MET, proof: 'published', fell: 0 })).toBe(
    '本机时钟显示2009年1月1日,早于目录发布时间 2026年11月23日 09:00',
  )
  expect(doubtWords({ is: 'behind', time, since: MET, proof: 'reached', fell: 0 })).toContain(
    '早于此前记下的时间 2026年11月23日 09:00',
  )
  expect(doubtWords({ is: 'unheard', time: MET, away: 120 * DAY })).toBe(
    '本机时钟显示2026年11月23日,离上次对时已有约 120 天',
  )
  expect(doubtWords(null)).toBeUndefined()
})

test('P215 P216 the county in 2009 says that its nodes hear no time until somebody there has put the clock right and confirmed it', async () => {
  const machine = openMachine()
  const storage = new MemoryStorage()
  const open = (incarnation: number, keys?: Node['identity']['keys']) =>
    openNode({ station: COUNTY, lease: 1, storage, host: machine.host, incarnation, ...(keys ? { keys } : {}) })
  const first = await open(1)
  await publish(first, [...STATIONS, nodeRecord(first, null)])
  await publish(first, [await account(first, 'admin', '李敏', 'administrator', COUNTY)])
  await first.engine.stop()
  machine.set(in2009)
  const root = await open(2, first.identity.keys)
  const admin = await enter(deskOf(root), 'admin')
  const said = '确认日期以前,各节点收不到县中心的时间'
  expect((await admin.get('/')).text).toContain(said)
  const page = await admin.get('/sync')
  expect(page.text).toContain('先校正本机时间')
  expect((await admin.submit(page, '/sync/day#day', { time: '09:00', day: MONDAY })).text).toContain(
    '请先校正电脑时间,再确认日期',
  )
  // Less than it had shown, by two days: a clock that was ahead is put right.
  machine.set(-2 * DAY)
  const again = await enter(deskOf(root), 'admin')
  const earlier = { time: '09:00', day: '2026-11-21' }
  const asked = await again.submit(await again.get('/sync'), '/sync/day#day', earlier)
  expect(asked.text).toContain('您填的是 2026-11-21,但本机以前到过 2026-11-23')
  expect(asked.text).toContain('确认以后全县都按这一天办理')
  const done = await again.submit(asked, '/sync/day#day', { ...earlier, sure: 'yes' })
  expect(done.text).toContain('各节点从此按县中心的时间对时')
  expect(done.text).not.toContain(said)
  // It stands until somebody has looked at what was done meanwhile.
  expect(done.text).toContain('李敏确认今天是 2026-11-21;本机时钟当时显示 2026-11-21,以前到过 2026-11-23')
  expect(done.html).toContain('value="county-day-2026-11-21"')
  expect(done.html).toContain('action="/sync/day#day"')
})

test('P216 at the county a clerk is shown no form for the day, and what a clerk posts all the same is refused', async () => {
  const machine = openMachine()
  const storage = new MemoryStorage()
  const open = { station: COUNTY, lease: 1, storage, host: machine.host } as const
  const first = await openNode(open)
  const people = [
    await account(first, 'window', '周文', 'clerk', COUNTY),
    await account(first, 'admin', '李敏', 'administrator', COUNTY),
  ]
  await publish(first, [...STATIONS, nodeRecord(first, null), ...people])
  await first.engine.stop()
  machine.set(-DAY)
  const root = await openNode({ ...open, keys: first.identity.keys })
  const desk = deskOf(root)
  const [window, admin] = [await enter(desk, 'window'), await enter(desk, 'admin')]
  const page = await window.get('/sync')
  expect(page.html).toContain('<div id="day">')
  expect(page.html).not.toContain('action="/sync/day')
  const form = await admin.get('/sync')
  expect(form.html).toContain('action="/sync/day#day"')
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page.html) ?? []
  const confirmed = { day: '2026-11-22', time: '09:00', sure: 'yes', asked: '2026-11-22 09:00' }
  const posted = await window.post('/sync/day', { ...confirmed, csrf })
  expect(posted.status).toBe(403)
  expect(posted.text).toContain('须由管理员、协调员或首席代表确认')
  expect(root.engine.office.isDayInDoubt()).toBe(true)
})

test('P227 who confirmed a day can confirm another one also while the parent cannot say it', async () => {
  const { start, machine, root } = await place(0)
  machine.set(in2009)
  const township = await start()
  const clerk = await enter(deskOf(township), 'clerk')
  await clerk.submit(await clerk.get('/sync'), '/sync/day#day', { time: '09:00', day: '2026-11-24' })
  await root.engine.stop()
  const { keys } = root.identity
  const host = hostWith(() => in2009 + MET)
  const silent = await openNode({ station: COUNTY, lease: 1, keys, storage: root.storage, incarnation: 2, host })
  const link = connect(township, silent)
  await until('they are connected', async () => Boolean((await township.engine.office.status()).parent?.connected))
  const page = await clerk.get('/sync')
  expect(page.text).toContain('日期或时间不对的,在这里重新确认')
  const done = await clerk.submit(page, '/sync/day#day', { time: '10:00', day: '2026-11-25' })
  expect(done.text).toContain('2026年11月25日 周三 10:00 办理')
  link.cut()
})

test('P234 of cases of others the list of wrong days says how many there are, and nothing else', async () => {
  const hall = await openPlace()
  const clerk = await hall.as('window')
  const { id } = await openCase(clerk)
  const days = '/sync/days?from=2026-01-01&until=2026-12-31'
  expect((await clerk.get(days)).html).toContain(`<a href="/cases/${id}">`)
  const other = await (await hall.as('environment')).get(days)
  expect(other.text).toContain('另有 1 件不在您的查看范围')
  expect(other.html).not.toContain(id)
})
