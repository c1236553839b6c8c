/** Telling children how much of their logs is at the root. */
import { type LogKey, logParts, type NodeId, type StreamId } from '#protocol/ids.ts'
import type { Height } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import { type Link, sharedStreams, takenStreams } from './link.ts'
import type { LinkContext } from './link-context.ts'

/** Tells children heights at the root, each only those of its own streams. */
export function passDown({ core, links }: LinkContext, heights: readonly Height[]): void {
  if (heights.length === 0) return
  for (const link of links) {
    if (link.direction === 'up') continue
    if (link.peer) tell(core, link, link.peer, heights)
    else for (const { log, height } of heights) link.untold.set(log, height)
  }
}

/** Tells a child that has just gone live what was learnt meanwhile. */
export function tellUntold(core: Core, link: Link, peer: NodeId): void {
  const heights = [...link.untold].map(([log, height]) => ({ log, height }))
  link.untold.clear()
  tell(core, link, peer, heights)
}

function tell(core: Core, link: Link, peer: NodeId, heights: readonly Height[]): void {
  const shared = new Set<StreamId>(sharedStreams(core, peer))
  const taken = new Set<StreamId>(takenStreams(core, peer))
  const held = link.session.is === 'live' ? link.session.peerHeights : new Map<LogKey, number>()
  const theirs = heights.flatMap(({ log, height }) => {
    const { stream } = logParts(log)
    if (shared.has(stream)) return { log, height }
    // Of what a peer only delivers it hears no more than what became of that.
    const known = taken.has(stream) ? Math.min(height, held.get(log) ?? 0) : 0
    return known > 0 ? { log, height: known } : []
  })
  if (theirs.length > 0) link.dispatch({ type: 'tell', message: { type: 'at-root', heights: theirs } })
}
