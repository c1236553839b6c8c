/** A case from the village to delivery, by forms alone. */
import { beforeAll, expect, test } from 'vitest'
import { COUNTY, openPlace, type Place, TOWNSHIP } from './place.ts'
import { act, captureCase } from './walk.ts'

let place: Place
beforeAll(async () => {
  place = await openPlace()
})

test('P30 a case goes from capture to delivery through forms alone, without a script', async () => {
  const agent = await place.as('agent')
  const clerk = await place.as('clerk')
  const chief = await place.as('chief')
  const { id, receipt } = await captureCase(agent)
  expect(receipt.path).toContain(`/cases/${id}/receipt`)
  expect(receipt.text).toContain('代收凭证')

  const sent = await act(agent, id, 'offered', { to: TOWNSHIP, materials: '8' })
  expect(sent.text).toContain('已发出未签收')
  expect((await clerk.get('/')).text).toContain('等待本站签收')
  const taken = await act(clerk, id, 'taken', { materials: '8' })
  expect(taken.text).toContain('“签收”已办')
  expect((await act(clerk, id, 'received')).text).toContain('“收件”已办')
  expect((await act(clerk, id, 'accepted')).text).toContain('“受理”已办')
  expect((await act(chief, id, 'decided', { result: 'granted', opinion: '符合条件' })).text).toContain('已决定·准予')
  expect((await act(chief, id, 'closed', { document: '安民〔2026〕1号' })).text).toContain('已办结')
  const done = await act(clerk, id, 'delivered', { recipient: '张秀英' })
  expect(done.status).toBe(200)
  expect(done.text).toContain('已送达')
  expect(COUNTY).toBe('510724')
  expect(place.faults).toEqual([])
})
