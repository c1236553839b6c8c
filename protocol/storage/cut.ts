/** Cutting a log at a height: its runs end there and the places of later entries are forgotten; pack bytes stay. */
import type { Change, Place, StoredPack } from '#protocol/engine/ports/storage.ts'
import type { DocumentId, LogKey } from '#protocol/ids.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import { readEntry } from '#protocol/log/entry.ts'
import { decodePack } from '#protocol/log/pack.ts'
import type { LogNumbers } from './logs.ts'
import { encodePlaces, encodeRuns } from './places.ts'
import { type Statement, statement } from './statements.ts'

export type Cut = Change['cuts'][number]

/** What a cut must read before it can write; given by the adapter. */
export interface CutReader {
  /** Packs with entries of the log above the height. */
  packsAbove(log: LogKey, height: number): Promise<readonly StoredPack[]>
  placesOf(documents: readonly DocumentId[]): Promise<Map<DocumentId, Place[]>>
}

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

/** The statements of a change's cuts. */
export async function statementsOfCuts(
  cuts: readonly Cut[],
  reader: CutReader,
  logs: LogNumbers,
): Promise<Statement[]> {
  const numberOf = logs.numberOf.bind(logs)
  const known = cuts.filter(({ log }) => logs.find(log) !== undefined)
  const packs = new Map<number, StoredPack>()
  for (const { log, height } of known) {
    for (const pack of await reader.packsAbove(log, height)) packs.set(pack.arrival, pack)
  }
  const statements = [...packs.values()].map(({ arrival, runs }) =>
    statement('UPDATE packs SET runs = ? WHERE arrival = ?', encodeRuns(cutRuns(runs, cuts), numberOf), arrival),
  )
  for (const { log, height } of known) {
    statements.push(
      statement('DELETE FROM runs WHERE log = ? AND first > ?', numberOf(log), height),
      statement('UPDATE runs SET last = ? WHERE log = ? AND last > ?', height, numberOf(log), height),
    )
  }
  const documents = new Set([...packs.values()].flatMap((pack) => documentsCut(pack, cuts)))
  for (const [document, places] of await reader.placesOf([...documents])) {
    const kept = cutPlaces(places, cuts)
    statements.push(
      kept.length === 0
        ? statement('DELETE FROM documents WHERE id = ?', document)
        : statement('UPDATE documents SET places = ? WHERE id = ?', encodePlaces(kept, numberOf), document),
    )
  }
  return statements
}
