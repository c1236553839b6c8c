/** The cuts of a change as statements: runs end at the height, places above it are forgotten. */
import type { Place, StoredPack } from '#protocol/engine/ports/storage.ts'
import type { DocumentId, LogKey } from '#protocol/ids.ts'
import { type Cut, cutPlaces, cutRuns, documentsCut } from '../cut.ts'
import { dropDocument, forgetPlaces, writePlaces } from './documents.ts'
import type { LogNumbers } from './log-numbers.ts'
import { dropRunsAbove, endRunsAt, writeRunsOfPack } from './packs.ts'
import { encodeRuns } from './place-bytes.ts'
import type { Statement } from './statements.ts'

/** What a cut must read before it can write; given by the adapter. */
export interface CutReader {
  /** Packs with entries of the log above the height. */
  packsAbove(log: LogKey, height: number): Promise<readonly StoredPack[]>
  placesOf(documents: readonly DocumentId[]): Promise<Map<DocumentId, Place[]>>
}

/** The statements of a change's cuts. */
export async function statementsOfCuts(
  cuts: readonly Cut[],
  reader: CutReader,
  parameters: number,
  logs: LogNumbers,
): Promise<Statement[]> {
  const numberOf = logs.numberOf.bind(logs)
  const known = cuts.filter(({ log }) => logs.find(log) !== undefined)
  const packs = new Map<number, StoredPack>()
  for (const { log, height } of known) {
    for (const pack of await reader.packsAbove(log, height)) packs.set(pack.arrival, pack)
  }
  const statements = [...packs.values()].map(({ arrival, runs }) =>
    writeRunsOfPack({ arrival, runs: encodeRuns(cutRuns(runs, cuts), numberOf) }),
  )
  for (const { log, height } of known) {
    statements.push(dropRunsAbove({ log: numberOf(log), height }), endRunsAt({ log: numberOf(log), height }))
  }
  const documents = [...new Set([...packs.values()].flatMap((pack) => documentsCut(pack, cuts)))]
  const left = [...(await reader.placesOf(documents))].map(([document, places]) => ({
    document,
    places: cutPlaces(places, cuts),
  }))
  const gone = left.filter(({ places }) => places.length === 0).map(({ document: id }) => dropDocument({ id }))
  return [...statements, ...forgetPlaces(documents), ...gone, ...writePlaces(parameters, left, logs)]
}
