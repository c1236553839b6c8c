/** Who may write in the form of a case, and until when; what seals it. */
import type { StationCode } from '#protocol/ids.ts'
import type { CaseState, StoryLine } from '../case.ts'
import { STAGES, type Stage } from '../course/stages.ts'
import { FACTS, fieldsOf, isFactKind } from '../facts/facts.ts'
import { letsIn } from '../folding/standing.ts'
import type { Refusal } from './refusals.ts'

/**
 * Stages in which the form is still being made: until it is accepted mistakes are put right on the spot (行政许可法
 * art. 32 para. 1 no. 3), and what is missing is added. What was accepted is what is decided on.
 */
const OPEN: ReadonlySet<Stage> = new Set<Stage>(['00', '05', '06', '07', '10', '20', '25'])

/** Whether the form of a case in a stage may still be written. */
export const isFormOpen = (stage: Stage): boolean => OPEN.has(stage)

/** Whether what is said seals the form. An adoption of nothing in particular may: what it adopts says whether it does. */
export const isSealing = (kind: StoryLine['kind']): boolean =>
  letsIn(kind) || (isFactKind(kind) && fieldsOf(kind, ({ type }) => type === 'seals').length > 0)

/** Why a station may not write in the form now; undefined when it may. */
export function refuseForm(
  { stage, holder }: Pick<CaseState, 'stage' | 'holder'>,
  station: StationCode,
): Refusal | undefined {
  if (!isFormOpen(stage)) {
    return {
      code: 'form-closed',
      message: `这个办件的环节是“${STAGES[stage]}”,申请表和材料清单已经封存,不能再改。`,
      next: `申请人后来补充的和要更正的,请在办件页用“${FACTS.noted.title}”登记。`,
    }
  }
  if (holder === station) return undefined
  return {
    code: 'not-holder',
    message: `这个办件现在由站点${holder}主办,本站点不能改它的申请表。`,
    next: '请把要改的内容告诉主办站点,由主办站点修改。',
  }
}
