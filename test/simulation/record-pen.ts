/** The pen of the simulation for what stations write of themselves: reads their entries from a disk and says which count. */
import type { StationRecord } from '#protocol/casework/directory.ts'
import type { Authority } from '#protocol/casework/register.ts'
import type { Storage } from '#protocol/engine/ports/storage.ts'
import { type DocumentId, logParts, streamOf, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Entry, KIND, readEntry, readRecord } from '#protocol/log/entry.ts'
import type { World } from './world.ts'

/** An entry about a station's record, and what it says; undefined where that is nothing of the kind. */
export interface Said {
  readonly entry: Entry
  readonly record: StationRecord | undefined
}

/** A record with what decides which one of its id counts. */
export interface Ranked {
  readonly record: StationRecord
  /** Lower by far where its author was revoked (rule R29). */
  readonly version: number
  readonly hash: string
}

const decoder = new TextDecoder()

function recordIn({ kind, payload }: Entry): StationRecord | undefined {
  if (kind !== KIND.directory) return undefined
  try {
    return JSON.parse(decoder.decode(payload)) as StationRecord
  } catch {
    return undefined
  }
}

/** The entries of documents on a disk, in the order in which they came. */
export async function entriesAbout(storage: Storage, documents: readonly DocumentId[]): Promise<Said[]> {
  const found: Said[] = []
  for (const placed of (await storage.recordsOf(documents)).values())
    for (const { log, hash, bytes } of placed) {
      const record = readRecord(bytes)
      const entry = record && readEntry(log, record, hash)
      if (entry) found.push({ entry, record: recordIn(entry) })
    }
  return found
}

/** Documents of stations' records about which anybody ever wrote, told by their name alone. */
export const recordDocuments = ({ ledger }: World): DocumentId[] => [
  ...new Set(
    [...ledger.entries.values()].flatMap(({ document }) =>
      /^(absence|consultation|handover)\//.test(document) ? [document as DocumentId] : [],
    ),
  ),
]

/** How many values JSON holds, an empty list or part counted as one. */
const valuesIn = (value: unknown): number =>
  typeof value === 'object' && value !== null
    ? Object.values(value).reduce<number>((sum, one) => sum + valuesIn(one), Math.max(1, Object.keys(value).length))
    : 0

/** Whether a record has no more values than one may have. */
const isBounded = (record: StationRecord): boolean =>
  valuesIn(record) < LIMITS.stationRecordParts + (record.type === 'handover' ? LIMITS.handoverCases : 0)

/** Whether a record counts: of whose node, in which stream, under whose id, with which version. */
function counts(authority: Authority, { log, seq, document }: Entry, record: StationRecord): boolean {
  const { node, stream } = logParts(log)
  if (`${record.type}/${record.id}` !== document || !record.id.startsWith(`${record.station}.`)) return false
  if (!isBounded(record)) return false
  if (stream !== streamOf(record.station) || authority.afterRevocation(log, seq)) return false
  return authority.isRoot(node) || (authority.serves(node, record.station) && record.version <= LIMITS.recordVersion)
}

/** What a reader has to know of the county. */
export interface Reading {
  readonly authority: Authority
  /** Whether a node was revoked without being trusted: what it wrote stands behind. */
  readonly standsBack: (entry: Entry) => boolean
}

const isAbove = (left: Ranked, right: Ranked): boolean =>
  left.version > right.version || (left.version === right.version && left.hash > right.hash)

/** Of each record the one in force, as the entries on a disk have it. */
export function inForce({ authority, standsBack }: Reading, said: readonly Said[]): Map<DocumentId, Ranked> {
  const found = new Map<DocumentId, Ranked>()
  for (const { entry, record } of said) {
    if (!record || !counts(authority, entry, record)) continue
    const version = standsBack(entry) ? record.version - Number.MAX_SAFE_INTEGER : record.version
    const ranked = { record, version, hash: toHex(entry.hash) }
    const known = found.get(entry.document)
    if (!known || isAbove(ranked, known)) found.set(entry.document, ranked)
  }
  return found
}

const MOST = { absence: 'listedAbsences', consultation: 'listedConsultations', handover: 'listedHandovers' } as const

/** Of each station and type as many as are listed, the highest first: by id, as programs list them. */
export function listed(force: Iterable<Ranked>): StationRecord[] {
  const lists = new Map<string, Ranked[]>()
  for (const one of force) {
    const name = `${one.record.type}/${one.record.station}`
    lists.set(name, [...(lists.get(name) ?? []), one])
  }
  return [...lists.values()].flatMap((list) => {
    const ranked = list.sort((left, right) => (isAbove(left, right) ? -1 : 1))
    const type = ranked[0]?.record.type ?? 'absence'
    return ranked.slice(0, LIMITS[MOST[type]]).map(({ record }) => record)
  })
}
