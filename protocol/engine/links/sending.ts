/** Sending what a peer lacks: packs from memory or disk, chosen by the session, compressed into frames. */
import { LIMITS } from '#protocol/limits.ts'
import { joinPacks } from '#protocol/log/pack.ts'
import { selectOutgoing } from '#protocol/session/outgoing.ts'
import { encodeMessage } from '#protocol/wire/codec.ts'
import type { Core } from '../core.ts'
import type { Connection } from '../ports/identity.ts'
import type { Link } from './link.ts'

/** Bytes read from disk at once for sending; a frame is cut from each. */
const LOAD_BYTES = LIMITS.unpackedFrameBytes / 2

/** Sends what the peer of a live link lacks of the packs behind an arrival number, about as much as one read gives. */
export async function sendAfter(core: Core, link: Link, connection: Connection, after: number): Promise<void> {
  const packs = await core.logs.packsAfter(after, LOAD_BYTES)
  if (link.session.is !== 'live') return
  const through = packs.at(-1)?.arrival ?? core.logs.arrival
  const outgoing = selectOutgoing(packs, link.session)
  const sizes: number[] = []
  for (const frame of compressFrames(core, outgoing.packs)) {
    connection.send(frame)
    sizes.push(frame.length)
  }
  link.dispatch({ type: 'dispatched', sizes, heights: outgoing.heights })
  link.dispatch({ type: 'loaded', after, through })
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
