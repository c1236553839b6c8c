/** What a contribution must say to count: asked by the fold and, before it is written, by the act. */
import type { ContributionKind, Fields } from './facts.ts'
import { filled, linesOf, numberOf, textOf } from './values.ts'

/** The field that is wrong, and why, for people. */
export interface ContentProblem {
  readonly field: string
  readonly text: string
}

/** Highest value of each scale; the lowest is 1 (SOURCES.md section 0 no. 14: a value keeps its scale). */
const SCALES: ReadonlyMap<string, number> = new Map([
  ['five-level', 5],
  ['four-level', 4],
])

function ratingProblem(fields: Fields): ContentProblem | undefined {
  const most = SCALES.get(textOf(fields.scale)) ?? 0
  const value = numberOf(fields.value)
  return value >= 1 && value <= most ? undefined : { field: 'value', text: `评价等级须为1至${most}` }
}

type Check = (fields: Fields, charged: number | undefined) => ContentProblem | undefined

const anything: Check = () => undefined

const CHECKS: Readonly<Record<ContributionKind, Check>> = {
  dismissed: anything,
  supplied: anything,
  contacted: anything,
  progressed: anything,
  relayed: anything,
  acknowledged: anything,
  // SOURCES.md 5.3, joint rule b.
  opined: ({ opinion, reasons }) =>
    opinion === 'disagree' && !filled(reasons) ? { field: 'reasons', text: '不同意的,须写明理由' } : undefined,
  met: anything,
  verified: ({ staff }) =>
    linesOf(staff).length >= 2
      ? undefined
      : { field: 'staff', text: '核查须指派两名以上工作人员(许可事项依《行政许可法》第三十四条)' },
  paid: ({ amount }, charged) =>
    charged === undefined || charged === amount ? undefined : { field: 'amount', text: '实收金额须与缴款通知一致' },
  refunded: anything,
  waived: ({ as, basis }) =>
    as === 'reduced' && !filled(basis) ? { field: 'basis', text: '减免须写明依据' } : undefined,
  rated: ratingProblem,
  renumbered: anything, // its numbers are the node's
  noted: anything,
}

/**
 * What is wrong with a contribution's content; undefined when it counts.
 * @param charged fen of the fee notice that a payment answers; undefined for everything else.
 */
export const contentProblem = (
  kind: ContributionKind,
  fields: Fields,
  charged: number | undefined,
): ContentProblem | undefined => CHECKS[kind](fields, charged)
