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

const isAtHome = ({ entry }: Judged): boolean => logParts(entry.log).stream === streamOf(entry.station)

/** What no time that its author gives can change: nobody bars it, who stands behind it, and where it was written. */
const rankOf = (opening: Judged, backing: Backing): number =>
  Number(!opening.barred) * 10 + backing * 2 + Number(isAtHome(opening))

/** Whether a node wrote one opening before another of its own. */
function isBefore({ entry: one }: Judged, { entry: other }: Judged): boolean {
  const [first, second] = [logParts(one.log).incarnation, logParts(other.log).incarnation]
  return first === second ? one.seq < other.seq : first < second
}

/** Of each node the opening that it wrote first: whoever writes another one says nothing new, whatever time it gives. */
function firstOfEach(openings: readonly Judged[]): readonly Judged[] {
  const first = new Map<string, Judged>()
  for (const one of openings) {
    const { node, stream } = logParts(one.entry.log)
    const known = first.get(`${node} ${stream}`)
    if (known === undefined || isBefore(one, known)) first.set(`${node} ${stream}`, one)
  }
  return [...first.values()].sort((left, right) => byTimeThenHash(left.entry, right.entry))
}

/**
 * The opening that counts: of several valid ones one behind which the root wrote, then one from which the case went on into
 * other hands, then one in the stream of its own station, then the one that its node wrote first, then the earliest by time,
 * then hash. One that came after its node was revoked, or that nobody of its station signed, or none who opens cases, opens
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
