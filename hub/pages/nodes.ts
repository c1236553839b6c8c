/** Nodes: last contact, what is unsent, version, clock; and revoking one that is lost. */
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { csrfField, field, readForm } from '#edge-node/desk/forms.ts'
import { headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { livePart } from '#edge-node/desk/live.ts'
import { notFound, statusOf } from '#edge-node/desk/problems.ts'
import { nodeRows } from '#edge-node/desk/sync-page.ts'
import type { Desk, DeskContext, DeskEnv, Html, Visit } from '#edge-node/desk/visit.ts'
import { paperTime, stationName } from '#edge-node/desk/words.ts'
import { enrolledNodes } from '#hub/register/nodes.ts'
import type { Registry } from '#hub/registry-port.ts'
import { isNodeId, type NodeId } from '#protocol/ids.ts'
import { doneBox, type Returned, returnedTo } from './answers.ts'
import { allowOnly } from './roles.ts'
import { mayAdminister } from './stations.ts'

function nodeActs(desk: Desk, visit: Visit, id: NodeId, returned: Returned | undefined): Html {
  const record = desk.office.directory.node(id)
  const stations = (record?.stations ?? []).map((station) => stationName(desk.office, station)).join('、')
  const served = html`<div>服务 ${stations || '无'}</div>`
  if (record?.revoked)
    return html`${served}<strong>已吊销</strong>:${record.revoked.reason}(${paperTime(record.revoked.time)})`
  if (!mayAdminister(visit)) return served
  const form = `revoke-${id}`
  const { typed, problems, box } = returnedTo(form, returned)
  return html`${served}<details ${box === '' ? '' : html`open`}><summary>吊销节点<span class="visually-hidden"> ${record?.name ?? id}</span></summary>
    <form class="mt-2" method="post" action="/hub/nodes/${id}/revoke" novalidate>${csrfField(visit)}${box}
      ${field({ name: 'reason', id: form, label: '吊销原因', kind: 'text', value: typed.reason ?? '', problem: problems.reason, required: true, hint: '吊销后只能再送达它写下的记录:县中心已收到的照常有效,之后才送达的保留、暂不生效' })}
      <button class="btn" type="submit">吊销节点</button></form></details>`
}

async function nodesPage(context: DeskContext, desk: Desk, returned?: Returned): Promise<Response> {
  const visit = context.get('visit')
  const nodes = await enrolledNodes(desk.office)
  const body = html`${headline('节点')}${doneBox(context.req.query('done'), {
    revoked: '节点已吊销,随即断开连接。它以后再连接,只能送达自己写下的记录。',
  })}
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
    const typed = await readForm(context.req)
    const revoked = await registry.revokeNode(context.get('visit').actor, id, (typed.reason ?? '').trim())
    if (!revoked.ok) return nodesPage(context, desk, { form: `revoke-${id}`, typed, problem: revoked.problem })
    return context.redirect('/hub/nodes?done=revoked', 303)
  })
}
