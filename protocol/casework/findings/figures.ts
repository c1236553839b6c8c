/**
 * Findings: what cases, taken together, show of how they were handled.
 * Here what is looked at of one case: its way from receipt to decision in a few figures.
 */
import type { StationCode } from '#protocol/ids.ts'
import type { CaseState, StoryLine } from '../case.ts'
import type { CaseKind } from '../codes.ts'
import { DECIDING_KINDS } from '../facts/facts.ts'
import type { Item } from '../item.ts'
import type { Day } from '../time/days.ts'

/** The receipt or decision of a case. */
export interface Moment {
  readonly station: StationCode
  readonly day: Day
  /** Milliseconds since 1970 by the corrected clock. */
  readonly time: number
  /** Written down later than it happened (补录). */
  readonly backdated: boolean
}

export interface CaseFigures {
  readonly number: string
  readonly item: string
  readonly department: string
  readonly caseKind: CaseKind
  readonly received: Moment | null
  readonly decided: Moment | null
  /** Whether the decision was taken over from another system of the department. */
  readonly elsewhere: boolean
  /** Whether it entered handling: accepted, deemed accepted or settled on the spot. */
  readonly accepted: boolean
  /** Whether the applicant left with the result on the visit of the receipt. */
  readonly sameVisit: boolean
  /** Discretion tier of the decision; empty without one. */
  readonly tier: string
  /** Days used and allowed by law for a case that was decided; null where they are not counted in one unit or not known. */
  readonly pace: { readonly used: number; readonly statutory: number } | null
}

/** The figures of a case, with the edition of the item under which it was received. */
export function figuresOf(state: CaseState, item: Item): CaseFigures {
  const effective = state.story.filter(({ epoch }) => epoch !== null)
  const received = effective.find(({ kind }) => kind === 'received')
  const decision = effective.findLast(({ kind }) => DECIDING_KINDS.some((each) => each === kind))
  const delivered = effective.find(({ kind }) => kind === 'delivered')
  const settled = effective.some(({ kind }) => kind === 'settled')
  const { tier } = decision?.fields ?? {}
  return {
    number: state.number,
    item: state.item,
    department: item.department,
    caseKind: item.caseKind,
    received: received ? momentOf(received) : null,
    decided: decision ? momentOf(decision) : null,
    elsewhere: decision?.kind === 'concluded',
    accepted: settled || state.days.accepted !== undefined || state.days.deemed !== undefined,
    sameVisit: settled || (delivered !== undefined && received !== undefined && delivered.day === received.day),
    tier: typeof tier === 'string' ? tier : '',
    pace: decision ? paceOf(state, item) : null,
  }
}

const momentOf = ({ station, day, at, enteredOn }: StoryLine): Moment => ({
  station,
  day,
  time: at,
  backdated: enteredOn !== null,
})

/** An extension makes a case slower, not the law: the statutory days are the item's. */
function paceOf({ clocks }: CaseState, { statutory }: Item): CaseFigures['pace'] {
  const clock = clocks.find(({ id }) => id === 'T2s')
  if (clock === undefined || clock.state !== 'stopped' || clock.used === null) return null
  return statutory.days === null || clock.unit !== statutory.unit
    ? null
    : { used: clock.used, statutory: statutory.days }
}
