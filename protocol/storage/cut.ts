/** Cutting a log at a height: its runs end there and the places of later entries are forgotten; pack bytes stay. */
import type { Change, Place, StoredPack } from '#protocol/engine/ports/storage.ts'
import type { DocumentId, LogKey } from '#protocol/ids.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { readEntry } from '#protocol/log/entry.ts'
import { decodePack } from '#protocol/log/pack.ts'

export type Cut = Change['cuts'][number]

/** Runs with the cut logs ended at their heights. */
export function cutRuns(runs: StoredPack['runs'], cuts: readonly Cut[]): StoredPack['runs'] {
  const heights = heightsOf(cuts)
  return runs
    .filter((run) => run.first <= (heights.get(run.log) ?? run.first))
    .map((run) => ({ ...run, last: Math.min(run.last, heights.get(run.log) ?? run.last) }))
}

/** Places without those of the cut logs above their heights. */
export function cutPlaces(places: readonly Place[], cuts: readonly Cut[]): Place[] {
  const heights = heightsOf(cuts)
  return places.filter((place) => place.seq <= (heights.get(place.log) ?? place.seq))
}

/** The documents that the entries of a pack above the heights belong to. */
export function documentsCut(pack: StoredPack, cuts: readonly Cut[]): DocumentId[] {
  const heights = heightsOf(cuts)
  const documents = new Set<DocumentId>()
  for (const { log, record } of decodePack(pack.bytes) ?? []) {
    if (record.seq <= (heights.get(log) ?? record.seq)) continue
    const entry = readEntry(log, record, GENESIS) // only the document is wanted, which no hash changes
    if (entry !== undefined) documents.add(entry.document)
  }
  return [...documents]
}

const heightsOf = (cuts: readonly Cut[]): Map<LogKey, number> => new Map(cuts.map(({ log, height }) => [log, height]))
