import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { publishSample } from '#hub/samples/sample.ts'
import { openBrowser } from '#test/browser/browser.ts'
import { openPlace, type Place } from '#test/desk/place.ts'
import { expectReadable } from '#test/desk/readable.ts'
import { type Served, serveDesk } from '#test/desk/serve.ts'

/** A bound for a machine that runs all other tests at the same time. */
const BROWSER_MILLISECONDS = 240_000
const PAGE_BYTES = 60 * 1024

let place: Place
let served: Served
let browser: Browser
const contexts = new Map<string, BrowserContext>()

beforeAll(async () => {
  place = await openPlace({ secure: false })
  expect(await publishSample(place.office, place.accounts)).toMatchObject({ ok: true })
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
