/** What others have built on a fact: what they signed for in its course nobody takes back by writing beside it. */
import type { EntryHash } from '#protocol/ids.ts'
import { type Backing, isTaking } from './custody.ts'
import type { Judged } from './gather.ts'

const counts = ({ writer, barred }: Judged): boolean => writer.served && !barred

/**
 * Whether a case went on into other hands with a fact: a station took what the fact before offered to it, or went on itself
 * after its offer was declined. Anybody can write behind a fact; only who was named makes it more than its author's word.
 */
function isHandedOn(asked: Judged | undefined, before: Judged, fact: Judged): boolean {
  const { station } = fact.entry
  const said = before.entry.fact
  const isTaken = isTaking(fact.entry) && said?.kind === 'offered' && said.fields.to === station
  return isTaken || (said?.kind === 'declined' && asked?.entry.station === station)
}

/**
 * Who stands behind each fact of a case beside its author. The root: wherever it wrote behind what others had come to. Others: where the case
 * went on into other hands behind it, for the facts of one station in a row up to there, because what stands before them
 * was signed for by that station. Found in one walk, whoever forks where.
 */
export function backingIn(byHash: ReadonlyMap<EntryHash, Judged>): (fact: Judged) => Backing {
  const before = (judged: Judged | undefined): Judged | undefined => {
    const { fact, newer } = judged?.entry ?? {}
    const previous = fact === undefined ? newer?.previous : fact.previous
    return previous ? byHash.get(previous) : undefined
  }
  const upheld = new Set<Judged>()
  const signed = new Set<Judged>()
  const mark = (marked: Set<Judged>, last: Judged, isReached: (fact: Judged) => boolean) => {
    for (let at: Judged | undefined = last; at !== undefined && !marked.has(at) && isReached(at); at = before(at))
      marked.add(at)
  }
  for (const fact of byHash.values()) {
    const last = before(fact)
    if (last === undefined || last.entry.station === fact.entry.station || !counts(fact)) continue
    if (fact.writer.root) mark(upheld, last, () => true)
    if (isHandedOn(before(last), last, fact)) mark(signed, last, ({ entry }) => entry.station === last.entry.station)
  }
  return (fact) => (upheld.has(fact) ? 2 : signed.has(fact) ? 1 : 0)
}
