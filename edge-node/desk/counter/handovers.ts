/** Handing over work (工作交接): all open cases of a person on one list, signed by the giver, taken by the receiver. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { mayEdit } from '#edge-node/commands/roles.ts'
import {
  giveWork,
  isWaiting,
  mayGive,
  type NotMoved,
  openWork,
  takeWork,
} from '#edge-node/commands/station/handovers.ts'
import { ownRecords } from '#edge-node/commands/station/records.ts'
import { csrfField, type FormState, failureBox, field, formAgain, isWrong } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card, caseTable, stageTitle } from '#edge-node/desk/lists.ts'
import { colleagues } from '#edge-node/desk/people.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import { failurePage, notFound } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Visit } from '#edge-node/desk/visit.ts'
import {
  itemName,
  paperTime,
  personName,
  presentNumber,
  sentence,
  stationName,
  timeWords,
  withNames,
} from '#edge-node/desk/words.ts'
import type { Handover } from '#protocol/casework/directory.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import { isCaseId, isPersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fullListNote } from './full-list.ts'

const own = (desk: Desk, visit: Visit): readonly Handover[] =>
  ownRecords(visit.actor, desk.office.directory.handovers()).toSorted((one, other) => other.time - one.time)

async function listPage(context: DeskContext, desk: Desk, form: FormState = {}): Promise<Response> {
  const visit = context.get('visit')
  const { typed = {}, problems = {} } = form
  const from = typed.from ?? context.req.query('from') ?? visit.actor.person
  const giver = isPersonId(from) && mayGive(visit.actor, from) ? from : visit.actor.person
  const work = mayEdit(visit.actor) ? await openWork(desk.office, visit.actor, giver) : []
  const givers = colleagues(desk, visit.actor.station).filter(({ value }) => mayGive(visit.actor, value))
  const at = (name: string) => ({ name, value: typed[name] ?? '', problem: problems[name] })
  const choose =
    givers.length < 2
      ? ''
      : html`<form method="get" action="/handovers" class="desk-search">${field({ name: 'from', label: '谁的工作', kind: 'list', value: giver, options: givers })}<button class="btn" type="submit">看清单</button></form>`
  const give = html`<form method="post" action="/handovers" novalidate>${csrfField(visit)}<input type="hidden" name="from" value="${giver}" />
    ${field({ ...at('to'), label: '交给谁', kind: 'list', required: true, options: colleagues(desk, visit.actor.station, [giver]) })}
    ${field({ ...at('reason'), label: '交接原因', kind: 'text', required: true })}
    <button class="btn btn-primary btn-lg" type="submit" data-main>签字交出 ${work.length} 件</button></form>`
  const all = own(desk, visit)
  const rows = all.slice(0, LIMITS.pageRows)
  const body = html`${headline('工作交接')}${form.failure ? failureBox(form.failure) : ''}
    ${mayEdit(visit.actor) ? card(`${personName(desk.office, giver)}的在办件(${work.length})`, html`<div class="card-body">${choose}${work.length === 0 ? '没有在办件,不用交接。' : give}</div>${caseTable(desk, work, '')}`) : ''}
    ${fullListNote('handover', all.length)}${card(
      '交接记录',
      rows.length === 0
        ? html`<p class="desk-empty">还没有。</p>`
        : html`<ul class="list-group list-group-flush">${rows.map(
            (
              each,
            ) => html`<li class="list-group-item"><a href="/handovers/${each.id}">${personName(desk.office, each.from)} → ${personName(desk.office, each.to)},${each.cases.length} 件</a>
      <span class="text-secondary">${timeWords(each.time, desk.office.time())} · ${each.taken === null ? '等待接收' : '已接收'}</span></li>`,
          )}</ul>`,
    )}`
  return page(context, desk, { title: '工作交接', body, status: isWrong(form) ? 422 : 200 })
}

async function give(context: DeskContext, desk: Desk): Promise<Response> {
  const typed = await readForm(context)
  const { from = '', to = '', reason = '' } = typed
  const given = await giveWork(desk.office, context.get('visit').actor, { from, to, reason })
  return given.ok
    ? context.redirect(`/handovers/${given.value.id}`, 303)
    : listPage(context, desk, formAgain(typed, given.problem))
}

/** A case without a number is on the list by its id, which says nothing to people. */
const numberOf = (listed: string): string => presentNumber({ number: isCaseId(listed) ? '' : listed })

interface Listed {
  readonly number: string
  readonly row: CaseRow | undefined
}

const casesOf = (desk: Desk, each: Handover): Promise<readonly Listed[]> =>
  Promise.all(
    each.cases.map(async (number) => {
      const rows = await desk.office.byNumber(number)
      return { number, row: rows.find((row) => isWaiting(each, row)) ?? rows[0] }
    }),
  )

function standWords(desk: Desk, each: Handover, row: CaseRow | undefined): string {
  if (!row) return '本机没有这个办件'
  if (row.assignee === each.to) return `已由${personName(desk.office, each.to)}承办`
  return row.assignee === each.from
    ? '未交接'
    : `现由${row.assignee === '' ? stationName(desk.office, row.holder) : personName(desk.office, row.assignee)}办理`
}

async function onePage(
  context: DeskContext,
  desk: Desk,
  each: Handover,
  notMoved: readonly NotMoved[] = [],
): Promise<Response> {
  const visit = context.get('visit')
  const listed = await casesOf(desk, each)
  const left = listed.filter(({ row }) => isWaiting(each, row))
  const [from, to] = [personName(desk.office, each.from), personName(desk.office, each.to)]
  await desk.office.audit(visit.actor, 'print', { subject: `工作交接清单 ${from} → ${to}` })
  const take =
    visit.actor.person === each.to && (each.taken === null || left.length > 0)
      ? html`<form method="post" action="/handovers/${each.id}/take">${csrfField(visit)}<button class="btn btn-primary btn-lg" type="submit" data-main>签字接收 ${left.length} 件</button></form>`
      : ''
  const rows = listed.map(
    (
      { number, row },
      place,
    ) => html`<tr><td>${place + 1}</td><td>${row ? html`<a href="/cases/${row.id}">${numberOf(number)}</a>` : numberOf(number)}</td><td>${row ? itemName(desk.office, row) : ''}</td>
    <td>${row?.applicant ?? ''}</td><td>${row ? stageTitle(row.stage) : ''}</td><td>${standWords(desk, each, row)}</td></tr>`,
  )
  const body = html`<div class="receipt-bar d-print-none"><h1>工作交接清单</h1>${take}
      <button class="btn btn-lg" type="button" data-print>打印(Ctrl+P)</button><a class="btn btn-lg" href="/handovers">回到交接</a></div>
    ${notMoved.length === 0 ? '' : html`<div class="alert alert-danger" role="alert"><div><strong>有 ${notMoved.length} 件没有交接成。</strong><ul>${notMoved.map(({ number, why }) => html`<li>${numberOf(number)}:${sentence(withNames(desk.office, why))}</li>`)}</ul></div></div>`}
    <div class="receipt-sheet"><article class="paper"><header><div><p class="paper-organ">${stationName(desk.office, each.station)}</p><h2>工作交接清单</h2></div></header>
      <p>交出人:${from};接收人:${to};共 ${each.cases.length} 件;原因:${each.reason}</p>
      <table class="paper-list"><thead><tr><th scope="col">序号</th><th scope="col">办件编号</th><th scope="col">事项</th><th scope="col">申请人</th><th scope="col">环节</th><th scope="col">现状</th></tr></thead><tbody>${rows}</tbody></table>
      <footer><span>交出人签名:${from} ${paperTime(each.time)}</span><span>接收人签名:${each.taken === null ? '____________' : `${to} ${paperTime(each.taken)}`}</span></footer></article></div>`
  return page(context, desk, { title: '工作交接清单', body, status: notMoved.length > 0 ? 409 : 200 })
}

async function take(context: DeskContext, desk: Desk): Promise<Response> {
  const taken = await takeWork(desk.office, context.get('visit').actor, context.req.param('id') ?? '')
  if (!taken.ok) return failurePage(context, desk, taken.problem[0])
  const { handover, notMoved } = taken.value
  if (notMoved.length > 0) return onePage(context, desk, handover, notMoved)
  return context.redirect(`/handovers/${handover.id}`, 303)
}

export function handoverRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/handovers', (context) => listPage(context, desk))
  app.post('/handovers', (context) => give(context, desk))
  app.get('/handovers/:id', (context) => {
    const each = own(desk, context.get('visit')).find(({ id }) => id === context.req.param('id'))
    return each ? onePage(context, desk, each) : notFound(context, desk)
  })
  app.post('/handovers/:id/take', (context) => take(context, desk))
}
