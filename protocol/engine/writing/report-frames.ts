/** What was reported by a time at the root that holds no more: never compared with the one that holds now (rule S162). */
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Core } from '../core.ts'
import type { NodeStatus } from '../office.ts'
import { type Staging, setLocal } from './staging.ts'

/** Local rows by node: how each below was last heard. */
export const NODE_STATUS_SPACE = 'node-status'

/** How the nodes below stand by another time: in memory at once; what comes back puts it into a group. */
function restate(core: Core, anew: (status: NodeStatus) => NodeStatus): (staging: Staging) => void {
  const { below } = core.neighbours
  const changed = new Map<NodeId, NodeStatus>([...below].map(([node, status]) => [node, anew(status)]))
  for (const [node, status] of changed) below.set(node, status)
  return (staging) => {
    for (const [node, status] of changed) setLocal(staging, NODE_STATUS_SPACE, node, status)
  }
}

const NOTHING = (): void => {}

/**
 * The root's time is another one by so much than this node had known: what was heard by the old one is told by the new, so
 * that ages and offsets stay what they are.
 */
export function shiftReports(core: Core, by: number): (staging: Staging) => void {
  if (Math.abs(by) < LIMITS.clockFallMilliseconds) return NOTHING
  return restate(core, (status) => ({
    ...status,
    lastContact: status.lastContact === null ? null : Math.max(0, status.lastContact + by),
    clockOffset: status.clockOffset === null ? null : status.clockOffset + by,
  }))
}

/** A person at the root said what time it is: how far the clocks below are off nobody knows until they have told again. */
export function forgetOffsets(core: Core): (staging: Staging) => void {
  core.neighbours.timeSaidAt = core.host.elapsed()
  return restate(core, (status) => ({ ...status, clockOffset: null }))
}

/** Whether a report may have been made by what its node was told before: the new time goes down first, then reports come up. */
export function isOfOldTime({ neighbours, host }: Pick<Core, 'neighbours' | 'host'>): boolean {
  const { timeSaidAt } = neighbours
  return timeSaidAt !== null && host.elapsed() - timeSaidAt < LIMITS.oldReportMilliseconds
}
