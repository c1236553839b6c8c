/** The course of a case: how it came to where it is, all that conditions and clocks look at. */
import type { EntryHash, PersonId, StationCode } from '#protocol/ids.ts'
import type { Tier } from '#protocol/tiers.ts'
import type { ClosingType, Decision, InvitationMode, Opinion, Procedure, Waiver } from '../codes.ts'
import type { FactKind } from '../facts/facts.ts'
import type { PaperCode } from '../papers.ts'
import type { Span } from '../time/calendar.ts'
import type { Day } from '../time/days.ts'
import type { ClockSpans } from './spans.ts'
import type { Stage } from './stages.ts'

/** The one notice of what is missing (一次性补正告知, art. 32). */
export interface SupplementNotice {
  readonly fact: EntryHash
  readonly missing: readonly string[]
  readonly day: Day
  /** The last day for bringing it. */
  readonly until: Day
  /** How many notices there were: more than one is shown to supervision. */
  readonly count: number
}

/** Supplements that somebody took in. */
export interface Supply {
  readonly fact: EntryHash
  readonly items: readonly string[]
  readonly day: Day
  /** The tier of the station: what a village took as the applicant's agent is not in yet. */
  readonly tier: Tier | undefined
}

/** Time that does not count (特别程序): from the day it begins, which counts, to the day its result arrives, which does not. */
export interface Pause {
  readonly procedure: Procedure
  readonly from: Day
  /** Null while it lasts. */
  readonly until: Day | null
  readonly days: number
  /** The day on which its beginning was written down, the same one or a later. */
  readonly written: Day
}

/** One co-department's part in a joint case. */
export interface Invitation {
  readonly fact: EntryHash
  readonly to: StationCode
  readonly department: string
  /** Its code; empty where a former program asked, which wrote names. */
  readonly code: string
  readonly item: string
  readonly mode: InvitationMode
  readonly day: Day
  readonly due: Day
  /** Read receipt. */
  readonly read: Day | null
  readonly opinion: {
    readonly fact: EntryHash
    readonly opinion: Opinion
    readonly reasons: string
    readonly day: Day
  } | null
  /** Whether a meeting's minutes name the department as absent although it had acknowledged the notice. */
  readonly absent: boolean
}

/** One fee: notice, cashier's confirmation, refund. Amounts in fen. */
export interface Fee {
  readonly fact: EntryHash
  readonly fee: string
  readonly amount: number
  readonly day: Day
  readonly paid: {
    readonly fact: EntryHash
    readonly receipt: string
    readonly amount: number
    readonly day: Day
  } | null
  readonly refunded: { readonly fact: EntryHash; readonly receipt: string } | null
  /** Taken back or remitted by the station that charged it. */
  readonly waived: { readonly fact: EntryHash; readonly as: Waiver; readonly reason: string } | null
  /** The station that charged it. */
  readonly station: StationCode
}

/** A document this case made: its code in SOURCES.md section 7, its number, the fact that made it. */
export interface PaperRecord {
  readonly code: PaperCode
  readonly number: string
  readonly fact: EntryHash
  readonly day: Day
}

/** How a case came to where it is: everything conditions and clocks look at. */
export interface Course {
  readonly item: string
  /** The edition of the item under which it was received. */
  readonly itemVersion: number
  readonly stage: Stage
  /** The one station that may move the case on (主办归属). */
  readonly holder: StationCode
  /** Custody rounds: 1 at opening, one higher at each taking or reassignment. */
  readonly epoch: number
  /** An open transfer: offered and not yet signed for. */
  readonly offer: {
    readonly to: StationCode
    readonly fact: EntryHash
    readonly time: number
    readonly day: Day
    readonly materials: number
    readonly counts: Readonly<Record<string, number>>
  } | null
  readonly applicant: { readonly name: string; readonly idNumber: string; readonly phone: string }
  /** The first day on which each kind took effect. */
  readonly days: Readonly<Partial<Record<FactKind | 'deemed', Day>>>
  readonly result: Decision | null
  readonly closing: ClosingType | null
  /** Who handles it (承办人), who wrote the opinions of the steps. */
  readonly assignee: PersonId | ''
  readonly handledBy: PersonId | ''
  readonly examinedBy: PersonId | ''
  /** 申请人委托代办: the agent who captured it and what the villager authorised. */
  readonly agency: { readonly agent: PersonId | ''; readonly authorisation: string; readonly free: boolean } | null
  readonly notice: SupplementNotice | null
  /** Lines of supplements taken in by any station since the present notice, for the holder to check (rule C150). */
  readonly supplies: readonly Supply[]
  /** Attempts to reach the applicant; where there is a notice, since the present one. */
  readonly contacts: number
  readonly pauses: readonly Pause[]
  /** While an upper level decided: from the day of the report, which counts, to that of the reply, which does not. */
  readonly away: readonly Span[]
  /** The stage to go back to when the special procedure ends. */
  readonly suspendedAt: Stage | null
  readonly extension: { readonly fact: EntryHash; readonly days: number; readonly day: Day } | null
  readonly report: { readonly organ: string; readonly day: Day; readonly relayed: Day | null } | null
  readonly invitations: readonly Invitation[]
  readonly fees: readonly Fee[]
  readonly papers: readonly PaperRecord[]
  readonly green: { readonly rule: string; readonly liaison: string; readonly reason: string } | null
  readonly deferred: { readonly items: readonly string[]; readonly until: Day | null } | null
  readonly commitment: boolean
  readonly tier: string
  /** First and last day of each clock that was started (the table's clock effects). */
  readonly spans: ClockSpans
  readonly master: string
}
