/** The catalogue as files: an import that is checked before it is published, its refused rows, and the export. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { csrfField, field } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import { failurePage, notFound, statusOf } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import { exportCatalogue, type Imported, type ImportMode, type TableFormat } from '#hub/catalogue/catalogue.ts'
import type { Registry } from '#hub/registry-port.ts'
import { ITEM_FIELDS } from '#protocol/casework/catalogue/item-fields.ts'
import type { PersonId } from '#protocol/ids.ts'
import { fail } from '#protocol/result.ts'
import { type Returned, returnedTo } from './answers.ts'
import { CATALOGUE } from './catalogue.ts'
import { table } from './records.ts'
import { mayAdminister } from './stations.ts'
import { fileField, uploadOf } from './uploads.ts'

export const IMPORT = `${CATALOGUE}/import`

const TYPES: Readonly<Record<TableFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}
/** More would fill the page; the file of refused rows has them all. */
const SHOWN = 20
/** Files of refused rows kept for download; an older one is made again by importing again. */
const KEPT_FILES = 10

interface Refused {
  readonly bytes: Uint8Array
  readonly format: TableFormat
}

const formatOf = (name: string): TableFormat | undefined =>
  /\.xlsx$/i.test(name) ? 'xlsx' : /\.(csv|txt)$/i.test(name) ? 'csv' : undefined

/** A file to be kept by the browser, under a plain name that every system can store. */
function fileAnswer(context: DeskContext, name: string, { bytes, format }: Refused): Response {
  context.header('content-disposition', `attachment; filename="${name}.${format}"`)
  context.header('content-type', TYPES[format])
  return context.body(new Uint8Array(bytes))
}

function report(found: Imported, mode: ImportMode): Html {
  const { loaded, unchanged, refused, warnings } = found
  const done =
    mode === 'publish'
      ? `已发布 ${loaded} 行,随同步送到各节点。`
      : loaded > 0
        ? `检查完毕,没有发布。可以发布的有 ${loaded} 行,请再次选择文件并勾选发布。`
        : '检查完毕,没有可以发布的行。'
  const reasons = refused.rows
    .slice(0, SHOWN)
    .map((row) => [
      row[refused.header.indexOf(ITEM_FIELDS.id.title)] ?? '',
      row[refused.header.indexOf(ITEM_FIELDS.name.title)] ?? '',
      row.at(-1) ?? '',
    ])
  const counts = html`<dl class="desk-standing"><div><dt>新版次</dt><dd>${loaded} 行</dd></div><div><dt>没有变化</dt><dd>${unchanged} 行</dd></div>
    <div><dt>拒绝</dt><dd>${refused.rows.length} 行</dd></div><div><dt>提醒</dt><dd>${warnings.length} 条</dd></div></dl>`
  return html`<div class="alert alert-${refused.rows.length > 0 ? 'warning' : 'success'}" role="status"><div><strong>${done}</strong></div></div>${counts}
    ${
      reasons.length === 0
        ? ''
        : card(
            `拒绝的行${refused.rows.length > SHOWN ? `(前 ${SHOWN} 行)` : ''}`,
            table(['编码', '名称', '原因'], reasons, ''),
            html`<a class="btn" href="${IMPORT}/refused">下载拒绝的行</a>`,
          )
    }${
      warnings.length === 0
        ? ''
        : card(
            '提醒(不影响发布)',
            html`<ul class="card-body mb-0 ps-5">${warnings.slice(0, SHOWN).map((words) => html`<li>${words}</li>`)}${warnings.length > SHOWN ? html`<li>还有 ${warnings.length - SHOWN} 条</li>` : ''}</ul>`,
          )
    }`
}

function importPage(context: DeskContext, desk: Desk, shown: { returned?: Returned; body?: Html }): Promise<Response> {
  const visit = context.get('visit')
  const { box, problems, typed } = returnedTo('import', shown.returned)
  const form = card(
    '选择文件',
    html`<form class="card-body" method="post" action="${IMPORT}" enctype="multipart/form-data" novalidate>${csrfField(visit)}${box}
      ${fileField({ name: 'file', label: '事项目录文件', accept: '.xlsx,.csv', hint: 'Excel(.xlsx)或 CSV;列名以导出的文件为准', problem: problems.file })}
      ${field({ name: 'publish', label: '发布检查通过的行', kind: 'flag', value: typed.publish ?? '', hint: '不勾选只检查;已发布过的行再次导入没有变化' })}
      <button class="btn btn-primary" type="submit">导入</button></form>`,
  )
  const body = html`${headline('导入事项目录', html`<a class="btn" href="${CATALOGUE}">回到事项目录</a>`)}
    <p class="text-secondary">每一行是一个事项的一个版次;逐行检查,不合规的行不导入,连同原因一起退回。可以先<a href="${CATALOGUE}/export?format=xlsx">导出</a>现有目录作为模板。</p>
    ${shown.body ?? ''}${form}`
  return page(context, desk, {
    title: '导入事项目录',
    body,
    status: shown.returned ? statusOf(shown.returned.problem) : 200,
  })
}

const NO_FILE = fail('no-file', '请选择 .xlsx 或 .csv 文件', '没有导入任何内容', '可以先导出现有目录作为模板', 'file')

export function importRoutes(app: Hono<DeskEnv>, desk: Desk, registry: Registry): void {
  /** The refused rows of the latest imports, by who imported; lost with a restart, made again by importing again. */
  const refusedFiles = new Map<PersonId, Refused>()
  const keep = (person: PersonId, file: Refused | undefined) => {
    refusedFiles.delete(person)
    if (file) refusedFiles.set(person, file)
    const [oldest] = refusedFiles.keys()
    if (refusedFiles.size > KEPT_FILES && oldest !== undefined) refusedFiles.delete(oldest)
  }
  app.get(IMPORT, async (context) => {
    if (!mayAdminister(context.get('visit'))) return context.redirect(CATALOGUE, 303)
    return importPage(context, desk, {})
  })
  app.post(IMPORT, async (context) => {
    const typed = await readForm(context)
    const upload = await uploadOf(context, 'file')
    const format = upload && formatOf(upload.name)
    const { actor } = context.get('visit')
    const mode = typed.publish === 'yes' ? 'publish' : 'check'
    const found = format ? await registry.importItems(actor, { bytes: upload.bytes, format }, mode) : NO_FILE
    if (!found.ok) {
      const problem = { ...found.problem, field: found.problem.field ?? 'file' }
      return importPage(context, desk, { returned: { form: 'import', typed, problem } })
    }
    const { refusedFile } = found.value
    keep(actor.person, refusedFile && format ? { bytes: refusedFile, format } : undefined)
    return importPage(context, desk, { body: report(found.value, mode) })
  })
  app.get(`${IMPORT}/refused`, (context) => {
    const file = refusedFiles.get(context.get('visit').actor.person)
    return file ? fileAnswer(context, 'refused-rows', file) : notFound(context, desk)
  })
  app.get(`${CATALOGUE}/export`, async (context) => {
    const format: TableFormat = context.req.query('format') === 'csv' ? 'csv' : 'xlsx'
    const file = await exportCatalogue(desk.office, format)
    if (!file.ok) return failurePage(context, desk, file.problem)
    await desk.office.audit(context.get('visit').actor, 'export', { subject: `事项目录(${format})` })
    return fileAnswer(context, `catalogue-${desk.office.today()}`, { bytes: file.value, format })
  })
}
