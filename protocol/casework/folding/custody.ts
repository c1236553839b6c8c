/** Custody: which of several facts that follow the same fact takes effect. */
import type { FactEntry } from '../facts/facts.ts'
import type { AsideReason } from '../rules/reasons.ts'

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

export const isTaking = ({ fact }: FactEntry): boolean => fact?.kind === 'taken'
const isAnswer = (entry: FactEntry): boolean => isTaking(entry) || entry.fact?.kind === 'declined'
/** What the root's coordinator writes whoever holds the case. */
export const isRuling = ({ fact }: FactEntry): boolean => fact?.kind === 'reassigned' || fact?.kind === 'voided'

/**
 * Settles which of several valid facts that follow the same fact takes effect (DESIGN.md section 8):
 * a ruling of the root beats everything, the receiver's answer beats the sender's retraction, the one fact from which
 * the case went on into other hands beats what its author wrote beside it, the rest is a fork.
 */
export function contest<Candidate extends { readonly entry: FactEntry }>(
  valid: readonly Candidate[],
  isSignedFor: (candidate: Candidate) => boolean,
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
  const [signed, ...more] = fork.filter(isSignedFor)
  if (signed !== undefined && more.length === 0) return beaten(signed, 'lost-race')
  const losers = ordered.map((candidate) => ({
    candidate,
    reason: fork.includes(candidate) ? ('fork' as const) : ('lost-race' as const),
  }))
  return { winner: undefined, losers, fork }
}
