/** What hub pages share: a form that comes back with its input and the reason, or leads on after success. */
import { failureBox, type Problems, type Typed } from '#edge-node/desk/forms.ts'
import type { Html } from '#edge-node/desk/visit.ts'
import type { Failure } from '#protocol/result.ts'

/** A form that came back: which one, what was typed, what is wrong. */
export interface Returned {
  readonly form: string
  readonly typed: Typed
  readonly problem: Failure
}

/** The values and problems of one form, empty when another one or none came back. */
export function returnedTo(
  form: string,
  returned: Returned | undefined,
): { typed: Typed; problems: Problems; box: Html | string } {
  if (returned?.form !== form) return { typed: {}, problems: {}, box: '' }
  const { problem } = returned
  const problems = problem.field === undefined ? {} : { [problem.field]: problem.message }
  return { typed: returned.typed, problems, box: failureBox(problem) }
}
