/** What people read and can do where two stations signed for one case: it stops, and the coordinator decides. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EAST, forkedCounty, LANDS } from './forked.ts'

let county: Awaited<ReturnType<typeof forkedCounty>>
beforeAll(async () => {
  county = await forkedCounty()
})
afterAll(() => county.close())

/** The choices of a list in their order, as group and label. */
const choicesOf = (html: string): readonly string[] =>
  [...html.matchAll(/<optgroup label="([^"]*)">([\s\S]*?)<\/optgroup>/g)].flatMap(([, group, inside = '']) =>
    [...inside.matchAll(/<option[^>]*>([^<]*)</g)].map(([, label]) => `${group}:${label}`),
  )

test('P242 the coordinator may rule for each station of the fork and for the holder; they come first, with what they did', async () => {
  const coordinator = await county.visitor('coordinator')
  const { html } = await coordinator.get(`/cases/${county.id}?act=reassigned`)
  expect(choicesOf(html)).toEqual([
    '分叉涉及的站点:红岩村便民服务代办点(现在的主办,已撤回移交、移交)',
    '分叉涉及的站点:自然资源局窗口(已签收)',
    '分叉涉及的站点:永安镇便民服务中心(已签收)',
    '上级:安昌镇便民服务中心',
    '县中心:安县政务服务中心',
  ])
  for (const station of [EAST, LANDS]) expect(html).toContain(`value="${station}"`)
})

test('P242 at an open transfer its two stations come first', async () => {
  const id = await county.offer('陈新华')
  const coordinator = await county.visitor('coordinator')
  const { html } = await coordinator.get(`/cases/${id}?act=reassigned`)
  expect(choicesOf(html).slice(0, 3)).toEqual([
    '这次移交的站点:红岩村便民服务代办点(现在的主办)',
    '这次移交的站点:自然资源局窗口(未签收)',
    '上级:安昌镇便民服务中心',
  ])
  expect(choicesOf(html)).toContain('其他站点(经县中心转送):永安镇便民服务中心')
  expect(choicesOf(html).join()).not.toContain('东山村')
})
