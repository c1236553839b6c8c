/** The JSON API for department systems: the desk's office behind one sign-in, described by its own OpenAPI document. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { limitBody } from '#edge-node/body-limit.ts'
import type { Accounts } from '#edge-node/commands/account/accounts.ts'
import type { CountyRegister } from '#edge-node/commands/county-register.ts'
import { answerReady, makeReady } from '#edge-node/ready-answer.ts'
import { bodyInTurn } from '#edge-node/turns.ts'
import type { Office } from '#protocol/engine/office.ts'
import { toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { callerOf, isBrokenOff } from '#protocol/transport/callers.ts'
import { type ApiEnv, needSignIn, SIGNED_IN, securitySchemes } from './authentication.ts'
import { addCases } from './cases.ts'
import { addCountyRecords } from './county-records.ts'
import { addDeadlines } from './deadlines.ts'
import { addExchange } from './exchange.ts'
import { addHealth, addNetwork } from './network.ts'
import { createOnce } from './once.ts'
import { addRecords } from './records.ts'
import { METHOD_UNKNOWN, PATH_UNKNOWN, refusals, refuse, refuseInvalid, TOO_LARGE } from './refusals.ts'
import { SignInBody } from './requests.ts'
import { json } from './routing.ts'
import { DoneShape, SignInShape } from './shapes.ts'
import { addStationRecords } from './station-records.ts'
import { failureOf } from './statuses.ts'

export interface ApiOptions {
  readonly office: Office
  readonly accounts: Accounts
  /** The county's register; only the hub has one, every other node refuses what it would write. */
  readonly register?: CountyRegister
  /** Whether it is served over TLS: the desk's cookie then has another name. */
  readonly secure?: boolean
  /** Told of every error that is a bug or a broken disk, for the log; callers only read what it means to them. */
  readonly report?: (error: unknown) => void
}

const signInRoute = createRoute({
  method: 'post',
  path: '/sign-in',
  summary: '登录',
  security: [],
  request: { body: { content: json(SignInBody), required: true } },
  responses: {
    200: { description: '已登录', content: json(SignInShape) },
    ...refusals(400, 401, 403, 413, 415, 429, 500, 503),
  },
})

const signOutRoute = createRoute({
  method: 'post',
  path: '/sign-out',
  summary: '退出登录',
  security: SIGNED_IN,
  responses: { 200: { description: '已退出', content: json(DoneShape) }, ...refusals(401, 500, 503) },
})

const documentRoute = createRoute({
  method: 'get',
  path: '/openapi.json',
  summary: '接口说明(OpenAPI 3.1)',
  security: [],
  responses: { 200: { description: 'OpenAPI 3.1', content: json(z.looseObject({})) } },
})

function addSignIn(api: OpenAPIHono<ApiEnv>, accounts: Accounts) {
  api.openapi(signInRoute, async (c) => {
    const { name, password } = c.req.valid('json')
    const signedIn = await accounts.signIn(name, password, callerOf(c))
    if (!signedIn.ok) return refuse(c, signedIn.problem)
    const { token, actor, wrongBefore } = signedIn.value
    const person = { id: actor.person, name: actor.name, station: actor.station, roles: actor.roles }
    return c.json({ token, idleMinutes: LIMITS.idleMinutes, wrongBefore, person }, 200)
  })
}

function addSignOut(api: OpenAPIHono<ApiEnv>, accounts: Accounts) {
  api.openapi(signOutRoute, async (c) => {
    const ended = await accounts.signOut(c.get('signIn').token)
    return ended.ok ? c.json({ done: true as const }, 200) : refuse(c, ended.problem)
  })
}

/** The document: it never changes while the node runs, and anybody may ask for it, so it is made once. */
function addDocument(api: OpenAPIHono<ApiEnv>, { sha256 }: Office, secure: boolean) {
  for (const [name, scheme] of Object.entries(securitySchemes(secure)))
    api.openAPIRegistry.registerComponent('securitySchemes', name, scheme)
  api.openAPIRegistry.registerPath(documentRoute)
  const make = async () => {
    const document = api.getOpenAPI31Document({
      openapi: '3.1.0',
      info: { title: '县乡村政务服务网络接口', version: '1', description: '供部门业务系统使用;规则与网页相同。' },
      servers: [{ url: '/api' }],
    })
    const bytes = new TextEncoder().encode(JSON.stringify(document))
    return { ready: await makeReady(bytes), tag: `W/"${toHex(sha256(bytes)).slice(0, 16)}"` }
  }
  let made: ReturnType<typeof make> | undefined
  api.get(documentRoute.path, async (c) => {
    made ??= make()
    const { ready, tag } = await made
    const headers = { etag: tag, 'cache-control': 'no-cache' }
    if (c.req.header('if-none-match') === tag) return c.body(null, 304, headers)
    return answerReady(c, ready, { ...headers, 'content-type': 'application/json' })
  })
}

/** Says of every path so far that it is there under other methods; whoever has to sign in first is told that before. */
function refuseOtherMethods(api: OpenAPIHono<ApiEnv>) {
  const known = api.routes.filter(({ path, method }) => method !== 'ALL' && !path.includes('*'))
  for (const [path, routes] of Map.groupBy(known, (route) => route.path))
    api.all(path, (c) => {
      c.header('allow', [...new Set(routes.map(({ method }) => method))].join(', '))
      return refuse(c, METHOD_UNKNOWN)
    })
}

/** The API as an app to mount at `/api`. */
export function createApi({ office, accounts, register, report, secure = false }: ApiOptions): OpenAPIHono<ApiEnv> {
  const api = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid })
  api.onError((error, c) => {
    const problem = failureOf(isBrokenOff(c, error) ? new HTTPException(400) : error)
    if (problem.code === 'internal' || problem.code.startsWith('storage')) report?.(error)
    return refuse(c, problem)
  })
  api.use(
    '/sign-in',
    limitBody(LIMITS.signInBytes, (c) => refuse(c as Context<ApiEnv>, TOO_LARGE)),
  )
  api.use(limitBody(LIMITS.requestBytes, (c) => refuse(c as Context<ApiEnv>, TOO_LARGE)))
  api.use(async (c, next) => {
    if (/json/i.test(c.req.header('content-type') ?? '')) await bodyInTurn(c)
    return next()
  })
  api.use((c, next) => {
    // Answers carry personal data and belong to one sign-in. Set behind the answer, each header would make it anew.
    c.header('cache-control', 'no-store')
    c.header('x-content-type-options', 'nosniff')
    return next()
  })
  // Routes before the sign-in are open, those behind it are not: the order is the rule.
  addSignIn(api, accounts)
  addHealth(api, office)
  addDeadlines(api, office)
  addDocument(api, office, secure)
  refuseOtherMethods(api)
  api.use(needSignIn(accounts, secure))
  addSignOut(api, accounts)
  addNetwork(api, office)
  addRecords(api, office)
  addCountyRecords(api, register)
  addStationRecords(api, office)
  addCases(api, office, createOnce(office))
  addExchange(api, office)
  refuseOtherMethods(api)
  api.all('*', (c) => refuse(c, PATH_UNKNOWN))
  return api
}
