/** Custody: whether a guarded fact may take effect now, and which of several that follow the same fact wins. */
import type { StationCode } from '#protocol/ids.ts'
import type { AsideReason, CaseState, Stage } from './case.ts'
import type { Tier } from './directory.ts'
import type { FactEntry, FieldValue } from './facts.ts'
import { findTransition, type GuardedKind, missingField, TRANSITIONS } from './stages.ts'

/** Where a case stands: what decides which fact may come next. A {@link CaseState} is one. */
export interface Custody {
  readonly stage: Stage
  readonly holder: StationCode
  readonly offer: CaseState['offer']
}

/** A guarded fact somebody wrote or wants to write, with what the directory says of the writer. */
export interface Attempt {
  readonly kind: GuardedKind
  /** Undefined while nothing is typed yet: then only stage, tier and custody are judged. */
  readonly fields: Readonly<Record<string, FieldValue>> | undefined
  readonly station: StationCode
  /** Undefined when the directory does not know the station. */
  readonly tier: Tier | undefined
  /** Whether the writer's node is the root. */
  readonly root: boolean
}

function writerObjection(custody: Custody, attempt: Attempt): AsideReason | undefined {
  const { writer, offer } = TRANSITIONS[attempt.kind]
  if (offer === 'open' && custody.offer === null) return 'no-offer'
  switch (writer) {
    case 'holder':
      return attempt.station === custody.holder ? undefined : 'not-holder'
    case 'receiver':
      return attempt.station === custody.offer?.to ? undefined : 'no-offer'
    case 'root':
      return attempt.root ? undefined : 'not-authorised'
    case 'opener':
      return 'wrong-stage' // a case begins once; a second opening is never a next step
  }
}

/** Why a guarded fact may not take effect at this point; undefined when it may. */
export function objectionTo(custody: Custody, attempt: Attempt): AsideReason | undefined {
  const objection = writerObjection(custody, attempt)
  if (objection !== undefined) return objection
  if (TRANSITIONS[attempt.kind].offer === 'closed' && custody.offer !== null) return 'wrong-stage'
  const transition = findTransition(attempt.kind, custody.stage, attempt.tier, attempt.fields)
  if (transition === undefined) return 'wrong-stage'
  const isMissing = attempt.fields !== undefined && missingField(transition, attempt.fields) !== undefined
  return isMissing ? 'malformed' : undefined
}

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

/**
 * Settles which of several valid facts that follow the same fact takes effect (sync.md section 8):
 * a reassignment beats everything, the receiver's answer beats the sender's retraction, the rest is a fork.
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
  // Two reassignments after one fact happen only when the root was restored; the earlier one was obeyed first.
  const reassignment = ordered.find(({ entry }) => entry.fact?.kind === 'reassigned')
  if (reassignment !== undefined) return beaten(reassignment, 'superseded')
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
