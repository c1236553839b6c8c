/** What a peer held when two versions of a log were settled with it, and what came from its side of the link. */
import { logParts } from '#protocol/ids.ts'
import type { Core } from '../core.ts'
import { cameFromAbove } from './from-above.ts'
import { isBelow, type PeerHolds, type PeerView } from './peer-holds.ts'

/**
 * What came from the peer's side of a link: who wrote it stands there, above also when the present parent is new and has
 * it not yet; what this node wrote itself came from there when it was put back since, and what nodes below wrote when they
 * were in touch with a copy of it. Of a log with two versions nothing is known.
 */
export async function holdingsOf(core: Core, { direction, peer, heights, forked }: PeerView): Promise<PeerHolds> {
  const isFromAbove = await cameFromAbove(core)
  return (log, seq) => {
    if (forked.has(log)) return false
    const { node } = logParts(log)
    const isHeld = seq <= (heights.get(log) ?? 0)
    if (core.logs.isOwn(log)) return isHeld && isFromAbove(log, seq)
    if (direction === 'down') return isHeld && isBelow(core, node, peer)
    return !isBelow(core, node, core.identity.node) || isFromAbove(log, seq)
  }
}
