/** A ruling for whoever has finished a case: nothing is left to be done there but to say that it counts (rule C15). */
import type { Course } from '../course/course.ts'
import type { Fact } from '../facts/facts.ts'
import type { Judged } from './gather.ts'

/** Whether a ruling names whoever has an archived case: it moves nothing, and what stands beside that has lost. */
export const isConfirming = ({ stage, holder }: Pick<Course, 'stage' | 'holder'>, fact: Fact | undefined): boolean =>
  fact?.kind === 'reassigned' && stage === '90' && fact.fields.to === holder

/** How the case is judged for that: as before it was archived, so that only the right writer in the right role writes it. */
export const asUnfinished = <Case extends Course>(course: Case): Case => ({ ...course, stage: '70' })

/** What would be there without any such ruling at the same place: only where the case stands elsewhere then is there anything to confirm. */
export function withoutConfirming(all: readonly Judged[], place: Pick<Course, 'stage' | 'holder'>, one: Judged) {
  const previous = one.entry.fact?.previous
  const isBeside = ({ fact }: Judged['entry']) => isConfirming(place, fact) && fact?.previous === previous
  return all.flatMap(({ entry }) => (isBeside(entry) ? [] : [entry]))
}
