/** Which of several openings of a case counts (rule C2). */
import { type LogKey, logParts, streamOf } from '#protocol/ids.ts'
import { BACKING, type Backing, byTimeThenHash, mostOf } from './custody.ts'
import type { Judged } from './gather.ts'

/** The opening that counts. */
export interface ChosenOpening {
  readonly opening: Judged | undefined
  /** It and those beside it, where only the coordinator can say which counts. */
  readonly rivals: readonly Judged[]
}

/** Whether it was written where the case is at home, by the station whose home that is. */
const isAtHome = ({ entry }: Judged): boolean =>
  entry.isAbroad !== true && logParts(entry.log).stream === streamOf(entry.station)

/**
 * What no time that its author gives can change: where it was written, who stands behind it, and whether anything bars it. What
 * a revoked machine wrote counts behind all others; what a stranger signed, or somebody in another role, where others or the
 * root went on from it, counts as theirs does.
 */
function rankOf(opening: Judged, backing: Backing): number {
  const { barred } = opening
  const grounds = [
    backing === BACKING.root,
    isAtHome(opening),
    barred !== 'after-revocation',
    backing >= BACKING.others,
    !barred || backing >= BACKING.others,
  ]
  return grounds.reduce((rank, holds) => rank * 2 + Number(holds), 0)
}

/** Of each log the opening that was written first: whoever writes another one there says nothing new, whatever time it gives. */
function firstOfEach(openings: readonly Judged[]): readonly Judged[] {
  const firsts = new Map<LogKey, Judged[]>()
  for (const one of openings) {
    const known = firsts.get(one.entry.log)
    const seq = known?.[0]?.entry.seq ?? Number.POSITIVE_INFINITY
    if (one.entry.seq < seq) firsts.set(one.entry.log, [one])
    else if (one.entry.seq === seq) known?.push(one) // the log was forked
  }
  return [...firsts.values()].flat().sort((left, right) => byTimeThenHash(left.entry, right.entry))
}

/**
 * The opening that counts: of several valid ones one that the root upholds, then one that was written at home, then one that
 * others signed for: where there are several of these, nobody but the coordinator can say which. Else the one that its log has
 * first, then the earliest by time, then hash. One that something bars opens the case only where no other does, and nobody has
 * gone on from it: it takes nothing from anybody, and without it nobody would see what else was delivered.
 */
export function chooseOpening(openings: readonly Judged[], behind: (opening: Judged) => Backing): ChosenOpening {
  // What the root opens it upholds: parts of joint cases, in the streams of others (rule R53).
  const backing = (opening: Judged) => (opening.writer.root ? BACKING.root : behind(opening))
  const valid: Judged[] = []
  for (const opening of openings) {
    if (opening.writer.served && opening.writer.tier !== undefined) valid.push(opening)
    else opening.verdict = 'not-authorised'
  }
  const rank = (opening: Judged) => (valid.length > 1 ? rankOf(opening, backing(opening)) : 0)
  const best = mostOf(valid, rank)
  const foremost = valid.filter((one) => rank(one) === best)
  const [opening] = firstOfEach(foremost)
  // Others have signed for each of them, and could not know of the other: neither its time nor its place in a log is theirs.
  const isOpen = opening !== undefined && foremost.length > 1 && backing(opening) === BACKING.others
  const rivals = new Set(isOpen ? foremost : [])
  for (const other of valid)
    if (other !== opening) other.verdict = rivals.has(other) ? 'fork' : (other.barred ?? 'fork')
  if (opening?.barred === 'foreign-person' || opening?.barred === 'no-role') opening.marks.push(opening.barred)
  return { opening, rivals: [...rivals].sort((left, right) => byTimeThenHash(left.entry, right.entry)) }
}
