/** Clocks that show a day which no number can bear. */
import { expect, test } from 'vitest'
import { type Day, FIRST_DAY } from '#protocol/casework/time/days.ts'
import { morningOf } from '#test/clock/host.ts'
import { ITEM, openPlace } from './place.ts'
import { act, captureCase } from './walk.ts'

test.each(['1970-01-05', '1999-12-31', '2100-01-01', '2150-06-01', '9999-12-30'])(
  'P233 under a clock that shows %s no case is opened, in words, and every page comes',
  async (day) => {
    const place = await openPlace({ start: morningOf(day as Day) })
    const agent = await place.as('agent')
    const refused = await agent.submit(await agent.get('/capture'), '/capture', { item: ITEM })
    expect(refused.status).toBe(409)
    const why = day < FIRST_DAY ? '比它已有的资料还早,不知道今天是哪一天' : '编号只能是 2000 到 2099 年的日期'
    expect(refused.text).toContain(`本机时钟显示 ${day},${why},不能编号`)
    expect(refused.text).toContain('没有建件')
    expect(refused.text).toMatch(/请校正电脑时间|电脑时间不对的请校正/)
    const admin = await place.as('admin')
    for (const path of [
      '/',
      '/sync',
      '/search?q=a',
      '/hub/nodes',
      '/hub/settings/letters',
      '/guide',
      '/guide/deadline',
    ])
      expect((await admin.get(path)).status, path).toBeLessThan(500)
    expect(place.faults).toEqual([])
  },
)

test('P233 a case of the last day that can be numbered goes on, without a paper that needs a number', async () => {
  const place = await openPlace({ start: morningOf('2099-12-31' as Day) })
  const { id, receipt } = await captureCase(await place.as('clerk'))
  expect(receipt.text).toContain('-991231-')
  place.pass(24 * 60)
  const clerk = await place.as('clerk')
  expect((await act(clerk, id, 'noted', { text: '明年再来' })).status).toBe(200)
  const accepted = await act(clerk, id, 'accepted')
  expect(accepted.status).toBe(409)
  expect(accepted.text).toContain('本机时钟显示 2100-01-01')
  expect(place.faults).toEqual([])
})
