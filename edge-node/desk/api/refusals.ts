/** What the API answers when it refuses: one shape, described in the document as it is sent. */
import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import zhCN from 'zod/v4/locales/zh-CN.js'
import { LIMITS } from '#protocol/limits.ts'
import type { Failure, Result } from '#protocol/result.ts'
import { day } from './shapes/identifiers.ts'
import { CoverageShape } from './shapes/records.ts'
import { NOTHING_KEPT, REFUSAL_TEXTS, type RefusalStatus, refusalStatus, SEE_DOCUMENT } from './statuses.ts'

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

export const METHOD_UNKNOWN: Failure = {
  code: 'method-unknown',
  message: '这个接口没有这种请求方法',
  kept: NOTHING_KEPT,
  next: SEE_DOCUMENT,
}
