/** Guides, deadlines and representatives at a village that the county reached once and cannot reach now. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAccounts } from '#edge-node/commands/account/accounts.ts'
import { passwordRecord } from '#edge-node/commands/account/passwords.ts'
import { createDesk } from '#edge-node/desk/desk.ts'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import { SAMPLE_DEPARTMENTS } from '#hub/samples/departments.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Letter } from '#protocol/casework/directory.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { PersonId } from '#protocol/ids.ts'
import { COUNTY, type County, connect, openCounty, publish, until, VILLAGE } from '#test/engine/county.ts'
import { enter, PASSWORD, type Visitor } from './place.ts'

let county: County
let agent: Visitor

const LETTER: Letter = {
  type: 'letter',
  id: '安民授〔2026〕1号',
  version: 0,
  department: 'MZ',
  station: COUNTY,
  person: 'someone.far' as PersonId,
  items: null,
  powers: ['accept'],
  from: '2024-01-01' as Day,
  until: '2099-12-31' as Day,
  revoked: null,
}

beforeAll(async () => {
  county = await openCounty()
  const { root, township, village } = county
  const password = await passwordRecord(root.engine.office, PASSWORD)
  const person = { type: 'person', version: 1, station: VILLAGE, roles: ['agent'], password, disabled: false } as const
  await publish(root, [{ ...person, id: 'agent' as PersonId, name: '李成' }])
  await publish(root, [...SAMPLE_DEPARTMENTS, ...SAMPLE_CALENDARS, ...SAMPLE_ITEMS, LETTER])
  const upper = connect(township, root)
  const { directory } = township.engine.office
  await until('the township knows the village', () => directory.node(village.identity.node) !== undefined)
  const lower = connect(village, township)
  const here = village.engine.office.directory
  await until(
    'the village holds the catalogue',
    () => here.letters().length > 0 && here.items().length >= SAMPLE_ITEMS.length,
  )
  await until('the village knows its agent', () => here.person('agent' as PersonId) !== undefined)
  for (const link of [lower, upper]) link.cut()
  await Promise.all([lower.ended, upper.ended])
  const { office } = village.engine
  const desk = createDesk({ office, accounts: createAccounts(office), title: '安县政务服务网', secure: true })
  agent = await enter(desk, 'agent')
})

afterAll(() => Promise.all([county.village, county.township, county.root].map((node) => node.engine.stop())))

test('P120 a village without network prints guides, explains deadlines and names representatives it does not know', async () => {
  expect((await agent.get('/')).text).toContain('离线')
  const guide = await agent.get('/guide/SL0002')
  expect(guide.text).toContain('安县民政局')
  expect(guide.text).toContain('之后县里的调整要等同步到达')
  expect((await agent.get('/guide/SL0002/notice')).text).toContain('居民身份证')
  expect((await agent.get('/guide?q=gljt')).text).toContain('高龄津贴申请')
  expect((await agent.get('/deadlines?start=2026-02-10&days=5')).text).toContain('最后一天是 2026年2月24日 周二')
  expect((await agent.get('/representatives')).text).toContain('没有有效的授权书')
  expect((await agent.get('/representatives?all=yes')).text).toContain('someone.far(姓名以所在站点公示为准)')
  expect((await agent.get('/hub/catalogue')).status).toBe(404)
})
