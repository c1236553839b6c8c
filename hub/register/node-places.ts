/** Where nodes belong and are reached: what a new parent and an address must be before they are published. */
import { parentAddress } from '#edge-node/parent-call.ts'
import { chainOf } from '#hub/stations.ts'
import type { NodeRecord } from '#protocol/casework/directory.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { fail, type Result, success } from '#protocol/result.ts'

const KEPT = '节点没有改动'

/** Nodes directly below a node, revoked ones too: they still deliver what they wrote. */
export const childrenOf = ({ nodes }: Pick<DirectoryView, 'nodes'>, node: NodeId): readonly NodeRecord[] =>
  nodes().filter(({ parent }) => parent === node)

/** Whether a node is granted what lies at and below the other's stations: it serves a station above each of them. */
function isAbove(directory: DirectoryView, parent: NodeRecord, node: NodeRecord): boolean {
  const servesAbove = (station: NodeRecord['stations'][number]) =>
    chainOf(directory, station)
      .slice(1)
      .some(({ id }) => parent.stations.includes(id))
  return parent.id !== node.id && node.stations.every(servesAbove)
}

/** The nodes in use below which a node may be moved. */
export const parentsFor = (directory: DirectoryView, node: NodeRecord): readonly NodeRecord[] =>
  directory.nodes().filter((other) => !other.revoked && isAbove(directory, other, node))

/**
 * The records that move nodes below another parent, to be published in one commit. The parent's own record goes along, so
 * that a node hears of key and addresses together with its new place, from whomever.
 */
export function movedNodes(
  directory: DirectoryView,
  ids: readonly NodeId[],
  to: NodeId,
): Result<readonly NodeRecord[]> {
  const parent = directory.node(to)
  if (!parent || parent.revoked)
    return fail('parent-unknown', '没有这个上级节点,或它已被吊销', KEPT, '请选择在用的上级节点', 'parent')
  if ((parent.addresses ?? []).length === 0)
    return fail(
      'parent-without-address',
      `节点“${parent.name}”还没有登记地址,下级找不到它`,
      KEPT,
      `请先在“${parent.name}”的页面上填写地址`,
      'parent',
    )
  const moved: NodeRecord[] = []
  for (const id of ids) {
    const node = directory.node(id)
    if (!node) return fail('node-unknown', '没有这个节点', KEPT, '请刷新名单后重试')
    if (node.parent === null) return fail('node-is-root', '县中心节点没有上级', KEPT, '请选择下级节点')
    if (!isAbove(directory, parent, node))
      return fail(
        'parent-unfit',
        `节点“${parent.name}”服务的站点不在“${node.name}”的上面`,
        KEPT,
        '请选择上级站点的节点,或县中心',
        'parent',
      )
    if (node.parent !== to) moved.push({ ...node, parent: to })
  }
  if (moved.length === 0)
    return fail('nothing-to-move', `已经接在“${parent.name}”下面`, KEPT, '不需要再做什么', 'parent')
  return success([...moved, parent])
}

/** A node with the addresses at which those below reach it. */
export function addressedNode(directory: DirectoryView, id: NodeId, texts: readonly string[]): Result<NodeRecord> {
  const node = directory.node(id)
  if (!node) return fail('node-unknown', '没有这个节点', KEPT, '请刷新名单后重试')
  const addresses = new Set<string>()
  for (const text of texts.map((one) => one.trim()).filter((one) => one !== '')) {
    const address = parentAddress(text)
    if (!address.ok) return fail(address.problem.code, address.problem.message, KEPT, address.problem.next, 'addresses')
    addresses.add(address.value.href)
  }
  if (addresses.size > LIMITS.nodeAddresses)
    return fail('too-many-addresses', `地址超过 ${LIMITS.nodeAddresses} 个`, KEPT, '请只留在用的地址', 'addresses')
  return success({ ...node, addresses: [...addresses] })
}
