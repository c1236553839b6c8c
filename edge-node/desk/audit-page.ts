/** The page of the audit log: for auditors, searched by day, station, person, event and text, and taken out as a file. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { type AuditQuestion, cutWords, eventWords, marksOf, readAudit, readsAudit } from '#edge-node/commands/audit.ts'
import { createAuditFiles } from '#edge-node/commands/audit-file.ts'
import { lookedFor } from '#edge-node/commands/masking.ts'
import { isUnder } from '#edge-node/commands/reading.ts'
import { AUDIT_EVENTS } from '#protocol/casework/audit.ts'
import { type Day, isDay, plusDays } from '#protocol/casework/time/days.ts'
import type { AuditLine, AuditPage } from '#protocol/engine/audit.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Failure } from '#protocol/result.ts'
import { failureBox, field } from './forms.ts'
import { headline, page } from './layout.ts'
import { card } from './lists.ts'
import { failurePage, statusOf } from './problems.ts'
import type { Desk, DeskContext, DeskEnv, Html } from './visit.ts'
import { paperTime, personName, sentence, stationName } from './words.ts'

/** Days shown when nothing is asked. */
const RECENT_DAYS = 7
const NAMES = ['station', 'person', 'event', 'text'] as const

/** What the address asks; a day that is none is the usual one. */
function questionOf(context: DeskContext, desk: Desk): AuditQuestion {
  const query = context.req.query()
  const today = desk.office.today()
  const dayIn = (name: string, usual: Day): Day => {
    const text = query[name] ?? ''
    return isDay(text) ? text : usual
  }
  const [station = '', person = '', event = '', text = ''] = NAMES.map((name) =>
    (query[name] ?? '').trim().slice(0, 100),
  )
  const until = dayIn('until', today)
  const from = dayIn('from', plusDays(until, 1 - RECENT_DAYS))
  return { from, until, station, person, event, text, after: query.after }
}

/** The question as it stands in an address. */
const asked = ({ after: _, ...question }: AuditQuestion): Record<string, string> => ({ ...question })

const THEIR_CASES = `填办事人的姓名或证件号,也列出这个人最近 ${LIMITS.auditCases} 件办件的查看、打印`

/** What was looked for by the end of a number may be about others too. */
const endWords = ({ text }: AuditQuestion): string =>
  lookedFor(text) === text
    ? THEIR_CASES
    : `${THEIR_CASES};号码只按末几位记载,按“${lookedFor(text)}”查找:末几位相同的可能不止一人`

function filters(desk: Desk, context: DeskContext, question: AuditQuestion, problem?: Failure): Html {
  const { directory } = desk.office
  const own = context.get('visit').actor.station
  const stations = directory.stations().filter(({ id }) => isUnder(directory, id, own))
  const events = Object.entries(AUDIT_EVENTS).map(([value, { title }]) => ({ value, label: title }))
  const file = `/audit/file?${new URLSearchParams(asked(question))}`
  return html`<form class="card-body desk-filters" method="get" action="/audit"><div class="row">
    <div class="col-md-2">${field({ name: 'from', label: '从', kind: 'date', value: question.from, problem: problem && `${sentence(problem.message)}${sentence(problem.next)}` })}</div>
    <div class="col-md-2">${field({ name: 'until', label: '到', kind: 'date', value: question.until })}</div>
    <div class="col-md-3">${field({ name: 'station', label: '站点', kind: 'list', value: question.station, options: stations.map(({ id, name }) => ({ value: id, label: name })) })}</div>
    <div class="col-md-2">${field({ name: 'event', label: '事件', kind: 'list', value: question.event, options: events })}</div>
    <div class="col-md-3">${field({ name: 'person', label: '用户名或姓名', kind: 'text', value: question.person, hint: '同名的账号都算;用这个账号登录失败、被锁定的也列出' })}</div>
    <div class="col-md-6">${field({ name: 'text', label: '对象、说明或来源地址里的文字', kind: 'text', value: question.text, hint: endWords(question) })}</div></div>
    <div class="btn-list"><button class="btn btn-primary" type="submit">查阅</button><a class="btn" href="${file}" download>导出 CSV</a></div></form>`
}

function who(desk: Desk, { person }: AuditLine): Html | string {
  if (person === '') return html`<span class="text-secondary">未登录</span>`
  const name = personName(desk.office, person)
  return name === person ? person : html`${name}<div class="text-secondary">${person}</div>`
}

function row(desk: Desk, line: AuditLine): Html {
  const marks = marksOf(line).map((mark) => html`<div class="text-danger">${mark}</div>`)
  const node = desk.office.directory.node(line.node)?.name ?? line.node.slice(0, 8)
  const station = stationName(desk.office, line.station)
  const where = node === station ? station : html`${station}<div class="text-secondary">${node}</div>`
  return html`<tr><td data-label="时间">${paperTime(line.time)}</td>
    <td data-label="站点">${where}${marks}</td>
    <td data-label="人员">${who(desk, line)}</td><td data-label="事件">${eventWords(line)}</td>
    <td data-label="对象">${line.subject}${line.details === '' ? '' : html`<div class="text-secondary">${line.details}</div>`}</td>
    <td data-label="来源">${line.address}</td></tr>`
}

function list(desk: Desk, question: AuditQuestion, { lines, next }: AuditPage): Html {
  const more =
    next === null
      ? ''
      : html`<div class="card-footer"><a class="btn" href="/audit?${new URLSearchParams({ ...asked(question), after: next })}">下一页</a></div>`
  const empty = next === null ? '这段时间没有这样的记录。' : '这一段里没有,请看下一页。'
  const table =
    lines.length === 0
      ? html`<p class="desk-empty">${empty}</p>`
      : html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md"><thead><tr><th scope="col">时间</th>
        <th scope="col">站点</th><th scope="col">人员</th><th scope="col">事件</th><th scope="col">对象</th><th scope="col">来源</th></tr></thead>
        <tbody>${lines.map((line) => row(desk, line))}</tbody></table></div>`
  return html`${table}${more}`
}

/** Days that lie outside every usual question because a clock was wrong. */
function strangeBox(question: AuditQuestion, { strangeDays }: AuditPage): Html | string {
  if (strangeDays.length === 0) return ''
  const shown = strangeDays.slice(0, LIMITS.auditStrangeDays)
  const links = shown.map(
    (day) => html` <a href="/audit?${new URLSearchParams(asked({ ...question, from: day, until: day }))}">${day}</a>`,
  )
  const more = strangeDays.length > shown.length ? ` 等 ${strangeDays.length} 天` : ''
  return html`<div class="alert alert-warning" role="note"><div><strong>有的记录写在不可能的日子下:</strong>写下时那台电脑的时钟不对。记录都在,平常的时段里看不到,请逐日查看:${links}${more}。</div></div>`
}

const cutBox = ({ cutDays }: AuditPage): Html | string =>
  cutDays.length === 0
    ? ''
    : html`<div class="alert alert-warning" role="note">${cutDays.map(cutWords).join(';')}。</div>`

async function auditPage(context: DeskContext, desk: Desk): Promise<Response> {
  const question = questionOf(context, desk)
  const found = await readAudit(desk.office, context.get('visit').actor, question)
  if (!found.ok && found.problem.field === undefined) return failurePage(context, desk, found.problem)
  const body = html`${headline('审计日志')}
    <p class="text-secondary">谁在什么时候登录、查询、查看办件、打印、导入导出和改动设置。每条都在各节点的签名日志里,前后相扣,改不了也删不掉;不设期限保存(法规要求不少于六个月)。查阅本页也记在里面。</p>
    ${found.ok ? html`${strangeBox(question, found.value)}${cutBox(found.value)}` : failureBox(found.problem)}
    ${card('查阅', filters(desk, context, question, found.ok ? undefined : found.problem))}
    ${found.ok ? card(`${question.from} 至 ${question.until}`, list(desk, question, found.value)) : ''}`
  return page(context, desk, { title: '审计日志', body, status: found.ok ? 200 : statusOf(found.problem) })
}

async function auditFile(
  context: DeskContext,
  desk: Desk,
  makeFile: ReturnType<typeof createAuditFiles>,
): Promise<Response> {
  const question = questionOf(context, desk)
  const made = await makeFile(context.get('visit').actor, question)
  const back = { href: `/audit?${new URLSearchParams(asked(question))}`, title: '回到审计日志' }
  if (!made.ok)
    return failurePage(context, desk, made.problem, readsAudit(context.get('visit').actor) ? back : undefined)
  if (made.value.next !== null) context.header('x-next', made.value.next)
  return context.body(`${made.value.csv}\r\n`, 200, {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="audit-${question.from}-${question.until}.csv"`,
  })
}

/** Adds the pages; they hang behind the desk's gate. */
export function auditRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/audit', (context) => auditPage(context, desk))
  const makeFile = createAuditFiles(desk.office)
  app.get('/audit/file', (context) => auditFile(context, desk, makeFile))
}
