/** Failures as pages: what happened, what was kept, what to do; never a stack trace. */
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Failure } from '#protocol/result.ts'
import { refusalStatus } from './api/statuses.ts'
import { isLarge } from './cookies.ts'
import { frame, headline, page } from './layout.ts'
import type { Desk, DeskContext, Html } from './visit.ts'
import { sentence, withNames } from './words.ts'

interface Problem extends Pick<Failure, 'message' | 'kept' | 'next'> {
  readonly status: ContentfulStatusCode
  /** Where one can go on; my work when not given. */
  readonly back?: { readonly href: string; readonly title: string }
}

/** Failures of a field are forms to be mended; for the rest desk and API agree. */
export const statusOf = (problem: Failure): ContentfulStatusCode =>
  problem.field === undefined ? refusalStatus(problem) : 422

const words = (problem: Problem): Html => html`${headline('没有办成')}<div class="card"><div class="card-body">
  <p class="fs-3"><strong>${sentence(problem.message)}</strong></p><p>${sentence(problem.kept)}</p><p>${sentence(problem.next)}</p>
  <div class="btn-list"><a class="btn btn-primary" href="${problem.back?.href ?? '/'}">${problem.back?.title ?? '回到我的工作'}</a>
  <a class="btn" href="/search">查询办件</a></div></div></div>`

/** Answers with a failure in words, inside the frame when somebody is signed in. */
export async function problemPage(context: DeskContext, desk: Desk, problem: Problem): Promise<Response> {
  if (context.req.header('hx-request') === 'true')
    return context.html(
      html`<span class="field-problem">${sentence(problem.message)}${sentence(problem.kept)}${sentence(problem.next)}</span>`,
      problem.status,
    )
  if (context.get('visit'))
    return page(context, desk, { title: problem.message, body: words(problem), status: problem.status })
  const body = html`<main id="main" class="page-body"><div class="container-tight">${words(problem)}</div></main>`
  const document = frame(desk, { title: problem.message, large: isLarge(context), live: false, body })
  return context.html(await document, problem.status)
}

/** Answers with a failure of the office. */
export const failurePage = (context: DeskContext, desk: Desk, problem: Failure, back?: Problem['back']) =>
  problemPage(context, desk, {
    ...problem,
    message: withNames(desk.office, problem.message),
    status: statusOf(problem),
    ...(back ? { back } : {}),
  })

/** What is wrong with a request that no page of ours makes, by its status. */
const UNASKED: Readonly<Partial<Record<ContentfulStatusCode, string>>> = {
  400: '提交的内容不完整或已损坏,读不出来',
  405: '这里只能打开页面和提交表单,不支持这种请求方法',
  413: '提交的内容太多,没有读取',
  415: '提交的内容不是表单,没有读取',
}

/** Answers what no page of ours asks for: its sender's mistake, so nobody else is told. */
export const unaskedPage = (context: DeskContext, desk: Desk, status: ContentfulStatusCode) =>
  problemPage(context, desk, {
    status,
    message: UNASKED[status] ?? '这个请求无法处理',
    kept: '没有改动任何数据',
    next: '请返回上一页刷新后重试',
  })

export const notFound = (context: DeskContext, desk: Desk) =>
  problemPage(context, desk, {
    status: 404,
    message: '没有这个页面',
    kept: '没有改动任何数据',
    next: '地址可能抄错了,也可能办件不归本站查看;可以按编号、姓名或证件号查询',
  })
