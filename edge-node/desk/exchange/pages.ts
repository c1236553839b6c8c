/** The exchange page: cases of vertical systems in, cases of a period out. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { textOfFile } from '#edge-node/commands/csv.ts'
import { exportCases, exportCsv } from '#edge-node/commands/exchange/case-export.ts'
import { writeCsvRows } from '#edge-node/commands/exchange/csv.ts'
import type { VerticalReport } from '#edge-node/commands/exchange/import-report.ts'
import { mayTakeIn, takeInCases } from '#edge-node/commands/exchange/imports.ts'
import { mayEdit } from '#edge-node/commands/roles.ts'
import { csrfField, failureBox, field } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { formDataOf, readForm } from '#edge-node/desk/posted-forms.ts'
import { notFound, statusOf } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import {
  byOutcome,
  IMPORT_OUTCOMES,
  VERTICAL_COLUMNS,
  VERTICAL_LISTS,
  type VerticalList,
} from '#protocol/casework/exchange/vertical.ts'
import { type Day, isDay } from '#protocol/casework/time/days.ts'
import type { PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Failure, fail } from '#protocol/result.ts'
import { caseFileRoutes } from './case-files.ts'

/** Reports of imports that people have not fetched yet; the oldest goes first, an import can be repeated at any time. */
type Reports = Map<PersonId, string>
const KEPT_REPORTS = 20

function keepReport(reports: Reports, person: PersonId, csv: string): void {
  reports.delete(person)
  reports.set(person, csv)
  const [oldest] = reports.keys()
  if (reports.size > KEPT_REPORTS && oldest !== undefined) reports.delete(oldest)
}

interface Shown {
  readonly failure?: Failure
  readonly report?: VerticalReport
}

/** What became of each row; the file is the same with three more columns, so that it can be mended and taken in again. */
function reportCard({ rows, csv: _, ...counts }: VerticalReport): Html {
  const figures = Object.values(byOutcome((outcome) => `${IMPORT_OUTCOMES[outcome]} ${counts[outcome]}`)).join(',')
  const told = rows.filter(({ why }) => why !== '').slice(0, LIMITS.pageRows)
  return card(
    '导入结果',
    html`<div class="card-body" role="status"><p><strong>${figures}。</strong></p>
      <p><a class="btn" href="/exchange/report" download>下载结果(原样各行和原因)</a></p>
      ${told.length === 0 ? '' : html`<ul>${told.map(({ reference, why }) => html`<li>${reference || '没有来源办件编号'}:${why}</li>`)}</ul>`}</div>`,
  )
}

const importForm = (context: DeskContext): Html =>
  card(
    '补录部门垂直系统的办件',
    html`<form class="card-body" method="post" action="/exchange/import" enctype="multipart/form-data">${csrfField(context.get('visit'))}
      <p>在部门自己的系统里办的件,按原系统的日期补录;每条记录都标明“补录”和来源系统。<a href="/exchange/template" download>下载空白表</a></p>
      ${field({ name: 'list', label: '“办件状态”用哪张代码表', kind: 'list', required: true, options: Object.entries(VERTICAL_LISTS).map(([value, label]) => ({ value, label })) })}
      <div class="mb-3"><label class="form-label" for="field-file">CSV 文件(最多 ${LIMITS.importRows} 行)</label><input class="form-control" id="field-file" type="file" name="file" accept=".csv,text/csv" required /></div>
      <button class="btn btn-primary btn-lg" type="submit" data-main>导入</button></form>`,
  )

function exportForm(desk: Desk): Html {
  const today = desk.office.today()
  return card(
    '导出办件(GB/T 39046 字段)',
    html`<form class="card-body" method="get" action="/exchange/export">
      ${field({ name: 'from', label: '收件日期从', kind: 'date', required: true, value: `${today.slice(0, 8)}01` })}
      ${field({ name: 'until', label: '到', kind: 'date', required: true, value: today })}
      ${field({
        name: 'format',
        label: '格式',
        kind: 'choice',
        value: 'csv',
        options: [
          { value: 'csv', label: 'CSV 表格' },
          { value: 'json', label: 'JSON,含环节' },
        ],
      })}
      <button class="btn" type="submit">导出</button></form>`,
  )
}

function exchangePage(context: DeskContext, desk: Desk, { failure, report }: Shown = {}): Promise<Response> {
  const { actor } = context.get('visit')
  const body = html`${headline('数据交换')}${failure ? failureBox(failure) : ''}${report ? reportCard(report) : ''}
    ${mayEdit(actor) ? importForm(context) : ''}${exportForm(desk)}`
  return page(context, desk, { title: '数据交换', body, status: failure ? statusOf(failure) : 200 })
}

async function takeIn(context: DeskContext, desk: Desk, reports: Reports): Promise<Response> {
  const { actor } = context.get('visit')
  const may = mayTakeIn(actor)
  if (!may.ok) return exchangePage(context, desk, { failure: may.problem })
  const { list = '' } = await readForm(context)
  const file = (await formDataOf(context)).get('file')
  const kept = '没有导入任何一行'
  if (!Object.hasOwn(VERTICAL_LISTS, list))
    return exchangePage(context, desk, {
      failure: fail('field', '请选择代码表', kept, '请选择后再导入', 'list').problem,
    })
  if (file === null || typeof file === 'string' || file.size === 0)
    return exchangePage(context, desk, {
      failure: fail('field', '没有选择文件', kept, '请选择 CSV 文件', 'file').problem,
    })
  const csv = textOfFile(new Uint8Array(await file.arrayBuffer()))
  if (csv === undefined)
    return exchangePage(context, desk, {
      failure: fail('file-encoding', '文件的编码无法识别', kept, '请另存为 UTF-8 编码的 CSV 后再导入', 'file').problem,
    })
  const done = await takeInCases(desk.office, actor, list as VerticalList, { csv })
  if (!done.ok) return exchangePage(context, desk, { failure: done.problem })
  keepReport(reports, actor.person, done.value.csv)
  return exchangePage(context, desk, { report: done.value })
}

/** The media type and the end of the name of a file that is sent. */
const FILES = { csv: 'text/csv', json: 'application/json' } as const

const send = (context: DeskContext, name: string, kind: keyof typeof FILES, text: string): Response =>
  context.body(text, 200, {
    'content-type': `${FILES[kind]}; charset=utf-8`,
    'content-disposition': `attachment; filename="${name}.${kind}"`,
  })

async function giveOut(context: DeskContext, desk: Desk): Promise<Response> {
  const { from = '', until = '', format, after } = context.req.query()
  if (!isDay(from) || !isDay(until) || until < from) {
    const { problem } = fail('field', '请填写起止日期', '没有导出', '结束日期不能早于开始日期', 'from')
    return exchangePage(context, desk, { failure: problem })
  }
  const period: { from: Day; until: Day } = { from, until }
  const made = await exportCases(desk.office, context.get('visit').actor, period, after)
  if (made.next !== null) context.header('x-next', made.next)
  const name = `cases-${made.from}-${made.until}`
  return format === 'json'
    ? send(context, name, 'json', `${JSON.stringify(made, null, 2)}\n`)
    : send(context, name, 'csv', exportCsv(made))
}

/** Adds the pages of the exchange; they hang behind the desk's gate. */
export function exchangeRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  caseFileRoutes(app, desk)
  app.get('/exchange', (context) => exchangePage(context, desk))
  const reports: Reports = new Map()
  app.post('/exchange/import', (context) => takeIn(context, desk, reports))
  app.get('/exchange/report', (context) => {
    const csv = reports.get(context.get('visit').actor.person)
    return csv === undefined ? notFound(context, desk) : send(context, 'import-report', 'csv', csv)
  })
  app.get('/exchange/template', (context) => send(context, 'vertical-cases', 'csv', writeCsvRows(VERTICAL_COLUMNS, [])))
  app.get('/exchange/export', (context) => giveOut(context, desk))
}
