/** 授权公示 (SOURCES.md D10): who may decide what on whose behalf, how to reach them, where to complain. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { isInForce } from '#edge-node/commands/letters.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import type { Desk, DeskContext, DeskEnv, Html } from '#edge-node/desk/visit.ts'
import { departmentName, stationName } from '#edge-node/desk/words.ts'
import { POWERS } from '#protocol/casework/codes.ts'
import type { Letter } from '#protocol/casework/directory.ts'
import { pager } from './guide.ts'
import { guideTabs } from './guide-tabs.ts'
import { numberedPage } from './item-search.ts'

const PATH = '/representatives'

/** What a person of the public would dial: the windows of the items first, the department otherwise. */
function phones(desk: Desk, letter: Letter): { readonly reach: string; readonly complain: string } {
  const { directory } = desk.office
  const items = directory
    .items()
    .filter(({ id, department }) => department === letter.department && (letter.items?.includes(id) ?? true))
  const list = (texts: readonly string[]) =>
    [...new Set(texts.filter((text) => text.trim() !== ''))].slice(0, 2).join('、')
  return {
    reach: list([directory.department(letter.department)?.phone ?? '', ...items.map(({ phone }) => phone)]),
    complain: list(items.map(({ complaintPhone }) => complaintPhone)),
  }
}

function row(desk: Desk, letter: Letter): Html {
  const { directory } = desk.office
  const person = letter.person === null ? undefined : directory.person(letter.person)
  // People are known where they work and above; elsewhere the letter's own words must do.
  const name = letter.person === null ? '该站点全体人员' : (person?.name ?? `${letter.person}(姓名以所在站点公示为准)`)
  const { reach, complain } = phones(desk, letter)
  const items =
    letter.items === null ? '本部门全部事项' : letter.items.map((code) => directory.item(code)?.name ?? code).join('、')
  return html`<tr><td data-label="姓名">${name}<div class="text-secondary">${letter.person === null ? '' : '首席代表 · '}${stationName(desk.office, letter.station)}</div></td>
    <td data-label="部门">${departmentName(desk.office, letter.department)}</td>
    <td data-label="职责">${letter.powers.map((power) => POWERS[power] ?? power).join('、')}<div class="text-secondary">${items}</div></td>
    <td class="text-nowrap" data-label="联系方式">${reach || '(未填写)'}</td><td class="text-nowrap" data-label="投诉">${complain || '(未填写)'}</td>
    <td data-label="授权书">${letter.id}<div class="text-secondary">有效到 ${letter.until}</div></td></tr>`
}

function representativesPage(context: DeskContext, desk: Desk): Promise<Response> {
  const { directory, stations } = desk.office
  const today = desk.office.today()
  const all = context.req.query('all') === 'yes'
  const served = (letter: Letter) => stations.some(({ id }) => id === letter.station)
  const letters = directory.letters().filter((letter) => isInForce(letter, today) && (all || served(letter)))
  const shown = numberedPage(letters, context.req.query('page'))
  const list =
    letters.length === 0
      ? html`<p class="desk-empty">没有有效的授权书。</p>`
      : html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md"><thead><tr><th scope="col">姓名、职务</th><th scope="col">部门</th><th scope="col">职责</th><th scope="col">联系方式</th><th scope="col">投诉</th><th scope="col">授权书</th></tr></thead>
        <tbody>${shown.rows.map((letter) => row(desk, letter))}</tbody></table></div>${shown.pages > 1 ? pager(PATH, all ? { all: 'yes' } : {}, shown) : ''}`
  const other = all
    ? html`<a class="btn d-print-none" href="${PATH}">只看本站</a>`
    : html`<a class="btn d-print-none" href="${PATH}?all=yes">看全县</a>`
  const body = html`${headline('行政审批授权公示', html`${other}<button class="btn btn-primary d-print-none" type="button" data-print>打印</button>`)}${guideTabs(PATH)}
    <p class="text-secondary">截至 ${today}。对授权人员的服务不满意,可以拨打投诉电话,也可以向县政务服务中心反映。</p><section class="card mb-3">${list}</section>`
  return page(context, desk, { title: '行政审批授权公示', body })
}

export function representativeRoutes(app: Hono<DeskEnv>, desk: Desk): void {
  app.get(PATH, (context) => representativesPage(context, desk))
}
