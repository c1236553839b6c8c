/** The cuts of a change as statements: runs end at the height, places above it are forgotten. */
import type { StoredPack } from '#protocol/engine/ports/storage.ts'
import type { DocumentId, LogKey } from '#protocol/ids.ts'
import { type Cut, cutPlaces, cutRuns, documentsCut } from '../cut.ts'
import { dropDocument, type PlacesPart, writePart } from './documents.ts'
import type { LogNumbers } from './log-numbers.ts'
import { dropRunsAbove, endRunsAt, writeRunsOfPack } from './packs.ts'
import { decodePlaces, encodePlaces, encodeRuns } from './place-bytes.ts'
import type { Statement } from './statements.ts'

/** What a cut must read before it can write; given by the adapter. */
export interface CutReader {
  /** Packs with entries of the log above the height. */
  packsAbove(log: LogKey, height: number): Promise<readonly StoredPack[]>
  partsOf(documents: readonly DocumentId[]): Promise<readonly PlacesPart[]>
}

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
    writeRunsOfPack({ arrival, runs: encodeRuns(cutRuns(runs, cuts), numberOf) }),
  )
  for (const { log, height } of known) {
    statements.push(dropRunsAbove({ log: numberOf(log), height }), endRunsAt({ log: numberOf(log), height }))
  }
  const documents = [...new Set([...packs.values()].flatMap((pack) => documentsCut(pack, cuts)))]
  const parts = await reader.partsOf(documents)
  return [...statements, ...cutParts(parts, cuts, logs)]
}

/** Of a long document few parts hold what is cut: the others stay as they are. */
function cutParts(parts: readonly PlacesPart[], cuts: readonly Cut[], logs: LogNumbers): Statement[] {
  const keyOf = (number: number) => logs.keyOf(number)
  const statements: Statement[] = []
  const held = new Map<DocumentId, number>()
  for (const { id, sequence, places } of parts) {
    const before = decodePlaces(places, keyOf)
    const left = cutPlaces(before, cuts)
    held.set(id, (held.get(id) ?? 0) + left.length)
    if (left.length < before.length)
      statements.push(writePart({ id, sequence, places: encodePlaces(left, logs.numberOf.bind(logs)) }))
  }
  const gone = [...held].flatMap(([id, count]) => (count === 0 ? [dropDocument({ id })] : []))
  return [...statements, ...gone]
}
