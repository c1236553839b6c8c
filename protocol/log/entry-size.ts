/** How long an entry may be: written here, at the door, and with another one inside. What passes a door can be carried on. */
import { LIMITS } from '#protocol/limits.ts'
import { type Draft, type EntryRecord, encodeRecord, isCarrier, KIND, SIGNATURE_BYTES } from './entry.ts'

/** What a record has beside its content at most: seq, flag, signature. */
const BESIDE_CONTENT = 8 + 1 + SIGNATURE_BYTES

/** A record of any kind in a pack: an entry of the largest size with the entry around it that carries it. */
export const RECORD_BYTES = LIMITS.entryBytes + LIMITS.carrierBytes

/** Content of a carrier: whatever seq and signature it gets when a fork has it written again, it is still a record. */
const CARRIER_CONTENT_BYTES = RECORD_BYTES - BESIDE_CONTENT
/** Content of a directory record: after a fork one of an earlier program is written again as it is. */
const DIRECTORY_CONTENT_BYTES = LIMITS.entryBytes - BESIDE_CONTENT

/** Whether an entry of others passes the door. What it carries is never carried inside another carrier. */
export function fitsDoor({ kind }: Pick<Draft, 'kind'>, record: EntryRecord): boolean {
  const { length } = record.content
  if (isCarrier(kind)) return length <= CARRIER_CONTENT_BYTES
  // Only near the limit seq and signature decide.
  return length <= LIMITS.entryBytes - BESIDE_CONTENT || encodeRecord(record).length <= LIMITS.entryBytes
}

/** Whether an entry of ours may have this much content. */
export function fitsOwn({ kind }: Pick<Draft, 'kind'>, content: Uint8Array): boolean {
  if (isCarrier(kind)) return content.length <= CARRIER_CONTENT_BYTES
  return content.length <= (kind === KIND.directory ? DIRECTORY_CONTENT_BYTES : LIMITS.writtenBytes)
}
