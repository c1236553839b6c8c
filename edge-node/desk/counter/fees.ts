/** The cashier's window (收费窗口): find a notice by its case number, confirm with the receipt's number; one combined list per case. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { actFields } from '#edge-node/desk/case/act-typed.ts'
import { feeName, paidWords } from '#edge-node/desk/case/joint-part.ts'
import { codeOf } from '#edge-node/desk/case/receipt.ts'
import { paperDay } from '#edge-node/desk/due-words.ts'
import { csrfField, failureBox, field, readForm, type Typed } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { livePart } from '#edge-node/desk/live.ts'
import { isUnpaid, yuanText, yuanWords } from '#edge-node/desk/money.ts'
import { failurePage, notFound, statusOf } from '#edge-node/desk/problems.ts'
import { mayReadRow, readableCase } from '#edge-node/desk/reading.ts'
import {
  type Desk,
  type DeskContext,
  type DeskEnv,
  type Html,
  hasRole,
  mayWrite,
  type Visit,
} from '#edge-node/desk/visit.ts'
import { itemName, personName, stationName } from '#edge-node/desk/words.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { Fee } from '#protocol/casework/course/course.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import { isEntryHash } from '#protocol/ids.ts'
import type { Failure } from '#protocol/result.ts'
import { type FeeOfCase, feeNameOf, findFees } from './fee-cases.ts'

/** Stages in which a notice may wait to be paid. */
const CHARGED_STAGES = ['20', '25', '30', '40', '41', '42', '45', '46', '50', '51']

interface Returned {
  readonly fact: string
  readonly typed: Typed
  readonly failure: Failure
}

const mayTake = (visit: Visit): boolean => mayWrite(visit.actor) && hasRole(visit.actor, 'cashier')

/** One notice: what it is for, and the form that confirms it. */
function notice(desk: Desk, visit: Visit, found: FeeOfCase, returned: Returned | undefined): Html {
  const { row, fee, state } = found
  const mine = returned?.fact === fee.fact ? returned : undefined
  const at = (name: string, usual: string) => ({
    name,
    id: `${name}-${fee.fact.slice(0, 8)}`,
    value: mine?.typed[name] ?? usual,
    problem: mine?.failure.field === name ? mine.failure.message : undefined,
  })
  const form = mayTake(visit)
    ? html`<form method="post" action="/fees/${state.id}" class="desk-fee-form" novalidate>${csrfField(visit)}<input type="hidden" name="fact" value="${fee.fact}" /><input type="hidden" name="tip" value="${state.tip}" />
        ${field({ ...at('receipt', ''), label: '票据号', kind: 'text', required: true })}${field({ ...at('amount', yuanText(fee.amount)), label: '实收金额(元)', kind: 'amount', required: true })}
        <button class="btn btn-primary" type="submit">确认已缴</button></form>`
    : ''
  return html`<li class="list-group-item"><div><strong>${feeNameOf(desk, found)} ${yuanWords(fee.amount)}</strong> · ${state.applicant.name} · <a href="/cases/${row.id}">${row.number}</a> ${itemName(desk.office, row)}
    <div class="text-secondary">${paperDay(fee.day)}通知</div></div>${form}</li>`
}

const noticeList = (desk: Desk, visit: Visit, fees: readonly FeeOfCase[], empty: string, returned?: Returned): Html =>
  fees.length === 0
    ? html`<p class="desk-empty">${empty}</p>`
    : html`<ul class="list-group list-group-flush">${fees.map((found) => notice(desk, visit, found, returned))}</ul>`

/** The notices of one case number; undefined when the case is not here. */
async function byNumber(desk: Desk, visit: Visit, number: string): Promise<readonly FeeOfCase[] | undefined> {
  const row = await desk.office.byNumber(number)
  if (!row || !mayReadRow(visit.actor, desk.office.directory, row)) return undefined
  const found = await desk.office.state(row.id)
  return found.ok ? found.value.fees.map((fee) => ({ row, state: found.value, fee })) : undefined
}

async function answer(
  desk: Desk,
  visit: Visit,
  number: string,
  returned: Returned | undefined,
): Promise<Html | string> {
  if (number === '') return ''
  const fees = await byNumber(desk, visit, number)
  if (!fees)
    return card(
      `编号 ${number}`,
      html`<p class="desk-empty">没有找到这个办件。请核对缴款通知上的编号;别的站点的办件要等同步到达。</p>`,
    )
  const settled = fees.filter(({ fee }) => !isUnpaid(fee))
  return card(
    `编号 ${number}`,
    html`${noticeList(
      desk,
      visit,
      fees.filter(({ fee }) => isUnpaid(fee)),
      '没有未缴的缴款通知。',
      returned,
    )}
      ${settled.length === 0 ? '' : html`<ul class="list-group list-group-flush">${settled.map((each) => html`<li class="list-group-item">${feeNameOf(desk, each)}:${paidWords(each.fee)}</li>`)}</ul>`}`,
  )
}

async function feesPage(
  context: DeskContext,
  desk: Desk,
  returned?: Returned & { readonly number: string },
): Promise<Response> {
  const visit = context.get('visit')
  const number = (returned?.number ?? context.req.query('number') ?? '').trim().slice(0, 100)
  const done = context.req.query('done')
    ? html`<div class="alert alert-success" role="status"><div><strong>已登记缴款。</strong>办理窗口现在可以继续办结。</div></div>`
    : ''
  const found = await findFees(desk, visit, { stages: CHARGED_STAGES })
  const open = found.fees.filter(({ fee, row }) => isUnpaid(fee) && row.number !== number)
  const body = html`${headline('收费窗口', html`<a class="btn" href="/fees/month">月度收费清单</a>`)}${returned ? failureBox(returned.failure) : done}
    <form class="desk-search" method="get" action="/fees" role="search"><label class="visually-hidden" for="fee-number">办件编号</label>
      <input id="fee-number" class="form-control" type="search" name="number" value="${number}" placeholder="缴款通知上的办件编号,可扫二维码" maxlength="100" autofocus />
      <button class="btn" type="submit">找缴款通知</button></form>
    ${answer(desk, visit, number, returned)}
    ${livePart('unpaid', 'cases', '/fees', card('等待缴款的', noticeList(desk, visit, open, '没有。')))}
    ${found.cut ? html`<p class="text-secondary">办件很多,这里没有列全;请按编号查找。</p>` : ''}`
  return page(context, desk, { title: '收费窗口', body, status: returned ? statusOf(returned.failure) : 200 })
}

async function confirm(context: DeskContext, desk: Desk): Promise<Response> {
  const visit = context.get('visit')
  const found = await readableCase(context, desk, context.req.param('id') ?? '')
  if (!found.ok) return failurePage(context, desk, found.problem)
  const typed = await readForm(context.req)
  const { state } = found.value
  const fact = typed.fact ?? ''
  if (!isEntryHash(fact)) return notFound(context, desk)
  const fields = actFields(found.value, 'paid', typed)
  const done = await desk.office.act(visit.actor, state.id, 'paid', fields)
  if (done.ok) return context.redirect('/fees?done=1', 303)
  return feesPage(context, desk, { number: state.number, fact, typed, failure: done.problem })
}

interface FeeLine {
  readonly state: CaseState
  readonly fee: Fee
  readonly name: string
}

/** The fees of a case and of the co-departments' cases beside it, as one list for the applicant. */
async function combined(desk: Desk, view: CaseView): Promise<readonly FeeLine[]> {
  const states: CaseState[] = [view.state]
  for (const row of view.subCases) {
    const found = await desk.office.state(row.id)
    if (found.ok) states.push(found.value)
  }
  return states.flatMap((state) => {
    const item = desk.office.directory.edition(state.item, state.itemVersion)
    return state.fees.map((fee) => ({
      state,
      fee,
      name: item?.fees.find(({ id }) => id === fee.fee)?.name ?? feeName(view, fee),
    }))
  })
}

async function combinedPage(context: DeskContext, desk: Desk): Promise<Response> {
  const found = await readableCase(context, desk, context.req.param('id') ?? '')
  if (!found.ok) return failurePage(context, desk, found.problem)
  const view = found.value
  const lines = await combined(desk, view)
  const owed = lines
    .filter(({ fee }) => fee.refunded === null && fee.waived === null)
    .reduce((sum, { fee }) => sum + fee.amount, 0)
  const unconfirmed =
    view.safety === 'root' ? '' : html`<p class="receipt-note">本清单在未联网时出具,以县级确认为准。</p>`
  const body = html`<div class="receipt-bar d-print-none"><h1>收费清单 ${view.state.number}</h1><button class="btn btn-primary btn-lg" type="button" data-print>打印(Ctrl+P)</button>
      <a class="btn btn-lg" href="/cases/${view.state.id}">回到办件</a></div>
    <div class="receipt-sheet"><article class="paper"><header><div><p class="paper-organ">${stationName(desk.office, view.state.holder)}</p><h2>收费清单</h2></div>${codeOf(view, view.state.tip)}</header>
      <p>申请人:${view.state.applicant.name};事项:${view.item?.name ?? view.state.item}</p>
      <table class="paper-list"><thead><tr><th scope="col">办件编号</th><th scope="col">收费项目</th><th scope="col">金额</th><th scope="col">缴款</th></tr></thead>
        <tbody>${lines.map(({ state, fee, name }) => html`<tr><td>${state.number}</td><td>${name}</td><td>${yuanWords(fee.amount)}</td><td>${paidWords(fee)}</td></tr>`)}
        <tr><th scope="row" colspan="2">合计</th><td colspan="2">${yuanWords(owed)}</td></tr></tbody></table>
      <p>请到收费窗口统一缴款;办理窗口不收取现金。</p>${unconfirmed}<footer><span>经办人:${personName(desk.office, context.get('visit').actor.person)}</span></footer></article></div>`
  return page(context, desk, { title: `收费清单 ${view.state.number}`, body, paper: true })
}

export function feeRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/fees', (context) => feesPage(context, desk))
  app.post('/fees/:id', (context) => confirm(context, desk))
  app.get('/cases/:id/fees', (context) => combinedPage(context, desk))
}
