/** Stations: the tree as it is, and a new one. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { administers } from '#edge-node/commands/roles.ts'
import { csrfField, field, type Typed } from '#edge-node/desk/forms.ts'
import { doneBox, headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import { statusOf } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { nodesOf } from '#hub/register/nodes.ts'
import type { NewStation, Registry } from '#hub/registry-port.ts'
import { isStationCode, type StationCode } from '#protocol/ids.ts'
import { TIERS, type Tier } from '#protocol/tiers.ts'
import { type Returned, returnedTo } from './answers.ts'
import { allowOnly } from './roles.ts'

export const TIER_WORDS: Readonly<Record<Tier, string>> = {
  village: '村级代办点',
  township: '乡镇中心',
  county: '县中心',
}

export const mayAdminister = (visit: Visit): boolean => administers(visit.actor)

/** Stations in tree order, by code: a village's code begins with its township's. */
export const stationOptions = (desk: Desk) =>
  desk.office.directory
    .stations()
    .toSorted((left, right) => (left.id < right.id ? -1 : 1))
    .map((station) => ({ value: station.id as string, label: `${station.name}(${station.id})` }))

function list(desk: Desk): Html {
  const { directory } = desk.office
  const stations = directory.stations().toSorted((left, right) => (left.id < right.id ? -1 : 1))
  if (stations.length === 0) return html`<p class="desk-empty">还没有站点。</p>`
  return html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md"><thead><tr><th scope="col">站点</th><th scope="col">代码</th><th scope="col">层级</th>
    <th scope="col">上级</th><th scope="col">节点</th></tr></thead><tbody>${stations.map((station) => {
      const nodes = nodesOf(directory, station.id)
      return html`<tr><td data-label="站点">${station.name}</td><td data-label="代码">${station.id}</td><td data-label="层级">${TIER_WORDS[station.tier]}</td>
        <td data-label="上级">${station.parent === null ? '—' : (directory.station(station.parent)?.name ?? station.parent)}</td>
        <td data-label="节点">${nodes.map((node) => node.name).join('、') || '未接入'}</td></tr>`
    })}</tbody></table></div>`
}

function newForm(desk: Desk, visit: Visit, returned: Returned | undefined): Html {
  const { typed, problems, box } = returnedTo('station', returned)
  const text = (name: string, label: string, hint: string) =>
    field({ name, label, kind: 'text', value: typed[name] ?? '', problem: problems[name], required: true, hint })
  return card(
    '新建站点',
    html`<form class="card-body" method="post" action="/hub/stations" novalidate>${csrfField(visit)}${box}
      ${text('id', '站点代码', '6 至 15 位数字:县 6 位,乡镇 9 位,村 12 位')}${text('name', '站点名称', '例如 安昌镇便民服务中心')}
      ${field({ name: 'tier', label: '层级', kind: 'list', value: typed.tier ?? '', problem: problems.tier, required: true, options: TIERS.map((tier) => ({ value: tier, label: TIER_WORDS[tier] })) })}
      ${field({ name: 'parent', label: '上级站点', kind: 'list', value: typed.parent ?? '', problem: problems.parent, hint: '县中心没有上级', options: stationOptions(desk) })}
      <button class="btn btn-primary" type="submit">新建站点</button></form>`,
  )
}

function moveForm(desk: Desk, visit: Visit, returned: Returned | undefined): Html {
  const { typed, problems, box } = returnedTo('move', returned)
  const list = (name: 'station' | 'to', label: string, hint: string) =>
    field({
      name,
      id: `move-${name}`,
      label,
      kind: 'list',
      value: typed[name] ?? '',
      problem: problems[name],
      required: true,
      hint,
      options: stationOptions(desk),
    })
  return card(
    '站点改归另一个上级',
    html`<form class="card-body" method="post" action="/hub/stations/move" novalidate>${csrfField(visit)}${box}
      <p>合村并镇等调整时使用。站点的办件随站点转到新的上级;原上级正在办的仍归它办,办完或移交为止;它还没有上交的记录照样送达。</p>
      ${list('station', '站点', '要改归的站点')}${list('to', '新的上级站点', '村归乡镇,乡镇归县')}
      <button class="btn" type="submit">改归</button>
      <p class="mt-2 mb-0">该站点的电脑还接在原上级时,请到“节点”页为它指定新的上级节点。</p></form>`,
  )
}

async function stationsPage(context: DeskContext, desk: Desk, returned?: Returned): Promise<Response> {
  const visit = context.get('visit')
  const done = doneBox(context.req.query('done'), {
    created: '站点已建立,随同步送到各节点。',
    moved: '站点已改归,随同步送到各节点。它的电脑还接在原来的上级下面,办件照样送达;请到“节点”页把它接到新的上级。',
  })
  const form = mayAdminister(visit) ? html`${newForm(desk, visit, returned)}${moveForm(desk, visit, returned)}` : ''
  const body = html`${headline('站点')}${done}<div class="row"><div class="col-lg-8">${card('全部站点', list(desk))}</div><div class="col-lg-4">${form}</div></div>`
  return page(context, desk, { title: '站点', body, status: returned ? statusOf(returned.problem) : 200 })
}

const newStation = (typed: Typed): NewStation => {
  const parent = typed.parent ?? ''
  return {
    id: (typed.id ?? '').trim(),
    name: (typed.name ?? '').trim(),
    // A tier that is not one of ours goes on as it came; the register says what is wrong with it.
    tier: (typed.tier ?? '') as Tier,
    parent: isStationCode(parent) ? parent : null,
  }
}

export function stationRoutes(app: Hono<DeskEnv>, desk: Desk, registry: Registry): void {
  allowOnly(app, desk, '/hub/stations', { readers: ['administrator', 'supervisor'], writers: ['administrator'] })
  app.get('/hub/stations', (context) => stationsPage(context, desk))
  app.post('/hub/stations', async (context) => {
    const typed = await readForm(context)
    const created = await registry.createStation(context.get('visit').actor, newStation(typed))
    if (!created.ok) return stationsPage(context, desk, { form: 'station', typed, problem: created.problem })
    return context.redirect('/hub/stations?done=created', 303)
  })
  app.post('/hub/stations/move', async (context) => {
    const typed = await readForm(context)
    const { actor } = context.get('visit')
    const moved = await registry.moveStation(
      actor,
      (typed.station ?? '') as StationCode,
      (typed.to ?? '') as StationCode,
    )
    if (!moved.ok) return stationsPage(context, desk, { form: 'move', typed, problem: moved.problem })
    return context.redirect('/hub/stations?done=moved', 303)
  })
}
