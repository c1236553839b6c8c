/** The audit log as the office gives it: what is asked of it and what is read. */
import type { AuditEvent, AuditNote, ReadNote } from '#protocol/casework/audit.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { EntryHash, NodeId, PersonId, StationCode } from '#protocol/ids.ts'

/** What an event of the audit log is about. */
export interface AuditDetails extends Partial<Pick<AuditNote, 'subject' | 'details' | 'address'>> {
  /**
   * What tells it from another within the time of its kind, where the subject is written masked and two of them look
   * alike; the subject without. Stays in memory and is never written.
   */
  readonly same?: string
}

/** An entry of the audit log as it is read. */
export interface AuditLine extends ReadNote {
  /** Of the entry: names it for good. */
  readonly hash: EntryHash
  /** The node that wrote it. */
  readonly node: NodeId
  readonly station: StationCode
  /** Who did it; empty where nobody was signed in. */
  readonly person: PersonId | ''
  /** Milliseconds since 1970 on the writer's clock, corrected by the offset it knew. */
  readonly time: number
  /** The person did not belong to the station that day, as far as the county has published who did: the node's word alone. */
  readonly foreignPerson: boolean
  /** It came after its node was revoked: whoever has that machine may have written it. */
  readonly afterRevocation: boolean
  /** Its writer did not know how far the clock was off: it can have been earlier or later. */
  readonly unsureTime: boolean
  /** Then what its writer knew of the root proves that the clock was slow: it was not earlier. */
  readonly isEarliest: boolean
  /** It lies under a day that no right clock can have shown by now. */
  readonly strangeDay: boolean
}

/** What of the audit log is asked for. All conditions must hold. */
export interface AuditQuery {
  /** Days by the writer's clock, both among them. */
  readonly from: Day
  readonly until: Day
  readonly stations: readonly StationCode[]
  /** One of these did it, or somebody tried to get into the account of one of them. */
  readonly people?: readonly PersonId[]
  readonly event?: AuditEvent
  /** One of them stands in subject, details or address, in capitals or small. */
  readonly texts?: readonly string[]
  /** Continue behind this cursor. */
  readonly after?: string
}

export interface AuditPage {
  /** Newest first. */
  readonly lines: readonly AuditLine[]
  /** Days looked at of which a station has more than can be read: its first events are not among the lines. */
  readonly cutDays: readonly Day[]
  /** Cursor of the next page; null when this is the last. */
  readonly next: string | null
  /** The day that the next page goes on at. */
  readonly nextDay: Day | null
  /** All days of which something lies here and that no right clock can have shown, the newest first; asked for or not. */
  readonly strangeDays: readonly Day[]
}
