/** What of a case did not simply apply, and where each such entry lies. */
import type { Register } from '#protocol/casework/register.ts'
import { type EntryHash, logParts } from '#protocol/ids.ts'
import type { ReceiptRow } from '../ports/storage.ts'
import { CUT_OFF, UNSERVED } from './case-entries.ts'
import { type CaseFile, type Stand, stateOf } from './case-file.ts'
import { gated } from './sections.ts'

/** Entries that do not take effect for reasons of the sync: quarantined, forked, unknown. */
export function receiptsOf(file: CaseFile): readonly ReceiptRow[] {
  const { id: document, oddities, strays } = file
  const refused = [...file.sections].flatMap(([name, section]) =>
    gated(name, section).refused.map((one) => (one.waits && file.cutSections.has(name) ? { ...one, ...CUT_OFF } : one)),
  )
  const standing = oddities.filter(({ unless }) => unless === null || !file.known.has(unless))
  if (refused.length + standing.length + strays.length === 0) return []
  return [
    ...[...standing, ...refused].map((one) => ({
      ...placeOf(file, one),
      document,
      outcome: one.outcome,
      reason: one.reason,
    })),
    ...strays.map(({ log, seq }) => ({
      log,
      seq,
      document,
      outcome: 'quarantined' as const,
      reason: '条目不在办件所属的分区',
    })),
  ]
}

/**
 * Where an entry lies; of several carriers the first by name, those in its own stream before others: so all nodes
 * say the same that hold that stream.
 */
function placeOf(file: CaseFile, { hash, log, seq }: Stand & { readonly hash: EntryHash }): Stand {
  if (!file.uprooted.has(hash)) return { log, seq }
  const carriers = file.carriers.get(hash) ?? []
  const near = carriers.filter((stand) => logParts(stand.log).stream === logParts(log).stream)
  const [first, ...others] = near.length > 0 ? near : carriers
  const isBefore = (left: Stand, right: Stand) =>
    left.log < right.log || (left.log === right.log && left.seq < right.seq)
  return others.reduce((least, stand) => (isBefore(stand, least) ? stand : least), first ?? { log, seq })
}

/** Stored receipts that our own fold may take back when the directory or the day changes; the others are the parent's. */
export const ownReceipts = (receipts: readonly ReceiptRow[]): readonly ReceiptRow[] =>
  receipts.filter(({ outcome, reason }) => outcome === 'set-aside' || reason === UNSERVED)

/** Everything that did not simply apply, set-aside facts included: the other side of the conservation sum. */
export function standingReceipts(file: CaseFile, register: Register): readonly ReceiptRow[] {
  const state = stateOf(file, register)
  const aside = (state?.story ?? []).flatMap(({ hash, log, seq, aside }): ReceiptRow[] =>
    aside && log !== ''
      ? [{ ...placeOf(file, { hash, log, seq }), document: file.id, outcome: 'set-aside', reason: aside.text }]
      : [],
  )
  return [...receiptsOf(file), ...aside]
}
