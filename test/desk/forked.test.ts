/** What people read and can do where two stations signed for one case: it stops, and the coordinator decides. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { casesNumbered } from '#edge-node/commands/cases/search.ts'
import type { Actor } from '#protocol/engine/office.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { as, EAST, EAST_VILLAGE, forkedCounty, LANDS, person, sees } from './forked.ts'
import { act } from './walk.ts'

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

const BOTH = '自然资源局窗口、永安镇便民服务中心都已签收,只能由一个接着办'

test('P243 the head of a stopped case says who has signed for it and who decides, and nothing of a signature', async () => {
  const coordinator = await county.visitor('coordinator')
  const mine = (await coordinator.get(`/cases/${county.id}`)).text
  expect(mine).toContain(`办件已停住,等您改派。 ${BOTH}。请核对后在“改派”里选定由谁接着办`)
  for (const name of ['agent', 'lands', 'east'] as const) {
    const { text } = await (await county.visitor(name)).get(`/cases/${county.id}`)
    expect(text, name).toContain(`办件已停住,等县中心协调员改派。 ${BOTH}`)
    expect(text, name).not.toContain('未签收')
    expect(text, name).toContain('停住以前由谁负责 红岩村便民服务代办点')
  }
})

test('P243 no list of transfers has it, and the list of the holder says that it stands still', async () => {
  const offered = await county.root.engine.office.find({ inTransfer: true })
  expect(offered.rows.map(({ id }) => id)).not.toContain(county.id)
  const agent = await county.visitor('agent')
  expect((await agent.get('/')).text).toContain('红岩村便民服务代办点,已停住,等县中心改派')
  expect((await agent.get('/transfers')).text).not.toContain(county.number)
  expect((await (await county.visitor('lands')).get('/transfers')).text).not.toContain(county.number)
})

test('P243 the board has stopped cases above the transfers, and so has the first page of the coordinator', async () => {
  const coordinator = await county.visitor('coordinator')
  const board = await coordinator.get('/hub/transfers')
  const [stopped = '', transfers = ''] = board.text.split('在途的移交,最早发出的在前')
  expect(stopped).toContain('已停住的办件,等协调员改派')
  expect(stopped).toContain(county.number)
  expect(stopped).toContain(BOTH)
  expect(transfers).not.toContain(county.number)
  expect(board.html).toContain(`href="/cases/${county.id}?act=reassigned#acts"`)
  expect((await coordinator.get('/')).text).toContain('已停住,等您改派')
})

/** The lines of the story without markup, newest first. */
const storyOf = (html: string): readonly string[] =>
  (html.split('<ol class="desk-story"')[1] ?? '')
    .split('<li class="desk-line')
    .slice(1)
    .map((line) => line.replace(/<[^>]*>/g, '').replace(/\s+/g, ''))

test('P244 the page leads the coordinator with the ruling, and tells everybody else that it is nobody’s turn', async () => {
  const mine = await (await county.visitor('coordinator')).get(`/cases/${county.id}`)
  expect(mine.text).toContain('下一步:改派')
  expect(mine.html).toContain(`action="/cases/${county.id}/acts/reassigned"`)
  expect(mine.text).not.toContain('现在没有轮到您办的事')
  for (const name of ['agent', 'lands', 'east'] as const) {
    const { text } = await (await county.visitor(name)).get(`/cases/${county.id}`)
    expect(text, name).toContain('办件已停住,等县中心协调员改派;现在没有轮到您办的事。')
    expect(text, name).not.toContain('办件由红岩村')
  }
})

test('P244 the records of a stopped case are told by sides, and nobody is told to adopt or to dismiss', async () => {
  const { html, text } = await (await county.visitor('coordinator')).get(`/cases/${county.id}`)
  const plain = text.replaceAll(' ', '')
  expect(plain).toContain('第一边:签收(自然资源局窗口)')
  expect(plain).toContain('第二边:撤回移交(红岩村便民服务代办点)、移交(红岩村便民服务代办点)、签收(永安镇便民服务中心)')
  const told = storyOf(html).filter((line) => line.includes('边,暂不生效'))
  expect(told.map((line) => /第.*/.exec(line)?.[0])).toEqual([
    '第二边,暂不生效:写在本边的撤回移交之后,随它一起定。等县中心协调员改派,现在不用采纳或不采纳。',
    '第二边,暂不生效:写在本边的撤回移交之后,随它一起定。等县中心协调员改派,现在不用采纳或不采纳。',
    '第二边,暂不生效:和另一边的签收冲突。等县中心协调员改派,现在不用采纳或不采纳。',
    '第一边,暂不生效:和另一边的撤回移交冲突。等县中心协调员改派,现在不用采纳或不采纳。',
  ])
  expect(plain).not.toContain('采纳或不采纳。由主办')
  expect(plain).not.toContain('处理:采纳或不采纳')
})

test('P245 a station whose records a fork set aside finds the case, and its first page says that it stands still', async () => {
  const east = await county.visitor('east')
  const first = (await east.get('/')).text
  expect(first).toContain('本站的记录暂不生效')
  expect(first).toContain('有的已停住、等县中心改派')
  expect(first).toContain(county.number)
  expect((await east.get('/sync')).text).toContain(county.number)
  for (const asked of [county.number, '罗大成'])
    expect((await east.get(`/search?q=${encodeURIComponent(asked)}`)).text).toContain(county.number)
  const { office } = county.root.engine
  const found = (who: Actor) => casesNumbered(office, who, county.number)
  expect(await found(person(EAST, ['clerk']))).toHaveLength(1)
  expect(await found(person(EAST_VILLAGE, ['agent']))).toEqual([])
  const nothing = (await east.get('/search?q=没有这个人')).text
  expect(nothing).toContain('本机查得到的是本站经手、已经同步到本机的办件')
})

test('C35 P246 while a case is stopped no party dismisses a record of it, and the page offers no such thing', async () => {
  const { office } = county.village.engine
  const { story } = value(await office.state(county.id))
  const taken = story.find(({ kind, station }) => kind === 'taken' && station === EAST)
  const fields = { fact: taken?.hash ?? '', reason: '没有移交给它' }
  const done = await office.act(as('agent'), county.id, 'dismissed', fields)
  expect(done).toMatchObject({ ok: false, problem: { code: 'fork' } })
  expect((await (await county.visitor('agent')).get(`/cases/${county.id}`)).html).not.toContain('/acts/dismissed"')
})

test('C15 P245 after the ruling its side counts, and the other stations are told who has the case, why, and what is left to do', async () => {
  const ruled = await forkedCounty()
  const coordinator = await ruled.visitor('coordinator')
  await act(coordinator, ruled.id, 'reassigned', { to: LANDS, reason: '材料在窗口' })
  for (const node of [ruled.east, ruled.lands, ruled.village])
    await sees(node, ruled.id, ({ holder }) => holder === LANDS)
  for (const name of ['east', 'agent'] as const) {
    const visitor = await ruled.visitor(name)
    expect((await visitor.get('/')).text, name).toContain('本站的记录暂不生效')
    const { text } = await visitor.get(`/cases/${ruled.id}`)
    expect(text, name).toContain(
      '本站的记录没有采用。 办件现在由自然资源局窗口主办,本站不用再办。县中心改派的原因:材料在窗口。',
    )
    expect(text, name).toContain('同一环节已有别的站点签收、退回或县中心认可的记录')
  }
  const lands = await ruled.visitor('lands')
  expect((await lands.get('/')).text).not.toContain('本站的记录暂不生效')
  expect((await lands.get(`/cases/${ruled.id}`)).text).not.toContain('本站的记录没有采用')
  const { office } = ruled.lands.engine
  const { story, epoch } = value(await office.state(ruled.id))
  const taken = story
    .filter(({ kind }) => kind === 'taken')
    .map(({ station, aside }) => [station, aside?.reason ?? null])
  expect(new Map(taken as [string, string | null][])).toEqual(
    new Map([
      [LANDS, null],
      [EAST, 'orphan'],
    ]),
  )
  expect(story.at(-1)).toMatchObject({ kind: 'reassigned', epoch, aside: null })
  for (const { hash, aside } of value(await office.state(ruled.id)).story)
    if (aside) value(await office.act(as('lands'), ruled.id, 'dismissed', { fact: hash, reason: '已按改派办理' }))
  await sees(ruled.east, ruled.id, ({ asideOpen }) => asideOpen === 0)
  const east = await ruled.visitor('east')
  expect((await east.get('/')).text).not.toContain('本站的记录暂不生效')
  expect((await east.get(`/search?q=${ruled.number}`)).path).toBe(`/cases/${ruled.id}`)
  await ruled.close()
})
