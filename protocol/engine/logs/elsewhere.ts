/** What the nodes below hold of each log, as far as they have said since the start: what nobody else holds lies in one place. */
import type { LogKey, NodeId } from '#protocol/ids.ts'
import type { Height } from '#protocol/wire/messages.ts'

export interface Elsewhere {
  /** How much of a log some other node in use holds for certain. */
  heightOf(log: LogKey): number
  /** A node says what it holds. `exact`: it is its whole truth and may be lower than before. */
  heard(node: NodeId, heights: readonly Height[], exact: boolean): void
}

/**
 * Nothing is known yet. Of each log the node is remembered that holds the most; it is learnt again at every contact, so
 * that what is said is never more than the truth.
 * @param isInUse whether a node's copy counts: one that was revoked may be gone
 */
export function createElsewhere(isInUse: (node: NodeId) => boolean): Elsewhere {
  const most = new Map<LogKey, { readonly node: NodeId; readonly height: number }>()
  return {
    heightOf(log) {
      const known = most.get(log)
      return known && isInUse(known.node) ? known.height : 0
    },
    heard(node, heights, exact) {
      for (const { log, height } of heights) {
        const known = most.get(log)
        const counts = known !== undefined && isInUse(known.node)
        if (!counts || height > known.height || (exact && known.node === node)) most.set(log, { node, height })
      }
    },
  }
}
