/** Guides, notices and public sheets of items at a counter. */
import { beforeAll, expect, test } from 'vitest'
import type { Letter } from '#protocol/casework/directory.ts'
import { completeItem, completeMaterial, type Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { PersonId } from '#protocol/ids.ts'
import { openHall } from '#test/hub/register.ts'
import { type Place, TOWNSHIP, type Visitor } from './place.ts'

const ITEM: Item = completeItem({
  id: 'XK0101',
  name: '烟花爆竹经营(零售)许可',
  pinyin: 'yanhuabaozhu yhbz',
  department: 'YJ',
  tiers: ['township', 'county'],
  effectiveFrom: '2026-01-01' as Day,
  basis: '《烟花爆竹安全管理条例》第十六条',
  conditions: '有固定的经营场所',
  procedure: '申请、受理、审查、决定、送达',
  permissions: '县级应急管理部门审批',
  promised: { days: 10, unit: 'working', note: '' },
  statutory: { days: 20, unit: 'working', note: '' },
  materials: [
    completeMaterial({ id: 'm1', name: '经营场所证明', form: 'both', copies: 2, basis: '条例第十八条' }),
    completeMaterial({ id: 'm2', name: '安全培训证明', required: false, deferrableDays: 5 }),
  ],
  fees: [
    { id: 'c1', name: '工本费', standard: '每证 10 元', basis: '川价费〔2008〕1号', range: { from: 1000, to: 1000 } },
  ],
  place: '县政务服务中心 A12 窗口',
  phone: '0816-4330001',
  complaintPhone: '0816-4339999',
  leaderPhone: '0816-4330000',
  sample: true,
})
const LETTER: Letter = {
  type: 'letter',
  id: '安应急授〔2026〕1号',
  version: 0,
  department: 'YJ',
  station: TOWNSHIP,
  person: 'chief' as PersonId,
  items: ['XK0101'],
  powers: ['accept', 'examine'],
  from: '2026-01-01' as Day,
  until: '2026-12-31' as Day,
  revoked: null,
}

let place: Place
let clerk: Visitor
beforeAll(async () => {
  place = await openHall()
  clerk = await place.as('clerk')
  const planned = { ...ITEM, id: 'XK0102', name: '明年才有的事项', effectiveFrom: '2027-01-01' as Day }
  expect(await place.office.publish(null, [ITEM, planned, LETTER])).toMatchObject({ ok: true })
})

test('P120 the guide says everything of the item, which edition it is, how old the catalogue is, and that it is a sample', async () => {
  const page = await clerk.get('/guide/XK0101')
  for (const words of [
    '烟花爆竹经营(零售)许可',
    '办事指南',
    '《烟花爆竹安全管理条例》第十六条',
    '原件及复印件 2 份',
    '可容缺,受理后 5 天内补齐',
    '依据:条例第十八条',
    '10 个工作日',
    '20 个工作日',
    '工本费:每证 10 元(10.00 元)',
    '县政务服务中心 A12 窗口',
    '0816-4339999',
    '第 1 版,2026-01-01 起实施',
    '目录更新到 2026年11月20日',
    '样例:内容仅供试用,不得作为办事依据',
  ])
    expect(page.text).toContain(words)
  expect((await clerk.get('/guide/NOPE')).status).toBe(404)
})

test('P121 the notice before filing has every material with a box, the time, the fee, and room to sign', async () => {
  const { text } = await clerk.get('/guide/XK0101/notice')
  expect(text.match(/□/g)).toHaveLength(2)
  expect(text).toContain('安全培训证明(需要时)')
  expect(text).toContain('受理后 10 个工作日(法定 20 个工作日)')
  expect(text).toContain('每证 10 元')
  expect(text).toContain('0816-4330001')
  expect(text).toContain('被告知人:____')
})

test('P122 the public sheet follows the list that the county has adopted', async () => {
  const seven = await clerk.get('/guide/XK0101/disclosure')
  expect(seven.text).toMatch(
    /七公开 公示.*项目名称.*设立依据.*申报材料.*办理程序.*承诺期限.*收费标准.*收费依据 工本费:川价费〔2008〕1号/,
  )
  expect(seven.text).not.toContain('审批权限')
  await place.office.publish(null, [{ ...place.office.directory.rules(), disclosure: 'eight' }])
  const eight = await clerk.get('/guide/XK0101/disclosure')
  expect(eight.text).toMatch(
    /八公开 公示.*管理办法.*审批权限 县级应急管理部门审批.*部门领导 0816-4330000;窗口 0816-4330001/,
  )
})

test('P123 the counter finds what may be applied for today by name, code, pinyin, department and tier', async () => {
  const search = async (query: Readonly<Record<string, string>>) =>
    (await clerk.get(`/guide?${new URLSearchParams(query)}`)).text
  const queries: Readonly<Record<string, string>>[] = [
    { q: '烟花' },
    { q: 'xk0101' },
    { q: 'yhbz' },
    { department: 'YJ' },
    { q: '烟花', tier: 'county' },
  ]
  for (const query of queries) expect(await search(query)).toContain('烟花爆竹经营(零售)许可')
  expect(await search({ q: '烟花', tier: 'village' })).toContain('没有找到这样的事项')
  expect(await search({ q: '明年才有' })).toContain('没有找到这样的事项')
})

test('P124 representatives whose letters are in force are named with powers, phones and where to complain; revoked ones are not', async () => {
  const page = await clerk.get('/representatives')
  for (const words of [
    '周敏',
    '首席代表',
    '受理权、审核权',
    '烟花爆竹经营(零售)许可',
    '0816-4330001',
    '0816-4339999',
    '有效到 2026-12-31',
  ])
    expect(page.text).toContain(words)
  const revoked = { from: '2026-11-20' as Day, reason: '换人' }
  const all = place.office.directory.letters().map((each) => ({ ...each, revoked }))
  expect(await place.office.publish(null, all)).toMatchObject({ ok: true })
  expect((await clerk.get('/representatives')).text).toContain('没有有效的授权书')
})
