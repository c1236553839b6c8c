/** My work: what needs this station first, then everything it holds by stage; and the transfers in and out. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { readsAll } from '#edge-node/commands/reading.ts'
import { hasRole, mayEdit, mayWrite } from '#edge-node/commands/roles.ts'
import { standsFor } from '#edge-node/commands/station/people.ts'
import { OPEN_STAGES, STAGES } from '#protocol/casework/course/stages.ts'
import type { CaseQuery } from '#protocol/engine/ports/storage.ts'
import type { StationCode } from '#protocol/ids.ts'
import { chosenOf, filterForm, queryOf } from './filters.ts'
import { headline, page } from './layout.ts'
import { card, caseTable, nextPage } from './lists.ts'
import { livePart } from './live.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from './visit.ts'
import { personName } from './words.ts'

/** Above the list only the most urgent are shown; the rest is one click away. */
const PREVIEW_ROWS = 10

export const searchBox = (
  query: string,
  focus = false,
): Html => html`<form class="desk-search" method="get" action="/search" role="search">
  <label class="visually-hidden" for="search-box">查询办件</label>
  <input id="search-box" class="form-control" type="search" name="q" value="${query}" placeholder="编号、姓名、证件号或电话"
    maxlength="100" ${focus ? html`autofocus` : ''} /><button class="btn" type="submit">查询</button></form>`

async function preview(desk: Desk, title: string, query: CaseQuery, more: string, note = ''): Promise<Html | string> {
  const found = await desk.office.find({ ...query, limit: PREVIEW_ROWS })
  if (found.rows.length === 0) return ''
  const rest = found.next === null ? '' : html`<a href="${more}">查看全部</a>`
  const words = note === '' ? '' : html`<p class="card-body mb-0">${note}</p>`
  return card(title, html`${words}${await caseTable(desk, found.rows, '')}`, rest)
}

async function stageTabs(desk: Desk, visit: Visit, chosen: string): Promise<Html> {
  const holders = readsAll(visit.actor) ? [] : [visit.actor.station]
  const counts = await desk.office.countByStage(holders)
  const total = OPEN_STAGES.reduce((sum, stage) => sum + (counts.get(stage) ?? 0), 0)
  const tab = (href: string, title: string, count: number, current: boolean) =>
    html`<a class="btn btn-sm${current ? ' active' : ''}" href="${href}" ${current ? html`aria-current="true"` : ''}>${title} ${count}</a>`
  return html`<div class="btn-list">${tab('/', '在办', total, chosen === '')}${Object.entries(STAGES).map(
    ([stage, title]) => {
      const count = counts.get(stage) ?? 0
      return count > 0 || stage === chosen ? tab(`/?stage=${stage}`, title, count, stage === chosen) : ''
    },
  )}</div>`
}

/** What this station wrote in cases that others hold, and what has no effect there: nobody else tells it that it need not go on. */
function withoutEffect(desk: Desk, station: StationCode): Promise<Html | string> {
  const note =
    '这些办件不由本站主办,本站写下的记录没有生效:有的已停住、等县中心改派,有的已由别的站点接着办。打开办件看原因和怎么办。'
  return preview(desk, '本站的记录暂不生效', { aside: true, asideOf: station }, '/sync', note)
}

/** What waits for the station or the person, before the list of everything. */
function urgentParts(desk: Desk, visit: Visit): Html {
  const own = [visit.actor.station]
  const wide = readsAll(visit.actor)
  const isRuler = desk.office.isRoot && mayWrite(visit.actor) && hasRole(visit.actor, 'coordinator')
  const mine = standsFor(desk.office, visit.actor.person)
  const title =
    mine.length > 1
      ? `分给我的(含代 ${mine
          .slice(1)
          .map((id) => personName(desk.office, id))
          .join('、')} 办的)`
      : '分给我的'
  const note = '这些办理须两人:您复核同意以后才生效。打开办件核对,同意或不同意。'
  return html`${preview(desk, '等您复核', { aside: true, asks: mine }, '/asked', note)}
    ${preview(desk, '等待本站签收', { offeredTo: own }, '/transfers')}
    ${visit.station?.tier === 'village' ? preview(desk, '等申请人补正的,请联系', { homes: own, stages: ['25'], order: 'due' }, '/search') : ''}
    ${preview(desk, title, { assignees: mine, stages: OPEN_STAGES, order: 'due' }, '/mine')}
    ${isRuler ? preview(desk, '已停住,等您改派', { aside: true, stopped: true }, '/hub/transfers') : ''}
    ${preview(desk, '有暂不生效或分叉的记录,等待处理', { ...(wide ? {} : { holders: own }), aside: true }, '/sync')}
    ${wide ? '' : withoutEffect(desk, visit.actor.station)}`
}

async function workPage(context: DeskContext, desk: Desk): Promise<Response> {
  const visit = context.get('visit')
  const { after } = context.req.query()
  const chosen = chosenOf(context.req.query())
  const found = await desk.office.find({ ...queryOf(desk, visit, chosen), ...(after ? { after } : {}) })
  const urgent = after || Object.keys(chosen).length > 0 ? '' : urgentParts(desk, visit)
  const list = html`${caseTable(desk, found.rows, '现在没有这样的办件。')}${nextPage('/', chosen, found)}`
  const start = mayEdit(visit.actor) ? html`<a class="btn btn-primary btn-lg" href="/capture">新办件</a>` : ''
  const url = context.req.url.slice(new URL(context.req.url).origin.length)
  const title = readsAll(visit.actor) ? '全县办件' : '本站办件'
  const body = html`${headline('我的工作', start)}${searchBox('')}
    ${livePart('work', 'cases', url, html`${urgent}${card(title, html`<div class="card-body">${stageTabs(desk, visit, chosen.stage ?? '')}${filterForm(desk, visit, chosen)}</div>${list}`, '按期限排列')}`)}`
  return page(context, desk, { title: '我的工作', body })
}

/** Everything assigned to the person, and to colleagues for whom the person stands in today. */
async function minePage(context: DeskContext, desk: Desk): Promise<Response> {
  const { after } = context.req.query()
  const assignees = standsFor(desk.office, context.get('visit').actor.person)
  const found = await desk.office.find({ assignees, stages: OPEN_STAGES, order: 'due', ...(after ? { after } : {}) })
  const body = html`${headline('分给我的')}${livePart('mine', 'cases', '/mine', card('按期限排列', html`${caseTable(desk, found.rows, '现在没有分给您的办件。')}${nextPage('/mine', {}, found)}`))}`
  return page(context, desk, { title: '分给我的', body })
}

/** What waits for the person's second signature, or for that of a colleague for whom the person stands in today. */
async function askedPage(context: DeskContext, desk: Desk): Promise<Response> {
  const { after } = context.req.query()
  const asks = standsFor(desk.office, context.get('visit').actor.person)
  const found = await desk.office.find({ aside: true, asks, ...(after ? { after } : {}) })
  const list = html`${caseTable(desk, found.rows, '现在没有等您复核的办件。')}${nextPage('/asked', {}, found)}`
  const body = html`${headline('等您复核')}${livePart('asked', 'cases', '/asked', card('须两人办理,等第二人', list))}`
  return page(context, desk, { title: '等您复核', body })
}

async function transfersPage(context: DeskContext, desk: Desk): Promise<Response> {
  const own = [context.get('visit').actor.station]
  const { after, side } = context.req.query()
  const continued = (wanted: string) => (side === wanted && after ? { after } : {})
  const incoming = await desk.office.find({ offeredTo: own, ...continued('in') })
  const outgoing = await desk.office.find({ holders: own, inTransfer: true, ...continued('out') })
  const lists = html`${card(
    '等待本站签收',
    html`${caseTable(desk, incoming.rows, '没有等待签收的移交。')}${nextPage('/transfers', { side: 'in' }, incoming)}`,
  )}${card(
    '本站已发出,对方未签收',
    html`${caseTable(desk, outgoing.rows, '没有在途的移交。')}${nextPage('/transfers', { side: 'out' }, outgoing)}`,
  )}`
  const body = html`${headline('移交')}<p class="text-secondary">签收、退回和撤回都在办件页上办;签收前办件仍由发出的站点负责。</p>
    ${livePart('transfers', 'cases', '/transfers', lists)}`
  return page(context, desk, { title: '移交', body })
}

export function workRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get('/', (context) => workPage(context, desk))
  app.get('/mine', (context) => minePage(context, desk))
  app.get('/asked', (context) => askedPage(context, desk))
  app.get('/transfers', (context) => transfersPage(context, desk))
}
