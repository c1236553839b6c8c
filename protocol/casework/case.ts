/** The folded case: what the facts say, computed on every node and never replicated. */
import type { DocumentId, EntryHash, LogKey, NodeId, PersonId, StationCode } from '#protocol/ids.ts'
import type { Tier } from './directory.ts'
import type { FactKind, FieldValue, Seal } from './facts.ts'

/** Stage codes of casework.md 5.3 that the spine uses. */
export const STAGES = {
  '00': '草稿',
  '10': '已代收',
  '20': '已收件',
  '30': '已受理',
  '50': '已决定·准予',
  '51': '已决定·不予',
  '60': '已办结',
  '70': '已送达',
} as const
export type Stage = keyof typeof STAGES

/** Why a fact does not take effect. */
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
} as const
export type AsideReason = keyof typeof ASIDE_REASONS

/** One line of a case's story: a fact and what became of it. */
export interface StoryLine {
  readonly hash: EntryHash
  readonly log: LogKey
  readonly seq: number
  readonly kind: FactKind | 'unknown'
  readonly title: string
  readonly person: PersonId | ''
  readonly station: StationCode
  readonly time: number
  readonly clockOffset: number | null
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

/** A folded case. Equal on every node that holds the same facts. */
export interface CaseState {
  readonly id: DocumentId
  readonly number: string
  readonly item: string
  readonly itemVersion: number
  /** The station that opened the case. */
  readonly home: StationCode
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
    readonly materials: number
  } | null
  /** The last guarded fact that took effect; the next one must name it. */
  readonly tip: EntryHash
  readonly applicant: { readonly name: string; readonly idNumber: string; readonly phone: string }
  readonly times: Readonly<Partial<Record<FactKind, number>>>
  readonly result: 'granted' | 'refused' | null
  /** The last seal of each section: what counts for the facts that relied on it. */
  readonly seals: Readonly<Record<string, Seal & { readonly fact: EntryHash }>>
  /** All facts in story order: effective ones along the chain, the others by time then hash. */
  readonly story: readonly StoryLine[]
  /** Facts that follow the same fact and wait for the coordinator. */
  readonly forks: readonly { readonly after: EntryHash; readonly facts: readonly EntryHash[] }[]
  /** Facts set aside and not yet adopted or dismissed. */
  readonly asideOpen: number
}

/** What the fold must know of the directory. */
export interface Authority {
  /** Whether the node serves the station. */
  serves(node: NodeId, station: StationCode): boolean
  /** Whether the node is the root (the county hub). */
  isRoot(node: NodeId): boolean
  tierOf(station: StationCode): Tier | undefined
  parentOf(station: StationCode): StationCode | null | undefined
}
