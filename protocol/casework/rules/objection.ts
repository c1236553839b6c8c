/** Whether a guarded fact may take effect now: writer, stage, letters and conditions, in this order. */
import type { PersonId, StationCode } from '#protocol/ids.ts'
import type { Tier } from '#protocol/tiers.ts'
import type { Course } from '../course/course.ts'
import type { Role } from '../directory.ts'
import type { FieldValue, GuardedKind } from '../facts/facts.ts'
import type { Item } from '../item.ts'
import type { Register } from '../register.ts'
import type { Day } from '../time/days.ts'
import { failingGuard } from './guards.ts'
import type { AsideReason } from './reasons.ts'
import type { Transition } from './transition.ts'
import { findTransition, missingField, TRANSITIONS } from './transitions.ts'

/** A guarded fact somebody wrote or wants to write, with what the directory says of the writer. */
export interface Attempt {
  readonly kind: GuardedKind
  /** Undefined while nothing is typed yet: then only what the case itself says is judged. */
  readonly fields: Readonly<Record<string, FieldValue>> | undefined
  readonly person: PersonId | ''
  readonly station: StationCode
  /** Undefined when the directory does not know the station. */
  readonly tier: Tier | undefined
  /** Whether the writer's node is the root. */
  readonly root: boolean
  /** The day for which it counts. */
  readonly day: Day
  /** The edition under which the case was received. */
  readonly item: Item | undefined
  /** The roles that the public record gives the person for that day; null where there is none, or where the account was asked. */
  readonly roles: readonly Role[] | null
}

function writerObjection(course: Course, attempt: Attempt): AsideReason | undefined {
  const { writer, offer } = TRANSITIONS[attempt.kind]
  if (offer === 'open' && course.offer === null) return 'no-offer'
  switch (writer) {
    case 'holder':
      return attempt.station === course.holder ? undefined : 'not-holder'
    case 'receiver':
      return attempt.station === course.offer?.to ? undefined : 'no-offer'
    case 'holder-or-root':
      return attempt.root || attempt.station === course.holder ? undefined : 'not-holder'
    case 'root':
      return attempt.root ? undefined : 'not-authorised'
    case 'opener':
      return 'wrong-stage' // a case begins once; a second opening is never a next step
  }
}

/** A village always needs letters for powers of the agency; elsewhere the item says so (SOURCES.md section 11 no. 2). */
function powerObjection(attempt: Attempt, register: Register, { powers = [] }: Transition): AsideReason | undefined {
  const { item, station, person, day, tier } = attempt
  for (const power of powers) {
    if (tier !== 'village' && item?.authorised.includes(power) !== true) continue
    const held = item === undefined ? 'none' : register.powerOf({ power, item, station, person, day })
    if (held !== 'held') return held === 'revoked' ? 'letter-revoked' : 'no-letter'
  }
  return undefined
}

/** Why a guarded fact may not take effect at this point; undefined when it may. */
export function objectionTo(course: Course, attempt: Attempt, register: Register): AsideReason | undefined {
  const { kind, fields, tier, item, roles } = attempt
  const objection = writerObjection(course, attempt)
  if (objection !== undefined) return objection
  if (TRANSITIONS[kind].offer === 'closed' && course.offer !== null) return 'wrong-stage'
  const transition = findTransition(kind, { stage: course.stage, tier, item }, fields)
  if (transition === undefined) return 'wrong-stage'
  if (fields !== undefined && missingField(transition, fields) !== undefined) return 'malformed'
  if (roles !== null && !transition.roles.some((role) => roles.includes(role))) return 'no-role'
  const trial = { course, fields: fields ?? {}, ...attemptParts(attempt), register }
  return powerObjection(attempt, register, transition) ?? failingGuard(transition.guards, trial, fields !== undefined)
}

const attemptParts = ({ person, station, day, item }: Attempt) => ({ person, station, day, item })

/** What came after the five days and only makes sense before acceptance has come too late; that is said, not the stage. */
export const lateness = (kind: GuardedKind, objection: AsideReason): AsideReason =>
  objection === 'wrong-stage' && TRANSITIONS[kind].transitions.some(({ from }) => from.includes('20'))
    ? 'deemed'
    : objection
