/** What of a case is read and folded: of each author so much (rule S134), decided by places alone, before anything is read. */

import type { EntryHash } from '#protocol/ids.ts'
import { type LogKey, logParts, toHex } from '#protocol/ids.ts'
import type { Sha256 } from '#protocol/log/chain.ts'
import type { Entry } from '#protocol/log/entry.ts'
import type { Directory } from '../directory/directory.ts'
import type { Place, PlacedRecord, Storage } from '../ports/storage.ts'
import { addEntry } from './case-entries.ts'
import type { CaseFile } from './case-file.ts'
import { isHomeOf } from './case-id.ts'
import { type ShareOf, Spending, type Spent } from './spending.ts'

/** What entries of a case are judged by. */
export interface Judges {
  readonly directory: Pick<Directory, 'authority'>
  readonly logs: { readonly sha256: Sha256 }
}

/** Why entries behind the first one that does not count are only held in their log: one receipt tells it of all of them. */
const BEYOND =
  '写入本办件的内容超过单个节点的上限:从这一条起,该日志中关于本办件的条目只保存、不生效;请由其他站点核对办理'

/**
 * Each author has a share in the home's stream and one elsewhere: what is written where the case does not lie takes
 * nothing from what counts. The root has none: it carries others' entries, and no more of them than counts (rule R68).
 */
export function sharesOf({ directory, logs }: Judges, id: CaseFile['id']): ShareOf {
  const known = new Map<LogKey, string | undefined>()
  const shareOf = (log: LogKey): string | undefined => {
    const { node, stream } = logParts(log)
    if (directory.authority.isRoot(node)) return undefined
    return `${node} ${isHomeOf(logs.sha256, id, stream) ? 'home' : 'elsewhere'}`
  }
  return (log) => {
    if (!known.has(log)) known.set(log, shareOf(log))
    return known.get(log)
  }
}

/** Of the places of a case those that are read; what does not count is noted in the file. */
export function choosePlaces(judges: Judges, file: CaseFile, places: readonly Place[]): readonly Place[] {
  const { counting, ends } = file.spending.spendAll(places, sharesOf(judges, file.id))
  file.arrival = places.at(-1)?.arrival ?? 0
  if (counting.length === places.length) return counting
  for (const { log, seq } of places) file.reach.set(log, Math.max(seq, file.reach.get(log) ?? 0))
  for (const place of ends) noteEnd(file, place)
  return counting
}

/** The entries of a case that count or are kept, as they lie on the disk. */
export async function countingRecords(
  { storage, ...judges }: Judges & { readonly storage: Storage },
  id: CaseFile['id'],
): Promise<readonly PlacedRecord[]> {
  const choose = (_: unknown, places: readonly Place[]) =>
    new Spending().spendAll(places, sharesOf(judges, id)).counting
  return (await storage.recordsOf([id], choose)).get(id) ?? []
}

/** Adds an entry that has just arrived as far as its author's share goes. `length`: of its record. */
export function takeEntry(file: CaseFile, entry: Entry, length: number, directory: Directory, sha256: Sha256): Spent {
  const { log, seq } = entry
  const spent = file.spending.spend({ log, length }, sharesOf({ directory, logs: { sha256 } }, file.id))
  if (spent === 'counts') addEntry(file, entry, directory, sha256)
  else if (spent === 'beyond') file.unplaced.add(placeName(entry))
  else {
    file.reach.set(log, Math.max(seq, file.reach.get(log) ?? 0))
    // Some of what has counted so far does not any more, and only the disk knows what.
    if (spent === 'fills') file.isOutgrown = true
    else noteEnd(file, entry)
  }
  return spent
}

/** The places of entries that just arrived without those that are held in their log only: a case's places are bounded too. */
export function placesKept(file: CaseFile | undefined, places: readonly Place[]): readonly Place[] {
  if (!file || file.unplaced.size === 0) return places
  return places.filter((place) => !file.unplaced.has(placeName(place)))
}

const placeName = ({ log, seq }: Pick<Place, 'log' | 'seq'>): string => `${log} ${seq}`

function noteEnd(file: CaseFile, { log, seq, hash }: Pick<Place, 'log' | 'seq' | 'hash'>): void {
  const name = toHex(hash) as EntryHash
  file.oddities.push({ log, seq, hash: name, outcome: 'quarantined', reason: BEYOND, unless: name })
}
