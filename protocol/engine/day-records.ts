/** What a node recorded under some days, as people ask for it and read it. */
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import type { Day } from '#protocol/casework/time/days.ts'
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
