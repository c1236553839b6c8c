/** What others have built on a fact: what they signed for in its course nobody takes back by writing beside it. */
import { type EntryHash, logParts, type NodeId } from '#protocol/ids.ts'
import { BACKING, type Backing, isRuling, isTaking } from './custody.ts'
import type { Judged } from './gather.ts'

const counts = ({ writer, barred }: Judged): boolean => writer.served && !barred

const nodeOf = ({ entry }: Judged): NodeId => logParts(entry.log).node

/**
 * Whether a case went on into other hands with a fact: a station took what the fact before offered to it, or went on itself
 * after its offer was declined. Anybody can write behind a fact; only who was named makes it more than its author's word,
 * and only on a machine of its own: one that serves two stations would sign for itself.
 */
function isHandedOn(asked: Judged | undefined, before: Judged, fact: Judged): boolean {
  const { station } = fact.entry
  if (isSameHand(before, fact)) return false
  const said = before.entry.fact
  const isTaken = isTaking(fact.entry) && said?.kind === 'offered' && said.fields.to === station
  return isTaken || (said?.kind === 'declined' && asked?.entry.station === station)
}

/** Whether nobody signed for one fact by the other: they are of one station, or of one machine that serves several. */
const isSameHand = (one: Judged, other: Judged): boolean =>
  one.entry.station === other.entry.station || nodeOf(one) === nodeOf(other)

/** Whether the root upholds what stands before a fact: it ruled there, or went on from what another station wrote. */
const isUpholding = (before: Judged, fact: Judged): boolean =>
  fact.writer.root && (isRuling(fact.entry) || fact.entry.station !== before.entry.station)

/**
 * Who stands behind each fact of a case beside its author. The root upholds all that stands before what it wrote. Others
 * sign for the facts of one hand in a row before the case went on into theirs: what stands before those was signed for by
 * that one. Found in one walk over all, and only when it is asked for.
 */
export function backingIn(byHash: ReadonlyMap<EntryHash, Judged>): (fact: Judged) => Backing {
  let found: Marked | undefined
  return (fact) => {
    found ??= markedIn(byHash)
    return found.upheld.has(fact) ? BACKING.root : found.signed.has(fact) ? BACKING.others : BACKING.author
  }
}

/** Facts that the root upholds, and that others signed for. */
interface Marked {
  readonly upheld: ReadonlySet<Judged>
  readonly signed: ReadonlySet<Judged>
}

function markedIn(byHash: ReadonlyMap<EntryHash, Judged>): Marked {
  const before = (judged: Judged | undefined): Judged | undefined => {
    const { fact, newer } = judged?.entry ?? {}
    const previous = fact === undefined ? newer?.previous : fact.previous
    return previous ? byHash.get(previous) : undefined
  }
  const upheld = new Set<Judged>()
  const signed = new Set<Judged>()
  const mark = (marked: Set<Judged>, last: Judged, goesOn: (earlier: Judged, at: Judged) => boolean) => {
    for (let at: Judged | undefined = last; at !== undefined && !marked.has(at); ) {
      marked.add(at)
      const earlier = before(at)
      at = earlier && goesOn(earlier, at) ? earlier : undefined
    }
  }
  for (const fact of byHash.values()) {
    const last = before(fact)
    if (last === undefined || !counts(fact)) continue
    if (isUpholding(last, fact)) mark(upheld, last, () => true)
    if (isHandedOn(before(last), last, fact)) mark(signed, last, isSameHand)
  }
  return { upheld, signed }
}
