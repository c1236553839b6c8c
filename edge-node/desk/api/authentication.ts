/** Who calls: a bearer token, or the desk's cookie together with its CSRF header. */
import { getCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { timingSafeEqual } from 'hono/utils/buffer'
import { type Accounts, CSRF_HEADER, type SignIn, signInCookie } from '#edge-node/commands/account/accounts.ts'
import type { Failure } from '#protocol/result.ts'
import { refuse } from './refusals.ts'

export interface ApiEnv {
  Variables: { signIn: SignIn }
}

const SIGN_IN_NEEDED: Failure = {
  code: 'sign-in-needed',
  message: '没有登录,或登录已结束',
  kept: '没有写入任何数据',
  next: '请用 POST /api/sign-in 登录;用网页登录的请求须带 X-CSRF-Token',
}

/** The two ways in, as the OpenAPI document names them. */
export const securitySchemes = (secure: boolean) =>
  ({
    bearer: { type: 'http', scheme: 'bearer', description: 'POST /sign-in 返回的 token' },
    cookie: { type: 'apiKey', in: 'cookie', name: signInCookie(secure), description: '网页的登录' },
    csrf: { type: 'apiKey', in: 'header', name: CSRF_HEADER, description: '与网页登录一起使用' },
  }) as const
export const SIGNED_IN: Record<string, string[]>[] = [{ bearer: [] }, { cookie: [], csrf: [] }]

/** Refuses whoever is not signed in. A cookie alone is not enough: browsers send it along for any other site's page. */
export const needSignIn = (accounts: Accounts, secure: boolean) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const bearer = /^Bearer ([0-9a-f]{64})$/.exec(c.req.header('authorization') ?? '')?.[1]
    const token = bearer ?? getCookie(c, signInCookie(secure))
    const signIn = token === undefined ? undefined : await accounts.resume(token)
    if (!signIn) return refuse(c, SIGN_IN_NEEDED)
    const proved = bearer !== undefined || (await timingSafeEqual(c.req.header(CSRF_HEADER) ?? '', signIn.csrf))
    if (!proved) return refuse(c, SIGN_IN_NEEDED)
    c.set('signIn', signIn)
    return next()
  })
