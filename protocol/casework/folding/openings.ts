/** Which of several openings of a case counts (rule C2). */
import { logParts, streamOf } from '#protocol/ids.ts'
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

/** What no time that its author gives can change: nobody bars it, where it was written, and who stands behind it. */
const rankOf = (opening: Judged, backing: Backing): number =>
  Number(!opening.barred) * 20 + Number(isAtHome(opening)) * 10 + backing

/** Whether a node wrote one opening before another of its own. */
function isBefore({ entry: one }: Judged, { entry: other }: Judged): boolean {
  const [first, second] = [logParts(one.log).incarnation, logParts(other.log).incarnation]
  return first === second ? one.seq < other.seq : first < second
}

/** Of each node the opening that it wrote first: whoever writes another one says nothing new, whatever time it gives. */
function firstOfEach(openings: readonly Judged[]): readonly Judged[] {
  const firsts = new Map<string, Judged[]>()
  for (const one of openings) {
    const { node, stream } = logParts(one.entry.log)
    const known = firsts.get(`${node} ${stream}`)
    if (known === undefined || isBefore(one, known[0] as Judged)) firsts.set(`${node} ${stream}`, [one])
    else if (!isBefore(known[0] as Judged, one)) known.push(one) // its log was forked
  }
  return [...firsts.values()].flat().sort((left, right) => byTimeThenHash(left.entry, right.entry))
}

/**
 * The opening that counts: of several valid ones one that was written at home, then one that the root upholds, then one that
 * others signed for, then the one that its node wrote first, then the earliest by time, then hash. One that came after its node was revoked, or that nobody of its station signed, or none who opens cases, opens
 * the case only where no other does: it takes nothing from anybody, and without it nobody would see what else was delivered.
 */
export function chooseOpening(openings: readonly Judged[], backing: (opening: Judged) => Backing): ChosenOpening {
  const valid: Judged[] = []
  for (const opening of openings) {
    if (opening.writer.served && opening.writer.tier !== undefined) valid.push(opening)
    else opening.verdict = 'not-authorised'
  }
  const rank = (opening: Judged) => (valid.length > 1 ? rankOf(opening, backing(opening)) : 0)
  const best = mostOf(valid, rank)
  const foremost = firstOfEach(valid.filter((one) => rank(one) === best))
  const [opening] = foremost
  for (const other of valid) if (other !== opening) other.verdict = other.barred ?? 'fork'
  if (opening?.barred === 'foreign-person' || opening?.barred === 'no-role') opening.marks.push(opening.barred)
  // Others have signed for each of them; a time is nobody's proof.
  const isOpen = opening !== undefined && foremost.length > 1 && backing(opening) === BACKING.others
  return { opening, rivals: isOpen ? foremost : [] }
}
