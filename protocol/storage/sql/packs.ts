/** Packs and their runs in SQL. */
import { and, eq, gt, gte, inArray, lte, sql } from 'drizzle-orm'
import type { StoredPack } from '#protocol/engine/ports/storage.ts'
import { packs, runs } from '../schema.ts'
import type { LogNumbers } from './log-numbers.ts'
import { encodeRuns } from './place-bytes.ts'
import { amongst, builder, change, type Given, query, whole } from './query.ts'
import { rowsInto } from './rows.ts'
import type { Statement } from './statements.ts'

const packRows = rowsInto(packs, ['arrival', 'runs', 'bytes'])
const runRows = rowsInto(runs, ['log', 'last', 'first', 'arrival'])

/** Writes packs and their runs. */
export function writePacks(parameters: number, written: readonly StoredPack[], numbers: LogNumbers): Statement[] {
  const numberOf = numbers.numberOf.bind(numbers)
  const rows = written.map((pack) => ({ ...pack, runs: encodeRuns(pack.runs, numberOf) }))
  const flat = written.flatMap(({ arrival, runs }) =>
    runs.map(({ log, first, last }) => ({ log: numberOf(log), first, last, arrival })),
  )
  return [...packRows(parameters, rows), ...runRows(parameters, flat)]
}

/** The highest arrival number in use; 0 without packs. */
export const newestArrival = query({ arrival: whole(sql`coalesce(max(${packs.arrival}), 0)`) }, (select) =>
  select.from(packs),
)

/** A pack as its row holds it: runs name their logs by number. */
export interface PackRow extends Omit<StoredPack, 'runs'> {
  readonly runs: Uint8Array
}

const PACK = { arrival: packs.arrival, runs: packs.runs, bytes: packs.bytes }

/** The pack in which the first run of a log ends at or above a seq; none when that run begins above it. */
export const packHolding = query(PACK, (select, { log, seq }: Given<{ log: number; seq: number }>) => {
  const run = builder
    .select({ arrival: runs.arrival, first: runs.first })
    .from(runs)
    .where(and(eq(runs.log, log), gte(runs.last, seq)))
    .orderBy(runs.last)
    .limit(1)
    .as('run')
  return select.from(packs).innerJoin(run, eq(packs.arrival, run.arrival)).where(lte(run.first, seq))
})

/** Every pack with entries of a log above a seq. */
export const packsAbove = query(PACK, (select, { log, seq }: Given<{ log: number; seq: number }>) => {
  const above = builder
    .select({ arrival: runs.arrival })
    .from(runs)
    .where(and(eq(runs.log, log), gt(runs.last, seq)))
  return select.from(packs).where(inArray(packs.arrival, above))
})

/** The lowest arrival of a pack with entries of a log above a seq. */
export const arrivalAbove = query(
  { arrival: runs.arrival },
  (select, { log, seq }: Given<{ log: number; seq: number }>) =>
    select
      .from(runs)
      .where(and(eq(runs.log, log), gt(runs.last, seq)))
      .orderBy(runs.last)
      .limit(1),
)

/** The bytes of packs. */
export const packBytes = query(
  { arrival: packs.arrival, bytes: packs.bytes },
  (select, { arrivals }: Given<{ arrivals: readonly number[] }>) =>
    select.from(packs).where(amongst(packs.arrival, arrivals)),
)

/** For cuts: a pack's runs written anew. */
export const writeRunsOfPack = change((given: Given<{ arrival: number; runs: Uint8Array }>) =>
  builder
    .update(packs)
    .set({ runs: sql`${given.runs}` })
    .where(eq(packs.arrival, given.arrival)),
)

/** For cuts: the runs of a log that begin above a height go. */
export const dropRunsAbove = change(({ log, height }: Given<{ log: number; height: number }>) =>
  builder.delete(runs).where(and(eq(runs.log, log), gt(runs.first, height))),
)

/** For cuts: the run that reaches over a height ends there. */
export const endRunsAt = change(({ log, height }: Given<{ log: number; height: number }>) =>
  builder
    .update(runs)
    .set({ last: sql`${height}` })
    .where(and(eq(runs.log, log), gt(runs.last, height))),
)
