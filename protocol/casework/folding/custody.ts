/** Custody: which of several facts that follow the same fact takes effect. */
import { type LogKey, logParts } from '#protocol/ids.ts'
import type { FactEntry } from '../facts/facts.ts'
import type { AsideReason } from '../rules/reasons.ts'

/** Total order of facts that does not depend on arrival: by author's time, then hash. */
export function byTimeThenHash(left: FactEntry, right: FactEntry): number {
  if (left.time !== right.time) return left.time < right.time ? -1 : 1
  return left.hash < right.hash ? -1 : left.hash > right.hash ? 1 : 0
}

type Said = { readonly entry: FactEntry }

const isCountersignature = ({ entry }: Said): boolean => entry.fact?.kind === 'countersigned'

/**
 * Countersignatures that come too late (rule C154): one moves the case on only where nothing else does, because whoever has
 * the case did not know of it; unless he went on from it. Of several the first.
 */
export function lateCountersignatures<Candidate extends Said>(
  valid: readonly Candidate[],
  backing: (candidate: Candidate) => Backing,
): ReadonlySet<Candidate> {
  const signatures = valid.filter(isCountersignature)
  const open = signatures.filter((one) => backing(one) === BACKING.author)
  if (valid.length === 1 || open.length === 0) return new Set()
  if (open.length < valid.length) return new Set(open)
  const [, ...later] = open.toSorted((left, right) => byTimeThenHash(left.entry, right.entry))
  return new Set(later)
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
 * Who stands behind a fact, the strongest last: its author alone; the sender who went on after its offer was declined, or
 * after it took it back, and the holder who went on from a countersignature; others who signed for what came of it; the root.
 */
export const BACKING = { author: 0, sender: 1, others: 2, root: 3 } as const
export type Backing = (typeof BACKING)[keyof typeof BACKING]

/** The most that any of them has; 0 of none. Not `Math.max(...)`: a member may write as many as it likes. */
export const mostOf = <One>(list: readonly One[], count: (one: One) => number): number =>
  list.reduce((most, one) => Math.max(most, count(one)), 0)

/** Where in its log the first answer of each stands. */
export function firstAnswers(field: readonly Said[]): ReadonlyMap<LogKey, number> {
  const first = new Map<LogKey, number>()
  for (const { entry } of field)
    if (isAnswer(entry)) first.set(entry.log, Math.min(entry.seq, first.get(entry.log) ?? entry.seq))
  return first
}

/** Whether it is an answer of which its log has an earlier one: who has answered says nothing new with another answer. */
const isSaidAgain = ({ entry }: Said, first: ReadonlyMap<LogKey, number>): boolean =>
  isAnswer(entry) && entry.seq !== first.get(entry.log)

/** Which program wrote it, in whatever log. */
const programOf = ({ entry }: Said): string => {
  const { node, incarnation } = logParts(entry.log)
  return `${node} ${incarnation}`
}

/**
 * Of what one program answered only one word: that from which the sender went on, wherever it stands. Where something
 * carried it the sender saw no more of its log, so that an earlier place there is no earlier word to anybody. Of others the
 * first of its log, and of several logs those of the one with the earliest; several of one are left only where it was forked.
 */
function oneWordEach<Candidate extends Said>(
  answers: readonly Candidate[],
  backing: (candidate: Candidate) => Backing,
): readonly Candidate[] {
  const first = firstAnswers(answers)
  const isGoneOn = (one: Candidate) => backing(one) === BACKING.sender
  const goneOn = new Set(answers.filter(isGoneOn).map(programOf))
  const words = answers.filter((one) => (goneOn.has(programOf(one)) ? isGoneOn(one) : !isSaidAgain(one, first)))
  const earliest = new Map<string, LogKey>()
  for (const one of words) if (!earliest.has(programOf(one))) earliest.set(programOf(one), one.entry.log)
  return words.filter((one) => isGoneOn(one) || earliest.get(programOf(one)) === one.entry.log)
}

/** Where nobody has signed for any of them: what the receiver answered counts, and of declines one is as good as another. */
function unsignedRivals<Candidate extends Said>(
  field: readonly Candidate[],
  backing: (candidate: Candidate) => Backing,
): readonly Candidate[] {
  const answers = field.filter(({ entry }) => isAnswer(entry))
  if (answers.length === 0) return field
  const words = oneWordEach(answers, backing)
  if (words.some(({ entry }) => isTaking(entry))) return words
  // A decline leaves the sender what it has; where it has gone on from its own retraction, or from another decline, that stands.
  const goneOn = field.filter((one) => backing(one) === BACKING.sender)
  return goneOn.length > 0 ? goneOn : words.slice(0, 1)
}

/**
 * Between whom only the coordinator can decide; the one that is left takes effect. What others signed for always stays: they
 * could not know what else its author has said, or says yet, so that its author's other word takes nothing from them. What
 * nobody signed for is left out where its author had another word. The receiver's answer beats what the sender wrote beside
 * it. But a receiver who took what he was offered, and another who took what the sender then offered to him, were both named,
 * and neither is the other's judge; nor is a taking that of a sender who went on after a decline of the same receiver's.
 * @param field in the order of their times
 */
function rivalsAmong<Candidate extends Said>(
  field: readonly Candidate[],
  backing: (candidate: Candidate) => Backing,
): readonly Candidate[] {
  const isSigned = (one: Candidate) => backing(one) >= BACKING.others
  const signed = field.filter(isSigned)
  if (signed.length === 0) return unsignedRivals(field, backing)
  const first = firstAnswers(field)
  const isGoneOn = (one: Candidate) => isAnswer(one.entry) && backing(one) === BACKING.sender
  if (signed.every(({ entry }) => isAnswer(entry))) return field.filter((one) => isSigned(one) || isGoneOn(one))
  const answered = new Set(signed.filter(({ entry }) => isAnswer(entry)).map(programOf))
  return field.filter(
    (one) => isSigned(one) || (isTaking(one.entry) && !isSaidAgain(one, first) && !answered.has(programOf(one))),
  )
}

/**
 * Settles which of several valid facts that follow the same fact takes effect (DESIGN.md section 8):
 * a ruling of the root beats everything, then counts only what the root has written behind, where there is any; of the
 * rest those are a fork between whom only the coordinator can decide.
 */
export function contest<Candidate extends Said>(
  valid: readonly Candidate[],
  backing: (candidate: Candidate) => Backing,
): Contest<Candidate> {
  if (valid.length <= 1) return { winner: valid[0], losers: [], fork: [] }
  const ordered = [...valid].sort((left, right) => byTimeThenHash(left.entry, right.entry))
  const lose = (stands: readonly Candidate[], reason: AsideReason) => {
    const standing = new Set(stands)
    return ordered.filter((candidate) => !standing.has(candidate)).map((candidate) => ({ candidate, reason }))
  }
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
