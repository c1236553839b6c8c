/** A change as statements, in the order in which they are committed. */
import { assert } from '#protocol/assert.ts'
import type { Change, DirectoryRow, LocalRow, ReceiptRow, StoredPack } from '#protocol/engine/ports/storage.ts'
import type { LogHead } from '#protocol/log/head.ts'
import { writeCases } from './case-sql.ts'
import type { LogNumbers } from './logs.ts'
import { encodePlaces, encodeRuns } from './places.ts'
import { insertRows, type Statement, statement } from './statements.ts'

/** What the program guarantees about a change; every adapter checks it before it writes. */
export function assertChange(change: Change): void {
  let previous = 0
  for (const { arrival } of change.packs) {
    assert(arrival > previous, 'arrival numbers of packs rise')
    previous = arrival
  }
  for (const row of change.cases) {
    assert((row.offeredTo === null) === (row.offeredAt === null), 'an offer has a receiver and a time')
  }
}

function writePacks(parameters: number, packs: readonly StoredPack[], logs: LogNumbers): Statement[] {
  const numberOf = logs.numberOf.bind(logs)
  const packRows = packs.map(({ arrival, runs, bytes }) => [arrival, encodeRuns(runs, numberOf), bytes])
  const runRows = packs.flatMap(({ arrival, runs }) =>
    runs.map((run) => [numberOf(run.log), run.last, run.first, arrival]),
  )
  return [
    ...insertRows(parameters, 'INSERT INTO packs (arrival, runs, bytes)', packRows),
    ...insertRows(parameters, 'INSERT INTO runs (log, last, first, arrival)', runRows),
  ]
}

function writePlaces(parameters: number, places: Change['places'], logs: LogNumbers): Statement[] {
  const numberOf = logs.numberOf.bind(logs)
  const rows = places.map((entry) => [entry.document, encodePlaces(entry.places, numberOf)])
  // Joining two blobs gives text, which would be read back as text.
  const append = 'ON CONFLICT (id) DO UPDATE SET places = CAST(places || excluded.places AS BLOB)'
  return insertRows(parameters, 'INSERT INTO documents (id, places)', rows, append)
}

function writeHeads(parameters: number, heads: readonly LogHead[], logs: LogNumbers): Statement[] {
  const rows = heads.map((head) => [
    logs.numberOf(head.key),
    head.key,
    head.height,
    head.hash,
    head.parentHeight,
    head.rootHeight,
  ])
  const replace = `ON CONFLICT (id) DO UPDATE SET height = excluded.height, hash = excluded.hash,
    parent_height = excluded.parent_height, root_height = excluded.root_height`
  return insertRows(parameters, 'INSERT INTO logs (id, key, height, hash, parent_height, root_height)', rows, replace)
}

function writeReceipts(parameters: number, receipts: readonly ReceiptRow[], logs: LogNumbers): Statement[] {
  const applied = receipts.filter(({ outcome }) => outcome === 'applied')
  const kept = receipts.filter(({ outcome }) => outcome !== 'applied')
  const rows = kept.map((row) => [logs.numberOf(row.log), row.seq, row.document, row.outcome, row.reason])
  const replace = `ON CONFLICT (log, seq) DO UPDATE SET document = excluded.document,
    outcome = excluded.outcome, reason = excluded.reason`
  return [
    ...applied.map(({ log, seq }) =>
      statement('DELETE FROM receipts WHERE log = ? AND seq = ?', logs.numberOf(log), seq),
    ),
    ...insertRows(parameters, 'INSERT INTO receipts (log, seq, document, outcome, reason)', rows, replace),
  ]
}

function writeDirectory(parameters: number, directory: readonly DirectoryRow[]): Statement[] {
  const rows = directory.map((row) => [row.document, row.version, row.hash, row.json])
  const replace = `ON CONFLICT (document) DO UPDATE SET version = excluded.version, hash = excluded.hash,
    json = excluded.json WHERE (excluded.version, excluded.hash) > (version, hash)`
  return insertRows(parameters, 'INSERT INTO directory (document, version, hash, json)', rows, replace)
}

const writeLocal = (local: readonly LocalRow[]): Statement[] =>
  local.map(({ space, key, value }) =>
    value === null
      ? statement('DELETE FROM local WHERE space = ? AND key = ?', space, key)
      : statement('INSERT OR REPLACE INTO local (space, key, value) VALUES (?, ?, ?)', space, key, value),
  )

/** All statements of a change but its cuts (cut.ts); new logs are numbered on the way and written first. */
export function statementsOf(change: Change, parameters: number, logs: LogNumbers): Statement[] {
  const written = [
    ...writePacks(parameters, change.packs, logs),
    ...writePlaces(parameters, change.places, logs),
    ...writeReceipts(parameters, change.receipts, logs),
    ...writeHeads(parameters, change.heads, logs),
    ...writeCases(parameters, change.cases),
    ...writeDirectory(parameters, change.directory),
    ...writeLocal(change.local),
  ]
  return [
    ...insertRows(
      parameters,
      'INSERT INTO logs (id, key)',
      logs.unsettled().map((row) => [...row]),
    ),
    ...written,
  ]
}
