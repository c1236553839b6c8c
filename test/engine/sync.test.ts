import { expect, test } from 'vitest'
import type { Result } from '#protocol/result.ts'
import { COUNTY, connect, openCounty, person, TOWNSHIP, until, VILLAGE } from './county.ts'

export function value<Of>(result: Result<Of>): Of {
  if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`)
  return result.value
}

test('S1 a case captured offline in the village reaches the county through the township, and the decision comes back', async () => {
  const { root, township, village } = await openCounty()
  const first = connect(township, root)
  await until('township has the stations', () => township.engine.office.stations.length === 1)
  const second = connect(village, township)
  await until('village has its station', () => village.engine.office.stations.length === 1)
  first.cut()
  second.cut()
  await first.ended
  await second.ended
  const agent = person(VILLAGE, ['agent'])
  const office = village.engine.office
  const { id, number } = value(await office.openCase(agent, 'SL0001'))
  value(await office.edit(agent, id, 'application', { set: { applicant: '王芳', phone: '13800001111' } }))
  value(await office.act(agent, id, 'captured', { materials: 2 }))
  value(await office.act(agent, id, 'offered', { to: TOWNSHIP, materials: 2 }))
  expect((await office.safetyOf([id])).get(id)).toBe('here')
  expect((await office.status()).casesOnlyHere).toBe(1)
  connect(village, township)
  await until('at the township', async () => (await township.engine.office.byNumber(number))[0] !== undefined)
  await until('acknowledged by the township', async () => (await office.safetyOf([id])).get(id) === 'parent')
  const clerk = person(TOWNSHIP, ['clerk'])
  value(await township.engine.office.act(clerk, id, 'taken', { materials: 2 }))
  value(await township.engine.office.act(clerk, id, 'received', { materials: 2 }))
  value(await township.engine.office.act(clerk, id, 'offered', { to: COUNTY, materials: 2 }))
  connect(township, root)
  await until('safe at the county', async () => (await office.safetyOf([id])).get(id) === 'root')
  const handler = person(COUNTY, ['handler'])
  await until('offered at county', async () => (await root.engine.office.byNumber(number))[0]?.offeredTo === COUNTY)
  for (const [kind, fields] of [
    ['taken', { materials: 2 }],
    ['accepted', {}],
    ['decided', { result: 'granted', opinion: '同意' }],
    ['closed', {}],
  ] as const)
    value(await root.engine.office.act(handler, id, kind, fields))
  await until('closed in the village', async () => (await office.byNumber(number))[0]?.stage === '60')
  const state = value(await office.view(agent, id)).state
  expect(state.holder).toBe(COUNTY)
  expect(state.applicant.name).toBe('王芳')
  expect(value(await root.engine.office.view(handler, id)).state).toEqual(state)
})
