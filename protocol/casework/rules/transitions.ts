/** The rules: which guarded fact may follow at which stage, where, by whom; the one transition table and how it is asked. */
import type { Tier } from '#protocol/tiers.ts'
import type { Stage } from '../course/stages.ts'
import type { Role } from '../directory.ts'
import { type ContributionKind, type FactKind, type FieldValue, type GuardedKind, isGuarded } from '../facts/facts.ts'
import type { Item } from '../item.ts'
import { type Guard, ITEM_CONDITIONS, type ItemCondition, type Transition } from './transition.ts'
import { ENDING } from './transitions/ending.ts'
import { HANDLING } from './transitions/handling.ts'
import { INTAKE } from './transitions/intake.ts'
import { CASEWORKERS, WINDOW_STAFF } from './transitions/shared.ts'

/**
 * Every guarded fact. Fold, acts, forms, the API and the tests that are generated read nothing else:
 * a further transition is one more line there (and, where it is a new act, one more fact in facts/).
 */
export const TRANSITIONS: Readonly<Record<GuardedKind, Guard>> = { ...INTAKE, ...HANDLING, ...ENDING }

/** Who may open a case. */
export const OPENERS: readonly Role[] = CASEWORKERS

/** Who may write a contribution; it changes neither stage nor custody and needs no custody. */
export const CONTRIBUTORS: Readonly<Record<ContributionKind, readonly Role[]>> = {
  dismissed: CASEWORKERS,
  supplied: CASEWORKERS,
  contacted: CASEWORKERS,
  progressed: CASEWORKERS,
  relayed: CASEWORKERS,
  acknowledged: WINDOW_STAFF,
  opined: WINDOW_STAFF,
  met: WINDOW_STAFF,
  verified: WINDOW_STAFF,
  paid: ['cashier'],
  refunded: ['cashier'],
  waived: WINDOW_STAFF,
  rated: [...CASEWORKERS, 'cashier'],
  renumbered: [...CASEWORKERS, 'coordinator'],
  noted: [...CASEWORKERS, 'cashier', 'coordinator'],
}

/** Facts that may be adopted once they were set aside: those that move a begun case to another stage. */
export const isAdoptable = (kind: FactKind): kind is GuardedKind =>
  isGuarded(kind) && TRANSITIONS[kind].transitions.some(({ from, to }) => from.length > 0 && to !== null)

/** Where a fact is looked for in the table. */
export interface Position {
  readonly stage: Stage
  /** Undefined when the directory does not know the station. */
  readonly tier: Tier | undefined
  readonly item: Item | undefined
}

/** Whether a line is meant for an item; an item whose record is not here counts as simple. */
export const holdsFor = (given: ItemCondition | undefined, item: Item | undefined): boolean =>
  given === undefined || (item === undefined ? given === 'simple' : ITEM_CONDITIONS[given](item))

/**
 * The transition a fact would take; undefined when stage, tier or item do not allow it.
 * Without fields (nothing typed yet) the first transition that could apply is meant.
 */
export function findTransition(
  kind: GuardedKind,
  { stage, tier, item }: Position,
  fields?: Readonly<Record<string, FieldValue>>,
): Transition | undefined {
  if (tier === undefined) return undefined
  for (const transition of TRANSITIONS[kind].transitions) {
    if (!transition.from.includes(stage) || !transition.tiers.includes(tier)) continue
    if (!holdsFor(transition.given, item)) continue
    const { when } = transition
    if (when === undefined || fields === undefined || fields[when.field] === when.is) return transition
  }
  return undefined
}

/** The first field a transition needs and the fact leaves blank; undefined when none is missing. */
export const missingField = (
  transition: Transition,
  fields: Readonly<Record<string, FieldValue>>,
): string | undefined =>
  transition.needs?.find((name) => {
    const value = fields[name]
    return typeof value !== 'string' || value.trim() === ''
  })
