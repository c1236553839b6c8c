/** Signing in and out, and the size of print. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Failure } from '#protocol/result.ts'
import { callerOf } from '#protocol/transport/callers.ts'
import {
  dropToken,
  isLarge,
  keepDisplay,
  keepKnock,
  keepToken,
  keepWrongCount,
  readKnock,
  readToken,
} from './cookies.ts'
import { failureBox, field, keptBox, type Typed } from './forms.ts'
import { frame } from './layout.ts'
import { readForm } from './posted-forms.ts'
import type { Desk, DeskContext, DeskEnv } from './visit.ts'
import { connectionWords } from './words.ts'

interface SignInForm {
  readonly status?: ContentfulStatusCode
  readonly name?: string
  readonly problem?: Failure
  /** What a post held when the sign-in had ended: shown, so that nobody types it twice. */
  readonly typed?: Typed
  readonly next?: string
}

/** No machine has this origin: an address read from here that leads to another one leads away from the desk. */
const INSIDE = 'http://inside.invalid'

const inside = (address: string): string | undefined => {
  const read = URL.canParse(address, INSIDE) ? new URL(address, INSIDE) : undefined
  return read?.origin === INSIDE ? `${read.pathname}${read.search}` : undefined
}

/** The way to go after signing in, as browsers read it, when it stays inside the desk; else its first page. */
function wayInside(next: string | undefined): string {
  const way = next?.startsWith('/') ? inside(next) : undefined
  // Dots are gone by now, and what is left of `/.//elsewhere` is read anew by whoever is sent there.
  return way !== undefined && inside(way) === way && !way.startsWith('/sign-') ? way : '/'
}

/** The sign-in form; says whose computer this is. */
export async function signInPage(context: DeskContext, desk: Desk, form: SignInForm): Promise<Response> {
  const knock = readKnock(context, desk) || toHex(desk.office.random(16))
  keepKnock(context, desk, knock)
  const status = await desk.office.status()
  const [first, ...others] = desk.office.stations
  const stations = first ? `${first.name}${others.length > 0 ? `等 ${others.length + 1} 个站点` : ''}` : '尚未分配站点'
  const body = html`<main id="main" class="page page-center"><div class="container container-tight py-4">
    <p class="text-center desk-title">${desk.title}</p><h1 class="text-center mb-3">${stations}</h1>
    ${form.typed ? keptBox('登录已结束,刚才的内容没有提交。', form.typed) : ''}${form.problem ? failureBox(form.problem) : ''}
    <form class="card card-md" method="post" action="/sign-in"><div class="card-body"><h2 class="mb-3">登录</h2>
      <input type="hidden" name="csrf" value="${knock}" /><input type="hidden" name="next" value="${wayInside(form.next)}" />
      ${field({ name: 'name', label: '用户名', kind: 'text', value: form.name ?? '', focus: true, autocomplete: 'username', required: true })}
      ${field({ name: 'password', label: '密码', kind: 'password', autocomplete: 'current-password', required: true })}
      <button class="btn btn-primary btn-lg w-100" type="submit">登录</button>
      <p class="mt-3 mb-0 text-secondary">断网也能登录。${LIMITS.idleMinutes} 分钟不操作会自动退出;连续输错 ${LIMITS.passwordAttempts} 次锁定 ${LIMITS.lockMinutes} 分钟。</p>
    </div></form><p class="text-center mt-3">${connectionWords(status, desk.office.time())}</p></div></main>`
  const document = frame(desk, { title: '登录', large: isLarge(context), live: false, body })
  return context.html(await document, form.status ?? 200)
}

const EXPIRED: Failure = {
  code: 'form-expired',
  message: '登录页已过期',
  kept: '没有改动任何数据',
  next: '请再登录一次',
}

/** Routes that need no sign-in; mounted before the gate. */
export function signInRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/sign-in', (context) => signInPage(context, desk, { next: wayInside(context.req.query('next')) }))
  app.post('/sign-in', async (context) => {
    const { csrf = '', name = '', password = '', next } = await readForm(context)
    const knock = readKnock(context, desk)
    if (knock === '' || csrf !== knock)
      return signInPage(context, desk, { status: 403, name, problem: EXPIRED, ...(next ? { next } : {}) })
    const signedIn = await desk.accounts.signIn(name.trim(), password, callerOf(context))
    if (!signedIn.ok)
      return signInPage(context, desk, { status: 401, name, problem: signedIn.problem, ...(next ? { next } : {}) })
    keepToken(context, desk, signedIn.value.token)
    keepWrongCount(context, desk, signedIn.value.wrongBefore)
    return context.redirect(wayInside(next), 303)
  })
}

/** Routes of whoever is signed in; mounted behind the gate. */
export function displayRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.post('/sign-out', async (context) => {
    await desk.accounts.signOut(readToken(context, desk))
    dropToken(context, desk)
    return context.redirect('/sign-in', 303)
  })
  app.post('/display', async (context) => {
    const { display, from } = await readForm(context)
    keepDisplay(context, desk, display === 'large')
    return context.redirect(wayInside(from), 303)
  })
}
