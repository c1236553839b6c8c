/** Custody: whether a guarded fact may take effect now, and which of several that follow the same fact wins. */
import type { PersonId, StationCode } from '#protocol/ids.ts'
import type { AsideReason, Course, Register } from '../case.ts'
import type { Tier } from '../directory.ts'
import type { FactEntry, FieldValue } from '../facts/facts.ts'
import type { Item } from '../item.ts'
import { failingGuard } from '../rules/guards.ts'
import { findTransition, missingField, TRANSITIONS } from '../rules/stages.ts'
import type { GuardedKind, Transition } from '../rules/transition.ts'
import type { Day } from '../time/days.ts'

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
}

function writerObjection(course: Course, attempt: Attempt): AsideReason | undefined {
  const { writer, offer } = TRANSITIONS[attempt.kind]
  if (offer === 'open' && course.offer === null) return 'no-offer'
  switch (writer) {
    case 'holder':
      return attempt.station === course.holder ? undefined : 'not-holder'
    case 'receiver':
      return attempt.station === course.offer?.to ? undefined : 'no-offer'
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
  const { kind, fields, tier, item } = attempt
  const objection = writerObjection(course, attempt)
  if (objection !== undefined) return objection
  if (TRANSITIONS[kind].offer === 'closed' && course.offer !== null) return 'wrong-stage'
  const transition = findTransition(kind, { stage: course.stage, tier, item }, fields)
  if (transition === undefined) return 'wrong-stage'
  if (fields !== undefined && missingField(transition, fields) !== undefined) return 'malformed'
  const trial = { course, fields: fields ?? {}, ...attemptParts(attempt), register }
  return powerObjection(attempt, register, transition) ?? failingGuard(transition.guards, trial, fields !== undefined)
}

const attemptParts = ({ person, station, day, item }: Attempt) => ({ person, station, day, item })

/** Total order of facts that does not depend on arrival: by author's time, then hash. */
export function byTimeThenHash(left: FactEntry, right: FactEntry): number {
  if (left.time !== right.time) return left.time < right.time ? -1 : 1
  return left.hash < right.hash ? -1 : left.hash > right.hash ? 1 : 0
}

/** The outcome among valid facts that follow the same fact. */
export interface Contest<Candidate> {
  /** The one that takes effect; undefined when there is none or they are a fork. */
  readonly winner: Candidate | undefined
  readonly losers: readonly { readonly candidate: Candidate; readonly reason: AsideReason }[]
  /** Set when the chain stops here until the coordinator reassigns. */
  readonly fork: readonly Candidate[]
}

const isAnswer = ({ fact }: FactEntry) => fact?.kind === 'taken' || fact?.kind === 'declined'
/** What the root's coordinator writes whoever holds the case. */
const isRuling = ({ fact }: FactEntry) => fact?.kind === 'reassigned' || fact?.kind === 'voided'

/**
 * Settles which of several valid facts that follow the same fact takes effect (DESIGN.md section 8):
 * a ruling of the root beats everything, the receiver's answer beats the sender's retraction, the rest is a fork.
 */
export function contest<Candidate extends { readonly entry: FactEntry }>(
  valid: readonly Candidate[],
): Contest<Candidate> {
  if (valid.length <= 1) return { winner: valid[0], losers: [], fork: [] }
  const ordered = [...valid].sort((left, right) => byTimeThenHash(left.entry, right.entry))
  const beaten = (winner: Candidate, reason: AsideReason): Contest<Candidate> => ({
    winner,
    losers: ordered.filter((candidate) => candidate !== winner).map((candidate) => ({ candidate, reason })),
    fork: [],
  })
  // Two rulings after one fact happen only when the root was restored; the earlier one was obeyed first.
  const ruling = ordered.find(({ entry }) => isRuling(entry))
  if (ruling !== undefined) return beaten(ruling, 'superseded')
  const answers = ordered.filter(({ entry }) => isAnswer(entry))
  const [answer] = answers
  if (answer !== undefined && answers.length === 1) return beaten(answer, 'lost-race')
  const fork = answers.length > 0 ? answers : ordered
  const losers = ordered.map((candidate) => ({
    candidate,
    reason: fork.includes(candidate) ? ('fork' as const) : ('lost-race' as const),
  }))
  return { winner: undefined, losers, fork }
}
