/** Receipts in SQL: what became of entries that did not simply apply. */
import { and, between, count, desc, eq, ne } from 'drizzle-orm'
import type { ReceiptRow } from '#protocol/engine/ports/storage.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { receipts } from '../schema.ts'
import type { LogNumbers } from './log-numbers.ts'
import { builder, change, excluded, type Given, query, whole } from './query.ts'
import { rowsInto } from './rows.ts'
import type { Statement } from './statements.ts'

const receiptRows = rowsInto(receipts, ['log', 'seq', 'document', 'outcome', 'reason'], (insert) =>
  insert.onConflictDoUpdate({
    target: [receipts.log, receipts.seq],
    set: {
      document: excluded(receipts.document),
      outcome: excluded(receipts.outcome),
      reason: excluded(receipts.reason),
    },
  }),
)

/** Of that document only: after a cut another document's entry may lie in the same place. */
const dropReceipt = change(({ log, seq, document }: Given<{ log: number; seq: number; document: DocumentId }>) =>
  builder.delete(receipts).where(and(eq(receipts.log, log), eq(receipts.seq, seq), eq(receipts.document, document))),
)

/** Writes receipts; `applied` removes the earlier one, also one of the same commit: of an entry the last one counts. */
export function writeReceipts(parameters: number, rows: readonly ReceiptRow[], numbers: LogNumbers): Statement[] {
  const last = [...new Map(rows.map((row) => [`${row.log}#${row.seq}#${row.document}`, row])).values()]
  const applied = last.filter(({ outcome }) => outcome === 'applied')
  const kept = last.filter(({ outcome }) => outcome !== 'applied')
  return [
    ...applied.map(({ log, seq, document }) => dropReceipt({ log: numbers.numberOf(log), seq, document })),
    ...receiptRows(
      parameters,
      kept.map((row) => ({ ...row, log: numbers.numberOf(row.log) })),
    ),
  ]
}

/** The receipts of a document's entries. */
export const toldOf = query(
  {
    log: receipts.log,
    seq: receipts.seq,
    document: receipts.document,
    outcome: receipts.outcome,
    reason: receipts.reason,
  },
  (select, { document }: Given<{ document: DocumentId }>) =>
    select.from(receipts).where(eq(receipts.document, document)).orderBy(receipts.log, receipts.seq),
)

/** The receipts of a log's entries from one seq to another. */
export const toldAt = query(
  {
    log: receipts.log,
    seq: receipts.seq,
    document: receipts.document,
    outcome: receipts.outcome,
    reason: receipts.reason,
  },
  (select, { log, first, last }: Given<{ log: number; first: number; last: number }>) =>
    select
      .from(receipts)
      .where(and(eq(receipts.log, log), between(receipts.seq, first, last)))
      .orderBy(receipts.seq),
)

/** The receipts of a log's entries that are not set aside, the latest entries first. */
export const toldIn = query(
  {
    log: receipts.log,
    seq: receipts.seq,
    document: receipts.document,
    outcome: receipts.outcome,
    reason: receipts.reason,
  },
  (select, { log, limit }: Given<{ log: number; limit: number }>) =>
    select
      .from(receipts)
      .where(and(eq(receipts.log, log), ne(receipts.outcome, 'set-aside')))
      .orderBy(desc(receipts.seq))
      .limit(limit),
)

/** Documents with a receipt that says so. */
export const toldBecause = query(
  { document: receipts.document },
  (select, { reason, limit }: Given<{ reason: string; limit: number }>) =>
    select.from(receipts).where(eq(receipts.reason, reason)).groupBy(receipts.document).limit(limit),
)

/** How many there are of each outcome, log by log. */
export const receiptCounts = query({ log: receipts.log, outcome: receipts.outcome, count: whole(count()) }, (select) =>
  select.from(receipts).groupBy(receipts.log, receipts.outcome),
)

/** Drops all receipts. */
export const dropReceipts = change(() => builder.delete(receipts))
