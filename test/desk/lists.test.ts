/** Lists and search. */
import { beforeAll, expect, test } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'
import { ID_NUMBER, openPlace, type Place, TOWNSHIP, type Visitor } from './place.ts'
import { act, captureCase, openCase } from './walk.ts'

let place: Place
let agent: Visitor
let clerk: Visitor
let first: { id: string; number: string }
beforeAll(async () => {
  place = await openPlace()
  agent = await place.as('agent')
  clerk = await place.as('clerk')
  const { id, receipt } = await captureCase(agent, '欧阳翠花')
  first = { id, number: /[0-9]{12}-[0-9]{6}-[A-Z]{3}-[0-9]{4}-./.exec(receipt.text)?.[0] ?? '' }
})

const search = (visitor: Visitor, text: string) => visitor.get(`/search?q=${encodeURIComponent(text)}`)

test('P19 a number leads to its case with or without hyphens; names, ID numbers and phones are found', async () => {
  expect((await search(agent, first.number)).path).toBe(`/cases/${first.id}`)
  expect((await search(agent, first.number.replaceAll('-', ''))).path).toBe(`/cases/${first.id}`)
  for (const text of ['欧阳', '翠', ID_NUMBER, '13812345678'])
    expect((await search(agent, text)).text).toContain('欧阳翠花')
  // What a scanner reads from the receipt, and what stands on it before the number.
  expect((await search(agent, `${first.number} ${'f6'.repeat(16)}`)).path).toBe(`/cases/${first.id}`)
  expect((await search(agent, `办件编号:${first.number}`)).path).toBe(`/cases/${first.id}`)
  const misread = first.number.replace(/.$/, (last) => (last === '7' ? '8' : '7'))
  expect((await search(agent, misread)).text).toContain('多半有一个字符看错或写错了')
  const nothing = await search(agent, '司马')
  expect(nothing.text).toContain('没有找到“司马”')
  const other = await place.as('other')
  expect((await search(other, first.number)).text).not.toContain('欧阳翠花')
  expect((await search(other, '欧阳')).text).not.toContain('欧阳翠花')
})

test('P20 lists show identity numbers by their end only and are paged by key', async () => {
  const wanted = LIMITS.pageRows + 3
  const numbers = new Set<string>()
  for (let count = 0; count < wanted; count++) await openCase(clerk)
  let page = await clerk.get('/')
  for (let pages = 0; pages < 5; pages++) {
    for (const [number] of page.text.matchAll(/510724103-[0-9]{6}-[A-Z]{3}-[0-9]{4}-./g)) numbers.add(number)
    const next = /href="(\/\?[^"]*after=[^"]*)"/.exec(page.html)?.[1]
    if (!next) break
    page = await clerk.get(next.replaceAll('&amp;', '&'))
  }
  expect(numbers.size).toBe(wanted)
  const list = await agent.get('/')
  expect(list.text).toContain('****002X')
  expect(list.html).not.toContain(ID_NUMBER)
})

test('P33 what waits for this station comes before everything else on its work page', async () => {
  await act(agent, first.id, 'offered', { to: TOWNSHIP, materials: '8' })
  const work = await clerk.get('/')
  const waiting = work.text.indexOf('等待本站签收')
  expect(waiting).toBeGreaterThan(-1)
  expect(waiting).toBeLessThan(work.text.indexOf('本站办件'))
  expect(work.text).toContain('联丰村代办点 → 花荄镇便民服务中心,已发出未签收')
  expect((await agent.get('/transfers')).text).toContain(first.number)
  expect((await clerk.get('/?stage=00')).text).toContain('草稿')
  expect((await agent.get('/?stage=20')).text).toContain('现在没有这样的办件')
})
