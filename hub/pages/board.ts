/** The transfer board: every case between stations, how long, and where it is stuck. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { hasRole, mayWrite } from '#edge-node/commands/roles.ts'
import { whyStopped } from '#edge-node/desk/case/stopped-words.ts'
import { drawRows } from '#edge-node/desk/drawing.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card, nextPage, stageTitle } from '#edge-node/desk/lists.ts'
import { livePart } from '#edge-node/desk/live.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import { elapsedWords, itemName, presentNumber, stationName, timeWords } from '#edge-node/desk/words.ts'
import { enrolledNodes, signingNode } from '#hub/register/nodes.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { NodeStatus } from '#protocol/engine/office.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import type { NodeId, StationCode } from '#protocol/ids.ts'
import { allowOnly } from './roles.ts'

/** Where a transfer is stuck, as far as the hub can see. */
function stuckWords(desk: Desk, statuses: ReadonlyMap<NodeId, NodeStatus>, station: StationCode): string {
  const node = signingNode(desk.office.directory, station)
  const name = stationName(desk.office, station)
  if (!node) return `${name}还没有接入的节点,收不到移交`
  if (node.parent === null) return `已在县中心,等${name}签收`
  const status = statuses.get(node.id)
  if (!status || (!status.connected && status.lastContact === null)) return `${name}的节点从未连接,移交还没有送到`
  if (status.connected) return `已送到${name},等人签收`
  const away = elapsedWords(desk.office, status.lastContact ?? 0)
  const unsent = status.unsentCases > 0 ? `,有 ${status.unsentCases} 件未送出` : ''
  return `${name}离线${away && ` ${away}`}${unsent},可能已签收但还没有送回`
}

const boardRow = (
  desk: Desk,
  statuses: ReadonlyMap<NodeId, NodeStatus>,
  row: CaseRow,
  reassign: boolean,
): Html => html`<tr>
  <td data-label="办件"><a href="/cases/${row.id}">${presentNumber(row)}</a><div class="text-secondary">${itemName(desk.office, row)} · ${row.applicant}</div></td>
  <td data-label="从">${stationName(desk.office, row.holder)}</td><td data-label="到">${row.offeredTo ? stationName(desk.office, row.offeredTo) : ''}</td>
  <td class="desk-short" data-label="多久">${row.offeredAt === null ? '' : html`${elapsedWords(desk.office, row.offeredAt)}<div class="text-secondary">${timeWords(row.offeredAt, desk.office.time())} 发出</div>`}</td>
  <td class="desk-short" data-label="环节">${stageTitle(row.stage)}</td><td data-label="卡在哪里">${row.offeredTo ? stuckWords(desk, statuses, row.offeredTo) : ''}</td>
  ${reassign ? reassignCell(row) : ''}</tr>`

const reassignCell = (row: CaseRow): Html =>
  html`<td data-label="改派"><a class="btn" href="/cases/${row.id}?act=reassigned#acts">改派<span class="visually-hidden"> ${presentNumber(row)}</span></a></td>`

/** Cases that a fork stops, with between whom; nothing where none is. Nobody but the coordinator moves them on. */
async function stoppedPart(desk: Desk, reassign: boolean, after: string | undefined): Promise<Html | string> {
  const found = await desk.office.find({ aside: true, stopped: true, ...(after ? { after } : {}) })
  if (found.rows.length === 0) return ''
  const states = new Map<string, CaseState>()
  for (const { id } of found.rows) {
    const state = await desk.office.state(id)
    if (state.ok) states.set(id, state.value)
  }
  const line = (row: CaseRow): Html => {
    const state = states.get(row.id)
    return html`<tr><td data-label="办件"><a href="/cases/${row.id}">${presentNumber(row)}</a><div class="text-secondary">${itemName(desk.office, row)} · ${row.applicant}</div></td>
      <td class="desk-short" data-label="环节">${stageTitle(row.stage)}</td><td data-label="停在哪里">${state ? whyStopped(desk, state) : ''}</td>${reassign ? reassignCell(row) : ''}</tr>`
  }
  const nameOf = (row: CaseRow) => `办件 ${presentNumber(row)}`
  const table = html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md desk-cases"><thead><tr><th scope="col">办件</th>
    <th scope="col">环节</th><th scope="col">停在哪里</th>${reassign ? html`<th scope="col">改派</th>` : ''}</tr></thead>
    <tbody>${drawRows(desk, found.rows, reassign ? 4 : 3, nameOf, line)}</tbody></table></div>`
  return card('已停住的办件,等协调员改派', html`${table}${nextPage('/hub/transfers', { list: 'stopped' }, found)}`)
}

async function boardPage(context: DeskContext, desk: Desk): Promise<Response> {
  const { after, list: listed } = context.req.query()
  const isStoppedList = listed === 'stopped'
  const found = await desk.office.find({ inTransfer: true, ...(after && !isStoppedList ? { after } : {}) })
  const statuses = new Map((await enrolledNodes(desk.office)).map((status) => [status.node, status]))
  const { actor } = context.get('visit')
  const reassign = mayWrite(actor) && hasRole(actor, 'coordinator')
  const table =
    found.rows.length === 0
      ? html`<p class="desk-empty">现在没有在途的移交。</p>`
      : html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md desk-cases"><thead><tr><th scope="col">办件</th>
        <th scope="col">从</th><th scope="col">到</th><th scope="col">多久</th><th scope="col">环节</th><th scope="col">卡在哪里</th>${reassign ? html`<th scope="col">改派</th>` : ''}</tr></thead>
        <tbody>${drawRows(
          desk,
          found.rows,
          reassign ? 7 : 6,
          (row) => `办件 ${presentNumber(row)}`,
          (row) => boardRow(desk, statuses, row, reassign),
        )}</tbody></table></div>`
  const stopped = await stoppedPart(desk, reassign, isStoppedList ? after : undefined)
  const list = card('在途的移交,最早发出的在前', html`${table}${nextPage('/hub/transfers', {}, found)}`)
  const body = html`${headline('移交看板')}<p class="text-secondary">签收前办件仍由发出的站点负责;接收方长期没有动静时,协调员可以改派。</p>
    ${livePart('board', 'network', '/hub/transfers', html`${stopped}${list}`)}`
  return page(context, desk, { title: '移交看板', body })
}

export function boardRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  allowOnly(app, desk, '/hub/transfers', {
    readers: ['coordinator', 'supervisor', 'administrator'],
    writers: ['coordinator'],
  })
  app.get('/hub/transfers', (context) => boardPage(context, desk))
}
