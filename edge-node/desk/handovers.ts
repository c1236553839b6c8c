/** Handing over work (工作交接): all open cases of a person on one list, signed by the giver, taken by the receiver. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { ENDED, STAGES } from '#protocol/casework/case.ts'
import type { Handover } from '#protocol/casework/directory.ts'
import type { CaseRow } from '#protocol/engine/storage.ts'
import { isPersonId, type PersonId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Failure } from '#protocol/result.ts'
import { csrfField, failureBox, field, type Problems, readForm, type Typed } from './forms.ts'
import { headline, page } from './layout.ts'
import { card, caseTable, stageTitle } from './lists.ts'
import { colleagues } from './people.ts'
import { failurePage, notFound } from './problems.ts'
import { newRecordId } from './records.ts'
import { type Desk, type DeskContext, type DeskEnv, hasRole, mayEdit, type Visit } from './visit.ts'
import { itemName, paperTime, personName, sentence, stationName, timeWords, withNames } from './words.ts'

interface Form {
  readonly typed?: Typed
  readonly problems?: Problems
  readonly failure?: Failure
}

const OPEN_STAGES = Object.keys(STAGES).filter((stage) => !(ENDED as readonly string[]).includes(stage))

/** The open cases of a person at the station, at most as many as one list holds. */
async function openWork(desk: Desk, visit: Visit, person: PersonId): Promise<readonly CaseRow[]> {
  const rows: CaseRow[] = []
  let after: string | undefined
  do {
    const found = await desk.office.find({
      assignees: [person],
      holders: [visit.actor.station],
      stages: OPEN_STAGES,
      order: 'due',
      ...(after ? { after } : {}),
    })
    rows.push(...found.rows)
    after = found.next ?? undefined
  } while (after !== undefined && rows.length < LIMITS.handoverCases)
  return rows.slice(0, LIMITS.handoverCases)
}

/** One's own work; the chief also signs for a colleague who has left. */
const mayGive = (visit: Visit, person: string): boolean =>
  person === visit.actor.person || hasRole(visit.actor, 'chief')

const own = (desk: Desk, visit: Visit): readonly Handover[] =>
  desk.office.directory
    .handovers()
    .filter(({ station }) => station === visit.actor.station)
    .toSorted((one, other) => other.time - one.time)

async function listPage(context: DeskContext, desk: Desk, form: Form = {}): Promise<Response> {
  const visit = context.get('visit')
  const { typed = {}, problems = {} } = form
  const from = typed.from ?? context.req.query('from') ?? visit.actor.person
  const giver = isPersonId(from) && mayGive(visit, from) ? from : visit.actor.person
  const work = mayEdit(visit.actor) ? await openWork(desk, visit, giver) : []
  const givers = colleagues(desk, visit.actor.station).filter(({ value }) => mayGive(visit, value))
  const at = (name: string) => ({ name, value: typed[name] ?? '', problem: problems[name] })
  const choose =
    givers.length < 2
      ? ''
      : html`<form method="get" action="/handovers" class="desk-search">${field({ name: 'from', label: '谁的工作', kind: 'list', value: giver, options: givers })}<button class="btn" type="submit">看清单</button></form>`
  const give = html`<form method="post" action="/handovers" novalidate>${csrfField(visit)}<input type="hidden" name="from" value="${giver}" />
    ${field({ ...at('to'), label: '交给谁', kind: 'list', required: true, options: colleagues(desk, visit.actor.station, [giver]) })}
    ${field({ ...at('reason'), label: '交接原因', kind: 'text', required: true })}
    <button class="btn btn-primary btn-lg" type="submit" data-main>签字交出 ${work.length} 件</button></form>`
  const rows = own(desk, visit).slice(0, LIMITS.pageRows)
  const body = html`${headline('工作交接')}${form.failure ? failureBox(form.failure) : ''}
    ${mayEdit(visit.actor) ? card(`${personName(desk.office, giver)}的在办件(${work.length})`, html`<div class="card-body">${choose}${work.length === 0 ? '没有在办件,不用交接。' : give}</div>${caseTable(desk, work, '')}`) : ''}
    ${card(
      '交接记录',
      rows.length === 0
        ? html`<p class="desk-empty">还没有。</p>`
        : html`<ul class="list-group list-group-flush">${rows.map(
            (
              each,
            ) => html`<li class="list-group-item"><a href="/handovers/${each.id}">${personName(desk.office, each.from)} → ${personName(desk.office, each.to)},${each.cases.length} 件</a>
      <span class="text-secondary">${timeWords(each.time, desk.office.now())} · ${each.taken === null ? '等待接收' : '已接收'}</span></li>`,
          )}</ul>`,
    )}`
  const wrong = form.failure !== undefined || Object.keys(problems).length > 0
  return page(context, desk, { title: '工作交接', body, status: wrong ? 422 : 200 })
}

async function give(context: DeskContext, desk: Desk): Promise<Response> {
  const visit = context.get('visit')
  const typed = await readForm(context.req)
  const { from = '', to = '', reason = '' } = typed
  if (!isPersonId(from) || !mayGive(visit, from) || !mayEdit(visit.actor)) return notFound(context, desk)
  const problems: Record<string, string> = {}
  if (!colleagues(desk, visit.actor.station, [from]).some(({ value }) => value === to)) problems.to = '请选择接办的人'
  if (reason.trim() === '') problems.reason = '请填写交接原因'
  const work = await openWork(desk, visit, from)
  if (work.length === 0) problems.to = '没有在办件可以交接'
  if (Object.keys(problems).length > 0) return listPage(context, desk, { typed, problems })
  const id = newRecordId(desk, visit.actor.station)
  const kept = await desk.office.keepRecord(visit.actor, {
    type: 'handover',
    id,
    version: 0,
    station: visit.actor.station,
    from,
    to: to as PersonId,
    time: desk.office.now(),
    reason: reason.trim().slice(0, LIMITS.lineCharacters),
    cases: work.map(({ number }) => number),
    taken: null,
  })
  return kept.ok ? context.redirect(`/handovers/${id}`, 303) : listPage(context, desk, { typed, failure: kept.problem })
}

interface Listed {
  readonly number: string
  readonly row: CaseRow | undefined
}

const casesOf = (desk: Desk, { cases }: Handover): Promise<readonly Listed[]> =>
  Promise.all(cases.map(async (number) => ({ number, row: await desk.office.byNumber(number) })))

/** Cases of the list that are still with the giver. */
const waiting = (each: Handover, listed: readonly Listed[]): readonly CaseRow[] =>
  listed.flatMap(({ row }) => (row && row.assignee === each.from && row.holder === each.station ? [row] : []))

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
  failures: readonly string[] = [],
): Promise<Response> {
  const visit = context.get('visit')
  const listed = await casesOf(desk, each)
  const left = waiting(each, listed)
  const [from, to] = [personName(desk.office, each.from), personName(desk.office, each.to)]
  const take =
    visit.actor.person === each.to && (each.taken === null || left.length > 0)
      ? html`<form method="post" action="/handovers/${each.id}/take">${csrfField(visit)}<button class="btn btn-primary btn-lg" type="submit" data-main>签字接收 ${left.length} 件</button></form>`
      : ''
  const rows = listed.map(
    (
      { number, row },
      place,
    ) => html`<tr><td>${place + 1}</td><td>${row ? html`<a href="/cases/${row.id}">${number}</a>` : number}</td><td>${row ? itemName(desk.office, row) : ''}</td>
    <td>${row?.applicant ?? ''}</td><td>${row ? stageTitle(row.stage) : ''}</td><td>${standWords(desk, each, row)}</td></tr>`,
  )
  const body = html`<div class="receipt-bar d-print-none"><h1>工作交接清单</h1>${take}
      <button class="btn btn-lg" type="button" data-print>打印(Ctrl+P)</button><a class="btn btn-lg" href="/handovers">回到交接</a></div>
    ${failures.length === 0 ? '' : html`<div class="alert alert-danger" role="alert"><div><strong>有 ${failures.length} 件没有交接成。</strong><ul>${failures.map((words) => html`<li>${words}</li>`)}</ul></div></div>`}
    <div class="receipt-sheet"><article class="paper"><header><div><p class="paper-organ">${stationName(desk.office, each.station)}</p><h2>工作交接清单</h2></div></header>
      <p>交出人:${from};接收人:${to};共 ${each.cases.length} 件;原因:${each.reason}</p>
      <table class="paper-list"><thead><tr><th scope="col">序号</th><th scope="col">办件编号</th><th scope="col">事项</th><th scope="col">申请人</th><th scope="col">环节</th><th scope="col">现状</th></tr></thead><tbody>${rows}</tbody></table>
      <footer><span>交出人签名:${from} ${paperTime(each.time)}</span><span>接收人签名:${each.taken === null ? '____________' : `${to} ${paperTime(each.taken)}`}</span></footer></article></div>`
  return page(context, desk, { title: '工作交接清单', body, status: failures.length > 0 ? 409 : 200 })
}

/** Cases entrusted at the same time; the queue commits them in few writes. */
const AT_ONCE = 20

/** The receiver signs: each case gets its fact, the list its time; what could not be moved is named and can be tried again. */
async function take(context: DeskContext, desk: Desk, each: Handover): Promise<Response> {
  const { actor } = context.get('visit')
  if (actor.person !== each.to) return notFound(context, desk)
  const left = waiting(each, await casesOf(desk, each))
  const failures: string[] = []
  for (let start = 0; start < left.length; start += AT_ONCE) {
    const part = left.slice(start, start + AT_ONCE)
    const done = await Promise.all(
      part.map((row) =>
        desk.office.act(actor, row.id, 'entrusted', { to: each.to, reason: each.reason, list: each.id }),
      ),
    )
    done.forEach((result, place) => {
      if (!result.ok)
        failures.push(`${part[place]?.number ?? ''}:${sentence(withNames(desk.office, result.problem.message))}`)
    })
  }
  const signed =
    each.taken === null ? await desk.office.keepRecord(actor, { ...each, taken: desk.office.now() }) : undefined
  if (signed && !signed.ok) return failurePage(context, desk, signed.problem)
  if (failures.length > 0) return onePage(context, desk, each, failures)
  return context.redirect(`/handovers/${each.id}`, 303)
}

export function handoverRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  const withOne = (context: DeskContext, then: (each: Handover) => Promise<Response>) => {
    const each = own(desk, context.get('visit')).find(({ id }) => id === context.req.param('id'))
    return each ? then(each) : notFound(context, desk)
  }
  app.get('/handovers', (context) => listPage(context, desk))
  app.post('/handovers', (context) => give(context, desk))
  app.get('/handovers/:id', (context) => withOne(context, (each) => onePage(context, desk, each)))
  app.post('/handovers/:id/take', (context) => withOne(context, (each) => take(context, desk, each)))
}
