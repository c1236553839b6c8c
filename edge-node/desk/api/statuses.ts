/** One table from failure codes to HTTP statuses, for the API and for the pages of the desk. */
import { HTTPException } from 'hono/http-exception'
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import { storageProblem } from '#protocol/engine/writing/storage-problem.ts'
import type { Failure } from '#protocol/result.ts'

/** Every status a refusal can have, as the OpenAPI document describes it. */
export const REFUSAL_TEXTS = {
  400: '请求内容不符合接口说明',
  401: '没有登录或登录已结束',
  403: '该站点或该人员无权办理,说明依据的规则',
  404: '没有这个对象',
  405: '这个接口没有这种请求方法',
  409: '办件已向前推进,或当前环节不允许',
  413: '请求内容超过允许的大小',
  415: '请求内容的类型不对',
  422: '内容读得懂,但按规则得不出结果,说明原因',
  429: '尝试过多,请稍后再试',
  500: '程序内部出错',
  503: '本机暂时不能保存或读取数据',
} as const
export type RefusalStatus = keyof typeof REFUSAL_TEXTS

/** Statuses of known codes; a code that is not here is a rule of casework that said no: 409. */
const STATUS_OF: Readonly<Record<string, RefusalStatus>> = {
  'bad-request': 400,
  field: 400,
  identity: 400,
  remedies: 400,
  'beyond-level': 403,
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
  'sign-in-slowed': 429,
  'audit-file-busy': 429,
  'sample-password': 403,
  'account-disabled': 403,
  'other-station': 403,
  'path-unknown': 404,
  'method-unknown': 405,
  'unknown-case': 404,
  'unknown-record': 404,
  'csv-unreadable': 400,
  'csv-empty': 400,
  'csv-too-long': 400,
  'not-root': 403,
  'not-auditor': 403,
  'deadline-input': 400,
  'deadline-paused': 422,
  'deadline-unknown': 422,
  'answer-pending': 409,
  internal: 500,
}

/** The HTTP status of a failure. */
export function refusalStatus(problem: Failure): RefusalStatus {
  // A code may be another machine's word.
  const known = Object.hasOwn(STATUS_OF, problem.code) ? STATUS_OF[problem.code] : undefined
  if (known) return known
  return problem.code.startsWith('storage') ? 503 : 409
}

export const NOTHING_KEPT = '没有写入任何数据'
export const SEE_DOCUMENT = '请按 openapi.json 的说明改正后重发'

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
