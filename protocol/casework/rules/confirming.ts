/** What a ruling does for whoever has finished a case: a side of a stopped case may be archived already (rule C15). */
import type { Course } from '../course/course.ts'
import type { Fact } from '../facts/facts.ts'

/** Whether nothing is left to be written but that it counts. */
export const isFinished = ({ stage }: Pick<Course, 'stage'>): boolean => stage === '90'

/** Whether a ruling names whoever has a finished case: it moves nothing, and what stands beside that has lost. */
export const isConfirming = (course: Course, { kind, fields }: Fact): boolean =>
  kind === 'reassigned' && isFinished(course) && fields.to === course.holder

/** How a case is judged for it: as before it was archived, so that the right writer in the right role may write it. */
export const asUnfinished = (course: Course): Course => ({ ...course, stage: '70' })
