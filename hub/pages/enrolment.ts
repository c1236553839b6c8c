/** Enrolment: one-time codes with which a new node joins; each is shown once. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { csrfField, field, type Problems, type Typed } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import { failurePage, statusOf } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { personName, spanWords, stationName, timeWords } from '#edge-node/desk/words.ts'
import { standbyOf } from '#hub/register/nodes.ts'
import type { IssuedCode, OpenCode, Registry } from '#hub/registry-port.ts'
import type { NodeId, StationCode } from '#protocol/ids.ts'
import { type Returned, returnedTo } from './answers.ts'
import { allowOnly } from './roles.ts'
import { stationOptions } from './stations.ts'

const nodeName = (desk: Desk, node: NodeId): string =>
  desk.office.directory.node(node)?.name ?? `节点 ${node.slice(0, 8)}`

function codeForm(desk: Desk, visit: Visit, returned: Returned | undefined): Html {
  const { typed, problems, box } = returnedTo('code', returned)
  const nodes = desk.office.directory.nodes().filter((node) => !node.revoked)
  const served = new Set<string>(nodes.flatMap((node) => node.stations))
  const free = stationOptions(desk).filter(({ value }) => !served.has(value))
  const at = (name: string) => ({
    name,
    value: typed[name] ?? '',
    problem: problems[name],
    required: true,
    kind: 'list' as const,
  })
  return card(
    '生成入网码',
    html`<form class="card-body" method="post" action="/hub/enrolment" novalidate>${csrfField(visit)}${box}
      ${field({ ...at('station'), label: '新节点服务的站点', hint: '只列还没有节点的站点', options: free })}
      ${field({ ...at('parent'), label: '接到哪个上级节点', options: nodes.map((node) => ({ value: node.id, label: node.name })) })}
      ${standbyField(desk, typed, problems)}
      <button class="btn btn-primary" type="submit">生成入网码</button></form>`,
  )
}

/** One box: station and parent of a standby are the county's own. */
function standbyField(desk: Desk, typed: Typed, problems: Problems): Html | string {
  const present = standbyOf(desk.office.directory)
  if (present) return html`<p class="text-secondary">县中心备用机:${present.name}</p>`
  return field({
    name: 'standby',
    label: '这是县中心的备用机',
    kind: 'flag',
    value: typed.standby ?? '',
    problem: problems.standby,
    hint: '大厅里的第二台电脑,保存全县所有分区的办件;县中心机器损坏时,只存在县中心的办件还在。勾选后不用选站点和上级',
  })
}

/** What is asked for: of a standby station and parent are known. */
function wanted(desk: Desk, typed: Typed): { station: StationCode; parent: NodeId; standby: boolean } {
  const hub = desk.office.directory.nodes().find(({ parent }) => parent === null)
  const [hall] = hub?.stations ?? []
  if (typed.standby === 'yes' && hub && hall) return { station: hall, parent: hub.id, standby: true }
  return { station: (typed.station ?? '') as StationCode, parent: (typed.parent ?? '') as NodeId, standby: false }
}

function openCodes(desk: Desk, codes: readonly OpenCode[]): Html {
  const now = desk.office.now()
  if (codes.length === 0) return html`<p class="desk-empty">没有未使用的入网码。</p>`
  return html`<div class="table-responsive"><table class="table table-vcenter card-table table-mobile-md"><thead><tr><th scope="col">站点</th><th scope="col">上级节点</th><th scope="col">生成</th><th scope="col">有效到</th></tr></thead>
    <tbody>${codes.map(
      (
        code,
      ) => html`<tr><td data-label="站点">${stationName(desk.office, code.station)}${code.standby ? '(备用机)' : ''}</td><td data-label="上级节点">${nodeName(desk, code.parentNode)}</td>
      <td data-label="生成">${personName(desk.office, code.createdBy)},${timeWords(code.createdAt, now)}</td><td data-label="有效到">${timeWords(code.expiresAt, now)}(还有 ${spanWords(code.expiresAt - now)})</td></tr>`,
    )}</tbody></table></div>`
}

const issuedBox = (
  desk: Desk,
  { station, parent }: { readonly station: string; readonly parent: NodeId },
  issued: IssuedCode,
): Html => html`<div class="alert alert-success" role="status"><div>
  <strong>${stationName(desk.office, station)}的入网码</strong><p class="desk-code">${issued.text}</p>
  <p class="mb-0">只显示这一次,请现在抄下或念给对方;${timeWords(issued.expiresAt, desk.office.now())} 前有效,用过即作废。</p>
  ${(desk.office.directory.node(parent)?.addresses ?? []).map((address) => html`<pre class="mb-0 mt-2"><code>npm run edge-node -- join ${address} ${issued.text}</code></pre>`)}</div></div>`

async function enrolmentPage(
  context: DeskContext,
  desk: Desk,
  registry: Registry,
  shown: { returned?: Returned; issued?: Html },
): Promise<Response> {
  const visit = context.get('visit')
  const codes = await registry.codes(visit.actor)
  if (!codes.ok) return failurePage(context, desk, codes.problem)
  const body = html`${headline('节点入网')}${shown.issued ?? ''}<div class="row"><div class="col-lg-5">${codeForm(desk, visit, shown.returned)}</div>
    <div class="col-lg-7">${card('未使用的入网码', openCodes(desk, codes.value))}</div></div>`
  return page(context, desk, {
    title: '节点入网',
    body,
    status: shown.returned ? statusOf(shown.returned.problem) : 200,
  })
}

export function enrolmentRoutes(app: Hono<DeskEnv>, desk: Desk, registry: Registry): void {
  allowOnly(app, desk, '/hub/enrolment', { readers: ['administrator'], writers: ['administrator'] })
  app.get('/hub/enrolment', (context) => enrolmentPage(context, desk, registry, {}))
  // No redirect here: the code must not go through an address or lie anywhere to be shown again.
  app.post('/hub/enrolment', async (context) => {
    const typed = await readForm(context)
    const { station, parent, standby } = wanted(desk, typed)
    const issued = await registry.createCode(context.get('visit').actor, station, parent, { standby })
    if (!issued.ok)
      return enrolmentPage(context, desk, registry, { returned: { form: 'code', typed, problem: issued.problem } })
    return enrolmentPage(context, desk, registry, { issued: issuedBox(desk, { station, parent }, issued.value) })
  })
}
