/** A county whose clock was ahead and is put right: what its nodes wrote for days that have not come is found and said. */
import { expect, test } from 'vitest'
import { mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import type { RawNode } from '#test/engine/raw-node.ts'
import { openHall } from './hall.ts'
import { enter } from './place.ts'

const numbered = ({ station }: RawNode, day: string, running: number): string =>
  mintNumber({ station, day: day as Day, lane: 7, running })
const at = (day: string) => ({ time: Date.parse(`${day}T09:05+08:00`), clockOffset: 0 })

/** The county goes by 17 December, then by 27 November; a township writes at both times. */
async function putRight() {
  const hall = await openHall()
  const { raw, write, opening, deskOver, office, clock } = hall
  clock.jumpTo('2026-11-27T09:00+08:00')
  const [before, wrong] = [
    opening(numbered(raw, '2026-11-27', 1), at('2026-11-27')),
    opening(numbered(raw, '2026-12-17', 2), at('2026-12-17')),
  ]
  await write(before)
  clock.jumpTo('2026-12-17T09:00+08:00')
  const early = await enter(deskOver(office), 'coordinator')
  await write(wrong)
  expect((await early.get(`/cases/${wrong.document}`)).text).not.toContain('日期请核对')
  clock.jumpTo('2026-11-27T09:00+08:00')
  const coordinator = await enter(deskOver(office), 'coordinator')
  const confirm = async (day: string) => {
    const asked = await coordinator.submit(await coordinator.get('/sync'), '/sync/day#day', { day, time: '09:00' })
    return coordinator.submit(asked, '/sync/day#day', { day, time: '09:00', sure: 'yes' })
  }
  return { ...hall, before, wrong, coordinator, confirm }
}

const LIST = '/sync/not-come?from=2026-12-17&amp;until=2026-12-17'

test('S161 P260 after the county’s day is put right every page leads to the cases of all nodes that bear days to come', async () => {
  const { before, wrong, coordinator, confirm, office } = await putRight()
  const said = await confirm('2026-11-27')
  expect(said.text).toContain('以前到过 2026-12-17;1 件办件的 1 条记录所记日期还没有到')
  const head = await coordinator.get('/guide')
  expect(head.text).toContain('县中心确认过日期:有办件所记日期在这以后(2026-12-17)')
  expect(head.html).toContain(`href="${LIST}"`)
  const question = await coordinator.submit(await coordinator.get('/sync'), '/sync/checked')
  expect(question.html).toContain(`href="${LIST}"`)
  const list = await coordinator.get(LIST.replace('&amp;', '&'))
  expect(list.html).toContain(`<a href="/cases/${wrong.document}">`)
  expect(list.html).not.toContain(before.document)
  expect(list.text).toMatch(/安昌镇便民服务中心:\S+ ,所记 2026年12月17日 09:05;县中心 2026年11月27日 09:0\d 已有/)
  for (const words of ['已写下的日期不能改', '写“备注”', '按“误录”作废']) expect(list.text).toContain(words)
  for (const odd of ['', '?from=2026-12-17', '?from=2026-12-17&until=x', '?from=2026-12-17&until=2026-12-17&after=-1'])
    expect((await coordinator.get(`/sync/not-come${odd}`)).status, odd).toBe(404)
  const story = await coordinator.get(`/cases/${wrong.document}`)
  expect(story.text).toContain('日期请核对 :县中心 11月27日 确认日期时已有这条记录,所记日期 12月17日,当时还没有到')
  expect((await coordinator.get(`/cases/${before.document}`)).text).not.toContain('日期请核对')
  expect(story.text).toContain('有 1 条记录的日期请核对')
  // It stands until somebody has looked; the record keeps its mark, and the list what it had.
  await coordinator.submit(question, '/sync/checked', { sure: 'yes' })
  expect((await coordinator.get('/guide')).html).not.toContain(LIST)
  expect((await office.status()).findings.filter(({ kept }) => kept !== undefined)).toEqual([])
  expect((await coordinator.get(`/cases/${wrong.document}`)).text).toContain('日期请核对')
  expect((await coordinator.get(LIST.replace('&amp;', '&'))).html).toContain(wrong.document)
  const sync = await coordinator.get('/sync')
  expect(sync.text).toContain('所记日期还没有到的办件')
  const [, still = ''] = /href="(\/sync\/not-come[^"]*)"/.exec(sync.html) ?? []
  expect((await coordinator.get(still.replace('&amp;', '&'))).html).toContain(wrong.document)
  // Its last days are counted from a day to come: lists say so.
  expect((await coordinator.get('/search?q=261217')).text).toContain('日期请核对')
  expect((await coordinator.get('/search?q=261127')).text).not.toContain('日期请核对')
})

test('P260 a case that was voided as an error leaves the lists, and its page asks nobody to check its days', async () => {
  const { wrong, coordinator, confirm, office } = await putRight()
  await confirm('2026-11-27')
  expect((await coordinator.get('/sync')).text).toContain('就不再列出')
  const actor = {
    person: 'coordinator' as PersonId,
    name: '',
    station: '510724' as StationCode,
    roles: ['coordinator' as const],
  }
  const fields = { as: 'error', reason: '误录', second: 'admin' }
  expect((await office.act(actor, wrong.document, 'voided', fields)).ok).toBe(true)
  expect((await coordinator.get('/sync')).text).not.toContain('就不再列出')
  expect((await coordinator.get(LIST.replace('&amp;', '&'))).html).not.toContain(wrong.document)
  const page = await coordinator.get(`/cases/${wrong.document}`)
  expect(page.text).toContain('日期请核对 :县中心') // beside the record it stays
  expect(page.text).not.toContain('的日期请核对')
  expect((await coordinator.get('/search?q=261217')).text).not.toContain('日期请核对')
})

test('S161 what is less than a day ahead is marked while its day has not come, and not while the day is in doubt', async () => {
  const { raw, write, opening, deskOver, office, clock } = await openHall()
  clock.jumpTo('2026-11-27T09:00+08:00')
  const tomorrow = opening(numbered(raw, '2026-11-28', 3), {
    time: Date.parse('2026-11-28T08:00+08:00'),
    clockOffset: 0,
  })
  await write(tomorrow)
  const page = async () => {
    const coordinator = await enter(deskOver(office), 'coordinator')
    return (await coordinator.get(`/cases/${tomorrow.document}`)).text
  }
  expect(await page()).toContain('日期请核对 :现在是 11月27日,所记日期 11月28日,还没有到')
  clock.jumpTo('2026-11-28T09:00+08:00')
  expect(await page()).not.toContain('日期请核对')
  clock.jumpTo('2026-11-20T09:00+08:00')
  expect(office.isDayInDoubt()).toBe(true)
  expect(await page()).not.toContain('日期请核对')
})
