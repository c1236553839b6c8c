/** What of a case did not simply apply, and where each such entry lies. */
import type { Register } from '#protocol/casework/register.ts'
import { GATE_PROBLEMS } from '#protocol/documents/problems.ts'
import { type EntryHash, type LogKey, logParts } from '#protocol/ids.ts'
import type { ReceiptRow } from '../ports/storage.ts'
import { AFTER_REVOCATION, CUT_OFF, UNSERVED } from './case-entries.ts'
import { type CaseFile, type SectionOutcome, type Stand, stateOf } from './case-file.ts'
import { gated } from './sections.ts'

/** What a revoked node wrote before others heard of it can be what they went on from. */
const BUILT_ON_LATE = {
  outcome: 'quarantined',
  reason: '依据的编辑由已停用的节点写入,停用之后才送达,不生效;请核对内容后重新填写',
} as const

/** What is said of an entry in a stream into which the root has not carried the case (rule R47). */
const STRAY = '条目不在办件所属的分区'

/** An edit that does not take effect, with the reason for which it never will when it waits for one that does not. */
function refusalIn(file: CaseFile, section: string, one: SectionOutcome['refused'][number]) {
  if (!one.waits) return one
  if (file.cutSections.has(section)) return { ...one, ...CUT_OFF }
  return file.lateSections.has(section) ? { ...one, ...BUILT_ON_LATE } : one
}

/** Entries that do not take effect for reasons of the sync: quarantined, forked, unknown. */
export function receiptsOf(file: CaseFile): readonly ReceiptRow[] {
  const { id: document, oddities, strays } = file
  const refused = [...file.sections].flatMap(([name, section]) =>
    gated(file, name, section).refused.map((one) => refusalIn(file, name, one)),
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
      reason: STRAY,
    })),
  ]
}

/**
 * Where an entry lies; of several carriers the first by name, those in its own stream before others: so all nodes
 * say the same that hold that stream.
 */
function placeOf(file: CaseFile, { hash, log, seq }: Stand & { readonly hash: EntryHash }): Stand {
  if (!file.uprooted.has(hash) || file.replanted.has(hash)) return { log, seq }
  const carriers = file.carriers.get(hash)
  const near = carriers.filter((stand) => logParts(stand.log).stream === logParts(log).stream)
  const [first, ...others] = near.length > 0 ? near : carriers
  const isBefore = (left: Stand, right: Stand) =>
    left.log < right.log || (left.log === right.log && left.seq < right.seq)
  return others.reduce((least, stand) => (isBefore(stand, least) ? stand : least), first ?? { log, seq })
}

/** What is said of an entry as long as others have not arrived: of an edit what it builds on, of a stray what carries it. */
const WAITING: readonly string[] = [
  STRAY,
  ...Object.values(GATE_PROBLEMS).flatMap(({ waits, message }) => (waits ? [message] : [])),
]

/**
 * Whether an entry only waits for others where this was said: of a stream that both hold our own fold says the same for
 * as long as it is so here, and whoever says it may be gone when it is over.
 */
export const onlyWaits = ({ outcome, reason }: Pick<ReceiptRow, 'outcome' | 'reason'>): boolean =>
  outcome === 'quarantined' && WAITING.includes(reason)

/** Reasons that another directory or another program may see otherwise, and those that pass when something arrives. */
const OWN_REASONS: readonly string[] = [
  UNSERVED,
  AFTER_REVOCATION,
  GATE_PROBLEMS['unknown-section'].message,
  ...WAITING,
]

/**
 * Stored receipts that our own fold takes back when their reason is gone: all about entries of others, because a parent
 * tells its children of their own only, and of our own those that only a fold can have given.
 */
export const ownReceipts = (receipts: readonly ReceiptRow[], isOwn: (log: LogKey) => boolean): readonly ReceiptRow[] =>
  receipts.filter(
    ({ log, outcome, reason }) =>
      !isOwn(log) || outcome === 'set-aside' || outcome === 'unknown-kind' || OWN_REASONS.includes(reason),
  )

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
