/** Enabling a rules level: the root's own word that every node in use has a program that knows it. */
import type { NodeRecord } from '#protocol/casework/directory.ts'
import { FIRST_LEVEL } from '#protocol/casework/rules/level.ts'
import type { NodeId } from '#protocol/ids.ts'
import type { Core } from '../core.ts'
import { readDirectoryRecord } from '../directory/record-reading.ts'
import type { Staging } from '../writing/staging.ts'
import { publish } from './record-writing.ts'

/**
 * Adds to a group at the root the next level, as soon as every node in use has told that it knows it. A root that knows
 * of no other node enables nothing: its disk may be new, and its nodes are not back yet (rule S142).
 */
export async function enableLevel(staging: Staging): Promise<void> {
  const { core } = staging
  if (!core.isRoot || core.directory.level() >= core.knowledge.level) return
  const nodes = [...nodesNow(staging).values()].filter(({ revoked }) => !revoked)
  if (nodes.every(({ id }) => id === core.identity.node)) return
  const level = Math.min(...nodes.map(({ id }) => levelKnownBy(core, id)))
  if (level > core.directory.level()) await publish(staging, null, [{ type: 'level', id: 'rules', version: level }])
}

/** Nodes as they are with what the group writes. */
function nodesNow({ core, directory }: Staging): ReadonlyMap<NodeId, NodeRecord> {
  const nodes = new Map(core.directory.nodes().map((node) => [node.id, node]))
  for (const { document, json } of directory.values()) {
    const record = document.startsWith('node/') ? readDirectoryRecord(json, document) : undefined
    if (record?.type === 'node') nodes.set(record.id, record)
  }
  return nodes
}

const levelKnownBy = ({ identity, knowledge, neighbours }: Core, node: NodeId): number =>
  node === identity.node ? knowledge.level : (neighbours.below.get(node)?.level ?? FIRST_LEVEL)
