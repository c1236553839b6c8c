/** The gate before every page: signed in, on time, from our own form, and allowed to change things. */
import type { Context, Hono, MiddlewareHandler } from 'hono'
import { html } from 'hono/html'
import { HTTPException } from 'hono/http-exception'
import { limitBody } from '#edge-node/body-limit.ts'
import { READS_ONLY } from '#edge-node/commands/refusals.ts'
import { mayWrite } from '#edge-node/commands/roles.ts'
import { type HeldBytes, heldForPeople } from '#edge-node/held-bytes.ts'
import { LIMITS } from '#protocol/limits.ts'
import { readToken } from './cookies.ts'
import { hasFiles, readForm } from './posted-forms.ts'
import { failurePage, problemPage } from './problems.ts'
import { signInPage } from './sign-in.ts'
import type { Desk, DeskContext, DeskEnv } from './visit.ts'

/** Closed to everything that is not ours: no inline script, no frame, no other origin. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'geolocation=(), microphone=()',
}

/** Half a year: who has been here over TLS does not come again without, by a link or a mistyped address. */
const OVER_TLS: Readonly<Record<string, string>> = { 'strict-transport-security': 'max-age=15552000' }

/** Pages hold personal data: nothing between the node and the eyes may keep them. */
const headers =
  ({ secure }: Desk): MiddlewareHandler =>
  (context, next) => {
    // Before the answer is made: each that is set behind it makes the answer anew. Whoever keeps an answer says so over it.
    const all = { 'cache-control': 'no-store', ...SECURITY_HEADERS, ...(secure ? OVER_TLS : {}) }
    for (const [name, value] of Object.entries(all)) context.header(name, value)
    return next()
  }

/** Whether a request only reads: HEAD is GET without its body. */
export const isReading = ({ req }: Pick<DeskContext, 'req'>): boolean => req.method === 'GET' || req.method === 'HEAD'

/** All that pages and forms ask by. */
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST']

/** Refuses every other method before anything is looked at: nothing of the desk would read what comes with it. */
const onlyOurMethods: MiddlewareHandler = (context, next) => {
  if (METHODS.includes(context.req.method)) return next()
  context.header('allow', METHODS.join(', '))
  throw new HTTPException(405)
}

/**
 * Whether a form was sent by a page of this desk. Our pages tell no address (`no-referrer`), so browsers say `null` for
 * theirs as well; newer ones say beside it which page it was. Programs say nothing of either.
 */
function isOurForm({ req }: DeskContext): boolean {
  const site = req.header('sec-fetch-site') ?? 'none'
  const origin = req.header('origin') ?? 'null'
  const isOurs = origin === 'null' || (URL.canParse(origin) && new URL(origin).host === new URL(req.url).host)
  return isOurs && ['none', 'same-origin'].includes(site)
}

/** Refuses what a page of somebody else sends in a browser that is here. */
const onlyOurForms =
  (desk: Desk): MiddlewareHandler<DeskEnv> =>
  (context, next) => {
    if (isReading(context) || isOurForm(context)) return next()
    return problemPage(context, desk, {
      status: 403,
      message: '这个请求是从别的网站发出的',
      kept: '没有改动任何数据',
      next: '请在浏览器里直接打开本机的地址,再从那里办理',
    })
  }

const isFragment = (context: DeskContext) => context.req.header('hx-request') === 'true'
/** Refreshes that nobody asked for must not keep a sign-in alive. */
const isAutomatic = (context: DeskContext) =>
  context.req.path === '/live' || context.req.path === '/status' || context.req.header('x-refresh') === 'true'

/** The sign-in has ended: pages lead to the form, posts keep what was typed on the screen. */
async function signedOut(context: DeskContext, desk: Desk): Promise<Response> {
  if (isFragment(context) || context.req.path === '/live') {
    const words = '登录已结束,这一处还没有保存。请不要关闭本页:在新标签页登录后回到这里再改一次即可保存。'
    return context.html(html`<span class="field-problem">${words}</span>`, 401)
  }
  if (isReading(context)) {
    const url = new URL(context.req.url)
    const next = url.pathname === '/' ? '' : `?next=${encodeURIComponent(url.pathname + url.search)}`
    return context.redirect(`/sign-in${next}`, 303)
  }
  // A file from nobody we know is not even read, nor what a form with files may hide.
  if (desk.filePaths.includes(context.req.path) || hasFiles(context))
    return signInPage(context, desk, { status: 401, typed: {} })
  const { csrf: _, password: __, ...typed } = await readForm(context)
  // What no person has typed is not drawn: anybody may send it, and drawing takes ten times as long as reading.
  const characters = Object.values(typed).reduce((sum, text) => sum + text.length, 0)
  return signInPage(context, desk, { status: 401, typed: characters > LIMITS.keptCharacters ? {} : typed })
}

/** Knows who is there; nobody else goes on. */
const onlySignedIn =
  (desk: Desk): MiddlewareHandler<DeskEnv> =>
  async (context, next) => {
    const signIn = await desk.accounts.resume(readToken(context, desk), { renew: !isAutomatic(context) })
    if (!signIn) return signedOut(context, desk)
    context.set('visit', { signIn, actor: signIn.actor, station: desk.office.directory.station(signIn.actor.station) })
    return next()
  }

/** Takes a form only from a page that whoever is there was shown, and may send. */
const onlyShownForms =
  (desk: Desk): MiddlewareHandler<DeskEnv> =>
  async (context, next) => {
    if (isReading(context)) return next()
    const { signIn } = context.get('visit')
    const typed = await readForm(context)
    if (typed.csrf !== signIn.csrf)
      return problemPage(context, desk, {
        status: 403,
        message: '这个页面已过期,或请求不是从本页面发出的',
        kept: '没有改动任何数据',
        next: '请返回上一页刷新后重试',
      })
    const free = context.req.path === '/sign-out' || context.req.path === '/display'
    if (!free && !mayWrite(signIn.actor)) return failurePage(context, desk, READS_ONLY)
    return next()
  }

/** Ends requests that are longer than so many bytes. */
const sizeLimit = (desk: Desk, bytes: number, held?: HeldBytes): MiddlewareHandler => {
  const refuse = (context: Context) =>
    problemPage(context as DeskContext, desk, {
      status: 413,
      message: `一次提交的内容超过 ${bytes / 1024} KB`,
      kept: '没有改动任何数据',
      next: '请返回上一页缩短后重试',
    })
  return limitBody(bytes, refuse, held)
}

/** Puts the gate before everything that is registered after it. */
export function keepGate(app: Hono<DeskEnv>, desk: Desk): void {
  app.use('*', onlySignedIn(desk))
  // Not before: of a body whose length is not said the limit itself reads all, and 150 strangers sent 4 GB.
  const files = sizeLimit(desk, LIMITS.catalogueBytes + LIMITS.requestBytes, heldForPeople)
  for (const path of desk.filePaths) app.use(path, files)
  app.use('*', onlyShownForms(desk))
}

/** Headers, methods and the size of requests, for every answer of the desk; the few addresses that take files are behind the gate. */
export function keepHeaders(app: Hono<DeskEnv>, desk: Desk): void {
  const forms = sizeLimit(desk, LIMITS.requestBytes)
  const signIns = sizeLimit(desk, LIMITS.signInBytes)
  const limitOf = (path: string) => (path === '/sign-in' ? signIns : forms)
  app.use('*', headers(desk))
  app.use('*', onlyOurMethods)
  app.use('*', onlyOurForms(desk))
  app.use('*', (context, next) => {
    const { path } = context.req
    return desk.filePaths.includes(path) ? next() : limitOf(path)(context, next)
  })
}
