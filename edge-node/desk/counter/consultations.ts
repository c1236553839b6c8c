/** The consultation log (首问负责): whoever was asked first keeps the task until it is answered or somebody has taken it over. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { mayWrite } from '#edge-node/commands/roles.ts'
import {
  type ConsultationStep,
  consultationsFor,
  keepConsultation,
  moveConsultation,
} from '#edge-node/commands/station/consultations.ts'
import { ownRecords } from '#edge-node/commands/station/records.ts'
import { csrfField, type FormState, failureBox, field, formAgain, isWrong, type Typed } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { livePart } from '#edge-node/desk/live.ts'
import { colleagues } from '#edge-node/desk/people.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import { failurePage, notFound } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { personName, sinceWords, timeWords } from '#edge-node/desk/words.ts'
import type { Consultation } from '#protocol/casework/directory.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fullListNote } from './full-list.ts'

const own = (desk: Desk, { actor }: Visit): readonly Consultation[] =>
  ownRecords(actor, consultationsFor(desk.office, actor))

function statusWords(desk: Desk, each: Consultation): string {
  const has = personName(desk.office, each.person)
  if (each.answered !== null) return `${has}已答复(${timeWords(each.answered, desk.office.time())})`
  const first = each.first === each.person ? '' : `,首问${personName(desk.office, each.first)}`
  const offered = each.offeredTo === null ? '' : `;已转给${personName(desk.office, each.offeredTo)},等待接手`
  return `${has}负责${first}${sinceWords(desk.office, each.asked)}${offered}`
}

const row = (desk: Desk, each: Consultation): Html =>
  html`<li class="list-group-item"><a href="/consultations/${each.id}">${each.matter}</a>
    <div class="text-secondary">${each.asker || '没有留姓名'} · ${timeWords(each.asked, desk.office.time())} · ${statusWords(desk, each)}</div></li>`

const list = (desk: Desk, rows: readonly Consultation[], empty: string): Html =>
  rows.length === 0
    ? html`<p class="desk-empty">${empty}</p>`
    : html`<ul class="list-group list-group-flush">${rows.map((each) => row(desk, each))}</ul>`

function lists(desk: Desk, visit: Visit): Html {
  const all = own(desk, visit).toSorted((one, other) => other.asked - one.asked)
  const open = all.filter(({ answered }) => answered === null)
  const { person } = visit.actor
  const mine = open.filter((each) => each.person === person || each.offeredTo === person)
  const others = open.filter((each) => !mine.includes(each))
  const done = all.filter(({ answered }) => answered !== null).slice(0, LIMITS.pageRows)
  return html`${fullListNote('consultation', all.length)}${card('等我答复或接手的', list(desk, mine, '没有。'))}
    ${others.length === 0 ? '' : card('同事负责的', list(desk, others, ''))}${card('已答复', list(desk, done, '还没有。'))}`
}

async function listPage(context: DeskContext, desk: Desk, form: FormState = {}): Promise<Response> {
  const visit = context.get('visit')
  const { typed = {}, problems = {} } = form
  const at = (name: string) => ({ name, value: typed[name] ?? '', problem: problems[name] })
  const write = mayWrite(visit.actor)
    ? card(
        '登记咨询',
        html`<form class="card-body" method="post" action="/consultations" novalidate>${csrfField(visit)}
          ${field({ ...at('matter'), label: '问什么', kind: 'note', required: true })}
          ${field({ ...at('asker'), label: '谁问的', kind: 'text' })}${field({ ...at('phone'), label: '联系电话', kind: 'tel' })}
          <button class="btn btn-primary btn-lg" type="submit" data-main>登记,由我负责到底</button></form>`,
      )
    : ''
  const body = html`${headline('首问登记')}${form.failure ? failureBox(form.failure) : ''}
    <div class="row"><div class="col-lg-5 order-lg-2">${write}</div><div class="col-lg-7">${livePart('consultations', 'cases', '/consultations', lists(desk, visit))}</div></div>`
  return page(context, desk, { title: '首问登记', body, status: isWrong(form) ? 422 : 200 })
}

function actions(
  desk: Desk,
  visit: Visit,
  each: Consultation,
  { typed = {}, problems = {} }: FormState,
): Html | string {
  if (each.answered !== null || !mayWrite(visit.actor)) return ''
  const { person, station } = visit.actor
  const at = (name: string) => ({ name, value: typed[name] ?? '', problem: problems[name] })
  const address = `/consultations/${each.id}`
  if (each.offeredTo === person)
    return html`<form class="card-body" method="post" action="${address}/take">${csrfField(visit)}<button class="btn btn-primary btn-lg" type="submit" data-main>接手,由我负责</button></form>`
  if (each.person !== person)
    return html`<p class="card-body mb-0">由${personName(desk.office, each.person)}负责;接手前仍由其负责到底。</p>`
  return html`<form class="card-body" method="post" action="${address}/answer" novalidate>${csrfField(visit)}
      ${field({ ...at('answer'), label: '答复', kind: 'note', required: true })}<button class="btn btn-primary btn-lg" type="submit" data-main>已答复</button></form>
    <form class="card-body" method="post" action="${address}/offer" novalidate>${csrfField(visit)}
      ${field({ ...at('to'), label: '转给同事', kind: 'list', required: true, options: colleagues(desk, station, [person]), hint: '同事接手之前仍由您负责' })}<button class="btn" type="submit">转给同事</button></form>`
}

async function onePage(context: DeskContext, desk: Desk, each: Consultation, form: FormState = {}): Promise<Response> {
  const visit = context.get('visit')
  const pair = (name: string, words: string) => html`<div><dt>${name}</dt><dd>${words}</dd></div>`
  const body = html`${headline('咨询', html`<a class="btn" href="/consultations">回到登记</a>`)}${form.failure ? failureBox(form.failure) : ''}
    ${card(
      '内容',
      html`<div class="card-body"><dl class="desk-pairs">${pair('问什么', each.matter)}${pair('谁问的', each.asker || '没有留姓名')}${pair('联系电话', each.phone || '没有留')}
      ${pair('现在', statusWords(desk, each))}${each.answer === '' ? '' : pair('答复', each.answer)}</dl></div>`,
    )}
    ${actions(desk, visit, each, form) === '' ? '' : card('下一步', html`${actions(desk, visit, each, form)}`)}`
  return page(context, desk, { title: '咨询', body, status: isWrong(form) ? 422 : 200 })
}

async function register(context: DeskContext, desk: Desk): Promise<Response> {
  const typed = await readForm(context)
  const { matter = '', asker = '', phone = '' } = typed
  const kept = await keepConsultation(desk.office, context.get('visit').actor, { matter, asker, phone })
  return kept.ok
    ? context.redirect(`/consultations/${kept.value.id}`, 303)
    : listPage(context, desk, formAgain(typed, kept.problem))
}

/** The steps of a consultation as their forms ask for them. */
const STEPS: Readonly<Record<ConsultationStep['step'], (typed: Typed) => ConsultationStep>> = {
  answer: ({ answer = '' }) => ({ step: 'answer', answer }),
  offer: ({ to = '' }) => ({ step: 'offer', to }),
  take: () => ({ step: 'take' }),
}

async function move(context: DeskContext, desk: Desk, step: ConsultationStep['step']): Promise<Response> {
  const visit = context.get('visit')
  const id = context.req.param('id') ?? ''
  const typed = await readForm(context)
  const moved = await moveConsultation(desk.office, visit.actor, id, STEPS[step](typed))
  if (moved.ok) return context.redirect(`/consultations/${id}`, 303)
  const each = own(desk, visit).find((one) => one.id === id)
  return each
    ? onePage(context, desk, each, formAgain(typed, moved.problem))
    : failurePage(context, desk, moved.problem[0])
}

export function consultationRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/consultations', (context) => listPage(context, desk))
  app.post('/consultations', (context) => register(context, desk))
  app.get('/consultations/:id', (context) => {
    const each = own(desk, context.get('visit')).find(({ id }) => id === context.req.param('id'))
    return each ? onePage(context, desk, each) : notFound(context, desk)
  })
  for (const step of Object.keys(STEPS) as ConsultationStep['step'][])
    app.post(`/consultations/:id/${step}`, (context) => move(context, desk, step))
}
