/** Sending what a peer lacks: packs from memory or disk, chosen by the session, compressed into a frame that fits the link. */
import { LIMITS } from '#protocol/limits.ts'
import { joinPacks } from '#protocol/log/pack.ts'
import { type Outgoing, selectOutgoing, selectPart } from '#protocol/session/outgoing.ts'
import { frameBytes } from '#protocol/session/pace.ts'
import type { Live } from '#protocol/session/state.ts'
import { encodeMessage } from '#protocol/wire/codec.ts'
import type { Core } from '../core.ts'
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
  readonly frames: readonly Uint8Array[]
  readonly heights: Outgoing['heights']
  /** Everything up to this arrival is in the frames, or with the peer. */
  readonly through: number
}

/** Sends what the peer of a live link lacks of the packs behind an arrival number: about one frame for its rate. */
export async function sendAfter(core: Core, link: Link, connection: Connection, after: number): Promise<void> {
  if (link.session.is !== 'live') return
  const wanted = frameBytes(link.session.window.pace)
  const packs = await core.logs.packsAfter(after, Math.min(loadBytes(), wanted * EXPANSION))
  if (link.session.is !== 'live') return
  const { frames, heights, through } = cutFrame(core, link.session, packs, wanted)
  for (const frame of frames) connection.send(frame)
  link.dispatch({ type: 'dispatched', sizes: frames.map(({ length }) => length), heights })
  link.dispatch({ type: 'loaded', after, through })
}

/** As many packs as fit; of one that does not fit alone, a part that ends at signed entries. */
function cutFrame(core: Core, session: Live, packs: readonly StoredPack[], wanted: number): Cut {
  const last = packs.at(-1)
  if (!last) return { frames: [], heights: [], through: core.logs.arrival }
  // A pack that is longer than one from a link may be goes alone, so that only it is cut.
  const long = packs.findIndex(({ bytes }) => bytes.length > LIMITS.receivedPackBytes)
  for (let count = long === -1 ? packs.length : Math.max(1, long); ; ) {
    const some = packs.slice(0, count)
    const { packs: chosen, heights } = selectOutgoing(some, session)
    const frames = compressFrames(core, chosen)
    const bytes = frames.reduce((sum, { length }) => sum + length, 0)
    const isLong = chosen.some(({ length }) => length > LIMITS.receivedPackBytes)
    if (!isLong && bytes <= wanted * TOLERANCE) return { frames, heights, through: (some.at(-1) ?? last).arrival }
    if (count === 1) return cutPack(core, session, packs[0] as StoredPack, wanted / bytes)
    count = Math.max(1, Math.min(count - 1, Math.floor((count * wanted) / bytes)))
  }
}

/** The first part of a pack, about `share` of what the peer lacks of it; the rest is read again for the next frame. */
function cutPack(core: Core, session: Live, pack: StoredPack, share: number): Cut {
  const longest = LIMITS.receivedPackBytes / pack.bytes.length
  const { packs, heights, isWhole } = selectPart(pack, session, Math.min(share, longest))
  if (packs.some(({ length }) => length > LIMITS.receivedPackBytes)) return passOver(core, pack)
  return { frames: compressFrames(core, packs), heights, through: isWhole ? pack.arrival : pack.arrival - 1 }
}

/** What no peer would take must not hold up what lies behind it; of its logs nothing further goes, because it would not follow. */
function passOver(core: Core, { arrival, bytes, runs }: StoredPack): Cut {
  core.news.add({
    kind: 'refused',
    message: `有一段记录过长(${bytes.length} 字节,日志 ${runs.map(({ log }) => log).join('、')}),无法传给其他节点,已跳过;其余记录照常传送`,
    next: '本机仍完整保留这段记录。请联系管理员检查写出该日志的节点。',
  })
  return { frames: [], heights: [], through: arrival }
}

/** Frames of at most the limit: as many packs together as fit. */
function compressFrames(core: Core, packs: readonly Uint8Array[]): Uint8Array[] {
  if (packs.length === 0) return []
  const body = joinPacks(packs)
  const packed = core.host.compression.pack(body)
  const isFrame = packed.length < LIMITS.frameBytes && body.length < LIMITS.unpackedFrameBytes
  if (isFrame || packs.length === 1) return [encodeMessage({ type: 'entries', packed })]
  const half = Math.ceil(packs.length / 2)
  return [...compressFrames(core, packs.slice(0, half)), ...compressFrames(core, packs.slice(half))]
}
