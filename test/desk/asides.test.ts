/** What the page of a case says of facts that are set aside: which ones, who deals with them, what became of them. */
import { expect, test, vi } from 'vitest'
import type { CaseState, StoryLine } from '#protocol/casework/case.ts'
import { asideWords } from '#protocol/casework/rules/reasons.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail } from '#protocol/result.ts'
import { openPlace, VILLAGE } from './place.ts'
import { act, captureCase } from './walk.ts'

const because = (resolved: NonNullable<StoryLine['aside']>['resolved'] = null): Partial<StoryLine> => ({
  epoch: null,
  aside: { reason: 'foreign-person', ...asideWords('foreign-person'), resolved },
})

/** A case of the township with so many notes, whose story reads as changed: taking in is its second line, notes follow. */
async function told(
  notes: number,
  change: (story: readonly StoryLine[]) => readonly StoryLine[],
  forksIn: (story: readonly StoryLine[]) => CaseState['forks'] = () => [],
) {
  const place = await openPlace()
  const clerk = await place.as('clerk')
  const { id } = await captureCase(clerk, '罗大成')
  for (let note = 0; note < notes; note++) await act(clerk, id, 'noted', { text: `第 ${note} 次电话` })
  const { view } = place.office
  vi.spyOn(place.office, 'view').mockImplementation(async (...asked) => {
    const found = await view.apply(place.office, asked)
    if (!found.ok) return found
    const story = change(found.value.state.story)
    const open = story.filter(({ aside }) => aside !== null && aside.resolved === null)
    const state = { ...found.value.state, story, asideOpen: open.length, forks: forksIn(story) }
    const isHere = asked[0].station === state.holder && asked[0].roles.includes('chief')
    const offers = open.map(({ hash }) => ({
      kind: 'dismissed' as const,
      title: '不采纳',
      subject: hash,
      source: '',
      allowed: true as const,
      fields: [],
    }))
    return {
      ...found,
      value: { ...found.value, state, acts: [...found.value.acts, ...(isHere ? offers : [])] },
    } as never
  })
  return async (name: string) => {
    const page = await (await place.as(name)).get(`/cases/${id}`)
    // Where a link or a strong word ends, the text has a blank.
    return { html: page.html, text: page.text.replaceAll(' ', '') }
  }
}
const asides = (story: readonly StoryLine[]) => story.map((line, at) => (at > 0 ? { ...line, ...because() } : line))

test('P240 the box of what waits names it and links it, and says who deals with it', async () => {
  const read = await told(1, asides)
  const chief = await read('chief')
  expect(chief.text).toContain('有2条记录暂不生效:备注、收件。在下面的经过里逐条处理:采纳或不采纳。')
  const links = [...chief.html.matchAll(/<a href="#(fact-[0-9a-f]{12})">/g)].map(([, anchor]) => anchor)
  expect(links).toHaveLength(2)
  for (const anchor of links) expect(chief.html).toContain(`id="${anchor}"`)
  const other = await read('supervisor')
  expect(other.text).toContain('有2条记录暂不生效:备注、收件。由主办的花荄镇便民服务中心处理:采纳或不采纳。')
  expect(other.text).not.toContain('在下面的经过里逐条处理')
})

test('P240 of very many of them the latest are named', async () => {
  const { text } = await (await told(LIMITS.shownAsides + 2, asides))('chief')
  const names = Array.from({ length: LIMITS.shownAsides }, () => '备注').join('、')
  expect(text).toContain(`有${LIMITS.shownAsides + 3}条记录暂不生效:${names}等。`)
})

test('P240 the last thing that happened is one that took effect', async () => {
  const page = await (await told(1, asides))('chief')
  expect(/最近:[^<]*/.exec(page.html)?.[0]).toContain('建件')
})

test('P240 what was adopted says from when it counts, and who adopts or dismisses says what', async () => {
  const adopted = (kind: 'adopted' | 'dismissed') => (story: readonly StoryLine[]) => {
    const [opened, received, note] = story
    if (!opened || !received || !note) throw new Error('too short a story')
    const fields: StoryLine['fields'] = { fact: received.hash, ...(kind === 'adopted' ? {} : { reason: '重复' }) }
    return [
      opened,
      { ...received, ...because({ by: kind, fact: note.hash }) },
      { ...note, kind, title: kind === 'adopted' ? '采纳' : '不采纳', fields },
    ]
  }
  const taken = (await (await told(1, adopted('adopted')))('chief')).text
  expect(taken).toContain('已采纳,由王芳09:00的“采纳”起作数(原来没有生效:署名的人当日不在该站点任职,也没有受委托)。')
  expect(taken).not.toContain('暂不生效')
  expect(taken).toContain('采纳的记录:王芳09:00的“收件”')
  const left = (await (await told(1, adopted('dismissed')))('chief')).text
  expect(left).toContain('暂不生效:署名的人当日不在该站点任职,也没有受委托。王芳09:00标为不采纳。')
  expect(left).toContain('不采纳的记录:王芳09:00的“收件”')
  for (const text of [taken, left]) expect(text).not.toContain('照常作数')
})

test('P240 a dismissal of what is in force says that it stays so', async () => {
  const read = await told(1, ([opened, received, note]) => {
    if (!opened || !received || !note) throw new Error('too short a story')
    return [
      opened,
      received,
      { ...note, kind: 'dismissed', title: '不采纳', fields: { fact: received.hash, reason: '重复' } },
    ]
  })
  expect((await read('chief')).text).toContain('不采纳的记录:王芳09:00的“收件”(它没有暂不生效,照常作数)')
})

test.each([
  ['resolved by another', { by: 'dismissed' as const }, '(它已由另一条记录处理,这次不采纳没有作数)'],
  ['still open', null, '(不归写下的站点定,这次不采纳没有作数,仍等现在的主办站点处理)'],
])('P246 a dismissal of what is %s does not look effective', async (_, resolution, words) => {
  const read = await told(1, ([opened, received, note]) => {
    if (!opened || !received || !note) throw new Error('too short a story')
    const resolved = resolution === null ? null : { by: resolution.by, fact: opened.hash }
    const fields = { fact: received.hash, reason: '重复' }
    return [opened, { ...received, ...because(resolved) }, { ...note, kind: 'dismissed', title: '不采纳', fields }]
  })
  expect((await read('chief')).text).toContain(`不采纳的记录:王芳09:00的“收件”${words}`)
})

test('P246 a dismissal made while the case is stopped leaves it to the ruling, whatever it says', async () => {
  const read = await told(
    1,
    ([opened, received, note]) => {
      if (!opened || !received || !note) throw new Error('too short a story')
      const aside = {
        reason: 'fork' as const,
        ...asideWords('fork'),
        resolved: { by: 'dismissed' as const, fact: note.hash },
      }
      const fields = { fact: received.hash, reason: '重复' }
      return [opened, { ...received, epoch: null, aside }, { ...note, kind: 'dismissed', title: '不采纳', fields }]
    },
    ([opened, received]) => (opened && received ? [{ after: opened.hash, facts: [received.hash] }] : []),
  )
  const { text } = await read('chief')
  expect(text).toContain('不采纳的记录:王芳09:00的“收件”(办件已停住,这次不采纳不作数,等县中心改派)')
  expect(text).not.toContain('标为不采纳')
})

test('C141 a refusal beside its field calls stations by the names that people know', async () => {
  const place = await openPlace()
  const clerk = await place.as('clerk')
  const { id } = await captureCase(clerk, '罗大成')
  const message = `封存之后有 1 处内容是站点${VILLAGE}改的`
  const refused = fail('changes-unseen', message, '', '', 'text')
  vi.spyOn(place.office, 'act').mockResolvedValue(refused)
  const page = await act(clerk, id, 'noted', { text: '电话联系过' })
  expect(page.status).toBeGreaterThanOrEqual(400)
  expect(page.text).toContain('内容是联丰村代办点改的')
  expect(page.text).not.toContain(VILLAGE)
})
