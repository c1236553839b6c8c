/** Sending what a peer lacks: packs from memory or disk, chosen by the session, compressed into a frame that fits the link. */
import { logParts } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { decodePack, joinPacks } from '#protocol/log/pack.ts'
import { type Outgoing, selectOutgoing, selectPart } from '#protocol/session/outgoing.ts'
import { frameBytes } from '#protocol/session/pace.ts'
import type { Live } from '#protocol/session/state.ts'
import { encodeMessage } from '#protocol/wire/codec.ts'
import type { Height } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import { checkSignature } from '../logs/following.ts'
import { hashInPack } from '../logs/logs.ts'
import type { Connection } from '../ports/identity.ts'
import type { StoredPack } from '../ports/storage.ts'
import type { Link } from './link.ts'

/** Bytes read from disk at once for sending; a frame is cut from each. */
const loadBytes = (): number => LIMITS.unpackedFrameBytes / 2
/** Records of cases compress to about a third; what is read beyond a frame is read again for the next one. */
const EXPANSION = 4
/** A frame may be so much larger than it should be before it is cut again: compression cannot be foretold. */
const TOLERANCE = 1.25

interface Cut {
  /** Undefined when the peer lacks nothing of what was looked at. */
  readonly frame: Uint8Array | undefined
  readonly heights: Outgoing['heights']
  /** Everything up to this arrival is in the frame, or with the peer. */
  readonly through: number
}

/** Sends what the peer of a live link lacks of the packs behind an arrival number: about one frame for its rate. */
export async function sendAfter(core: Core, link: Link, connection: Connection, after: number): Promise<void> {
  if (link.session.is !== 'live') return
  const wanted = frameBytes(link.session.window.pace)
  const packs = await core.logs.packsAfter(after, Math.min(loadBytes(), wanted * EXPANSION))
  if (link.session.is !== 'live') return
  const cut = cutFrame(core, link.session, packs, wanted)
  const { frame, heights, through } = cut instanceof Promise ? await cut : cut
  if (link.session.is !== 'live') return
  // A log may have been cut while a part of it was looked at: then it is chosen anew.
  const isPast = heights.some(({ log, height }) => core.logs.head(log).height < height)
  if (isPast) return link.dispatch({ type: 'loaded', after, through: after })
  if (frame) connection.send(frame)
  link.dispatch({ type: 'dispatched', sizes: frame ? [frame.length] : [], heights })
  link.dispatch({ type: 'loaded', after, through })
}

/** As many packs as fit; of one that does not fit alone, a part that ends at signed entries. */
function cutFrame(core: Core, session: Live, packs: readonly StoredPack[], wanted: number): Cut | Promise<Cut> {
  const last = packs.at(-1)
  if (!last) return { frame: undefined, heights: [], through: core.logs.arrival }
  // A pack that is longer than one from a link may be goes alone, so that only it is cut.
  const long = packs.findIndex(({ bytes }) => bytes.length > LIMITS.receivedPackBytes)
  for (let count = long === -1 ? packs.length : Math.max(1, long); ; ) {
    const some = packs.slice(0, count)
    const { packs: chosen, heights } = selectOutgoing(some, session)
    const frame = frameOf(core, chosen)
    const bytes = frame?.length ?? 0
    const isLong = chosen.some(({ length }) => length > LIMITS.receivedPackBytes)
    const isFrame = bytes <= Math.min(wanted * TOLERANCE, LIMITS.frameBytes)
    if (!isLong && isFrame) return { frame, heights, through: (some.at(-1) ?? last).arrival }
    if (count === 1) return cutPack(core, session, packs[0] as StoredPack, wanted / bytes)
    count = Math.max(1, Math.min(count - 1, Math.floor((count * wanted) / bytes)))
  }
}

/**
 * The first part of a pack, about `share` of what the peer lacks of it; the rest is read again for the next frame. Where a
 * signature in the middle turns out to be none, as a member can write it, all of it goes: the last one was checked here.
 */
async function cutPack(core: Core, session: Live, pack: StoredPack, share: number): Promise<Cut> {
  const longest = LIMITS.receivedPackBytes / pack.bytes.length
  const part = selectPart(pack, session, Math.min(share, longest))
  const isSound = part.isWhole || (await endsSigned(core, pack, part.heights))
  const { packs, heights, isWhole } = isSound ? part : selectPart(pack, session, Number.POSITIVE_INFINITY)
  if (packs.some(({ length }) => length > LIMITS.receivedPackBytes)) return passOver(core, pack)
  return { frame: frameOf(core, packs), heights, through: isWhole ? pack.arrival : pack.arrival - 1 }
}

/** What no peer would take must not hold up what lies behind it; of its logs nothing further goes, because it would not follow. */
function passOver(core: Core, { arrival, bytes, runs }: StoredPack): Cut {
  core.news.add({
    kind: 'refused',
    message: `有一段记录过长(${bytes.length} 字节,日志 ${runs.map(({ log }) => log).join('、')}),无法传给其他节点,已跳过;其余记录照常传送`,
    next: '本机仍完整保留这段记录。请联系管理员检查写出该日志的节点。',
  })
  return { frame: undefined, heights: [], through: arrival }
}

/** Packs as one frame, which is all that is sent at once: so the window holds (S26). */
const frameOf = (core: Core, packs: readonly Uint8Array[]): Uint8Array | undefined =>
  packs.length === 0
    ? undefined
    : encodeMessage({ type: 'entries', packed: core.host.compression.pack(joinPacks(packs)) })

/** Whether the entries at which a part of a pack ends are signed by their authors, and not only said to be. */
async function endsSigned(core: Core, pack: StoredPack, ends: readonly Height[]): Promise<boolean> {
  const { cryptography } = core.host
  const records = decodePack(pack.bytes) ?? []
  const checks = ends.map(({ log, height }) => {
    const hash = hashInPack(cryptography.sha256, pack, log, height)
    const signature = records.find((one) => one.log === log && one.record.seq === height)?.record.signature ?? null
    const problem =
      hash && checkSignature(cryptography, core.directory.keyOf(logParts(log).node), { log, hash, signature })
    return problem ?? Promise.resolve('unread')
  })
  return (await Promise.all(checks)).every((problem) => problem === undefined)
}
