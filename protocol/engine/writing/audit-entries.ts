/** Entries of the audit log: where they count, and on which days something of which station lies here. */
import { auditPlace } from '#protocol/casework/audit.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { logParts, streamOf, toHex } from '#protocol/ids.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import type { Core } from '../core.ts'
import type { Directory } from '../directory/directory.ts'
import type { ReceiptRow } from '../ports/storage.ts'
import { type Staging, setLocal } from './staging.ts'

/** Days of which something lies in the audit log, each a key. */
export const AUDIT_DAYS_SPACE = 'audit-days'

/** Stations of which something lies in the audit log on a day, each a key: nobody looks for what is not there. */
export const auditStationsSpace = (day: Day): string => `${AUDIT_DAYS_SPACE}/${day}`

/** Whether an entry stands in the stream of the station that it is of and that its document names: no record changes that. */
const isInItsPlace = ({ document, station, log }: Pick<Entry, 'document' | 'station' | 'log'>): boolean =>
  auditPlace(document)?.station === station && logParts(log).stream === streamOf(station)

/**
 * Whether an entry of the audit log counts: in its station's stream, written by a node that serves the station or served
 * it, or carried by one that holds the stream, because what a fork cut off was done all the same.
 */
export function countsInAudit(
  directory: Directory,
  entry: Pick<Entry, 'kind' | 'document' | 'station' | 'log'>,
): boolean {
  const { kind, station, log } = entry
  const { node, stream } = logParts(log)
  if (!isInItsPlace(entry)) return false
  if (kind === KIND.carried) return directory.deliverableBy(node).has(stream)
  const { stations = [], formerStations = [] } = directory.node(node) ?? {}
  return kind === KIND.audit && (stations.includes(station) || formerStations.includes(station))
}

/**
 * What an entry of the audit log says; of a carried one what lies inside, if its carrier may be believed: nothing signs an
 * event by itself, so only its own author, or the root, says that he wrote it before a fork cut it off; and it stays in
 * its place.
 */
export function saidIn({ directory, logs }: Core, entry: Entry): Entry | undefined {
  if (entry.kind !== KIND.carried) return entry.kind === KIND.audit ? entry : undefined
  const said = decodeCarried(logs.sha256, entry.payload)
  if (said?.kind !== KIND.audit || said.document !== entry.document || said.station !== entry.station) return undefined
  const by = logParts(entry.log).node
  return by === logParts(said.log).node || directory.authority.isRoot(by) ? said : undefined
}

/** An entry among all, as text. */
export const entryName = ({ log, seq, hash }: Pick<Entry, 'log' | 'seq' | 'hash'>): string =>
  `${log} ${seq} ${toHex(hash)}`

const NOT_ITS_STATION = { outcome: 'quarantined', reason: '审计记录不属于该站点' } as const

/** Where the entries that carry one event are named: its author and the root may both have carried it. */
export const carriersSpace = (event: Entry): string => `audit-carriers/${toHex(event.hash)}`

/**
 * Notes where an entry of the audit log lies; answers what is odd about it, if anything. Whether its node serves the
 * station is asked when it is read: it may be given the station later, and two nodes that hold the same entries read the
 * same. One out of its place is never read, and nothing is noted of it: a key could name stations without end.
 */
export function placeAudit(staging: Staging, entry: Entry): Pick<ReceiptRow, 'outcome' | 'reason'> | undefined {
  const at = auditPlace(entry.document)
  if (!at || !isInItsPlace(entry)) return NOT_ITS_STATION
  const said = entry.kind === KIND.carried ? saidIn(staging.core, entry) : undefined
  if (said) setLocal(staging, carriersSpace(said), entryName(entry), true)
  setLocal(staging, AUDIT_DAYS_SPACE, at.day, true)
  setLocal(staging, auditStationsSpace(at.day), at.station, true)
  return countsInAudit(staging.core.directory, entry) ? undefined : NOT_ITS_STATION
}
