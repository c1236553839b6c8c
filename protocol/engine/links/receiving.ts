/** Receiving a frame of entries: unpacked, admitted through the write queue, acknowledged when it is durable. */
import { assert } from '#protocol/assert.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Result } from '#protocol/result.ts'
import type { Height } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import type { ChainRefusal, ReceivedPack } from '../logs/following.ts'
import { acknowledge, noteElsewhere } from './acknowledgement.ts'
import { admitFrame, type FrameSource } from './admission.ts'
import { directoryFirst, unpackFrame } from './frame-unpacking.ts'
import { type Link, sharedStreams, takenStreams } from './link.ts'
import type { LinkContext } from './link-context.ts'
import { cameBack, noteCameBack, ownHeights, rotateIfAhead } from './rollback.ts'
import { passDown } from './root-heights.ts'

/** Admits a frame of a live link, or refuses it by name. */
export async function receiveFrame(context: LinkContext, link: Link, packed: Uint8Array): Promise<void> {
  const { core } = context
  const { peer } = link
  assert(peer, 'entries are admitted on a live link only')
  const origin = originOf(core, link)
  const shared = new Set([...sharedStreams(core, peer), ...takenStreams(core, peer)])
  const outcomes = await link.share.unpacked(peer, async (takes) => {
    const unpacked = unpackFrame(core.host.compression, packed)
    if (!unpacked.ok) return [unpacked]
    takes(unpacked.value.reduce((sum, { bytes }) => sum + bytes.length, 0))
    const source: FrameSource = { shared, ...origin, listsLater: true }
    const parts = directoryFirst(unpacked.value)
    // All parts are asked for at once, so that the frames of a link stay in order.
    return Promise.all(parts.map((part, index) => admitPart(context, link, part, source, index === parts.length - 1)))
  })
  for (const outcome of outcomes) {
    if (!outcome.ok) return refuse(core, link, outcome.problem)
    if (origin.fromRoot) passDown(context, atRoot(core, outcome.value))
    noteElsewhere(core, link, outcome.value, false)
  }
}

/**
 * Whose entries come faster than a disk should fill: the peer that brings them rests before each further frame. Counted is
 * what was stored, so nobody spends what is another's by naming him. What comes back of this node itself and of the root
 * after a restore is not counted: they decide how much they write.
 */
function restAfter(
  { core, quota }: LinkContext,
  { share, peer, direction }: Link,
  stored: ReadonlyMap<NodeId, number>,
): void {
  if (direction !== 'down' || !peer) return
  const { directory, identity, news } = core
  for (const [node, taken] of stored) {
    if (node === identity.node || directory.authority.isRoot(node)) continue
    const rest = quota.take(node, taken)
    if (rest === 0) continue
    share.rest(peer, rest)
    news.add({
      kind: 'refused',
      message: `节点“${directory.node(node)?.name ?? node}”短时间内送来的记录超过 ${Math.ceil(LIMITS.authorBurstBytes / 1_048_576)} MB,其余的放慢接收;没有拒收,已收的都在`,
      next: '长期离线后补传、大批导入属于正常,会自动传完;都不是的,请检查这台电脑,必要时在“节点”页停用它。',
    })
  }
}

/** What it means for the safety of entries that a link brought them. */
export function originOf({ identity }: Core, { direction, peer }: Link): Pick<FrameSource, 'fromParent' | 'fromRoot'> {
  const fromParent = direction === 'up'
  return { fromParent, fromRoot: fromParent && peer === identity.root.node }
}

/** One part of a frame, whole or not at all; with the last one the frame is acknowledged. */
function admitPart(
  context: LinkContext,
  link: Link,
  part: readonly ReceivedPack[],
  source: FrameSource,
  isLast: boolean,
): Promise<Result<readonly Height[], ChainRefusal>> {
  const { core, queue } = context
  let risen: readonly Height[] = []
  const stored = new Map<NodeId, number>()
  const storing = (author: NodeId, bytes: number) => void stored.set(author, (stored.get(author) ?? 0) + bytes)
  return queue.write(
    async (staging) => {
      const before = ownHeights(staging)
      stored.clear() // a group that was refused as a whole is staged again
      const admitted = await admitFrame(staging, part, { ...source, storing })
      if (!admitted.ok) return admitted
      await rotateIfAhead(core, link, admitted.value)
      risen = await cameBack(staging, link, before)
      return admitted
    },
    (outcome) => {
      noteCameBack(core, risen)
      // Before links look for what to send: what a peer sent is not sent back to it.
      if (!outcome.ok) return
      restAfter(context, link, stored)
      link.dispatch({ type: 'admitted', frames: isLast ? 1 : 0, heights: outcome.value })
      // Its frontier, which is older, may have been compared while this was being written, and have lowered the heads.
      if (source.fromParent && link.session.is === 'live') acknowledge(context, outcome.value, false)
    },
  )
}

const atRoot = ({ logs }: Core, heights: readonly Height[]): Height[] =>
  heights.map(({ log }) => ({ log, height: logs.head(log).rootHeight }))

function refuse(core: Core, link: Link, { code, detail, log }: ChainRefusal): void {
  if (link.refusing) return // the disk refused what it follows: the peer is not at fault
  // Sent before the peer heard of the cut: it is not at fault, and the next link begins with what is held now.
  if (log && link.cut.has(log)) {
    link.dispatch({ type: 'stop', code: 'stopping' })
    return
  }
  const name = link.peer ? (core.directory.node(link.peer)?.name ?? link.peer) : ''
  core.news.add({
    kind: 'refused',
    message: `拒收来自“${name}”的一帧数据:${code}(${detail})`,
    next: '对方会自动重发;反复出现请联系管理员检查对方程序。',
  })
  link.dispatch({ type: 'refused', code, detail })
}
