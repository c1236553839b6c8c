/** What a session may look at, as of now. */
import { type NodeId, streamOf } from '#protocol/ids.ts'
import type { View } from '#protocol/session/state.ts'
import type { Core } from '../core.ts'
import { toldHeads } from '../logs/partings.ts'
import { publishedAt } from '../writing/clock-mark.ts'
import { givenStreams, sharedStreams, takenStreams } from './link.ts'

/** The view of a session on this node. */
export const viewOf = (core: Core): View => ({
  elapsed: core.host.elapsed(),
  node: core.identity.node,
  heads: toldHeads(core),
  arrival: core.logs.arrival,
  rootTime: core.clock.rootTime(publishedAt(core)),
  shared: (peer) => sharedStreams(core, peer),
  rate: (peer) => core.neighbours.rates.get(peer) ?? null,
  gives: (peer) => givenStreams(core, peer),
  writes: (stream) =>
    core.directory.node(core.identity.node)?.stations.some((one) => streamOf(one) === stream) ?? false,
  takes: (peer) => takenStreams(core, peer),
  admits: (peer) => admits(core, peer),
})

function admits({ directory }: Core, peer: NodeId): ReturnType<View['admits']> {
  const revoked = directory.node(peer)?.revoked
  // Without the heights that the root held then, nobody could tell what of its entries still counts.
  if (revoked) return revoked.held === undefined ? 'revoked' : 'delivers'
  return directory.keyOf(peer) ? 'yes' : 'unknown-node'
}
