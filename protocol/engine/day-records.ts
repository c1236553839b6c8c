/** What a node recorded under some days, as people ask for it and read it, and facts whose day is in doubt. */
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { EntryHash, NodeId } from '#protocol/ids.ts'
import type { CaseRow } from './ports/storage.ts'

/** Days from one to another, both among them. */
export interface DaySpan {
  readonly from: Day
  readonly until: Day
}

/** Days as people read them. */
export const daysWords = ({ from, until }: DaySpan): string => (from === until ? until : `${from} 至 ${until}`)

/** Something that was recorded in a case, and the day that it bears. */
export interface DayRecord {
  readonly kind: FactKind
  readonly day: Day
}

/** What this node itself recorded under some days; `after`: continue behind that cursor. */
export interface DayRecordQuery extends DaySpan {
  readonly after?: string | undefined
}

/** Cases with what was recorded in each, in the order in which it was done; `next`: cursor of the next page, null when this is the last. */
export interface DayRecordPage {
  readonly cases: readonly { readonly row: CaseRow; readonly records: readonly DayRecord[] }[]
  readonly next: string | null
}

/**
 * Why people should wonder about the day of a fact: the root did when it first saw it; `not-come`: it held it when a person
 * said what day it is, which was earlier; `to-come`: its day lies behind today, on whatever node that is looked at.
 */
export const DOUBTFUL_DAYS = ['back-dated', 'ahead', 'clock-off', 'not-come', 'to-come'] as const

/** A fact whose day is in doubt: evidence for people, without effect. */
export interface DoubtfulDay {
  readonly fact: EntryHash
  readonly why: (typeof DOUBTFUL_DAYS)[number]
  /** When it was first seen, or found to be doubtful, and for when it was written, in milliseconds at the root. */
  readonly seen: number
  readonly written: number
  /** The node that wrote it. */
  readonly node: NodeId
}

/** Cases with such facts; `next`: where the next page begins, null when this is the last. */
export interface DoubtfulCasePage {
  readonly cases: readonly { readonly row: CaseRow; readonly days: readonly DoubtfulDay[] }[]
  readonly next: string | null
}
