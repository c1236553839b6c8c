/** Further conditions of transitions: each is a name in the table, a check, and the words in which it is told. */
import type { Condition, Trial } from './guards/condition.ts'
import { ENDING_GUARDS } from './guards/ending.ts'
import { HANDLING_GUARDS } from './guards/handling.ts'
import { INTAKE_GUARDS } from './guards/intake.ts'

/** Every further condition; the names stand in the transition table. */
export const GUARDS = { ...INTAKE_GUARDS, ...HANDLING_GUARDS, ...ENDING_GUARDS } as const satisfies Record<
  string,
  Condition
>
export type GuardName = keyof typeof GUARDS

/** The first condition that does not hold; undefined when all do. */
export function failingGuard(
  names: readonly GuardName[] | undefined,
  trial: Trial,
  typed: boolean,
): GuardName | undefined {
  return names?.find((name) => {
    const condition: Condition = GUARDS[name]
    return (typed || condition.typed === undefined) && !condition.holds(trial)
  })
}
