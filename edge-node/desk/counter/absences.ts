/** The away board (去向留言): who is away from when to when, where, and who stands in; written without a network. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { readsAll } from '#edge-node/commands/reading.ts'
import { mayWrite } from '#edge-node/commands/roles.ts'
import { coverAbsence, currentAbsences, endAbsence, keepAbsence } from '#edge-node/commands/station/absences.ts'
import { substituteOf } from '#edge-node/commands/station/people.ts'
import { type Kept, ownRecords } from '#edge-node/commands/station/records.ts'
import { dayWords, weekday } from '#edge-node/desk/due-words.ts'
import { csrfField, type FormState, failureBox, field, formAgain, isWrong } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { livePart } from '#edge-node/desk/live.ts'
import { colleagues, staff } from '#edge-node/desk/people.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import { failurePage } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { personName, stationName } from '#edge-node/desk/words.ts'
import type { Absence } from '#protocol/casework/directory.ts'
import { fullListNote } from './full-list.ts'

/** Names who stands in for an absence that was written down without anybody. */
function coverForm(desk: Desk, visit: Visit, absence: Absence): Html {
  const people = colleagues(desk, visit.actor.station, [absence.person])
  return html`<form method="post" action="/absences/${absence.id}/cover" class="desk-search">${csrfField(visit)}
    <label class="visually-hidden" for="cover-${absence.id}">谁顶岗</label><select class="form-select" id="cover-${absence.id}" name="substitute"><option value="">请选择</option>
    ${people.map(({ value, label }) => html`<option value="${value}">${label}</option>`)}</select><button class="btn" type="submit">由其顶岗</button></form>`
}

function row(desk: Desk, visit: Visit, absence: Absence): Html {
  const today = desk.office.today()
  const cover = substituteOf(desk.office.directory, absence)
  const who =
    cover === null ? html`<strong class="desk-deemed">没有人顶岗,请补填</strong>` : personName(desk.office, cover)
  const mine = mayWrite(visit.actor) && absence.station === visit.actor.station
  const fill = cover === null && mine ? coverForm(desk, visit, absence) : ''
  const station = readsAll(visit.actor)
    ? html`<div class="text-secondary">${stationName(desk.office, absence.station)}</div>`
    : ''
  const end = mine
    ? html`<form method="post" action="/absences/${absence.id}/end">${csrfField(visit)}<button class="btn btn-sm" type="submit">已回来</button></form>`
    : ''
  return html`<tr><th scope="row" data-label="人员">${personName(desk.office, absence.person)}${station}</th>
    <td data-label="时间">${!desk.office.isDayInDoubt() && absence.from <= today ? html`<strong>外出中</strong> ` : ''}${dayWords(absence.from, today)} ${weekday(absence.from)}至${dayWords(absence.until, today)} ${weekday(absence.until)}</td>
    <td data-label="去向">${absence.where || '未填写'}</td><td data-label="事由">${absence.reason}</td><td data-label="顶岗">${who}${fill}</td><td data-label="操作">${end}</td></tr>`
}

function board(desk: Desk, visit: Visit): Html {
  const rows = currentAbsences(desk.office, visit.actor)
  if (rows.length === 0) return html`<p class="desk-empty">没有人外出。</p>`
  return html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md"><thead><tr><th scope="col">人员</th><th scope="col">时间</th><th scope="col">去向</th>
    <th scope="col">事由</th><th scope="col">顶岗(B岗)</th><th scope="col">操作</th></tr></thead><tbody>${rows.map((absence) => row(desk, visit, absence))}</tbody></table></div>`
}

function absenceForm(desk: Desk, visit: Visit, { typed = {}, problems = {} }: FormState): Html {
  const people = colleagues(desk, visit.actor.station)
  const at = (name: string) => ({ name, value: typed[name] ?? '', problem: problems[name] })
  const today = desk.office.today()
  return html`<form class="card-body" method="post" action="/absences" novalidate>${csrfField(visit)}
    ${field({ ...at('person'), label: '谁外出', kind: 'list', required: true, value: typed.person ?? visit.actor.person, options: staff(desk, visit.actor.station) })}
    ${field({ ...at('from'), label: '从', kind: 'date', required: true, value: typed.from ?? today })}
    ${field({ ...at('until'), label: '到(含当天)', kind: 'date', required: true, value: typed.until ?? today })}
    ${field({ ...at('where'), label: '去哪里', kind: 'text' })}${field({ ...at('reason'), label: '事由', kind: 'text', required: true })}
    ${field({ ...at('substitute'), label: '谁顶岗(B岗)', kind: 'list', options: people, hint: '没有人顶岗也能登记,会一直提示,直到补上' })}
    <button class="btn btn-primary btn-lg" type="submit" data-main>登记外出</button></form>`
}

async function absencesPage(context: DeskContext, desk: Desk, form: FormState = {}): Promise<Response> {
  const visit = context.get('visit')
  const done = context.req.query('done')
    ? html`<div class="alert alert-success" role="status"><div>已登记。</div></div>`
    : ''
  const write = mayWrite(visit.actor) ? card('登记外出', absenceForm(desk, visit, form)) : ''
  const kept = ownRecords(visit.actor, desk.office.directory.absences()).length
  const body = html`${headline('去向板')}${form.failure ? failureBox(form.failure) : done}
    ${fullListNote('absence', kept)}${livePart('absences', 'cases', '/absences', card('现在和将要外出的', board(desk, visit)))}${write}`
  return page(context, desk, { title: '去向板', body, status: isWrong(form) ? 422 : 200 })
}

async function register(context: DeskContext, desk: Desk): Promise<Response> {
  const typed = await readForm(context)
  const { person = '', from = '', until = '', reason = '', where = '', substitute = '' } = typed
  const given = { person, from, until, reason, where, substitute: substitute === '' ? null : substitute }
  const kept = await keepAbsence(desk.office, context.get('visit').actor, given)
  return kept.ok
    ? context.redirect('/absences?done=1', 303)
    : absencesPage(context, desk, formAgain(typed, kept.problem))
}

async function changed(context: DeskContext, desk: Desk, kept: Awaited<Kept<Absence>>): Promise<Response> {
  return kept.ok ? context.redirect('/absences?done=1', 303) : failurePage(context, desk, kept.problem[0])
}

export function absenceRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/absences', (context) => absencesPage(context, desk))
  app.post('/absences', (context) => register(context, desk))
  app.post('/absences/:id/cover', async (context) => {
    const { substitute = '' } = await readForm(context)
    const { actor } = context.get('visit')
    return changed(context, desk, await coverAbsence(desk.office, actor, context.req.param('id'), substitute))
  })
  app.post('/absences/:id/end', async (context) =>
    changed(context, desk, await endAbsence(desk.office, context.get('visit').actor, context.req.param('id'))),
  )
}
