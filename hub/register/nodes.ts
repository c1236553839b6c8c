/** Enrolled nodes as the hub knows them: which were heard, which can be reached, which one serves a station. */
import { VERSION } from '#edge-node/version.ts'
import type { NodeRecord } from '#protocol/casework/directory.ts'
import { FIRST_LEVEL, RULES_LEVEL } from '#protocol/casework/rules/level.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import { type NodeStatus, type Office, unheardNode } from '#protocol/engine/office.ts'
import type { NodeId, StationCode } from '#protocol/ids.ts'

/**
 * What the hub knows of every enrolled node, whether or not it was ever heard.
 * A node is reached through the nodes above it: while one of them is away, what was last heard of it is history.
 */
export async function enrolledNodes(office: Pick<Office, 'directory' | 'nodesBelow'>): Promise<readonly NodeStatus[]> {
  const { directory } = office
  const heard = new Map((await office.nodesBelow()).map((status) => [status.node, status]))
  const isReached = (id: NodeId): boolean => {
    const parent = directory.node(id)?.parent
    if (parent === null || parent === undefined) return parent === null
    return heard.get(id)?.connected === true && isReached(parent)
  }
  const enrolled = directory.nodes().filter((node) => node.parent !== null)
  return enrolled.map(({ id }) => ({ ...(heard.get(id) ?? unheardNode(id)), connected: isReached(id) }))
}

/** Names of the nodes in use that hold the next level back. */
export interface NodesBehind {
  /** Their program is another than the hub's, or was never heard of. */
  readonly older: readonly string[]
  /** They run the hub's program; a node above them, whose program is older, does not pass on what they know. */
  readonly unconfirmed: readonly string[]
}

/** The nodes in use of which the hub has not heard that they know its rules. */
export async function nodesBehind(office: Pick<Office, 'directory' | 'nodesBelow'>): Promise<NodesBehind> {
  const heard = new Map((await office.nodesBelow()).map((status) => [status.node, status]))
  const others = office.directory.nodes().filter(({ parent, revoked }) => parent !== null && !revoked)
  const behind = others.filter(({ id }) => (heard.get(id)?.level ?? FIRST_LEVEL) < RULES_LEVEL)
  const isOlder = ({ id }: NodeRecord) => heard.get(id)?.version !== VERSION
  const names = (nodes: readonly NodeRecord[]) => nodes.map(({ name }) => name)
  return { older: names(behind.filter(isOlder)), unconfirmed: names(behind.filter((node) => !isOlder(node))) }
}

/** The nodes that serve a station and have not been revoked. */
export const nodesOf = (directory: Pick<DirectoryView, 'nodes'>, station: StationCode): readonly NodeRecord[] =>
  directory.nodes().filter((node) => !node.revoked && node.stations.includes(station))

/** The second machine of the county hall; undefined while there is none. */
export const standbyOf = (directory: Pick<DirectoryView, 'nodes'>): NodeRecord | undefined =>
  directory.nodes().find((node) => node.standby && !node.revoked)

/** The node where people would sign for a transfer: the one below the root that serves the station. */
export function signingNode(directory: Pick<DirectoryView, 'nodes'>, station: StationCode): NodeRecord | undefined {
  const serving = nodesOf(directory, station).filter((node) => !node.standby)
  return serving.find((node) => node.parent !== null) ?? serving[0]
}
