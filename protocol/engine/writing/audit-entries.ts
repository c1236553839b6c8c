/** Entries of the audit log: where they count, and on which days something lies here. */
import { auditPlace } from '#protocol/casework/audit.ts'
import { logParts, streamOf } from '#protocol/ids.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import type { Directory } from '../directory/directory.ts'
import type { ReceiptRow } from '../ports/storage.ts'
import { type Staging, setLocal } from './staging.ts'

/** Days of which something lies in the audit log, each a key. */
export const AUDIT_DAYS_SPACE = 'audit-days'

/**
 * Whether an entry of the audit log counts: in its station's stream, written by a node that serves the station or served
 * it, or carried by one that holds the stream, because what a fork cut off was done all the same.
 */
export function countsInAudit(directory: Directory, { kind, document, station, log }: Entry): boolean {
  const { node, stream } = logParts(log)
  if (auditPlace(document)?.station !== station || stream !== streamOf(station)) return false
  if (kind === KIND.carried) return directory.deliverableBy(node).has(stream)
  const { stations = [], formerStations = [] } = directory.node(node) ?? {}
  return kind === KIND.audit && (stations.includes(station) || formerStations.includes(station))
}

/** Makes an entry of the audit log count; answers what is odd about it, if anything. */
export function placeAudit(staging: Staging, entry: Entry): Pick<ReceiptRow, 'outcome' | 'reason'> | undefined {
  if (!countsInAudit(staging.core.directory, entry)) return { outcome: 'quarantined', reason: '审计记录不属于该站点' }
  setLocal(staging, AUDIT_DAYS_SPACE, auditPlace(entry.document)?.day ?? '', true)
  return undefined
}
