import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publishSample } from '#hub/samples/sample.ts'
import type { NodeId } from '#protocol/ids.ts'
import { openBrowser } from '#test/browser/browser.ts'
import { OTHER, openPlace, type Place, VILLAGE } from '#test/desk/place.ts'
import { expectReadable } from '#test/desk/readable.ts'
import { type Served, serveDesk } from '#test/desk/serve.ts'

/** A bound for a machine that runs all other tests at the same time. */
const BROWSER_MILLISECONDS = 240_000
const PAGE_BYTES = 60 * 1024

/** A township's new computer, the dead one before it and a village that still belongs below that. */
const [DEAD, SUCCESSOR, CHILD] = ['d', 'e', 'f'].map((digit) => digit.repeat(32) as NodeId) as [NodeId, NodeId, NodeId]
const NODE = `/hub/nodes/${SUCCESSOR}`
const NODES = ([DEAD, SUCCESSOR, CHILD] as const).map((id, index) => ({
  type: 'node' as const,
  id,
  version: 0,
  name: `桑枣镇便民服务中心的${index + 1}号电脑`,
  publicKey: 'ab'.repeat(32),
  stations: [id === CHILD ? VILLAGE : OTHER],
  parent: id === CHILD ? DEAD : null,
  addresses: [`https://sangzao-${index}.a-long-name.of-the-county.example:8443/`],
  lease: 100 + index,
  revoked: id === DEAD ? { time: 1, reason: '电脑损坏' } : null,
}))

let place: Place
let served: Served
let browser: Browser
const contexts = new Map<string, BrowserContext>()

beforeAll(async () => {
  place = await openPlace({ secure: false })
  expect(await publishSample(place.office, place.accounts)).toMatchObject({ ok: true })
  const root = place.office.directory.nodes().find(({ parent }) => parent === null)?.id ?? null
  const nodes = NODES.map((node) => ({ ...node, parent: node.parent ?? root }))
  expect(await place.office.publish(null, nodes)).toMatchObject({ ok: true })
  served = await serveDesk(place.desk)
  browser = await openBrowser()
}, BROWSER_MILLISECONDS)

afterAll(async () => {
  await browser?.close()
  await served?.close()
})

async function contextOf(name: string): Promise<BrowserContext> {
  const known = contexts.get(name)
  if (known) return known
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'zh-CN' })
  const { cookies } = await place.as(name)
  await context.addCookies([...cookies].map(([key, value]) => ({ name: key, value, url: served.address })))
  contexts.set(name, context)
  return context
}

const DEADLINE = '/deadlines?start=2026-02-10&days=20&from-0=2026-02-25&until-0=2026-03-02'
const PAGES: readonly (readonly [who: string, path: string])[] = [
  ['admin', '/hub/catalogue'],
  ['admin', '/hub/catalogue/SL0002'],
  ['admin', '/hub/catalogue/SL0003/edit'],
  ['admin', '/hub/catalogue/new'],
  ['admin', '/hub/catalogue/import'],
  ['admin', '/hub/settings/departments?edit=MZ'],
  ['admin', '/hub/settings/windows?edit=510724-Z01'],
  ['admin', '/hub/settings/letters'],
  ['admin', '/hub/settings/calendars'],
  ['admin', '/hub/settings/rules'],
  ['admin', '/hub/settings/regions'],
  ['admin', '/hub/people'],
  ['admin', '/hub/nodes'],
  ['admin', NODE],
  ['supervisor', '/hub/settings/presence'],
  ['clerk', '/guide?q=%E7%94%B3%E8%AF%B7'],
  ['clerk', '/guide/SL0002'],
  ['clerk', '/guide/SL0002/notice'],
  ['clerk', '/guide/SL0002/disclosure'],
  ['clerk', '/representatives?all=yes'],
  ['agent', DEADLINE],
  ['agent', '/deadlines?start=2026-12-28&days=5'],
]

test(
  'P130 no page overflows sideways at 1366×768 or 390×844, is larger than 60 KB, or has a serious finding of axe',
  async () => {
    for (const [who, path] of PAGES) {
      const page = await (await contextOf(who)).newPage()
      const response = await page.goto(served.address + path)
      expect([path, response?.status()]).toEqual([path, 200])
      expect([path, (await response?.body())?.length]).toEqual([
        path,
        expect.toSatisfy((size: number) => size < PAGE_BYTES),
      ])
      await expectReadable(page, path)
      await page.close()
    }
  },
  BROWSER_MILLISECONDS,
)
