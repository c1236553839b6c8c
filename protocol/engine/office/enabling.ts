/** Enabling a rules level: the root's own word that every node in use has a program that knows it. */
import type { NodeRecord } from '#protocol/casework/directory.ts'
import { FIRST_LEVEL } from '#protocol/casework/rules/level.ts'
import type { NodeId } from '#protocol/ids.ts'
import type { Core } from '../core.ts'
import { readDirectoryRecord } from '../directory/record-reading.ts'
import type { Change } from '../ports/storage.ts'
import type { Staging } from '../writing/staging.ts'
import { publish } from './record-writing.ts'

/** The record that says which level is enabled. */
export const LEVEL_DOCUMENT = 'level/rules'

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

/**
 * Tells people at the root after the commit, once for a level. Nothing of the level that a new county has from its first
 * start: there was no other before, and no node that could know less.
 */
export function tellEnabled({ directory, news }: Core, change: Change): void {
  if (!change.directory.some(({ document }) => document === LEVEL_DOCUMENT) || directory.nodes().length < 2) return
  news.add({
    kind: 'level',
    message: `全县已启用规则版本 ${directory.level()}:在用的节点都换上了懂得它的程序`,
    next: '原有办件照常办理,新版本才有的办理方式现在可以用了。请不要再装回旧程序;仍是旧程序的电脑不能再入网',
  })
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
