/** Packs and their runs in SQL. */
import { and, eq, gt, gte, inArray, lt, lte, max, sql } from 'drizzle-orm'
import type { StoredPack } from '#protocol/engine/ports/storage.ts'
import { packs, runs } from '../schema.ts'
import type { LogNumbers } from './log-numbers.ts'
import { encodeRuns } from './place-bytes.ts'
import { amongst, builder, bytes, change, type Given, query, whole } from './query.ts'
import { rowsInto } from './rows.ts'
import type { Statement } from './statements.ts'

const packRows = rowsInto(packs, ['arrival', 'runs', 'bytes'])
const runRows = rowsInto(runs, ['log', 'last', 'first', 'arrival'])

export function writePacks(parameters: number, written: readonly StoredPack[], numbers: LogNumbers): Statement[] {
  const numberOf = numbers.numberOf.bind(numbers)
  const rows = written.map((pack) => ({ ...pack, runs: encodeRuns(pack.runs, numberOf) }))
  const flat = written.flatMap(({ arrival, runs }) =>
    runs.map(({ log, first, last }) => ({ log: numberOf(log), first, last, arrival })),
  )
  return [...packRows(parameters, rows), ...runRows(parameters, flat)]
}

export const newestArrival = query({ arrival: whole(sql`coalesce(max(${packs.arrival}), 0)`) }, (select) =>
  select.from(packs),
)

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

export const arrivalAbove = query(
  { arrival: runs.arrival },
  (select, { log, seq }: Given<{ log: number; seq: number }>) =>
    select
      .from(runs)
      .where(and(eq(runs.log, log), gt(runs.last, seq)))
      .orderBy(runs.last)
      .limit(1),
)

export const packBytes = query(
  { arrival: packs.arrival, bytes: packs.bytes },
  (select, { arrivals }: Given<{ arrivals: readonly number[] }>) =>
    select.from(packs).where(amongst(packs.arrival, arrivals)),
)

const ARRIVAL_DIGITS = 16
const SIZE_DIGITS = 8
const HEADER = ARRIVAL_DIGITS + 2 * SIZE_DIGITS

/**
 * The packs behind an arrival number in one value, each as {@link splitPacks} reads it: a village's packs are small,
 * and every row and value that libSQL hands over costs more than its bytes (measured: a half to a third).
 * The sum reads only the sizes of the packs; the packs themselves are read once, up to the arrival it finds.
 */
export const packsAfter = query(
  {
    joined: bytes(
      sql`cast(coalesce(group_concat(
        printf(${sql.raw(`'%0${ARRIVAL_DIGITS}d%0${SIZE_DIGITS}d%0${SIZE_DIGITS}d'`)},
          ${packs.arrival}, length(${packs.runs}), length(${packs.bytes})) || ${packs.runs} || ${packs.bytes}, ''), '') as blob)`,
    ),
  },
  (select, { arrival, most, bytes }: Given<{ arrival: number; most: number; bytes: number }>) => {
    const sizes = builder
      .select({ arrival: packs.arrival, size: sql<number>`length(${packs.bytes})`.as('size') })
      .from(packs)
      .where(gt(packs.arrival, arrival))
      .orderBy(packs.arrival)
      .limit(most)
      .as('sizes')
    const before = sql<number>`sum(${sizes.size}) over (order by ${sizes.arrival} rows unbounded preceding) - ${sizes.size}`
    const sums = builder
      .select({ arrival: sizes.arrival, before: before.as('before') })
      .from(sizes)
      .as('sums')
    const last = builder
      .select({ arrival: max(sums.arrival) })
      .from(sums)
      .where(lt(sums.before, bytes))
    const wanted = builder
      .select(PACK)
      .from(packs)
      .where(and(gt(packs.arrival, arrival), lte(packs.arrival, last)))
      .orderBy(packs.arrival)
      .as('packs')
    return select.from(wanted)
  },
)

/** The packs that {@link packsAfter} joined. */
export function splitPacks(joined: Uint8Array): { arrival: number; runs: Uint8Array; bytes: Uint8Array }[] {
  const found: { arrival: number; runs: Uint8Array; bytes: Uint8Array }[] = []
  for (let at = 0; at < joined.length; ) {
    const digits = String.fromCharCode(...joined.subarray(at, at + HEADER))
    const runsAt = at + HEADER
    const bytesAt = runsAt + Number(digits.slice(ARRIVAL_DIGITS, -SIZE_DIGITS))
    at = bytesAt + Number(digits.slice(-SIZE_DIGITS))
    const arrival = Number(digits.slice(0, ARRIVAL_DIGITS))
    found.push({ arrival, runs: joined.subarray(runsAt, bytesAt), bytes: joined.subarray(bytesAt, at) })
  }
  return found
}

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
