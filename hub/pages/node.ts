/** One node: where it is reached, which node it belongs below, and the nodes below it when their parent has to change. */
import { html } from 'hono/html'
import { csrfField, type FieldOption, field } from '#edge-node/desk/forms.ts'
import { doneBox, headline, page } from '#edge-node/desk/layout.ts'
import { card } from '#edge-node/desk/lists.ts'
import { statusOf } from '#edge-node/desk/problems.ts'
import type { Desk, DeskContext, Html, Visit } from '#edge-node/desk/visit.ts'
import { paperTime, stationName } from '#edge-node/desk/words.ts'
import { childrenOf, parentsFor } from '#hub/register/node-places.ts'
import type { NodeRecord } from '#protocol/casework/directory.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Returned, returnedTo } from './answers.ts'
import { mayAdminister } from './stations.ts'

/** What a person at the node's own computer types when it has not heard of a change. */
export const parentCommand = (address: string): string => `npm run edge-node -- parent ${address}`

const optionsOf = (nodes: readonly NodeRecord[]): FieldOption[] =>
  nodes.map(({ id, name }) => ({ value: id, label: name }))

const WHAT_HAPPENS = html`<p class="text-secondary">密钥、数据目录和已存的记录都不变。节点下次同步时自动改接;联系不上原上级的节点,过一会儿会向县中心等已知地址询问,也可以在它的电脑上运行下面的命令。原上级收到而还没有到县的记录,会由节点重新核对、补送给新上级。</p>`

/** Of which kind a revocation is decides what becomes of what the node still delivers. */
function revokedWords({ reason, time, held }: NonNullable<NodeRecord['revoked']>): string {
  const when = `已吊销:${reason}(${paperTime(time)})`
  if (held === undefined) return when // by an earlier program, which did not ask
  return held === null
    ? `${when}。电脑坏了或退役:它写下的记录不论何时送达都照常有效`
    : `${when}。丢失、被盗或被冒用:县中心吊销时已收到的照常有效,之后才送达的暂不生效`
}

function facts(desk: Desk, node: NodeRecord): Html {
  const above = node.parent === null ? '无(县中心)' : (desk.office.directory.node(node.parent)?.name ?? '未知')
  const stations = node.stations.map((station) => stationName(desk.office, station)).join('、')
  const state = node.revoked ? revokedWords(node.revoked) : '在用'
  return html`<dl class="card-body desk-pairs"><div><dt>服务</dt><dd>${stations || '无'}</dd></div>
    <div><dt>上级</dt><dd>${above}</dd></div><div><dt>状态</dt><dd>${state}</dd></div></dl>`
}

function addressesCard(visit: Visit, node: NodeRecord, returned: Returned | undefined): Html {
  const { typed, problems, box } = returnedTo('addresses', returned)
  const known = (node.addresses ?? []).join('\n')
  if (!mayAdminister(visit)) return card('地址', html`<div class="card-body">${known || '还没有登记'}</div>`)
  return card(
    '地址',
    html`<form class="card-body" method="post" action="/hub/nodes/${node.id}/addresses" novalidate>${csrfField(visit)}${box}
      ${field({ name: 'addresses', label: '下级用来连接它的地址', kind: 'note', value: typed.addresses ?? known, problem: problems.addresses, hint: `一行一个,例如 https://10.1.2.3:8443;最多 ${LIMITS.nodeAddresses} 个。换地址前先加上新的,旧的等各节点都换过再删` })}
      <button class="btn btn-primary" type="submit">保存地址</button></form>`,
  )
}

function parentCard(desk: Desk, visit: Visit, node: NodeRecord, returned: Returned | undefined): Html | string {
  if (node.parent === null) return ''
  const { typed, problems, box } = returnedTo('parent', returned)
  const above = desk.office.directory.node(node.parent)
  const commands = (above?.addresses ?? []).map(
    (address) => html`<pre class="mb-1"><code>${parentCommand(address)}</code></pre>`,
  )
  const form = html`<form method="post" action="/hub/nodes/${node.id}/parent" novalidate>${csrfField(visit)}${box}
    ${field({ name: 'parent', id: 'own-parent', label: '改接到', kind: 'list', value: typed.parent ?? '', problem: problems.parent, required: true, options: optionsOf(parentsFor(desk.office.directory, node).filter(({ id }) => id !== node.parent)) })}
    <button class="btn" type="submit">更换上级</button></form>`
  return card(
    '更换上级',
    html`<div class="card-body">${WHAT_HAPPENS}${mayAdminister(visit) ? form : ''}
      <h3 class="mt-3">在“${node.name}”的电脑上</h3>${commands.length > 0 ? commands : html`<p class="mb-0">上级“${above?.name ?? ''}”还没有登记地址。</p>`}</div>`,
  )
}

function childrenCard(desk: Desk, visit: Visit, node: NodeRecord, returned: Returned | undefined): Html | string {
  const { directory } = desk.office
  const children = childrenOf(directory, node.id)
  if (children.length === 0) return ''
  const { typed, problems, box } = returnedTo('children', returned)
  const [first] = children
  const fit = first ? parentsFor(directory, first).filter(({ id }) => id !== node.id) : []
  const form = html`<form method="post" action="/hub/nodes/${node.id}/children" novalidate>${csrfField(visit)}${box}
    ${field({ name: 'parent', id: 'children-parent', label: '全部改接到', kind: 'list', value: typed.parent ?? '', problem: problems.parent, required: true, options: optionsOf(fit), hint: '机器损坏、更换时用:一次改完,写在同一次提交里' })}
    <button class="btn" type="submit">全部改接</button></form>`
  return card(
    `下级节点(${children.length} 个)`,
    html`<div class="card-body"><ul>${children.map(({ id, name, revoked }) => html`<li><a href="/hub/nodes/${id}">${name}</a>${revoked ? '(已吊销)' : ''}</li>`)}</ul>
      ${mayAdminister(visit) ? html`${WHAT_HAPPENS}${form}` : ''}</div>`,
  )
}

/** The form that is answered on the page of the node that takes over: the former one often has the same name. */
export const SUCCESSION = 'succession'

/** A computer and its successor often have one name: which of them does not work any more is said with it. */
const titleOf = ({ name, revoked }: NodeRecord): string => `${name}${revoked ? '(已停用)' : ''}`

/** The node in use takes over from a revoked one of the same station, with one click. */
function successionCard(desk: Desk, visit: Visit, node: NodeRecord, returned: Returned | undefined): Html | string {
  const { directory } = desk.office
  if (node.revoked || !mayAdminister(visit)) return ''
  const before = directory
    .nodes()
    .filter(
      ({ id, revoked, stations }) => revoked && id !== node.id && stations.some((one) => node.stations.includes(one)),
    )
    .map((former) => ({ former, children: childrenOf(directory, former.id) }))
    .filter(({ children }) => children.length > 0)
  const { typed, box } = returnedTo(SUCCESSION, returned)
  return html`${before.map(({ former, children }) =>
    card(
      `接替“${titleOf(former)}”`,
      html`<form class="card-body" method="post" action="/hub/nodes/${node.id}/${SUCCESSION}" novalidate>${csrfField(visit)}${typed.former === former.id ? box : ''}
        <input type="hidden" name="former" value="${former.id}" />
        <p>原来的电脑已吊销,还有 ${children.length} 个下级接在它下面:${children.map(({ name }) => name).join('、')}。</p>${WHAT_HAPPENS}
        <button class="btn btn-primary" type="submit">由本节点接替</button></form>`,
    ),
  )}`
}

/** The page of a node. */
export function nodePage(
  context: DeskContext,
  desk: Desk,
  node: NodeRecord,
  returned?: Returned,
): Response | Promise<Response> {
  const visit = context.get('visit')
  const done = doneBox(context.req.query('done'), {
    addressed: '地址已保存,随同步送到各节点。',
    moved: '上级已更换,随同步送到各节点。',
    succeeded: '已由本节点接替,随同步送到各节点。',
  })
  const body = html`${headline(`节点:${titleOf(node)}`)}${done}<p><a href="/hub/nodes">全部节点</a></p>
    ${card('登记', facts(desk, node))}${successionCard(desk, visit, node, returned)}${addressesCard(visit, node, returned)}
    ${parentCard(desk, visit, node, returned)}${childrenCard(desk, visit, node, returned)}`
  return page(context, desk, { title: titleOf(node), body, status: returned ? statusOf(returned.problem) : 200 })
}
