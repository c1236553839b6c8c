/** A frame of entries as bytes: unpacked within its bounds, and parted so that the directory comes first. */
import { COUNTY_STREAM, logParts } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodeRecord } from '#protocol/log/entry.ts'
import { decodePack, encodePack, splitPacks } from '#protocol/log/pack.ts'
import { type Result, success } from '#protocol/result.ts'
import { type ChainRefusal, type ReceivedPack, refused } from '../logs/following.ts'
import type { Compression } from '../ports/host.ts'

/** Unpacks a frame's body; typed refusal when it is malformed or would unpack to too much. */
export function unpackFrame(
  { unpack }: Pick<Compression, 'unpack'>,
  packed: Uint8Array,
): Result<ReceivedPack[], ChainRefusal> {
  const body = unpack(packed, LIMITS.unpackedFrameBytes)
  const packs = body && splitPacks(body)
  if (!packs) return refused('malformed', 'entries: not a list of packs')
  const decoded: ReceivedPack[] = []
  for (const pack of packs) {
    const records = decodePack(pack)
    if (!records || records.length === 0) return refused('malformed', 'entries: not a pack')
    if (pack.length > LIMITS.receivedPackBytes) return refused('oversized', `entries: a pack of ${pack.length} bytes`)
    decoded.push({ bytes: pack, records })
  }
  return success(decoded)
}

/**
 * Splits a frame into what belongs to the county stream and the rest, when it has both: the directory is admitted
 * first, because what follows in the same frame may be by authors that are only named there.
 */
export function directoryFirst(packs: readonly ReceivedPack[]): readonly (readonly ReceivedPack[])[] {
  const [county, rest] = [true, false].map((wanted) => packs.flatMap((pack) => partOf(pack, wanted)))
  return county && rest && county.length > 0 && rest.length > 0 ? [county, rest] : [packs]
}

function partOf(pack: ReceivedPack, county: boolean): ReceivedPack[] {
  const records = pack.records.filter(({ log }) => (logParts(log).stream === COUNTY_STREAM) === county)
  if (records.length === 0) return []
  if (records.length === pack.records.length) return [pack]
  const bytes = encodePack(records.map(({ log, record }) => ({ log, bytes: encodeRecord(record) })))
  return [{ bytes, records: decodePack(bytes) ?? [] }]
}
