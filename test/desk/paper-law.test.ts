/** Every type that people apply for × every paper: the right law, title, seal and remedies, and no word of a licence where none is given. */
import { beforeAll, describe, expect, test } from 'vitest'
import { LAYOUTS, type PrintCode } from '#edge-node/desk/case/paper-layouts.ts'
import type { Paper } from '#edge-node/desk/case/paper-rows.ts'
import type { Desk } from '#edge-node/desk/visit.ts'
import type { Region } from '#protocol/casework/directory.ts'
import { completeItem, completeMaterial, type Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { openPlace, type Page, type Place, TOWNSHIP, type Visitor } from './place.ts'
import { act, captureCase } from './walk.ts'

let place: Place
let clerk: Visitor
let head: Visitor

/** Type, title and words of the decision granted and refused, as they are to stand on paper. */
const TYPES = {
  '01': ['准予行政许可决定书', '决定准予行政许可', '不予行政许可决定书', '决定不予行政许可'],
  '05': ['行政给付决定书', '决定给予行政给付', '不予行政给付决定书', '决定不予行政给付'],
  '07': ['行政确认决定书', '决定予以行政确认', '不予行政确认决定书', '决定不予行政确认'],
  '08': ['行政奖励决定书', '决定给予行政奖励', '不予行政奖励决定书', '决定不予行政奖励'],
  '09': ['行政裁决书', '裁决支持申请人的请求', '行政裁决书', '裁决驳回申请人的请求'],
  '10': ['准予办理决定书', '决定准予办理', '不予办理决定书', '决定不予办理'],
  '20': ['公共服务办理结果通知书', '现予办理', '公共服务不予办理通知书', '现不予办理'],
} as const
type Type = keyof typeof TYPES

const BASIS = '《示范县某某办法》第三条'
const itemOf = (itemType: Type): Item =>
  completeItem({
    id: `LX${itemType}`,
    name: `某某事项${itemType}`,
    itemType,
    basis: BASIS,
    department: 'SC',
    tiers: ['county'],
    materials: [completeMaterial({ id: 'form', name: '申请表' })],
    promised: { days: 10, unit: 'working', note: '' },
  })

beforeAll(async () => {
  place = await openPlace()
  value(await place.office.publish(null, (Object.keys(TYPES) as Type[]).map(itemOf)))
  const rules = place.office.directory.rules()
  value(await place.office.publish(null, [{ ...rules, reviewBody: '安县人民政府', court: '安县人民法院' }]))
  clerk = await place.as('window')
  head = await place.as('head')
})

const OTHER_LAW = '依照《土地管理法》,三十日内向安县人民法院起诉,或者向安县人民政府申请行政复议'
const REMEDIES =
  '不服的,可以自收到文书之日起六十日内向安县人民政府申请行政复议,也可以自收到文书之日起六个月内向安县人民法院提起行政诉讼。'

/** The sheet alone: the bar above it and the page's own head are not handed out. */
async function paper(visitor: Visitor, id: string, title: string): Promise<string> {
  const { html } = await visitor.get(`/cases/${id}`)
  const href = new RegExp(`href="(/cases/[0-9a-f]+/papers/[0-9a-f]{64})">(?:打印)?${title}<`).exec(html)?.[1]
  return sheetOf(await visitor.get(href ?? `no ${title}`))
}

const sheetOf = ({ html, status }: Page): string =>
  `${status} ${(/<article class="(?:paper|receipt)">[\s\S]*<\/article>/.exec(html)?.[0] ?? '').replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')}`

describe.for(Object.entries(TYPES) as [Type, (typeof TYPES)[Type]][])('type %s', ([type, words]) => {
  const isLicence = type === '01'
  const [grantedTitle, granted, refusedTitle, refused] = words
  const ground = (article: string) =>
    isLicence ? `根据《中华人民共和国行政许可法》${article}` : '根据本事项的设定依据'
  const seal = isLicence ? '(加盖行政许可专用章)' : '(加盖公章)'

  test('P270 P271 receipt, acceptance and grant', async () => {
    const { id, receipt } = await captureCase(clerk, '张秀英', `LX${type}`)
    expect(sheetOf(receipt).includes('自收到申请材料之日起即为受理')).toBe(isLicence)
    const taken = await paper(clerk, id, '收件凭证')
    expect(taken.includes('自收到申请材料之日起即为受理')).toBe(isLicence)
    expect(taken).toContain(seal)
    await act(clerk, id, 'accepted')
    const accepted = await paper(clerk, id, '受理通知书')
    for (const part of [ground('第三十二条第一款第五项'), seal]) expect(accepted).toContain(part)
    expect(accepted.includes(BASIS)).toBe(!isLicence)
    await act(head, id, 'decided', { result: 'granted', opinion: '符合' })
    const decision = await paper(head, id, '决定书')
    for (const part of [grantedTitle, granted, ground('第三十八条第一款'), BASIS, '(加盖公章)'])
      expect(decision).toContain(part)
    expect(decision).not.toContain('复议')
    if (!isLicence) for (const sheet of [taken, accepted, decision]) expect(sheet).not.toContain('许可')
  })

  test('P270 C159 a refusal names its ground and, without anybody typing them, its remedies', async () => {
    const { id } = await captureCase(clerk, '张秀英', `LX${type}`)
    await act(clerk, id, 'accepted')
    // 裁决 goes to court within the days of other laws: whoever decides writes which.
    const remedies = type === '09' ? OTHER_LAW : REMEDIES
    const typed: Record<string, string> = type === '09' ? { remedies } : {}
    const refusal = { result: 'refused', opinion: '不符合', reasons: '条件不符' }
    if (type === '09') expect((await act(head, id, 'decided', refusal)).text).toContain('请填写救济途径')
    await act(head, id, 'decided', { ...refusal, ...typed })
    const decision = await paper(head, id, '决定书')
    for (const part of [refusedTitle, refused, ground('第三十八条第二款'), remedies]) expect(decision).toContain(part)
    const other = await captureCase(clerk, '李明', `LX${type}`)
    await act(clerk, other.id, 'rejected', {
      outcome: 'not-competent',
      organ: '市局',
      reasons: '不属本机关职权',
      ...typed,
    })
    const rejection = await paper(clerk, other.id, '不予受理通知书')
    for (const part of [ground('第三十二条第一款第二项'), remedies, seal]) expect(rejection).toContain(part)
    if (!isLicence) for (const sheet of [decision, rejection]) expect(sheet).not.toContain('许可')
  })

  test('P270 no other paper speaks of a licence where none is given', async () => {
    const { id } = await captureCase(clerk, '王五', `LX${type}`)
    const actor = { person: 'window', station: '510724', roles: ['clerk'] } as never
    const view = value(await place.office.view(actor, id as never))
    const line = view.state.story.at(-1)
    if (!line) throw new Error('nothing was written')
    const drawn: Paper = { desk: { office: place.office } as Desk, view, line }
    for (const code of Object.keys(LAYOUTS) as PrintCode[]) {
      const { text, notes, title } = LAYOUTS[code]
      const said = [text(drawn), ...(notes?.(drawn) ?? []), title?.(drawn) ?? ''].join()
      if (!isLicence) expect([code, said]).toEqual([code, expect.not.stringMatching(/许可|法定形式|即为受理/)])
      // What an item's own basis says of pauses and extensions nobody knows: there nothing is claimed.
      const articles = { D04: '第三十二条第一款第四项', D07: '第四十五条', D08: '第四十二条', D16: '第四十三条' }
      for (const [of, article] of Object.entries(articles))
        if (of === code && (isLicence || of === 'D04')) expect(said).toContain(ground(article))
    }
  })
})

test('P270 an item called 某某申请 is not said to be its own application', async () => {
  const item = { ...itemOf('05'), id: 'LXSQ', name: '最低生活保障申请', basis: '' }
  value(await place.office.publish(null, [item]))
  const { id } = await captureCase(clerk, '张秀英', 'LXSQ')
  await act(clerk, id, 'accepted')
  const accepted = await paper(clerk, id, '受理通知书')
  expect(accepted).toContain('您提出的“最低生活保障申请”,材料齐全')
  // Nothing is published of its basis: what was published, the guide, is what the paper rests on.
  expect(accepted).toContain('按照公布的办事指南')
  expect(accepted).not.toContain('设定依据')
})

test('C158 what the desk says a rule follows is an example where the licensing law does not bind', async () => {
  const [benefit, licence] = [await captureCase(clerk, '张秀英', 'LX05'), await captureCase(clerk, '张秀英', 'LX01')]
  const [first, second] = [await clerk.get(`/cases/${benefit.id}`), await clerk.get(`/cases/${licence.id}`)]
  expect(first.text).toContain('依据:参照《行政许可法》')
  expect(first.text).not.toContain('依据:《行政许可法》')
  expect(second.text).toContain('依据:《行政许可法》')
  const clocks = (id: string) => clerk.get(`/cases/${id}/clocks/T1`)
  expect((await clocks(benefit.id)).text).toContain('参照《行政许可法》第三十二条')
  expect((await clocks(licence.id)).text).not.toContain('参照')
  const refused = await act(clerk, benefit.id, 'notified', { missing: '', days: '10' })
  expect(refused.text).not.toContain('(依据:《行政许可法》')
})

test('P271 the guide says where to turn against a refusal', async () => {
  const guide = await clerk.get('/guide/LX05')
  expect(guide.text).toContain(`不服怎么办 ${REMEDIES}`)
})

test('P272 the paper of a township’s item is that township’s, whose government no department of the catalogue is', async () => {
  const region = (id: string, name: string): Region => ({
    ...{ type: 'region', id, version: 0, name, from: '2020-01-01' as Day, until: null, successor: null },
  })
  const item = { ...itemOf('01'), id: 'LXZJ', name: '宅基地审批', level: '5', tiers: ['township'] } as Item
  value(await place.office.publish(null, [item, region(TOWNSHIP, '花荄镇')]))
  const [township, chief] = [await place.as('clerk'), await place.as('chief')]
  const { id } = await captureCase(township, '张秀英', item.id)
  await act(township, id, 'accepted')
  const accepted = await paper(township, id, '受理通知书')
  expect(accepted).toContain('花荄镇人民政府')
  expect(accepted).toContain('花荄镇政府受〔2026〕')
  expect(accepted).not.toContain('县市场监督管理局')
  await act(chief, id, 'decided', { result: 'refused', opinion: '不符合', reasons: '一户一宅' })
  expect(await paper(chief, id, '决定书')).toContain('花荄镇人民政府')
})
