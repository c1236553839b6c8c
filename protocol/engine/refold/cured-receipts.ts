/** Receipts of directory records that no longer hold, once the records were placed again. */
import { appendAll } from '#protocol/append-all.ts'
import type { DocumentId } from '#protocol/ids.ts'
import type { Staging } from '../writing/staging.ts'

/**
 * Takes back what was said of entries of documents and is not said again in the group.
 * @param ahead documents with more receipts than a group holds: of those nothing is taken back, nobody honest has them
 */
export async function cureReceipts(
  { core, receipts }: Staging,
  documents: readonly DocumentId[],
  ahead: ReadonlySet<DocumentId>,
): Promise<void> {
  const standing = new Set(receipts.map(({ log, seq }) => `${log}#${seq}`))
  for (const document of documents) {
    if (ahead.has(document)) continue
    const cured = (await core.storage.receiptsOf(document)).filter(({ log, seq }) => !standing.has(`${log}#${seq}`))
    appendAll(
      receipts,
      cured.map((row) => ({ ...row, outcome: 'applied' as const, reason: '' })),
    )
  }
}
