/** Receipts that a parent tells: what it says of entries counts here, unless our own fold says it. */
import { isAudit } from '#protocol/casework/audit.ts'
import { type DocumentId, isCase } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Receipt } from '#protocol/wire/messages.ts'
import { onlyWaits, standingReceipts } from '../cases/case-receipts.ts'
import { readAbove } from '../logs/log-reading.ts'
import type { ReceiptRow } from '../ports/storage.ts'
import { registerOf } from '../register.ts'
import { loadFiles } from '../writing/case-loading.ts'
import type { Staging } from '../writing/staging.ts'

/**
 * What the parent takes back stays as long as it stands here: of carried entries two nodes can hold other carriers. What is
 * set aside, or only waits, follows from what is held: our own fold says it, and the parent's word only takes back what
 * the parent had said of the entry before.
 */
export async function takeReceipts(staging: Staging, told: readonly Receipt[]): Promise<void> {
  // That a parent's program is too old for the audit log is no news of what it keeps and passes on all the same.
  const news = told.filter(({ document, outcome }) => !(isAudit(document) && outcome === 'unknown-kind'))
  const here = await heldHere(staging, news)
  // What the group has staged already is newer than the disk.
  for (const receipt of staging.receipts) {
    const entry = here.get(placeIn(receipt))
    if (entry?.document === receipt.document) entry.known = receipt
  }
  const folds = new Map<DocumentId, ReadonlyMap<string, ReceiptRow>>() // each case is folded once
  for (const receipt of news) {
    const { document, outcome } = receipt
    const entry = here.get(placeIn(receipt))
    // Of a log with two versions the parent may speak of its own: in that place another entry lies here.
    if (entry?.document !== document) continue
    const isOurs = outcome === 'set-aside' || onlyWaits(receipt)
    // A parent may tell again what stands: it is known, and nobody below need hear it again.
    if (says(entry.known, receipt) || (isOurs && !entry.known)) continue
    const row = outcome === 'applied' || isOurs ? await ownWord(staging, folds, receipt) : receipt
    if (says(entry.known, row)) continue
    staging.receipts.push(row)
    entry.known = row
  }
}

/** What our own fold says of the entry that a receipt is about. */
async function ownWord(
  staging: Staging,
  folds: Map<DocumentId, ReadonlyMap<string, ReceiptRow>>,
  receipt: Receipt,
): Promise<ReceiptRow> {
  const standing = folds.get(receipt.document) ?? (await standingHere(staging, receipt.document))
  folds.set(receipt.document, standing)
  return standing.get(placeIn(receipt)) ?? { ...receipt, outcome: 'applied', reason: '' }
}

/** An entry that is held, and what was said of it last. */
interface HeldEntry {
  readonly document: DocumentId
  known: ReceiptRow | undefined
}

/** What lies, as committed, where receipts speak of entries: a message speaks of hundreds, which lie in few packs. */
async function heldHere(staging: Staging, receipts: readonly Receipt[]): Promise<ReadonlyMap<string, HeldEntry>> {
  const { storage, logs } = staging.core
  const here = new Map<string, HeldEntry>()
  for (const [log, some] of Map.groupBy(receipts, (receipt) => receipt.log)) {
    for (const { first, last } of stretchesOf(some)) {
      const rows = await storage.receiptsAt(log, first, last)
      const told = new Map(rows.map((row) => [`${row.seq} ${row.document}`, row]))
      for (const { entry } of await readAbove(logs, log, first - 1, Math.min(last, logs.head(log).height))) {
        const { seq, document } = entry
        here.set(placeIn({ log, seq }), { document, known: told.get(`${seq} ${document}`) })
      }
      await staging.pieces(last - first + 1)
    }
  }
  return here
}

/** The entries of a log that receipts speak of in stretches that are read at once: a single one costs as much as the run around it. */
function stretchesOf(receipts: readonly Receipt[]): { first: number; last: number }[] {
  const stretches: { first: number; last: number }[] = []
  for (const seq of receipts.map((receipt) => receipt.seq).sort((left, right) => left - right)) {
    const open = stretches.at(-1)
    const goesOn = open && seq - open.last <= LIMITS.runEntries && seq - open.first < LIMITS.messageReceipts
    if (goesOn) open.last = seq
    else stretches.push({ first: seq, last: seq })
  }
  return stretches
}

/** What our own fold says of a case's entries, by place. */
async function standingHere(staging: Staging, document: DocumentId): Promise<ReadonlyMap<string, ReceiptRow>> {
  if (!isCase(document)) return new Map()
  await loadFiles(staging, [document])
  const file = staging.files.get(document)
  // Of a case that the disk cannot give the parent's word stands, and the others of the message are not lost with it.
  const own = file && !file.unreadable ? standingReceipts(file, registerOf(staging.core)) : []
  return new Map(own.map((row) => [placeIn(row), row]))
}

const placeIn = ({ log, seq }: Pick<Receipt, 'log' | 'seq'>): string => `${log} ${seq}`

const says = (known: Receipt | undefined, { outcome, reason }: Receipt): boolean =>
  outcome === 'applied'
    ? known === undefined || known.outcome === 'applied'
    : known?.outcome === outcome && known.reason === reason
