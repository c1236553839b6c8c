/** The catalogue at the hub: finding, reading, changing and ending items. */
import { beforeAll, expect, test } from 'vitest'
import { completeItem, completeMaterial, type Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { formOf, type Page, type Place, type Visitor } from '#test/desk/place.ts'
import { openHall } from './register.ts'

const CATALOGUE = '/hub/catalogue'

const ITEM: Item = completeItem({
  id: 'XK0101',
  name: '烟花爆竹经营(零售)许可',
  pinyin: 'yanhuabaozhu yhbz',
  itemType: '01',
  department: 'YJ',
  tiers: ['township', 'county'],
  villageMode: 'none',
  effectiveFrom: '2026-01-01' as Day,
  basis: '《烟花爆竹安全管理条例》第十六条',
  conditions: '有固定的经营场所',
  procedure: '申请、受理、审查、决定、送达',
  promised: { days: 10, unit: 'working', note: '' },
  statutory: { days: 20, unit: 'working', note: '' },
  materials: [completeMaterial({ id: 'm1', name: '经营场所证明', form: 'both', copies: 2, basis: '条例第十八条' })],
  prerequisites: [{ item: 'XK0102', basis: '' }],
})
const OTHER: Item = completeItem({
  ...ITEM,
  id: 'XK0102',
  name: '消防安全检查',
  pinyin: 'xiaofang xfaqjc',
  department: 'XF',
  tiers: ['county'],
  prerequisites: [{ item: 'XK0101', basis: '消防法第十五条' }],
  presence: { due: true, present: false, reason: '检验检测,县府函〔2025〕3号' },
})

let place: Place
let admin: Visitor
beforeAll(async () => {
  place = await openHall()
  admin = await place.as('admin')
  expect(await place.office.publish(null, [ITEM, OTHER])).toMatchObject({ ok: true })
})

const beside = (page: Page, field: string) =>
  new RegExp(`id="hint-${field}"[^>]*>\\s*<span class="field-problem">([^<]+)`).exec(page.html)?.[1] ?? ''
const list = async (query: Readonly<Record<string, string>>) =>
  (await admin.get(`${CATALOGUE}?${new URLSearchParams(query)}`)).text

test('P110 the catalogue finds items by name, code, pinyin, department, tier and state', async () => {
  const queries: Readonly<Record<string, string>>[] = [
    { q: '烟花' },
    { q: 'XK0101' },
    { q: 'yhbz' },
    { department: 'YJ' },
    { q: 'yhbz', tier: 'township' },
  ]
  for (const query of queries) expect(await list(query)).toContain('烟花爆竹经营(零售)许可')
  expect(await list({ q: 'XK01', tier: 'township' })).not.toContain('消防安全检查')
  expect(await list({ q: 'XK0101', state: 'ended' })).toContain('没有这样的事项')
  expect(await list({ q: 'XK0101', state: 'incomplete' })).toContain('没有这样的事项')
  const gap = completeItem({ ...ITEM, id: 'XK0103', name: '缺依据的事项', basis: '', prerequisites: [] })
  await place.office.publish(null, [gap])
  expect(await list({ q: 'XK01', state: 'incomplete' })).toContain('缺依据的事项')
})

test('P111 an item shows its fields, both disclosure lists, prerequisites both ways and its editions', async () => {
  const { text } = await admin.get(`${CATALOGUE}/XK0101`)
  for (const words of [
    '《烟花爆竹安全管理条例》第十六条',
    '经营场所证明',
    '应急管理局',
    '七公开(发布前须填满) 已填满',
    '缺:审批权限',
    '没有依据,属于擅自增设',
    '以本事项为前置:消防安全检查',
    '互为前置',
    '第 1 版(正在看)',
  ])
    expect(text).toContain(words)
  const supervisor = await place.as('supervisor')
  expect((await supervisor.get(`${CATALOGUE}/XK0101`)).html).not.toContain('/edit')
  expect((await supervisor.get(`${CATALOGUE}/XK0101/edit`)).status).toBe(403)
})

test('P113 publication waits for the disclosure list, in words and beside the field; a check publishes nothing', async () => {
  const action = `${CATALOGUE}/XK0101/edit`
  const form = await admin.get(action)
  expect(formOf(form, action)).toMatchObject({ name: ITEM.name, 'promised.days': '10', effectiveFrom: '2026-11-21' })
  const typed = { changeBasis: '安府发〔2026〕9号', procedure: '', conditions: '改过的条件' }
  const blocked = await admin.submit(form, action, { ...typed, step: 'publish' })
  expect(blocked.status).toBe(422)
  expect(blocked.text).toContain('还不能发布')
  expect(blocked.text).toContain('办理程序没有填写')
  expect(formOf(blocked, action)).toMatchObject({ conditions: '改过的条件', changeBasis: '安府发〔2026〕9号' })
  const checked = await admin.submit(blocked, action, { procedure: '申请、决定', step: 'check' })
  expect(checked.text).toContain('检查通过,可以发布')
  expect(place.office.directory.editions('XK0101')).toHaveLength(1)
  const unread = await admin.submit(checked, action, {
    'promised.days': '十天',
    materials: '|证明|是|原件|二|依据',
    step: 'publish',
  })
  expect(beside(unread, 'promised.days')).toContain('“十天”须是整数')
  expect(beside(unread, 'materials')).toContain('复印件份数:“二”须是整数')
  expect(place.office.directory.editions('XK0101')).toHaveLength(1)
})

test('P112 a change becomes the next edition; the one before ends the day before, and nothing is kept until then', async () => {
  const action = `${CATALOGUE}/XK0101/edit`
  const form = await admin.get(action)
  const late = await admin.submit(form, action, {
    step: 'publish',
    effectiveFrom: '2025-12-31',
    changeBasis: '安府发〔2026〕9号',
  })
  expect(beside(late, 'effectiveFrom')).toContain('新版须在现行版次生效')
  const nameless = await admin.submit(form, action, { step: 'publish', changeBasis: '' })
  expect(beside(nameless, 'changeBasis')).toContain('依据文件')
  const done = await admin.submit(late, action, {
    step: 'publish',
    effectiveFrom: '2026-12-01',
    'promised.days': '8',
    materials: `${formOf(form, action).materials}\n|安全培训证明|否|复印件|1|条例第十九条||||否`,
  })
  expect(done.path).toBe(`${CATALOGUE}/XK0101?done=published`)
  const [first, second] = place.office.directory.editions('XK0101')
  expect(first).toMatchObject({ edition: 1, effectiveUntil: '2026-11-30', promised: { days: 10 } })
  expect(second).toMatchObject({ edition: 2, effectiveFrom: '2026-12-01', promised: { days: 8 }, effectiveUntil: null })
  expect(second?.sample).toBe(false)
  expect(second?.change).toEqual({ type: 'adjusted', basis: '安府发〔2026〕9号' })
  expect(second?.materials).toEqual([
    ...ITEM.materials,
    expect.objectContaining({ id: 'm2', name: '安全培训证明', required: false }),
  ])
  expect(place.office.directory.openable('XK0101', '2026-11-20' as Day)?.edition).toBe(1)
  expect((await admin.get(`${CATALOGUE}/XK0101?edition=1`)).text).toContain('第 1 版(正在看)')
  const announced = '现行第 1 版,第 2 版待实施'
  expect(done.text).toContain(announced)
  expect((await admin.get(`${CATALOGUE}?q=XK0101`)).text).toContain(announced)
})

test('P112 a new item is published with its pinyin made from its name, and its code is given once', async () => {
  const action = `${CATALOGUE}/new`
  const typed = { ...formOf(await admin.get(action), action), step: 'publish', id: 'QT0900', name: '户外广告备案' }
  const content = {
    ...typed,
    changeBasis: '安府发〔2026〕10号',
    department: 'ZF',
    basis: '城市市容管理条例',
    procedure: '当场登记',
    conditions: '无需提交材料',
    'promised.days': '1',
    itemType: '10',
    tiers: 'county',
    villageMode: 'none',
  }
  const done = await admin.post(action, content)
  expect(done.path).toBe(`${CATALOGUE}/QT0900?done=published`)
  expect(place.office.directory.item('QT0900')).toMatchObject({ edition: 1, pinyin: 'huwaiguanggaobeian hwggba' })
  expect(beside(await admin.post(action, content), 'id')).toContain('已经用过')
})

test('P115 a cancelled item keeps its place with the basis, opens no more cases and has no further edition', async () => {
  const page = await admin.get(`${CATALOGUE}/XK0102`)
  const action = `${CATALOGUE}/XK0102/end`
  const blank = await admin.submit(page, action, { effectiveFrom: '2026-12-15' })
  expect(blank.status).toBe(422)
  expect(formOf(blank, action).effectiveFrom).toBe('2026-12-15')
  const done = await admin.submit(blank, action, { changeBasis: '国发〔2026〕7号' })
  expect(done.text).toContain('已终止')
  expect(done.text).toContain('国发〔2026〕7号')
  expect(done.html).not.toContain(`${CATALOGUE}/XK0102/edit`)
  expect(place.office.directory.openable('XK0102', '2026-12-14' as Day)?.edition).toBe(1)
  expect(place.office.directory.openable('XK0102', '2026-12-15' as Day)).toBeUndefined()
  expect((await admin.get(`${CATALOGUE}/XK0102/edit`)).status).toBe(404)
})

test('P109 the report gives shares with both numbers, absent items with reasons, circles and conditions without basis', async () => {
  const { text } = await admin.get('/hub/settings/presence')
  for (const words of [
    '进驻率',
    '授权率',
    '承诺提速率',
    '检验检测,县府函〔2025〕3号',
    '烟花爆竹经营(零售)许可 → 消防安全检查',
    '前置“消防安全检查”没有法律法规依据,属于擅自增设',
  ])
    expect(text).toContain(words)
  expect(text).toMatch(/全县 .* 承诺 \d+ \/ 法定 \d+/)
  expect(text).toMatch(/消防救援大队 50\.0% 1 \/ 2/)
})
