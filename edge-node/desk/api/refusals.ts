/** What the API answers when it refuses: one shape, one table from failure codes to HTTP status. */
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import zhCN from 'zod/v4/locales/zh-CN.js'
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import { storageProblem } from '#protocol/engine/writing/storage-problem.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Failure, Result } from '#protocol/result.ts'
import { day } from './shapes/identifiers.ts'
import { CoverageShape } from './shapes/records.ts'

// Sentences about malformed requests are read by people too: integrators and whoever reads their logs.
z.config(zhCN())

/** The shape of every refusal. */
export const FailureShape = z
  .object({
    code: z.string().openapi({ example: 'case-moved-on', description: '稳定的错误代码' }),
    message: z.string().openapi({ description: '发生了什么' }),
    kept: z.string().openapi({ description: '哪些内容已经保留' }),
    next: z.string().openapi({ description: '下一步怎么做' }),
    field: z.string().optional().openapi({ description: '出错的栏目或路径' }),
    deadline: z
      .object({ coverage: CoverageShape.nullable(), estimate: day.nullable() })
      .optional()
      .openapi({ description: '只在算不出期限时有:工作日历的起止,和只按周一至周五推算、仅供参考的日期' }),
  })
  .openapi('Failure')

/** Every status a refusal can have, as the OpenAPI document describes it. */
const REFUSAL_TEXTS = {
  400: '请求内容不符合接口说明',
  401: '没有登录或登录已结束',
  403: '该站点或该人员无权办理,说明依据的规则',
  404: '没有这个对象',
  409: '办件已向前推进,或当前环节不允许',
  413: '请求内容超过允许的大小',
  415: '请求内容的类型不对',
  422: '内容读得懂,但按规则得不出结果,说明原因',
  429: '尝试过多,请稍后再试',
  500: '程序内部出错',
  503: '本机暂时不能保存或读取数据',
} as const
export type RefusalStatus = keyof typeof REFUSAL_TEXTS

const content = { 'application/json': { schema: FailureShape } }
type RefusalResponses = Record<RefusalStatus, { description: string; content: typeof content }>

/**
 * Responses of the OpenAPI document for refusals with the given statuses. Typed as if all were there, because the
 * status of a refusal follows from its code at run time; the tests check that every answer is documented.
 */
export const refusals = (...statuses: RefusalStatus[]): RefusalResponses =>
  Object.fromEntries(
    statuses.map((status) => [status, { description: REFUSAL_TEXTS[status], content }]),
  ) as RefusalResponses

/** Statuses of known codes; a code that is not here is a rule of casework that said no: 409. */
const STATUS_OF: Readonly<Record<string, RefusalStatus>> = {
  'bad-request': 400,
  field: 400,
  identity: 400,
  'bad-key': 400,
  'bad-value': 400,
  'too-many-parts': 400,
  role: 403,
  'not-authorised': 403,
  'not-holder': 403,
  'item-tier': 403,
  'unknown-station': 403,
  'reads-only': 403,
  'foreign-station': 403,
  'not-a-writer': 403,
  'unknown-item': 400,
  'unknown-section': 400,
  'malformed-json': 400,
  'not-json': 415,
  'too-large': 413,
  'sign-in-wrong': 401,
  'sign-in-needed': 401,
  'sign-in-locked': 429,
  'sign-in-busy': 429,
  'account-disabled': 403,
  'other-station': 403,
  'path-unknown': 404,
  'unknown-case': 404,
  'unknown-record': 404,
  'csv-unreadable': 400,
  'csv-empty': 400,
  'csv-too-long': 400,
  'not-root': 403,
  'deadline-input': 400,
  'deadline-paused': 422,
  'deadline-unknown': 422,
  'answer-pending': 409,
  internal: 500,
}

/** The HTTP status of a failure. */
export function refusalStatus(problem: Failure): RefusalStatus {
  const known = STATUS_OF[problem.code]
  if (known) return known
  return problem.code.startsWith('storage') ? 503 : 409
}

const NOTHING_KEPT = '没有写入任何数据'
const SEE_DOCUMENT = '请按 openapi.json 的说明改正后重发'

type Deadline = NonNullable<z.infer<typeof FailureShape>['deadline']>

/** Refuses with a failure; a deadline that cannot be told says how far the calendar goes. */
export const refuse = (c: Context, problem: Failure, deadline?: Deadline) => {
  const { code, message, kept, next, field } = problem
  const more = { ...(field === undefined ? {} : { field }), ...(deadline === undefined ? {} : { deadline }) }
  return c.json({ code, message, kept, next, ...more }, refusalStatus(problem))
}

/** Answers with a result. */
export const answer = <Value extends object>(c: Context, result: Result<Value>) =>
  result.ok ? c.json(result.value, 200) : refuse(c, result.problem)

type Issue = z.core.$ZodIssue

/** An issue where it arises: of several shapes that were possible, in the one that came closest. */
function innermost(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue
  const [closest] = [...issue.errors].sort((left, right) => depth(right) - depth(left))
  const inner = closest?.[0]
  return inner === undefined ? issue : innermost({ ...inner, path: [...issue.path, ...inner.path] })
}

const depth = (issues: readonly Issue[]) => Math.max(0, ...issues.map(({ path }) => path.length))

/** Refuses what does not fit a route's schema; given to the router as its hook. */
export function refuseInvalid(result: { readonly success: boolean; readonly error?: unknown }, c: Context) {
  if (result.success) return undefined
  const issues = (result.error instanceof z.ZodError ? result.error.issues : []).map(innermost)
  const told = issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}:${message}`))
  const message = `请求内容不符合接口说明:${told.join(';')}`.slice(0, 1000)
  const field = issues[0]?.path.join('.').slice(0, 200)
  return refuse(c, {
    code: 'bad-request',
    message,
    kept: NOTHING_KEPT,
    next: SEE_DOCUMENT,
    ...(field ? { field } : {}),
  })
}

/** What a thrown error means to a caller; never its stack. */
export function failureOf(error: unknown): Failure {
  if (error instanceof StorageFailure) return storageProblem(error)
  if (error instanceof HTTPException && error.status === 415)
    return { code: 'not-json', message: '请求内容须为 application/json', kept: NOTHING_KEPT, next: SEE_DOCUMENT }
  if (error instanceof HTTPException && error.status === 400)
    return { code: 'malformed-json', message: '请求内容不是完整的 JSON', kept: NOTHING_KEPT, next: SEE_DOCUMENT }
  const kept = '此前已保存的内容都在;这次请求是否写入,请重新读取办件确认'
  return {
    code: 'internal',
    message: '程序内部出错,这次请求没有正常完成',
    kept,
    next: '请把时间和请求路径告诉县中心管理员',
  }
}

export const TOO_LARGE: Failure = {
  code: 'too-large',
  message: `请求内容超过 ${LIMITS.requestBytes / 1024} KB`,
  kept: NOTHING_KEPT,
  next: '请拆成几次提交',
}

export const PATH_UNKNOWN: Failure = {
  code: 'path-unknown',
  message: '没有这个接口',
  kept: NOTHING_KEPT,
  next: SEE_DOCUMENT,
}

/** The desk says the same; whatever other roles the person has. */
export const READS_ONLY: Failure = {
  code: 'reads-only',
  message: '监察员只能查看,不能改动办件',
  kept: NOTHING_KEPT,
  next: '发现问题请联系主办站点或县中心协调员',
}

export const CASE_UNKNOWN: Failure = {
  code: 'unknown-case',
  message: '没有这个办件,或它不归本站点查看',
  kept: NOTHING_KEPT,
  next: '请核对办件编号;别处的办件要等同步到达',
}

export const RECORD_UNKNOWN: Failure = {
  code: 'unknown-record',
  message: '没有这条记录,或它不归本站点查看',
  kept: NOTHING_KEPT,
  next: '请核对代码;县里新发布的记录要等同步到达',
}

/** People who handle no cases take none in either. */
export const NO_EXCHANGE: Failure = {
  code: 'not-authorised',
  message: '您的岗位不办理办件,不能补录办件',
  kept: NOTHING_KEPT,
  next: '请由窗口人员、承办人或首席代表导入',
}

export const NOT_ADMINISTRATOR: Failure = {
  code: 'not-authorised',
  message: '目录资料只能由管理员发布',
  kept: NOTHING_KEPT,
  next: '请由县中心管理员办理',
}

export const NOT_ROOT: Failure = {
  code: 'not-root',
  message: '目录资料只能在县中心发布',
  kept: NOTHING_KEPT,
  next: '请到县中心的电脑上办理,发布后随同步到达本机',
}
