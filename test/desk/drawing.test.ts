/** Pages over what a hostile member wrote and what cannot be drawn: the rest of the page is there. */
import { expect, test } from 'vitest'
import { mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import type { Office } from '#protocol/engine/office.ts'
import type { DocumentId } from '#protocol/ids.ts'
import type { Draft } from '#protocol/log/entry.ts'
import { openHall, report, TOWNSHIP, until } from './hall.ts'
import { enter } from './place.ts'

const LATEST = 8.64e15

test('P219 times, offsets, versions and ages at every bound take no page down', async () => {
  const { office, raw, write, opening, deskOver, faults } = await openHall()
  const bounds: Partial<Draft>[] = [
    { time: LATEST, clockOffset: LATEST },
    { time: 0, clockOffset: -LATEST },
    { time: LATEST, clockOffset: null, catalogueVersion: Number.MAX_SAFE_INTEGER },
    { time: 0, clockOffset: null, calendarVersion: Number.MAX_SAFE_INTEGER },
    { time: 0, clockOffset: null, catalogueVersion: 253_402_271_999_999 },
  ]
  const openings = bounds.map((given, place) => opening(`510724100-261120-BCD-000${place}`, given))
  await write(...openings)
  const most = Number.MAX_SAFE_INTEGER
  const told = { age: most, unsentEntries: most, unsentCases: most, clockOffset: most, version: '9' }
  raw.send({ type: 'status', nodes: [report(raw, told)] })
  await until('it is heard', async () => (await office.nodesBelow()).some(({ version }) => version === '9'))
  const [coordinator, admin] = [await enter(deskOver(office), 'coordinator'), await enter(deskOver(office), 'admin')]
  for (const path of ['/', '/transfers', '/search?q=510724', '/sync', '/hub/transfers', '/hub/nodes'])
    expect((await coordinator.get(path)).status, path).toBe(200)
  for (const path of ['/hub/nodes', '/sync']) expect((await admin.get(path)).status, path).toBe(200)
  for (const { document } of openings) expect((await coordinator.get(`/cases/${document}`)).status).toBe(200)
  expect(faults).toEqual([])
  // A version that no date names proves nothing: the entry has the day of its author’s clock.
  const fourth = await office.state(openings[3]?.document as DocumentId)
  expect(fourth.ok && fourth.value.days.opened).toBe('1970-01-01')
})

const numbered = (running: number): string => mintNumber({ station: TOWNSHIP, day: '2026-11-20', lane: 7, running })
const [FIRST, SECOND] = [numbered(1), numbered(2)]

test('P218 P261 a day that the county doubted is said beside the fact, with both days, and in one finding', async () => {
  const { raw, write, opening, deskOver, office, clock } = await openHall()
  clock.jumpTo('2026-11-26T09:00+08:00')
  raw.send({ type: 'status', nodes: [report(raw, { connected: true, version: '9' })] })
  await until('it is heard', async () => (await office.nodesBelow()).some(({ version }) => version === '9'))
  const late = opening(FIRST, { time: Date.parse('2026-11-12T09:00+08:00'), clockOffset: 0 })
  await write(late)
  const coordinator = await enter(deskOver(office), 'coordinator')
  const page = await coordinator.get(`/cases/${late.document}`)
  expect(page.text).toContain('县中心 11月26日 首次收到,所记日期 11月12日,期间该节点在线且没有未上交的记录')
  const sync = await coordinator.get('/sync')
  expect(sync.text).toContain(
    `“raw”有 1 条记录的日期要核对;最近一条在办件 ${FIRST}:2026-11-26 09:00 首次收到,所记时间 2026-11-12 09:00,期间该节点在线且没有未上交的记录`,
  )
  expect(sync.text).not.toContain('数据库恢复过')
  // P261: it stands in the head of every page and of the case, and leads to what is looked at.
  const head = await coordinator.get('/')
  expect(head.text).toContain('“raw”有 1 条记录的日期要核对。 记录照常有效')
  expect(head.html).toContain(`href="/sync/doubtful?node=${raw.node}"`)
  const box = '有 1 条记录的日期请核对: 建件 。'
  expect(page.text).toContain(box)
  expect(page.html).toMatch(/id="(fact-[0-9a-f]{12})"[\s\S]*日期请核对/)
  const [, anchor = ''] = /有 1 条记录的日期请核对:<\/strong>\s*<a href="#([^"]+)"/.exec(page.html) ?? []
  expect(page.html).toContain(`id="${anchor}"`)
  const kept = `doubtful-days-${raw.node}`
  const asked = await coordinator.submit(sync, '/sync/checked', { kept })
  expect(asked.text).toContain('这些记录的日期都核对完了吗')
  // Every such case is found from the finding and from the question, not only the one that it names.
  for (const { html } of [sync, asked]) expect(html).toContain(`href="/sync/doubtful?node=${raw.node}"`)
  const list = await coordinator.get(`/sync/doubtful?node=${raw.node}`)
  expect(list.html).toContain(`<a href="/cases/${late.document}">`)
  expect(list.text).toContain('所记 2026年11月12日 09:00,2026年11月26日 09:00 首次收到')
  expect((await coordinator.get(`/sync/doubtful?node=${raw.node}&after=1`)).html).not.toContain(late.document)
  for (const odd of ['', '?node=x', `?node=${raw.node}&after=-1`])
    expect((await coordinator.get(`/sync/doubtful${odd}`)).status, odd).toBe(404)
  expect((await coordinator.submit(asked, '/sync/checked')).text).not.toContain('条记录的日期要核对')
  // Looked at: the record keeps its mark, the heads say nothing more.
  const again = (await coordinator.get(`/cases/${late.document}`)).text
  expect(again).toContain('首次收到,所记日期 11月12日')
  expect(again).not.toContain(box)
})

test('P235 a doubtful time within the day is told to the minute, with the case and the reason; a case without a number by its id', async () => {
  const { raw, write, opening, deskOver, office } = await openHall()
  raw.send({ type: 'status', nodes: [report(raw, { clockOffset: 14 * 86_400_000, version: '9' })] })
  await until('it is heard', async () => (await office.nodesBelow()).some(({ version }) => version === '9'))
  const unknown = { time: Date.parse('2026-11-20T08:15+08:00'), clockOffset: null, catalogueVersion: 0 }
  const off = opening(FIRST, unknown)
  await write(off)
  const coordinator = await enter(deskOver(office), 'coordinator')
  const told = (await coordinator.get('/sync')).text
  expect(told).toContain(
    `最近一条在办件 ${FIRST}:2026-11-20 09:00 首次收到,所记时间 2026-11-20 08:15,该节点的时钟与县中心不符`,
  )
  const words = (await coordinator.get(`/cases/${off.document}`)).text
  expect(words).toContain('2026年11月20日 09:00 首次收到,所记时间 2026年11月20日 08:15,该节点的时钟与县中心不符')
  const nameless = opening('', unknown)
  await write(nameless)
  expect((await coordinator.get('/sync')).text).toContain(
    `最近一条在一个暂无编号的办件(标识 ${nameless.document.slice(0, 8)}…)`,
  )
})

/** The same thing, with a part that nobody can read. */
const broken = <Of extends object>(of: Of, part: keyof Of): Of => {
  const unreadable = {
    toString() {
      throw new Error('stored in a way that nobody can draw')
    },
  }
  return { ...of, [part]: unreadable }
}

test('P219 a row that cannot be drawn says so, the others are there, and people and the log hear of it once', async () => {
  const { office, write, opening, deskOver, faults, raw } = await openHall()
  const [first, second] = [opening(FIRST, {}), opening(SECOND, {})]
  await write(first, second)
  const shown: Office = Object.create(office, {
    find: {
      value: async (query: object) => {
        const page = await office.find(query)
        return { ...page, rows: page.rows.map((row) => (row.id === first.document ? broken(row, 'applicant') : row)) }
      },
    },
    nodesBelow: { value: async () => (await office.nodesBelow()).map((status) => broken(status, 'version')) },
  })
  const coordinator = await enter(deskOver(shown), 'coordinator')
  const list = await coordinator.get('/search?q=510724100')
  expect(list.status).toBe(200)
  expect(list.text).toContain(`这一行无法显示(办件 ${FIRST})`)
  expect(list.html).toContain(`/cases/${second.document}`)
  const nodes = await coordinator.get('/hub/nodes')
  expect(nodes.status).toBe(200)
  expect(nodes.text).toContain('这一行无法显示(raw)')
  await coordinator.get('/hub/nodes')
  expect(faults.length).toBeGreaterThan(0)
  const named = (await office.status()).findings.filter(({ message }) => message.includes('有内容无法显示'))
  expect(named.map(({ message }) => message).toSorted()).toEqual(['raw有内容无法显示', `办件 ${FIRST}有内容无法显示`])
  raw.cut()
})
