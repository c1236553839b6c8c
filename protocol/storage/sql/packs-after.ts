/** The read of a link that catches up: packs behind an arrival number, joined into one value and taken apart here. */
import { and, gt, lt, lte, max, sql } from 'drizzle-orm'
import { packs } from '../schema.ts'
import type { PackRow } from './packs.ts'
import { builder, bytes, type Given, query } from './query.ts'

const ARRIVAL_DIGITS = 16
const SIZE_DIGITS = 8
const HEADER = ARRIVAL_DIGITS + 2 * SIZE_DIGITS
/** Arrival, bytes of the runs, bytes of the pack. */
const HEADER_FORMAT = sql.raw(`'%0${ARRIVAL_DIGITS}d%0${SIZE_DIGITS}d%0${SIZE_DIGITS}d'`)
const header = sql`printf(${HEADER_FORMAT}, ${packs.arrival}, length(${packs.runs}), length(${packs.bytes}))`

/**
 * The packs behind an arrival number in one value, each as {@link packRowsIn} reads it: a village's packs are small,
 * and every row and value that libSQL hands over costs more than its bytes (measured: a half to a third).
 * The sum reads only the sizes of the packs; the packs themselves are read once, up to the arrival it finds.
 */
export const packsAfter = query(
  {
    joined: bytes(sql`cast(coalesce(group_concat(${header} || ${packs.runs} || ${packs.bytes}, ''), '') as blob)`),
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
    // Called like its table, because what is selected above names the table's columns.
    const wanted = builder
      .select({ arrival: packs.arrival, runs: packs.runs, bytes: packs.bytes })
      .from(packs)
      .where(and(gt(packs.arrival, arrival), lte(packs.arrival, last)))
      .orderBy(packs.arrival)
      .as('packs')
    return select.from(wanted)
  },
)

/** The packs that {@link packsAfter} joined. */
export function packRowsIn(joined: Uint8Array): PackRow[] {
  const found: PackRow[] = []
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
