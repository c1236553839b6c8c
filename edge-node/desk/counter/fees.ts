/** The cashier's window (收费窗口): find a notice by its case number, confirm with the receipt's number; one combined list per case. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { writeAct } from '#edge-node/commands/cases/cases.ts'
import {
  type FeeOfCase,
  feeNameOf,
  feesByNumber,
  feesTogether,
  isUnpaid,
  owedOf,
  takesMoney,
  unpaidFees,
} from '#edge-node/commands/fees/fees.ts'
import { actFields } from '#edge-node/desk/case/act-typed.ts'
import { paidWords } from '#edge-node/desk/case/joint-part.ts'
import { codeOf } from '#edge-node/desk/case/receipt.ts'
import { caseOf } from '#edge-node/desk/case-of.ts'
import { paperDay } from '#edge-node/desk/due-words.ts'
import { csrfField, failureBox, field, type Typed } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { livePart } from '#edge-node/desk/live.ts'
import { yuanText, yuanWords } from '#edge-node/desk/money.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import { failurePage, notFound, statusOf } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { isAtCounty, itemName, personName, presentNumber, stationName } from '#edge-node/desk/words.ts'
import { isEntryHash } from '#protocol/ids.ts'
import type { Failure } from '#protocol/result.ts'

interface Returned {
  readonly fact: string
  readonly typed: Typed
  readonly failure: Failure
}

/** One notice: what it is for, and the form that confirms it. */
function notice(desk: Desk, visit: Visit, found: FeeOfCase, returned: Returned | undefined): Html {
  const { fee, state } = found
  const mine = returned?.fact === fee.fact ? returned : undefined
  const at = (name: string, usual: string) => ({
    name,
    id: `${name}-${fee.fact.slice(0, 8)}`,
    value: mine?.typed[name] ?? usual,
    problem: mine?.failure.field === name ? mine.failure.message : undefined,
  })
  const form = takesMoney(visit.actor)
    ? html`<form method="post" action="/fees/${state.id}" class="desk-fee-form" novalidate>${csrfField(visit)}<input type="hidden" name="fact" value="${fee.fact}" /><input type="hidden" name="tip" value="${state.tip}" />
        ${field({ ...at('receipt', ''), label: '票据号', kind: 'text', required: true })}${field({ ...at('amount', yuanText(fee.amount)), label: '实收金额(元)', kind: 'amount', required: true })}
        <button class="btn btn-primary" type="submit">确认已缴</button></form>`
    : ''
  return html`<li class="list-group-item"><div><strong>${feeNameOf(desk.office.directory, found)} ${yuanWords(fee.amount)}</strong> · ${state.applicant.name} · <a href="/cases/${state.id}">${presentNumber(state)}</a> ${itemName(desk.office, state)}
    <div class="text-secondary">${paperDay(fee.day)}通知</div></div>${form}</li>`
}

const noticeList = (desk: Desk, visit: Visit, fees: readonly FeeOfCase[], empty: string, returned?: Returned): Html =>
  fees.length === 0
    ? html`<p class="desk-empty">${empty}</p>`
    : html`<ul class="list-group list-group-flush">${fees.map((found) => notice(desk, visit, found, returned))}</ul>`

async function answer(
  desk: Desk,
  visit: Visit,
  number: string,
  returned: Returned | undefined,
): Promise<Html | string> {
  if (number === '') return ''
  const fees = await feesByNumber(desk.office, visit.actor, number)
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
      ${settled.length === 0 ? '' : html`<ul class="list-group list-group-flush">${settled.map((each) => html`<li class="list-group-item">${feeNameOf(desk.office.directory, each)}:${paidWords(each.fee)}</li>`)}</ul>`}`,
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
  const found = await unpaidFees(desk.office, visit.actor)
  const open = found.fees.filter(({ state }) => state.number !== number)
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
  const found = await caseOf(context, desk)
  if (!found.ok) return failurePage(context, desk, found.problem)
  const typed = await readForm(context)
  const { state } = found.value
  const fact = typed.fact ?? ''
  if (!isEntryHash(fact)) return notFound(context, desk)
  const fields = actFields(found.value, 'paid', typed)
  const done = await writeAct(desk.office, visit.actor, state, 'paid', fields)
  if (done.ok) return context.redirect('/fees?done=1', 303)
  return feesPage(context, desk, { number: state.number, fact, typed, failure: done.problem })
}

async function combinedPage(context: DeskContext, desk: Desk): Promise<Response> {
  const found = await caseOf(context, desk)
  if (!found.ok) return failurePage(context, desk, found.problem)
  const view = found.value
  const lines = await feesTogether(desk.office, view)
  await desk.office.audit(context.get('visit').actor, 'print', { subject: `收费清单 ${view.state.number}` })
  const owed = owedOf(lines.map(({ fee }) => fee))
  const unconfirmed = isAtCounty(view.safety)
    ? ''
    : html`<p class="receipt-note">本清单在未联网时出具,以县级确认为准。</p>`
  const body = html`<div class="receipt-bar d-print-none"><h1>收费清单 ${presentNumber(view.state)}</h1><button class="btn btn-primary btn-lg" type="button" data-print>打印(Ctrl+P)</button>
      <a class="btn btn-lg" href="/cases/${view.state.id}">回到办件</a></div>
    <div class="receipt-sheet"><article class="paper"><header><div><p class="paper-organ">${stationName(desk.office, view.state.holder)}</p><h2>收费清单</h2></div>${codeOf(view, view.state.tip)}</header>
      <p>申请人:${view.state.applicant.name};事项:${view.item?.name ?? view.state.item}</p>
      <table class="paper-list"><thead><tr><th scope="col">办件编号</th><th scope="col">收费项目</th><th scope="col">金额</th><th scope="col">缴款</th></tr></thead>
        <tbody>${lines.map((line) => html`<tr><td>${presentNumber(line.state)}</td><td>${feeNameOf(desk.office.directory, line)}</td><td>${yuanWords(line.fee.amount)}</td><td>${paidWords(line.fee)}</td></tr>`)}
        <tr><th scope="row" colspan="2">合计</th><td colspan="2">${yuanWords(owed)}</td></tr></tbody></table>
      <p>请到收费窗口统一缴款;办理窗口不收取现金。</p>${unconfirmed}<footer><span>经办人:${personName(desk.office, context.get('visit').actor.person)}</span></footer></article></div>`
  return page(context, desk, { title: `收费清单 ${presentNumber(view.state)}`, body, paper: true })
}

export function feeRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/fees', (context) => feesPage(context, desk))
  app.post('/fees/:id', (context) => confirm(context, desk))
  app.get('/cases/:id/fees', (context) => combinedPage(context, desk))
}
