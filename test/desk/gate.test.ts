/** The gate: who comes in, for how long, from which form, and what everybody is spared. */
import { beforeEach, expect, test } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'
import { formOf, openPlace, PASSWORD, type Place } from './place.ts'
import { act, captureCase, openCase } from './walk.ts'

let place: Place
beforeEach(async () => {
  place = await openPlace()
})

const PAGES = [
  '/',
  '/capture',
  '/transfers',
  '/search',
  '/sync',
  '/hub/transfers',
  '/hub/nodes',
  '/hub/stations',
  '/hub/people',
]

test('P1 every page leads to the sign-in first and then to where the person wanted to go', async () => {
  const stranger = place.visitor()
  for (const path of PAGES) expect((await stranger.get(path)).path).toMatch(/^\/sign-in/)
  expect((await stranger.get('/live')).status).toBe(401)
  const form = await stranger.get('/sync')
  const entered = await stranger.submit(form, '/sign-in', { name: 'clerk', password: PASSWORD })
  expect(entered.path).toBe('/sync')
  const away = await place.visitor().get('/sign-in?next=//evil.example/')
  expect(formOf(away, '/sign-in').next).toBe('/')
})

test('P2 the sign-in says whose computer it is, keeps the name, and says in words that an account is locked', async () => {
  const visitor = place.visitor()
  const form = await visitor.get('/sign-in')
  expect(form.text).toContain('安县政务服务中心')
  expect(form.text).toContain('县中心 · 本机即县级数据')
  const wrong = await visitor.submit(form, '/sign-in', { name: 'clerk', password: 'nope' })
  expect(wrong.status).toBe(401)
  expect(formOf(wrong, '/sign-in')).toMatchObject({ name: 'clerk', password: '' })
  let last = wrong
  for (let attempt = 1; attempt < LIMITS.passwordAttempts; attempt++)
    last = await visitor.submit(last, '/sign-in', { name: 'clerk', password: 'nope' })
  const locked = await visitor.submit(last, '/sign-in', { name: 'clerk', password: PASSWORD })
  expect(locked.status).toBe(401)
  expect(locked.text).toContain('锁定')
})

test('P241 a form that a page of somebody else sends is refused in words, also at the sign-in; ours and programs are taken', async () => {
  const visitor = place.visitor()
  const fields = { ...formOf(await visitor.get('/sign-in'), '/sign-in'), name: 'clerk', password: PASSWORD }
  const foreign: readonly Record<string, string>[] = [
    { origin: 'http://evil.example' },
    { origin: 'http://localhost:8081' },
    { origin: 'nonsense' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]
  for (const headers of foreign) {
    const refused = await visitor.post('/sign-in', fields, headers)
    expect([refused.status, refused.text], JSON.stringify(headers)).toEqual([403, expect.stringContaining('别的网站')])
  }
  const ours: readonly Record<string, string>[] = [
    {},
    { origin: 'http://localhost' },
    { origin: 'null', 'sec-fetch-site': 'same-origin' },
    { origin: 'null' },
  ]
  for (const headers of ours)
    expect((await visitor.post('/sign-in', fields, headers)).path, JSON.stringify(headers)).toBe('/')
  const other = await visitor.post('/display', { display: 'large' }, { origin: 'http://evil.example' })
  expect([other.status, other.text]).toEqual([403, expect.stringContaining('别的网站')])
})

test('P237 the first page after wrong passwords tells how many, once; a locked person reads what to do if it was somebody else', async () => {
  const stranger = place.visitor()
  const form = await stranger.get('/sign-in')
  for (let attempt = 0; attempt < 2; attempt++)
    await stranger.submit(form, '/sign-in', { name: 'clerk', password: 'nope' })
  const clerk = place.visitor()
  const first = await clerk.submit(await clerk.get('/sign-in?next=/sync'), '/sign-in', {
    name: 'clerk',
    password: PASSWORD,
  })
  expect(first.path).toBe('/sync')
  expect(first.text).toContain('上次登录以后,这个用户名输错过 2 次密码;不是您本人输错的,请告诉管理员。')
  expect((await clerk.get('/sync')).text).not.toContain('输错过')
  expect((await (await place.as('clerk')).get('/')).text).not.toContain('输错过')
  let last = await stranger.get('/sign-in')
  for (let attempt = 0; attempt < LIMITS.passwordAttempts; attempt++)
    last = await stranger.submit(last, '/sign-in', { name: 'clerk', password: 'nope' })
  expect(last.text).toContain('不是您本人输错的,请告诉管理员,可能有人在试您的密码')
  const forged = await place.as('chief')
  forged.cookies.set('__Host-desk-wrong', '<b>9</b>')
  expect((await forged.get('/')).text).not.toContain('输错过')
})

test('P3 the session cookie is HttpOnly, SameSite=Strict and over TLS Secure; signing out ends it', async () => {
  const visitor = place.visitor()
  const form = formOf(await visitor.get('/sign-in'), '/sign-in')
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await place.desk.request('/sign-in', {
    method: 'POST',
    body: new URLSearchParams({ ...form, name: 'clerk', password: PASSWORD }).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', cookie },
  })
  const set = answer.headers.getSetCookie().find((line) => line.startsWith('__Host-sign-in='))
  expect(set).toMatch(/HttpOnly/)
  expect(set).toMatch(/SameSite=Strict/)
  expect(set).toMatch(/Secure/)
  const clerk = await place.as('clerk')
  const before = clerk.cookies.get('__Host-sign-in') ?? ''
  expect((await clerk.submit(await clerk.get('/'), '/sign-out')).path).toBe('/sign-in')
  clerk.cookies.set('__Host-sign-in', before)
  expect((await clerk.get('/')).path).toMatch(/^\/sign-in/)
})

/** What browsers read as another machine's address, or might: tabs and line breaks count for nothing, backslashes as strokes. */
const AWAY = [
  '//evil.example/',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r/evil.example',
  '\t//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/.//evil.example',
  '/x/..//evil.example',
  '/%2e//evil.example',
  'https://evil.example/',
  'https:evil.example',
  'javascript:alert(1)',
  'evil.example',
  '/sign-in?next=/',
  '/sign-out',
  '',
]

test.each(AWAY)('P200 signing in never leads away from the desk: %j', async (next) => {
  const visitor = place.visitor()
  const form = await visitor.get(`/sign-in?next=${encodeURIComponent(next)}`)
  expect(formOf(form, '/sign-in').next).toBe('/')
  const fields = { ...formOf(form, '/sign-in'), name: 'clerk', password: PASSWORD, next }
  const cookie = [...visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await place.desk.request('/sign-in', {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', cookie },
  })
  expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
})

test('P200 a way inside the desk is kept with what it asks for', async () => {
  for (const next of ['/sync', '/search?q=%E5%BC%A0&after=1', '/cases/5107?done=a/b', '/sync?back=//x']) {
    const form = await place.visitor().get(`/sign-in?next=${encodeURIComponent(next)}`)
    expect(formOf(form, '/sign-in').next).toBe(next)
  }
})

test('P201 over TLS browsers are told to stay there and cookies belong to this host alone; without, neither is said', async () => {
  const plain = await openPlace({ secure: false })
  const [over, without] = [await place.visitor().get('/sign-in'), await plain.visitor().get('/sign-in')]
  expect(over.headers.get('strict-transport-security')).toMatch(/^max-age=\d{7,}$/)
  expect(without.headers.get('strict-transport-security')).toBeNull()
  const names = async (at: Place) => [...(await at.as('clerk')).cookies.keys()].toSorted()
  expect(await names(place)).toEqual(['__Host-desk-knock', '__Host-sign-in'])
  expect(await names(plain)).toEqual(['desk-knock', 'sign-in'])
  const [set] = over.headers.getSetCookie()
  expect(set).toMatch(/Path=\/; HttpOnly; Secure/)
  const clerk = await place.as('clerk')
  clerk.cookies.set('sign-in', clerk.cookies.get('__Host-sign-in') ?? '')
  clerk.cookies.delete('__Host-sign-in')
  expect((await clerk.get('/')).path).toMatch(/^\/sign-in/) // a name that any program on the machine may set
})

test('P4 a sign-in ends after the idle minutes, also when the page keeps refreshing itself', async () => {
  const clerk = await place.as('clerk')
  const idle = await place.as('chief')
  for (let minutes = 0; minutes < LIMITS.idleMinutes + 5; minutes += 5) {
    place.pass(5)
    await clerk.get('/')
    await idle.get('/status')
  }
  expect((await clerk.get('/')).path).toBe('/')
  expect((await idle.get('/')).path).toMatch(/^\/sign-in/)
})

test('P5 a post without the token of the sign-in changes nothing and is refused in words', async () => {
  const clerk = await place.as('clerk')
  const other = await place.as('chief')
  const { id } = await openCase(clerk)
  const posts = [
    '/capture',
    `/cases/${id}/form`,
    `/cases/${id}/fields`,
    `/cases/${id}/acts/noted`,
    `/cases/${id}/texts/office-note`,
    '/display',
    '/sign-out',
    '/hub/stations',
  ]
  const foreign = formOf(await other.get('/'), '/sign-out').csrf ?? ''
  for (const path of posts)
    for (const csrf of ['', foreign]) {
      const refused = await clerk.post(path, { csrf, item: 'SL0001', 'a-applicant': '甲', text: '甲' })
      expect([path, refused.status]).toEqual([path, 403])
      expect(refused.text).toContain('没有改动任何数据')
    }
  expect((await clerk.get(`/cases/${id}`)).text).not.toContain('甲')
  const knocked = place.visitor()
  await knocked.get('/sign-in')
  expect((await knocked.post('/sign-in', { csrf: 'x', name: 'clerk', password: PASSWORD })).status).toBe(403)
})

test('P6 every answer is closed to inline scripts, frames, sniffing and referrers, and no page needs them', async () => {
  const clerk = await place.as('clerk')
  const { id } = await captureCase(clerk)
  for (const path of [...PAGES, `/cases/${id}`, `/cases/${id}/form`, `/cases/${id}/receipt`, '/sign-in', '/nothing']) {
    const page = await clerk.get(path)
    expect(page.headers.get('content-security-policy')).toMatch(
      /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/,
    )
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe')
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    expect(page.headers.get('x-frame-options')).toBe('DENY')
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.html).not.toMatch(/<script(?![^>]*\ssrc=)|\sstyle="|\son[a-z]+="|<style/)
  }
})

test('P7 what people type is shown as text on every page, never as markup', async () => {
  const agent = await place.as('agent')
  const name = `<script>alert(1)</script>"'&<b>`
  const { id, receipt } = await captureCase(agent, name)
  const pages = [receipt, await agent.get('/'), await agent.get(`/cases/${id}`), await agent.get(`/cases/${id}/form`)]
  pages.push(await agent.get(`/search?q=${encodeURIComponent('<script>alert')}`))
  pages.push(await act(agent, id, 'noted', { text: '<img src=x onerror=alert(1)>' }))
  for (const page of pages) {
    expect(page.html).not.toMatch(/<script>alert|<img src=x|<b>/)
    expect(page.html).toMatch(/&lt;script&gt;alert|&lt;img src=x/)
  }
})

test('P8 a supervisor reads every case and changes none', async () => {
  const agent = await place.as('agent')
  const { id } = await captureCase(agent)
  const supervisor = await place.as('supervisor')
  const page = await supervisor.get(`/cases/${id}`)
  expect(page.status).toBe(200)
  expect(page.text).toContain('张秀英')
  expect(page.html).not.toContain('11010519491231002X')
  const csrf = formOf(page, '/sign-out').csrf ?? ''
  const posts = [
    '/capture',
    `/cases/${id}/form`,
    `/cases/${id}/acts/noted`,
    '/hub/stations',
    '/hub/people',
    '/hub/enrolment',
  ]
  for (const path of posts) {
    const refused = await supervisor.post(path, { csrf, text: '改', item: 'SL0001' })
    expect([path, refused.status]).toEqual([path, 403])
    expect(refused.text).toContain('监察员只能查看')
  }
  expect((await supervisor.submit(page, '/display')).html).toContain('class="large"')
})

test('P9 coordinators and administrators do not fill in cases, and clerks do not open hub pages', async () => {
  const agent = await place.as('agent')
  const { id } = await captureCase(agent)
  for (const name of ['coordinator', 'admin']) {
    const visitor = await place.as(name)
    const page = await visitor.get(`/cases/${id}`)
    const csrf = formOf(page, '/sign-out').csrf ?? ''
    for (const path of [`/cases/${id}/form`, `/cases/${id}/fields`, `/cases/${id}/texts/office-note`]) {
      const refused = await visitor.post(path, { csrf, 'a-applicant': '改', text: '改', seen: '' })
      expect([path, refused.status]).toEqual([path, 403])
    }
  }
  const clerk = await place.as('clerk')
  for (const path of ['/hub/transfers', '/hub/nodes', '/hub/stations', '/hub/people', '/hub/enrolment']) {
    const refused = await clerk.get(path)
    expect([path, refused.status]).toEqual([path, 403])
    expect(refused.text).toContain('您的岗位不能查看')
  }
})

test('P10 an unknown case and a case of a foreign station answer alike: 404 in words with a way on', async () => {
  const agent = await place.as('agent')
  const { id } = await captureCase(agent)
  const other = await place.as('other')
  const csrf = formOf(await other.get('/'), '/sign-out').csrf ?? ''
  const texts = [
    `/cases/${id}`,
    `/cases/${id}/form`,
    `/cases/${id}/receipt`,
    `/cases/${'0'.repeat(32)}`,
    '/cases/x',
  ].map(async (path) => {
    const page = await other.get(path)
    expect([path, page.status]).toEqual([path, 404])
    expect(page.html).toContain('href="/search"')
    return page.text.split('没有办成')[1]
  })
  expect(new Set(await Promise.all(texts)).size).toBe(1)
  expect((await other.post(`/cases/${id}/acts/noted`, { csrf, text: '我来' })).status).toBe(404)
  expect((await agent.get(`/cases/${id}`)).text).not.toContain('我来')
})

test('P26 an unknown address and a broken disk are said in words, never with a stack trace', async () => {
  const clerk = await place.as('clerk')
  const missing = await clerk.get('/nowhere')
  expect(missing.status).toBe(404)
  expect(missing.text).toContain('没有这个页面')
  const { id } = await captureCase(clerk)
  place.storage.beforeCommit = () => 'full'
  const full = await clerk.submit(await clerk.get(`/cases/${id}?act=noted`), `/cases/${id}/acts/noted`, {
    text: '要紧的话',
  })
  expect(full.status).toBe(503)
  expect(full.text).toContain('要紧的话')
  expect(full.text).toMatch(/磁盘|空间/)
  place.storage.cases = () => Promise.reject(new Error('boom at /secret/path'))
  const broken = await clerk.get('/')
  expect(broken.status).toBe(500)
  expect(broken.text).toContain('程序内部出错')
  expect(broken.html).not.toMatch(/boom|secret| at .*\.ts/)
  expect(place.faults.map((fault) => fault.message)).toEqual(['boom at /secret/path'])
})

test('P27 the large print is switched by a form and stays', async () => {
  const clerk = await place.as('clerk')
  expect((await clerk.get('/')).html).not.toContain('class="large"')
  const switched = await clerk.submit(await clerk.get('/sync'), '/display')
  expect(switched.path).toBe('/sync')
  expect(switched.html).toContain('class="large"')
  expect((await clerk.get('/')).html).toContain('class="large"')
})

test('P29 a post after the sign-in has ended shows what was typed, so that nothing is typed twice', async () => {
  const clerk = await place.as('clerk')
  const { id } = await captureCase(clerk)
  const page = await clerk.get(`/cases/${id}?act=noted`)
  place.pass(LIMITS.idleMinutes + 1)
  const ended = await clerk.submit(page, `/cases/${id}/acts/noted`, { text: '写了很久的一段话' })
  expect(ended.status).toBe(401)
  expect(ended.text).toContain('写了很久的一段话')
  expect(ended.html).not.toContain(formOf(page, '/sign-out').csrf)
  const saved = await clerk.post(`/cases/${id}/fields`, { 'a-applicant': '甲' }, { 'hx-request': 'true' })
  expect(saved.status).toBe(401)
  expect(saved.text).toContain('还没有保存')
})

test('P29 what somebody typed whose sign-in has ended is shown again, more than any person typed is not', async () => {
  const post = (text: string) => place.visitor().post('/cases', { text })
  const typed = await post('half a sentence '.repeat(LIMITS.keptCharacters / 16))
  expect([typed.status, typed.text.includes('half a sentence')]).toEqual([401, true])
  const flood = await post('half a sentence '.repeat(LIMITS.keptCharacters / 16 + 1))
  expect([flood.status, flood.text.includes('half a sentence')]).toEqual([401, false])
  const secret = await place.visitor().post('/people', { name: '张秀英', password: 'correct-horse-battery' })
  expect([secret.status, secret.html.includes('张秀英'), secret.html.includes('correct-horse')]).toEqual([
    401,
    true,
    false,
  ])
})
