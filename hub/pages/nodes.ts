/** Nodes: last contact, what is unsent, version, clock; and revoking one that is lost. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { csrfField, field, type Typed } from '#edge-node/desk/forms.ts'
import { doneBox, headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { livePart } from '#edge-node/desk/live.ts'
import { readForm } from '#edge-node/desk/posted-forms.ts'
import { notFound, statusOf } from '#edge-node/desk/problems.ts'
import { nodeRows } from '#edge-node/desk/sync-page.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { paperTime, stationName } from '#edge-node/desk/words.ts'
import { childrenOf } from '#hub/register/node-places.ts'
import { enrolledNodes, nodesBehind } from '#hub/register/nodes.ts'
import { REVOCATION_CAUSES, type Registry, type RevocationCause } from '#hub/registry-port.ts'
import type { NodeRecord } from '#protocol/casework/directory.ts'
import { isEnabled, RULES_LEVEL } from '#protocol/casework/rules/level.ts'
import type { Actor } from '#protocol/engine/office.ts'
import { isNodeId, type NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Result } from '#protocol/result.ts'
import { type Returned, returnedTo } from './answers.ts'
import { nodePage, SUCCESSION } from './node.ts'
import { allowOnly } from './roles.ts'
import { mayAdminister } from './stations.ts'

const CAUSES = Object.entries(REVOCATION_CAUSES).map(([value, label]) => ({ value, label }))
const causeIn = ({ cause }: Typed): RevocationCause | undefined =>
  cause !== undefined && Object.hasOwn(REVOCATION_CAUSES, cause) ? (cause as RevocationCause) : undefined

function nodeActs(desk: Desk, visit: Visit, id: NodeId, returned: Returned | undefined): Html {
  const record = desk.office.directory.node(id)
  const stations = (record?.stations ?? []).map((station) => stationName(desk.office, station)).join('、')
  const served = html`<div>服务 ${stations || '无'}</div><div><a href="/hub/nodes/${id}">地址和上级<span class="visually-hidden"> ${record?.name ?? id}</span></a></div>`
  if (record?.revoked)
    return html`${served}<strong>已吊销</strong>:${record.revoked.reason}(${paperTime(record.revoked.time)})${correction(visit, record, returned)}`
  if (!mayAdminister(visit)) return served
  const form = `revoke-${id}`
  const { typed, problems, box } = returnedTo(form, returned)
  return html`${served}<details ${box === '' ? '' : html`open`}><summary>吊销节点<span class="visually-hidden"> ${record?.name ?? id}</span></summary>
    <form class="mt-2" method="post" action="/hub/nodes/${id}/revoke" novalidate>${csrfField(visit)}${box}
      ${field({ name: 'reason', id: form, label: '吊销原因', kind: 'text', value: typed.reason ?? '', problem: problems.reason, required: true, hint: '吊销后只能再送达它写下的记录' })}
      ${field({ name: 'cause', id: `${form}-cause`, label: '这台电脑怎么了', kind: 'choice', value: typed.cause ?? '', problem: problems.cause, required: true, options: CAUSES, hint: '坏了或退役:它写下的记录不论何时送达都照常有效。丢失、被盗或被冒用:县中心已收到的照常有效,之后才送达的保留、暂不生效,由主办站点采用或驳回' })}
      <button class="btn" type="submit">吊销节点</button></form></details>`
}

/** A node revoked as lost: when it turns out otherwise, or the county had not yet back what it wrote, everything may count. */
function correction(visit: Visit, { id, name, revoked }: NodeRecord, returned: Returned | undefined): Html | string {
  if (!mayAdminister(visit) || !revoked || revoked.held === null) return ''
  const form = `revoke-${id}`
  const { typed, problems, box } = returnedTo(form, returned)
  return html`<details ${box === '' ? '' : html`open`}><summary>改为坏了或退役<span class="visually-hidden"> ${name}</span></summary>
    <form class="mt-2" method="post" action="/hub/nodes/${id}/revoke" novalidate>${csrfField(visit)}${box}<input type="hidden" name="cause" value="broken">
      ${field({ name: 'reason', id: form, label: '更改原因', kind: 'text', value: typed.reason ?? '', problem: problems.reason, required: true, hint: '它写下的记录从此不论何时送达都有效;确认电脑不在别人手里才能改' })}
      <button class="btn" type="submit">全部算数</button></form></details>`
}

/** After a revocation: the nodes that still stand below the one that is gone, and the way to their new parent. */
function leftBelow(desk: Desk, id: string | undefined): Html | string {
  const { directory } = desk.office
  const revoked = directory.node((id ?? '') as NodeId)
  const children = revoked ? childrenOf(directory, revoked.id).filter((child) => !child.revoked) : []
  if (!revoked?.revoked || children.length === 0) return ''
  return html`<div class="alert alert-warning" role="alert"><div>“${revoked.name}”下面还接着 ${children.length} 个节点:${children.map(({ name }) => name).join('、')}。它们的办件照常登记,但到不了县中心。请先让新电脑入网,在它的页面上点“由本节点接替”;一时没有新电脑,先<a href="/hub/nodes/${revoked.id}">在“${revoked.name}”的页面上把它们全部改接</a>到县中心。</div></div>`
}

/** Their names, as many as a page says. */
const namedNodes = (names: readonly string[]): string =>
  `${names.slice(0, LIMITS.namedNodes).join('、')}${names.length > LIMITS.namedNodes ? '等' : ''}`

/** Which nodes have an older program or wait for one above them, and what waits for them. */
async function behindBox({ office }: Desk): Promise<Html | string> {
  const { older, unconfirmed } = await nodesBehind(office)
  if (older.length + unconfirmed.length === 0) return ''
  const who = older.length > 0 ? `${older.length} 个节点的程序较旧:${namedNodes(older)}。` : ''
  const others =
    unconfirmed.length > 0
      ? `${unconfirmed.length} 个节点已是本版程序,等上级升级后才能确认:${namedNodes(unconfirmed)}。`
      : ''
  const waits = isEnabled(office.directory, RULES_LEVEL)
    ? '新的办理方式全县已经启用:用到它的办件,在程序较旧的节点上只能查看。请尽快升级。'
    : '它们都升级(或停用)并得到确认以后,新的办理方式才自动启用;在那以前照常办理,也还不按任职和岗位核对每条记录是谁签的。没有联系过县中心的节点也算在内。'
  return html`<div class="alert alert-warning" role="note"><div>${who}${others}${waits}</div></div>`
}

async function nodesPage(context: DeskContext, desk: Desk, returned?: Returned): Promise<Response> {
  const visit = context.get('visit')
  const nodes = await enrolledNodes(desk.office)
  const root = desk.office.directory.nodes().find(({ parent }) => parent === null)
  const body = html`${headline('节点')}${doneBox(context.req.query('done'), {
    revoked: '节点已吊销,随即断开连接。它以后再连接,只能送达自己写下的记录。',
  })}
    ${leftBelow(desk, context.req.query('node'))}${livePart('nodes-behind', 'network', '/hub/nodes', html`${await behindBox(desk)}`)}
    ${root ? html`<p><a href="/hub/nodes/${root.id}">县中心的地址和下级</a></p>` : ''}
    ${livePart(
      'nodes',
      'network',
      '/hub/nodes',
      card(
        '接入的节点',
        nodeRows(desk, nodes, (node) => nodeActs(desk, visit, node.node, returned)),
      ),
    )}`
  return page(context, desk, { title: '节点', body, status: returned ? statusOf(returned.problem) : 200 })
}

export function nodeRoutes(app: Hono<DeskEnv>, desk: Desk, registry: Registry): void {
  allowOnly(app, desk, '/hub/nodes', {
    readers: ['coordinator', 'supervisor', 'administrator'],
    writers: ['administrator'],
  })
  app.get('/hub/nodes', (context) => nodesPage(context, desk))
  app.post('/hub/nodes/:id/revoke', async (context) => {
    const { id } = context.req.param()
    if (!isNodeId(id)) return notFound(context, desk)
    const typed = await readForm(context)
    const revoked = await registry.revokeNode(
      context.get('visit').actor,
      id,
      (typed.reason ?? '').trim(),
      causeIn(typed),
    )
    if (!revoked.ok) return nodesPage(context, desk, { form: `revoke-${id}`, typed, problem: revoked.problem })
    return context.redirect(`/hub/nodes?done=revoked&node=${id}`, 303)
  })
  placeRoutes(app, desk, registry)
}

/** The page of one node and what is changed on it. */
function placeRoutes(app: Hono<DeskEnv>, desk: Desk, registry: Registry): void {
  const { directory } = desk.office
  const recordOf = (context: DeskContext) => directory.node((context.req.param('id') ?? '') as NodeId)
  app.get('/hub/nodes/:id', (context) => {
    const node = recordOf(context)
    return node ? nodePage(context, desk, node) : notFound(context, desk)
  })
  const change = (
    form: string,
    done: string,
    act: (actor: Actor, node: NodeRecord, typed: Typed) => Promise<Result<void>>,
  ) =>
    app.post(`/hub/nodes/:id/${form}`, async (context) => {
      const node = recordOf(context)
      if (!node) return notFound(context, desk)
      const typed = await readForm(context)
      const changed = await act(context.get('visit').actor, node, typed)
      if (!changed.ok) return nodePage(context, desk, node, { form, typed, problem: changed.problem })
      return context.redirect(`/hub/nodes/${node.id}?done=${done}`, 303)
    })
  const parentIn = (typed: Typed) => (typed.parent ?? '') as NodeId
  change('addresses', 'addressed', (actor, node, typed) =>
    registry.setAddresses(actor, node.id, (typed.addresses ?? '').split('\n')),
  )
  change('parent', 'moved', (actor, node, typed) => registry.moveNodes(actor, [node.id], parentIn(typed)))
  const childrenIds = (id: NodeId) => childrenOf(directory, id).map((child) => child.id)
  change('children', 'moved', (actor, node, typed) => registry.moveNodes(actor, childrenIds(node.id), parentIn(typed)))
  change(SUCCESSION, 'succeeded', (actor, node, typed) =>
    registry.moveNodes(actor, childrenIds((typed.former ?? '') as NodeId), node.id),
  )
}
