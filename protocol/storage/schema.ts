/** The tables: what every query is built from (sql/) and what drizzle-kit generates the migrations from. */
import { sql } from 'drizzle-orm'
import { blob, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { CaseRow, ReceiptRow } from '#protocol/engine/ports/storage.ts'
import type { DocumentId, EntryHash, LogKey, PersonId, StationCode } from '#protocol/ids.ts'

const bytes = (name: string) => blob(name, { mode: 'buffer' }).$type<Uint8Array>()

/** Logs by a small local number, which packs, runs, places and receipts use instead of the key. */
export const logs = sqliteTable('logs', {
  id: integer('id').primaryKey(),
  key: text('key').$type<LogKey>().notNull().unique(),
  height: integer('height').notNull().default(0),
  /** Null while the log is only named by a pack and has no head of its own. */
  hash: bytes('hash'),
  parentHeight: integer('parent_height').notNull().default(0),
  rootHeight: integer('root_height').notNull().default(0),
})

/** Packs with their runs beside them, so that a range read needs one table. */
export const packs = sqliteTable('packs', {
  arrival: integer('arrival').primaryKey(),
  runs: bytes('runs').notNull(),
  bytes: bytes('bytes').notNull(),
})

/** Which pack holds an entry: the run of the log with the lowest `last` at or above the seq. */
export const runs = sqliteTable(
  'runs',
  {
    log: integer('log').notNull(),
    last: integer('last').notNull(),
    first: integer('first').notNull(),
    arrival: integer('arrival').notNull(),
  },
  (table) => [primaryKey({ columns: [table.log, table.last] })],
)

/** Where the entries of a document lie; places are only ever appended, and here is their last part. */
export const documents = sqliteTable('documents', {
  id: text('id').$type<DocumentId>().primaryKey(),
  places: bytes('places').notNull(),
})

/** The parts before the last one: full, and never written again, so that an entry costs the same in a long case. */
export const parts = sqliteTable(
  'parts',
  {
    /** Rises with each part of a document. */
    sequence: integer('sequence').primaryKey(),
    document: text('document').$type<DocumentId>().notNull(),
    places: bytes('places').notNull(),
  },
  (table) => [index('parts_by_document').on(table.document)],
)

/** The index that has all cases in the order of lists, with what a search compares; the statement names it. */
export const ARRIVAL_INDEX = 'cases_by_arrival'

/**
 * The full-text index of the terms of cases (`cases.terms`), by their sequence: one of FTS5, which drizzle does not know;
 * migration 0007 makes it and the triggers that write it. A table of terms and cases cost 340 µs a case, this 45 (measured).
 */
export const TERM_INDEX = 'case_terms'

/** Columns are what lists filter and order by; what they only show lies in `row` as JSON (half the parameters to bind). */
export const cases = sqliteTable(
  'cases',
  {
    /** Breaks ties in lists; shorter in every index than the id. */
    sequence: integer('sequence').primaryKey(),
    id: text('id').$type<DocumentId>().notNull().unique(),
    numberFolded: text('number_folded').notNull(),
    /** The number a renumbered case was opened with; empty for every other case. */
    formerFolded: text('former_folded').notNull().default(''),
    item: text('item').notNull(),
    stage: text('stage').notNull(),
    home: text('home').$type<StationCode>().notNull(),
    holder: text('holder').$type<StationCode>().notNull(),
    offeredTo: text('offered_to').$type<StationCode>(),
    offeredAt: integer('offered_at'),
    arrival: integer('arrival').notNull(),
    /** 1 with unresolved set-aside facts, quarantined edits, forks or unread facts. */
    attention: integer('attention').notNull(),
    /** The last day as days since 1970; a number behind every day when there is none. */
    due: integer('due').notNull(),
    /** Days since 1970. */
    wake: integer('wake'),
    assignee: text('assignee').$type<PersonId | ''>().notNull(),
    master: text('master').$type<DocumentId | ''>().notNull(),
    idNumber: text('id_number').notNull(),
    /** What it is found by, a space before each (search-terms.ts). */
    terms: text('terms').notNull(),
    row: text('row', { mode: 'json' }).$type<CaseRow>().notNull(),
  },
  (table) => [
    // Carries every column a list filters by, so that filters and text search never touch the rows they reject.
    index(ARRIVAL_INDEX).on(
      table.arrival,
      table.sequence,
      table.holder,
      table.home,
      table.stage,
      table.offeredTo,
      table.item,
      table.terms,
    ),
    index('cases_by_holder').on(table.holder, table.arrival, table.sequence, table.stage),
    // What one station holds, has begun, or one person handles, the earliest last day first.
    index('cases_by_holder_due').on(table.holder, table.due, table.sequence, table.stage),
    index('cases_by_home_due').on(table.home, table.due, table.sequence, table.stage),
    index('cases_by_assignee_due')
      .on(table.assignee, table.due, table.sequence, table.stage)
      .where(sql`assignee <> ''`),
    index('cases_by_due').on(table.due, table.sequence, table.holder, table.assignee, table.stage),
    index('cases_by_number').on(table.numberFolded),
    index('cases_by_former_number').on(table.formerFolded).where(sql`former_folded <> ''`),
    index('cases_by_assignee').on(table.assignee, table.arrival).where(sql`assignee <> ''`),
    index('cases_by_master').on(table.master, table.arrival).where(sql`master <> ''`),
    index('cases_by_applicant').on(table.idNumber, table.arrival).where(sql`id_number <> ''`),
    index('cases_by_offer').on(table.offeredTo, table.arrival).where(sql`offered_to IS NOT NULL`),
    index('cases_in_transfer').on(table.offeredAt).where(sql`offered_to IS NOT NULL`),
    index('cases_for_attention').on(table.arrival).where(sql`attention = 1`),
    index('cases_to_wake').on(table.wake).where(sql`wake IS NOT NULL`),
  ],
)

/** How many cases each station holds in each stage: counted by triggers (migration 0006), because counting half a million takes 200 ms. */
export const counts = sqliteTable(
  'counts',
  {
    holder: text('holder').$type<StationCode>().notNull(),
    stage: text('stage').notNull(),
    count: integer('count').notNull(),
  },
  (table) => [primaryKey({ columns: [table.holder, table.stage] })],
)

export const receipts = sqliteTable(
  'receipts',
  {
    log: integer('log').notNull(),
    seq: integer('seq').notNull(),
    document: text('document').$type<DocumentId>().notNull(),
    outcome: text('outcome').$type<ReceiptRow['outcome']>().notNull(),
    reason: text('reason').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.log, table.seq] }),
    index('receipts_by_document').on(table.document, table.log, table.seq),
  ],
)

export const directory = sqliteTable('directory', {
  document: text('document').$type<DocumentId>().primaryKey(),
  version: integer('version').notNull(),
  hash: text('hash').$type<EntryHash>().notNull(),
  json: text('json').notNull(),
})

export const local = sqliteTable(
  'local',
  { space: text('space').notNull(), key: text('key').notNull(), value: text('value').notNull() },
  (table) => [primaryKey({ columns: [table.space, table.key] })],
)
