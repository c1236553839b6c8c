/** Pages about files of one case: the report package with its cover sheet, and the reply that comes back. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { textOfFile } from '#edge-node/commands/csv.ts'
import { packageOf } from '#edge-node/commands/exchange/package.ts'
import { takeReply } from '#edge-node/commands/exchange/reply.ts'
import { CASE_UNKNOWN } from '#edge-node/commands/refusals.ts'
import { ReplyBody } from '#edge-node/desk/api/shapes.ts'
import { caseOf } from '#edge-node/desk/case-of.ts'
import { csrfField, failureBox } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { formDataOf } from '#edge-node/desk/posted-forms.ts'
import { failurePage, statusOf } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import { presentNumber } from '#edge-node/desk/words.ts'
import type { ReportPackage } from '#protocol/casework/exchange/report-package.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { type Failure, fail, type Result, success } from '#protocol/result.ts'
import { coverSheet } from './cover-sheet.ts'

/** Where a case that was reported up keeps its files; nothing for every other case. */
export function reportPart({ state }: CaseView): Html | string {
  if (state.report === null) return ''
  const address = `/cases/${state.id}`
  const reply = state.stage === '46' ? html`<a class="btn" href="${address}/reply">导入上级回复</a>` : ''
  return card(
    '上报',
    html`<div class="card-body btn-list"><a class="btn" href="${address}/report-package" download>下载上报包</a>
      <a class="btn" href="${address}/report-package/cover">打印封面</a>${reply}</div>`,
  )
}

const back = (id: string) => ({ href: `/cases/${id}`, title: '回到办件' })

async function withPackage(
  context: DeskContext,
  desk: Desk,
  show: (made: ReportPackage) => Response | Promise<Response>,
): Promise<Response> {
  const id = context.req.param('id') ?? ''
  const made = await packageOf(desk.office, context.get('visit').actor, id)
  if (made.ok) return show(made.value)
  return failurePage(context, desk, made.problem, made.problem.code === CASE_UNKNOWN.code ? undefined : back(id))
}

const download = (context: DeskContext, desk: Desk): Promise<Response> =>
  withPackage(context, desk, (made) =>
    context.body(`${JSON.stringify(made, null, 2)}\n`, 200, {
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="${made.case.number}-report.json"`,
    }),
  )

const cover = (context: DeskContext, desk: Desk): Promise<Response> =>
  withPackage(context, desk, async (made) => {
    await desk.office.audit(context.get('visit').actor, 'print', {
      subject: `上报件封面 ${made.case.number || (context.req.param('id') ?? '')}`,
    })
    const { href, title } = back(context.req.param('id') ?? '')
    const bar = html`<div class="receipt-bar d-print-none"><h1>上报件封面</h1>
      <button class="btn btn-primary btn-lg" type="button" data-print>打印(Ctrl+P)</button><a class="btn btn-lg" href="${href}">${title}</a></div>`
    const body = html`${bar}<div class="receipt-sheet">${coverSheet(made)}</div>`
    return page(context, desk, { title: `上报件封面 ${presentNumber(made.case)}`, body, paper: true })
  })

function replyPage(context: DeskContext, desk: Desk, view: CaseView, failure?: Failure): Promise<Response> {
  const visit = context.get('visit')
  const { state } = view
  const form = html`<form class="card-body" method="post" action="/cases/${state.id}/reply" enctype="multipart/form-data">${csrfField(visit)}
    <div class="mb-3"><label class="form-label" for="field-file">回复文件(JSON)</label><input class="form-control" id="field-file" type="file" name="file" accept=".json,application/json" required /></div>
    <button class="btn btn-primary btn-lg" type="submit" data-main>导入,登记为“上级批复”</button></form>`
  const body = html`${headline('导入上级回复', html`<a class="btn" href="/cases/${state.id}">回到办件</a>`)}${failure ? failureBox(failure) : ''}
    ${card(`${presentNumber(state)} ${state.applicant.name}`, form)}`
  return page(context, desk, { title: '导入上级回复', body, status: failure ? statusOf(failure) : 200 })
}

const unreadable = (words: string): Result<never> =>
  fail(
    'reply-unreadable',
    `回复文件读不了:${words}`,
    '办件没有变化',
    '请向上级机关要回复文件;没有文件的,手工登记批复',
    'file',
  )

/** The reply in an uploaded file. */
async function replyIn(context: DeskContext) {
  const file = (await formDataOf(context)).get('file')
  if (file === null || typeof file === 'string' || file.size === 0) return unreadable('没有选择文件')
  const text = textOfFile(new Uint8Array(await file.arrayBuffer()))
  if (text === undefined) return unreadable('文件的编码无法识别')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return unreadable('不是 JSON 文件') // whatever it is, it is no reply
  }
  const parsed = ReplyBody.safeParse(value)
  if (parsed.success) return success(parsed.data)
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: '内容不完整' }
  return unreadable(path.length === 0 ? message : `${path.join('.')}:${message}`)
}

async function takeIn(context: DeskContext, desk: Desk): Promise<Response> {
  const found = await caseOf(context, desk)
  if (!found.ok) return failurePage(context, desk, found.problem)
  const reply = await replyIn(context)
  if (!reply.ok) return replyPage(context, desk, found.value, reply.problem)
  const taken = await takeReply(desk.office, context.get('visit').actor, found.value.state.id, reply.value)
  if (!taken.ok) return replyPage(context, desk, found.value, taken.problem)
  return context.redirect(`/cases/${found.value.state.id}?done=replied`, 303)
}

/** Adds the pages; they hang behind the desk's gate. */
export function caseFileRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/cases/:id/report-package', (context) => download(context, desk))
  app.get('/cases/:id/report-package/cover', (context) => cover(context, desk))
  app.get('/cases/:id/reply', async (context) => {
    const found = await caseOf(context, desk)
    return found.ok ? replyPage(context, desk, found.value) : failurePage(context, desk, found.problem)
  })
  app.post('/cases/:id/reply', (context) => takeIn(context, desk))
}
