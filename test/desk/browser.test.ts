import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'
import { openBrowser } from '#test/browser/browser.ts'
import { LICENCE_ID } from './licence.ts'
import { COUNTY, ENVIRONMENT, formOf, ID_NUMBER, openPlace, PASSWORD, type Place, TOWNSHIP } from './place.ts'
import { expectReadable } from './readable.ts'
import { type Served, serveDesk } from './serve.ts'
import { act, captureCase, openCase } from './walk.ts'

/** A bound for a machine that runs all other tests at the same time. */
const BROWSER_MILLISECONDS = 240_000

let place: Place
let served: Served
let browser: Browser
const contexts = new Map<string, BrowserContext>()
const ids = { draft: '', offered: '', held: '', captured: '', licence: '' }
let paper = ''

beforeAll(async () => {
  place = await openPlace({ secure: false })
  const agent = await place.as('agent')
  const clerk = await place.as('clerk')
  ids.offered = (await captureCase(agent, '张秀英')).id
  await act(agent, ids.offered, 'offered', { to: TOWNSHIP, materials: '8', note: '下午班车带到' })
  ids.captured = (await captureCase(agent, '欧阳翠花')).id
  ids.draft = (await openCase(agent)).id
  ids.held = (await captureCase(clerk, '王建国')).id
  await act(clerk, ids.held, 'accepted', { note: '齐全' })
  const { id } = await captureCase(clerk, '赵六')
  await act(clerk, id, 'offered', { to: COUNTY, materials: '8' })
  await licence()
  served = await serveDesk(place.desk)
  browser = await openBrowser()
}, BROWSER_MILLISECONDS)

/** A licence with everything on its page: notice, co-department, fee, special procedure, papers. */
async function licence(): Promise<void> {
  const [window, handler] = [await place.as('window'), await place.as('handler')]
  ids.licence = (await captureCase(window, '孙建国', LICENCE_ID)).id
  await act(window, ids.licence, 'notified', { 'missing-pick': '1', missing: '场所照片', days: '15' })
  await act(window, ids.licence, 'supplemented', { 'items-pick': '0,1' })
  await act(window, ids.licence, 'charged', { fee: 'test', amount: '66.5' })
  const content = '油烟排放是否符合要求'
  const invitation = { to: ENVIRONMENT, department: '县生态环境局', due: '2026-11-25', content }
  await act(window, ids.licence, 'invited', invitation)
  await act(window, ids.licence, 'assigned', { to: 'handler' })
  const done = await act(handler, ids.licence, 'suspended', { procedure: 'inspection', days: '10', approver: 'head' })
  paper = /href="(\/cases\/[0-9a-f]+\/papers\/[0-9a-f]{64})"/.exec(done.html)?.[1] ?? ''
  await window.submit(await window.get('/consultations'), '/consultations', { matter: '办小餐饮要带什么' })
  await handler.submit(await handler.get('/absences'), '/absences', { reason: '培训', until: '2026-11-24' })
}

afterAll(async () => {
  await browser?.close()
  await served?.close()
})

/** A tab of a signed-in person; nobody for the empty name. */
async function tab(name: string, path: string): Promise<Page> {
  let context = contexts.get(name)
  if (!context) {
    context = await browser.newContext({ viewport: { width: 1366, height: 768 }, locale: 'zh-CN' })
    contexts.set(name, context)
    if (name !== '') {
      const page = await context.newPage()
      await page.goto(`${served.address}/sign-in`)
      await page.waitForSelector('[name=name]:focus') // what is typed before goes nowhere
      await page.keyboard.type(name)
      await page.keyboard.press('Tab')
      await page.keyboard.type(PASSWORD)
      await page.keyboard.press('Enter')
      await page.waitForURL(`${served.address}/`)
      await page.close()
    }
  }
  const page = await context.newPage()
  await page.goto(served.address + path)
  return page
}

const everyPage = (): readonly (readonly [who: string, path: string])[] => [
  ['', '/sign-in'],
  ['clerk', '/'],
  ['agent', '/capture'],
  ['agent', `/cases/${ids.draft}/form`],
  ['agent', `/cases/${ids.captured}/receipt`],
  ['clerk', `/cases/${ids.offered}`],
  ['chief', `/cases/${ids.held}`],
  ['coordinator', `/cases/${ids.offered}?act=reassigned`],
  ['window', `/cases/${ids.licence}`],
  ['handler', `/cases/${ids.licence}?act=resumed`],
  ['window', `/cases/${ids.licence}?act=offered`],
  ['window', `/cases/${ids.licence}?act=why`],
  ['environment', `/cases/${ids.licence}?act=opined`],
  ['window', `/cases/${ids.licence}/clocks/T2p`],
  ['window', `/cases/${ids.licence}/fees`],
  ['window', paper],
  ['window', '/'],
  ['window', '/?due=week'],
  ['handler', '/mine'],
  ['handler', '/absences'],
  ['handler', '/handovers'],
  ['window', '/consultations'],
  ['environment', '/joint'],
  ['cashier', '/fees'],
  ['cashier', '/fees/month'],
  ['clerk', '/transfers'],
  ['clerk', '/search?q=张'],
  ['clerk', '/sync'],
  ['clerk', '/nothing'],
  ['coordinator', '/hub/transfers'],
  ['admin', '/hub/nodes'],
  ['admin', '/hub/stations'],
  ['admin', '/hub/people'],
  ['admin', '/hub/enrolment'],
  ['auditor', '/audit'],
]

test(
  'P50 no page overflows sideways at 1366×768 or 390×844, and axe has no serious or critical finding on any',
  async () => {
    for (const [who, path] of everyPage()) {
      const page = await tab(who, path)
      await expectReadable(page, path)
      await page.close()
    }
  },
  BROWSER_MILLISECONDS,
)

test(
  'P51 a clerk captures a case by keyboard alone; every field is saved as it is typed and survives a closed window',
  async () => {
    const page = await tab('agent', '/capture')
    await page.waitForSelector('#item-search:focus')
    await page.keyboard.type('gljt')
    await page.waitForSelector('#items[data-query="gljt"]')
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/cases\/[0-9a-f]{32}\/form$/)
    await page.waitForSelector('[name=a-applicant]:focus')
    const type = async (text: string) => {
      await page.keyboard.type(text)
      await page.keyboard.press('Enter')
    }
    await type('刘桂芳')
    await type('11010519491231002x')
    await page.waitForSelector('#hint-a-idNumber:has-text("1949-12-31 出生")')
    await page.waitForSelector('#saved:has-text("已保存")')
    const again = await tab('agent', new URL(page.url()).pathname)
    expect(await again.inputValue('[name=a-applicant]')).toBe('刘桂芳')
    expect(await again.inputValue('[name=a-idNumber]')).toBe(ID_NUMBER)
    await again.close()
    for (const text of ['13812345678', '联丰村', '联丰村3组']) await type(text)
    await page.fill('[name=a-birthDate]', '1949-12-31')
    await page.keyboard.press('Enter')
    await type('6217000000000000')
    // A key chooses in a list as in any program: 原 for 原件 and so on; here by arrows. Enter goes on to the next field.
    for (let material = 0; material < 4; material++) {
      for (let down = 0; down < 3; down++) await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Enter')
    }
    await page.keyboard.press('Control+Enter')
    await page.waitForURL(/\/receipt/)
    expect(await page.textContent('body')).toContain('刘桂芳')
    expect(await page.textContent('.receipt')).toContain('银行卡或存折:原件和复印件 1 份')
    await page.close()
  },
  BROWSER_MILLISECONDS,
)

test(
  'P13 what is typed, saved and typed back stands as it is on the screen; a form that is handed in writes over nothing that another window saved',
  async () => {
    const agent = await place.as('agent')
    const { id } = await openCase(agent)
    const page = await tab('agent', `/cases/${id}/form`)
    const leave = async (field: string, text: string) => {
      const saved = page.waitForResponse((response) => response.url().endsWith(`/cases/${id}/fields`))
      await page.fill(`[name=${field}]`, text)
      await page.press(`[name=${field}]`, 'Tab')
      expect((await saved).status()).toBe(200)
    }
    for (const text of ['周错名', '', '周正名']) await leave('a-applicant', text)
    for (const text of ['13812345678', '']) await leave('a-phone', text)
    const again = await tab('agent', `/cases/${id}/form`)
    expect(await again.inputValue('[name=a-applicant]')).toBe('周正名')
    expect(await again.inputValue('[name=a-phone]')).toBe('')
    const other = again.waitForResponse((response) => response.url().endsWith(`/cases/${id}/fields`))
    await again.fill('[name=a-applicant]', '周改名')
    await again.press('[name=a-applicant]', 'Tab')
    await other
    // Saved in a pause, then left: nothing was typed in between, and the other window has put it right meanwhile.
    const paused = page.waitForResponse((response) => response.url().endsWith(`/cases/${id}/fields`))
    await page.locator('[name=a-applicant]').pressSequentially('又')
    await paused
    await again.fill('[name=a-applicant]', '周又正')
    const right = again.waitForResponse((response) => response.url().endsWith(`/cases/${id}/fields`))
    await again.press('[name=a-applicant]', 'Tab')
    await right
    const left = page.waitForResponse((response) => response.url().endsWith(`/cases/${id}/fields`))
    await page.press('[name=a-applicant]', 'Tab')
    expect((await left).status()).toBe(200)
    expect(formOf(await agent.get(`/cases/${id}/form`), `/cases/${id}/form`)['a-applicant']).toBe('周又正')
    await page.click('button[value=stay]:not(.visually-hidden)')
    await page.waitForURL(/saved/)
    expect(await page.inputValue('[name=a-applicant]')).toBe('周又正')
    await again.close()
    await page.close()
  },
  BROWSER_MILLISECONDS,
)

test(
  'P13 what could not be saved while the service was away is saved with the next field that is',
  async () => {
    const agent = await place.as('agent')
    const { id } = await openCase(agent)
    const page = await tab('agent', `/cases/${id}/form`)
    await page.route('**/fields', (route) => route.abort())
    for (const [field, text] of [
      ['a-applicant', '周断网'],
      ['a-phone', '13812345678'],
    ] as const) {
      await page.fill(`[name=${field}]`, text)
      await page.press(`[name=${field}]`, 'Tab')
      await page.waitForSelector('#saved:has-text("没有保存")')
    }
    await page.unroute('**/fields')
    await page.fill('[name=a-idNumber]', ID_NUMBER)
    await page.press('[name=a-idNumber]', 'Tab')
    const stored = async () => formOf(await agent.get(`/cases/${id}/form`), `/cases/${id}/form`)
    await expect
      .poll(async () => [(await stored())['a-applicant'], (await stored())['a-phone']])
      .toEqual(['周断网', '13812345678'])
    expect(await page.inputValue('[name=a-applicant]')).toBe('周断网')
    await page.close()
  },
  BROWSER_MILLISECONDS,
)

test(
  'P52 lists refresh by themselves; a part in which a person types is left alone until the person leaves it',
  async () => {
    const work = await tab('clerk', '/')
    const notes = await tab('chief', `/cases/${ids.held}`)
    const label = '[id="field-text-office-note"]'
    await notes.fill(label, '正在写的半句话')
    const agent = await place.as('agent')
    const clerk = await place.as('clerk')
    const { id } = await captureCase(agent, '司马长风')
    await act(agent, id, 'offered', { to: TOWNSHIP, materials: '8' })
    await work.waitForSelector('#work:has-text("司马长风")')
    await act(clerk, ids.held, 'noted', { text: '窗口补充说明' })
    await notes.waitForSelector('#case-story:has-text("窗口补充说明")')
    expect(await notes.inputValue(label)).toBe('正在写的半句话')
    await notes.waitForSelector('#case-texts[data-stale]')
    await work.close()
    await notes.close()
  },
  BROWSER_MILLISECONDS,
)

test(
  'P53 when the sign-in ends the page leaves for the sign-in, unless something typed would be lost',
  async () => {
    const idle = await tab('coordinator', `/cases/${ids.held}`)
    const typing = await tab('handler', `/cases/${ids.held}`)
    await typing.fill('[id="field-text-office-note"]', '还没有提交的话')
    place.pass(LIMITS.idleMinutes + 1)
    await idle.waitForURL(/\/sign-in\?next=/)
    await typing.waitForSelector('#link-words:has-text("登录已结束")')
    expect(await typing.inputValue('[id="field-text-office-note"]')).toBe('还没有提交的话')
    await idle.close()
    await typing.close()
  },
  BROWSER_MILLISECONDS,
)
