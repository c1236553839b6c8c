/** The table of cases in SQL but for its lists (work-list.ts): rows written, and found one by one. */
import { and, count, eq, getTableColumns, gt, gte, lte, type Placeholder, sql, sum } from 'drizzle-orm'
import { dayNumber } from '#protocol/casework/time/days.ts'
import type { CaseRow, Change } from '#protocol/engine/ports/storage.ts'
import type { DocumentId, StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { dueNumber, foldText, needsAttention } from '../case-order.ts'
import { MIGRATIONS } from '../migrations.ts'
import { cases, counts } from '../schema.ts'
import { termsOf } from '../search-terms.ts'
import { type Ask, amongst, builder, change, excluded, type Given, query, whole } from './query.ts'
import { rowsInto } from './rows.ts'
import { type Statement, statement } from './statements.ts'
import { dropTerms } from './term-index.ts'

/** A newer row replaces everything but the case's id and its place among equals. */
const { sequence, id, ...replaced } = getTableColumns(cases)
const REPLACED = Object.keys(replaced) as (keyof typeof replaced)[]

const caseRows = rowsInto(cases, ['id', ...REPLACED], (insert) =>
  insert.onConflictDoUpdate({
    target: cases.id,
    set: Object.fromEntries(REPLACED.map((name) => [name, excluded(cases[name])])),
  }),
)

const valuesOf = (row: CaseRow) => ({
  id: row.id,
  numberFolded: foldText(row.number),
  formerFolded: foldText(row.formerNumbers[0] ?? ''),
  item: row.item,
  stage: row.stage,
  home: row.home,
  holder: row.holder,
  offeredTo: row.offeredTo,
  offeredAt: row.offeredAt,
  arrival: row.arrival,
  attention: needsAttention(row) ? 1 : 0,
  due: dueNumber(row),
  wake: row.wake === null ? null : dayNumber(row.wake),
  assignee: row.assignee,
  master: row.master,
  idNumber: foldText(row.idNumber),
  terms: termsOf(row),
  row,
})

const dropUnopened = change(({ ids }: Given<{ ids: readonly DocumentId[] }>) =>
  builder.delete(cases).where(amongst(cases.id, ids)),
)

/** Up to so many rows are compared with what is there: reading a row costs a sixth of rewriting its indexes (measured). */
const COMPARED_ROWS = 8

const { row, arrival, ...lasting } = replaced
/** What of a row lists go by and most acts leave as it is. */
export type LastingColumns = { readonly id: DocumentId } & Readonly<Partial<Record<keyof typeof lasting, unknown>>>

/** These columns of cases as they are. */
const lastingOf = query({ id, ...lasting }, (select, { ids }: Given<{ ids: readonly DocumentId[] }>) =>
  select.from(cases).where(amongst(cases.id, ids)),
)

/** Asks for what a change of few rows is compared with; undefined where it is of none or many, which are replaced as they are. */
export const comparedWith = ({ cases: rows }: Pick<Change, 'cases'>): Ask<LastingColumns> | undefined =>
  rows.length > 0 && rows.length <= COMPARED_ROWS ? lastingOf({ ids: rows.map((one) => one.id) }) : undefined

const updates = new Map<string, (values: Record<string, unknown>) => Statement>()

/** A statement that sets some columns of one row: SQLite writes an index anew when one of its columns is set, changed or not. */
function updateOf(names: readonly (keyof typeof replaced)[], values: Record<string, unknown>): Statement {
  const shape = names.join()
  let made = updates.get(shape)
  if (made === undefined) {
    made = change((given: Record<string, Placeholder>) =>
      builder
        .update(cases)
        .set(Object.fromEntries(names.map((name) => [name, given[name]])))
        .where(eq(cases.id, given.id as Placeholder)),
    )
    // Few sets of columns change together; those that rarely do are not kept without end.
    if (updates.size >= LIMITS.preparedStatements) updates.clear()
    updates.set(shape, made)
  }
  return made(values)
}

/** Writes what is different of a row that is there. */
function writeDifference(row: CaseRow, before: LastingColumns): Statement {
  const values = valuesOf(row)
  const differs = (name: keyof typeof replaced) =>
    !(name in lasting) || before[name as keyof typeof lasting] !== values[name]
  return updateOf(REPLACED.filter(differs), values)
}

/**
 * Writes rows; a row that is there already is replaced. The rows of cases that nothing opens any more go.
 * @param known rows that are there, as far as they were asked for: of these what is different is written
 */
export function writeCases(
  parameters: number,
  { cases: rows, unopened }: Pick<Change, 'cases' | 'unopened'>,
  known: readonly LastingColumns[] = [],
): Statement[] {
  const gone = new Set(unopened)
  const there = new Map(known.filter((one) => !gone.has(one.id)).map((one) => [one.id, one]))
  const others = rows.filter((one) => !there.has(one.id))
  return [
    ...(unopened.length > 0 ? [dropUnopened({ ids: unopened })] : []),
    ...rows.flatMap((one) => {
      const before = there.get(one.id)
      return before ? [writeDifference(one, before)] : []
    }),
    ...caseRows(parameters, others.map(valuesOf)),
  ]
}

const LISTED = { sequence: cases.sequence, row: cases.row }

/** Cases of whole numbers, as foldText writes them. */
export const casesByNumber = query(LISTED, (select, { folded }: Given<{ folded: readonly string[] }>) =>
  select.from(cases).where(amongst(cases.numberFolded, folded)),
)

/** Cases that had one of these numbers when they were opened, and were renumbered. */
export const casesByFormerNumber = query(LISTED, (select, { folded }: Given<{ folded: readonly string[] }>) =>
  select.from(cases).where(and(sql`${cases.formerFolded} <> ''`, amongst(cases.formerFolded, folded))),
)

/** The cases of ids. */
export const casesById = query({ row: cases.row }, (select, { ids }: Given<{ ids: readonly DocumentId[] }>) =>
  select.from(cases).where(amongst(cases.id, ids)),
)

/** Cases whose row changes on or before a day (dayNumber) without anything being written. */
export const casesToWake = query({ id: cases.id }, (select, { day, limit }: Given<{ day: number; limit: number }>) =>
  select.from(cases).where(lte(cases.wake, day)).orderBy(cases.wake, cases.sequence).limit(limit),
)

/** Cases whose latest entry arrived at or behind an arrival number. */
export const casesSince = query(
  { id: cases.id },
  (select, { arrival, limit }: Given<{ arrival: number; limit: number }>) =>
    select.from(cases).where(gte(cases.arrival, arrival)).orderBy(cases.arrival).limit(limit),
)

/** How many those are. */
export const countSince = query({ count: whole(count()) }, (select, { arrival }: Given<{ arrival: number }>) =>
  select.from(cases).where(gte(cases.arrival, arrival)),
)

const STAGE_COUNT = { stage: counts.stage, count: whole(sum(counts.count)) }

/** Cases per stage. */
export const countByStage = query(STAGE_COUNT, (select) =>
  select.from(counts).where(gt(counts.count, 0)).groupBy(counts.stage),
)

/** Cases per stage for holders. */
export const countByStageOf = query(STAGE_COUNT, (select, { holders }: Given<{ holders: readonly StationCode[] }>) =>
  select
    .from(counts)
    .where(and(amongst(counts.holder, holders), gt(counts.count, 0)))
    .groupBy(counts.stage),
)

const dropRows = change(() => builder.delete(cases))
const dropCounts = change(() => builder.delete(counts))

/** The triggers that ask for each row which goes, as the newest migration that makes them has them. */
function triggersOut(): readonly { readonly name: string; readonly text: string }[] {
  const texts = new Map<string, string>()
  for (const text of MIGRATIONS.flatMap(({ statements }) => statements)) {
    const name = /^CREATE TRIGGER `(\w+)` AFTER DELETE ON `cases`/.exec(text)?.[1]
    if (name !== undefined) texts.set(name, text)
  }
  return [...texts].map(([name, text]) => ({ name, text }))
}

/**
 * Drops all rows, what is counted of them and the terms they are found by. SQLite empties a table at once only where no
 * trigger asks for each row: 200,000 rows took 5 s with it.
 */
export function dropCases(): Statement[] {
  const triggers = triggersOut()
  return [
    ...triggers.map(({ name }) => statement(`DROP TRIGGER IF EXISTS \`${name}\``)),
    dropRows(),
    dropCounts(),
    dropTerms(),
    ...triggers.map(({ text }) => statement(text)),
  ]
}
