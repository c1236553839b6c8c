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

/** Who stands behind a fact, the strongest last: its author alone, others who signed for what came of it, the root. */
export const BACKING = { author: 0, others: 1, root: 2 } as const
export type Backing = (typeof BACKING)[keyof typeof BACKING]

/** The most that any of them has; 0 of none. Not `Math.max(...)`: a member may write as many as it likes. */
export const mostOf = <One>(list: readonly One[], count: (one: One) => number): number =>
  list.reduce((most, one) => Math.max(most, count(one)), 0)

/**
 * Between whom only the coordinator can decide; the one that is left takes effect. The receiver's answer beats what the
 * sender wrote beside it, and what others signed for beats its author's other word – but a receiver who took what he was
 * offered and another who took what the sender then offered to him were both named, and neither is the other's judge.
 */
function rivalsAmong<Candidate extends { readonly entry: FactEntry }>(
  field: readonly Candidate[],
  backing: (candidate: Candidate) => Backing,
): readonly Candidate[] {
  const signed = field.filter((one) => backing(one) !== BACKING.author)
  if (signed.length === 0) {
    const answers = field.filter(({ entry }) => isAnswer(entry))
    return answers.length > 0 ? answers : field
  }
  if (signed.every(({ entry }) => isAnswer(entry))) return signed
  return field.filter((one) => isTaking(one.entry) || signed.includes(one))
}

/**
 * Settles which of several valid facts that follow the same fact takes effect (DESIGN.md section 8):
 * a ruling of the root beats everything, then counts only what the root has written behind, where there is any; of the
 * rest those are a fork between whom only the coordinator can decide.
 */
export function contest<Candidate extends { readonly entry: FactEntry }>(
  valid: readonly Candidate[],
  backing: (candidate: Candidate) => Backing,
): Contest<Candidate> {
  if (valid.length <= 1) return { winner: valid[0], losers: [], fork: [] }
  const ordered = [...valid].sort((left, right) => byTimeThenHash(left.entry, right.entry))
  const lose = (stands: readonly Candidate[], reason: AsideReason) =>
    ordered.filter((candidate) => !stands.includes(candidate)).map((candidate) => ({ candidate, reason }))
  // Two rulings after one fact happen only when the root was restored; the earlier one was obeyed first.
  const ruling = ordered.find(({ entry }) => isRuling(entry))
  if (ruling !== undefined) return { winner: ruling, losers: lose([ruling], 'superseded'), fork: [] }
  const upheld = ordered.filter((one) => backing(one) === BACKING.root)
  const rivals = rivalsAmong(upheld.length > 0 ? upheld : ordered, backing)
  const lost = lose(rivals, 'lost-race')
  if (rivals.length === 1) return { winner: rivals[0], losers: lost, fork: [] }
  const forked = rivals.map((candidate) => ({ candidate, reason: 'fork' as const }))
  return { winner: undefined, losers: [...lost, ...forked], fork: rivals }
}
