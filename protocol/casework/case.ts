/** The folded case: what the facts say, computed on every node and never replicated. */
import type { DocumentId, EntryHash, LogKey, NodeId, PersonId, StationCode } from '#protocol/ids.ts'
import type { Clock, ClockSpans } from './clocks/clocks.ts'
import type { ClosingType, Power, Procedure } from './codes.ts'
import type { LocalRules, Tier } from './directory.ts'
import type { OPINIONS } from './facts/contributions.ts'
import type { FactKind, FieldValue, Seal } from './facts/facts.ts'
import type { Item } from './item.ts'
import type { GuardName } from './rules/guards.ts'
import type { WorkCalendar } from './time/calendar.ts'
import type { Day } from './time/days.ts'

/** Stage codes of SOURCES.md 5.3. */
export const STAGES = {
  '00': '草稿',
  '05': '预审待审',
  '06': '预审退回',
  '07': '预审通过,待交原件',
  '10': '已代收',
  '20': '已收件',
  '25': '待补正',
  '30': '已受理',
  '40': '承办',
  '41': '审核',
  '42': '批准',
  '45': '特别程序中',
  '46': '已上报待批复',
  '50': '已决定·准予',
  '51': '已决定·不予',
  '60': '已办结',
  '70': '已送达',
  '80': '不予受理',
  '81': '无需许可',
  '82': '退回办结',
  '83': '申请人撤回',
  '84': '补正不来办结',
  '85': '转报办结',
  '86': '作废',
  '87': '误录',
  '90': '已归档',
} as const
export type Stage = keyof typeof STAGES

/** Stages in which nothing more is to be done for the applicant. */
export const ENDED: readonly Stage[] = ['70', '80', '81', '82', '83', '84', '85', '86', '87', '90']

/** Why a fact does not take effect; {@link GUARDS} has the reasons that one transition's own conditions give. */
export const ASIDE_REASONS = {
  malformed: '记录内容不完整或无法识别',
  'not-authorised': '写入的节点不代表该站点',
  'not-holder': '写入时该站点不是主办',
  'wrong-stage': '当前环节不允许',
  'no-offer': '没有等待签收的移交',
  superseded: '改派之后到达,前主办的后续记录',
  fork: '同一环节出现两条后续记录,等待协调员处理',
  'lost-race': '对方已先签收或退回',
  orphan: '依据的前一记录没有生效或尚未到达',
  'no-letter': '没有有效的授权书',
  'letter-revoked': '依据的授权书已被撤销',
  deemed: '五日内没有告知,依法自收到申请材料之日起即为受理',
  'not-invited': '该站点没有收到这次联办通知',
  'answered-already': '这一项已有在先的记录',
  'not-charger': '缴款通知不是该站点开出的',
} as const
export type AsideReason = keyof typeof ASIDE_REASONS | GuardName

/** One line of a case's story: a fact and what became of it. */
export interface StoryLine {
  /** Of a derived line (deemed acceptance): made of case, rule and due day, so that every node names it alike. */
  readonly hash: EntryHash
  readonly log: LogKey | ''
  readonly seq: number
  readonly kind: FactKind | 'deemed' | 'unknown'
  readonly title: string
  readonly person: PersonId | ''
  readonly station: StationCode
  /** Milliseconds on the author's clock. */
  readonly time: number
  readonly clockOffset: number | null
  /** The civil day for which it counts, by the corrected clock or as back-dated. */
  readonly day: Day
  /** Written down later than it happened (补录): the day of writing; null when both are the same. */
  readonly enteredOn: Day | null
  readonly fields: Readonly<Record<string, FieldValue>>
  readonly previous: EntryHash | null
  /** The epoch under which it took effect; null when it did not. */
  readonly epoch: number | null
  /** Null when the fact took effect (or is a contribution). */
  readonly aside: {
    readonly reason: AsideReason
    readonly text: string
    /** What resolves it, for people. */
    readonly resolve: string
    /** Set when the holder adopted or dismissed it. */
    readonly resolved: { readonly by: 'adopted' | 'dismissed'; readonly fact: EntryHash } | null
  } | null
}

/** The one notice of what is missing (一次性补正告知, art. 32). */
export interface Notice {
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
}

/** One co-department's part in a joint case. */
export interface Invitation {
  readonly fact: EntryHash
  readonly to: StationCode
  readonly department: string
  readonly item: string
  readonly mode: 'notice' | 'meeting' | 'commitment'
  readonly day: Day
  readonly due: Day
  /** Read receipt. */
  readonly read: Day | null
  readonly opinion: {
    readonly fact: EntryHash
    readonly opinion: keyof typeof OPINIONS
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
  readonly waived: { readonly fact: EntryHash; readonly as: 'cancelled' | 'reduced'; readonly reason: string } | null
  /** The station that charged it. */
  readonly station: StationCode
}

/** A document this case made: its code in SOURCES.md section 7, its number, the fact that made it. */
export interface PaperRecord {
  readonly code: string
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
  readonly result: 'granted' | 'refused' | null
  readonly closing: ClosingType | null
  /** Who handles it (承办人), who wrote the opinions of the steps. */
  readonly assignee: PersonId | ''
  readonly handledBy: PersonId | ''
  readonly examinedBy: PersonId | ''
  /** 申请人委托代办: the agent who captured it and what the villager authorised. */
  readonly agency: { readonly agent: PersonId | ''; readonly authorisation: string; readonly free: boolean } | null
  readonly notice: Notice | null
  /** Lines of supplements taken in by any station, for the holder to check. */
  readonly supplies: readonly Supply[]
  /** Attempts to reach the applicant. */
  readonly contacts: number
  readonly pauses: readonly Pause[]
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

/** A folded case. Equal on every node that holds the same entries and counts the same day. */
export interface CaseState extends Course {
  readonly id: DocumentId
  readonly number: string
  /** The station that opened the case. */
  readonly home: StationCode
  /** The last guarded fact that took effect; the next one must name it. */
  readonly tip: EntryHash
  readonly times: Readonly<Partial<Record<FactKind, number>>>
  /** The last seal of each section: what counts for the facts that relied on it. */
  readonly seals: Readonly<Record<string, Seal & { readonly fact: EntryHash }>>
  /** Every clock that was started, in the order of the table. */
  readonly clocks: readonly Clock[]
  /** 即办、承诺、上报、联办、补办、退回 (SOURCES.md 5.1); several may hold. */
  readonly kinds: readonly LocalKind[]
  /** All facts in story order: effective ones along the chain, the others by time then hash. */
  readonly story: readonly StoryLine[]
  /** Facts that follow the same fact and wait for the coordinator. */
  readonly forks: readonly { readonly after: EntryHash; readonly facts: readonly EntryHash[] }[]
  /** Facts set aside and not yet adopted or dismissed. */
  readonly asideOpen: number
}

/** The kinds of the centres' own practice (五件制、六件制), beside the national list. */
export const LOCAL_KINDS = {
  immediate: '即办件',
  promised: '承诺件',
  reported: '上报件',
  joint: '联办件',
  deferred: '补办件',
  returned: '退回件',
} as const
export type LocalKind = keyof typeof LOCAL_KINDS

/** What the fold must know of who may speak for whom. */
export interface Authority {
  /** Whether the node serves the station. */
  serves(node: NodeId, station: StationCode): boolean
  /** Whether the node is the root (the county hub). */
  isRoot(node: NodeId): boolean
  tierOf(station: StationCode): Tier | undefined
  parentOf(station: StationCode): StationCode | null | undefined
}

/** A question about authorisation letters. */
export interface PowerQuestion {
  readonly power: Power
  readonly item: Item
  readonly station: StationCode
  readonly person: PersonId | ''
  readonly day: Day
}

/** Everything outside a case's own facts that decides what they mean: published by the hub, held by every node. */
export interface Register {
  readonly authority: Authority
  /** An edition of an item; undefined while its record has not arrived. */
  edition(item: string, edition: number): Item | undefined
  /** Whether a letter covers it: `none` was ever given for it, or `revoked` is all there is. */
  powerOf(question: PowerQuestion): 'held' | 'revoked' | 'none'
  readonly calendar: WorkCalendar
  readonly rules: LocalRules
  /** The civil day by the corrected clock. */
  readonly today: Day
}
