/** What others have built on a fact: what they signed for in its course nobody takes back by writing beside it. */
import type { EntryHash } from '#protocol/ids.ts'
import { isTaking } from './custody.ts'
import type { Judged } from './gather.ts'

const counts = ({ writer, barred }: Judged): boolean => writer.served && !barred

/**
 * Whether a case went on into other hands with a fact: a station took what the fact before offered to it, or went on itself
 * after its offer was declined, or the root wrote there. Anybody can write behind a fact; only who was named, or rules,
 * makes it more than its author's word.
 */
function isHandedOn(asked: Judged | undefined, before: Judged, fact: Judged): boolean {
  const { station } = fact.entry
  if (!counts(fact) || station === before.entry.station) return false
  const said = before.entry.fact
  const isTaken = isTaking(fact.entry) && said?.kind === 'offered' && said.fields.to === station
  const isBack = said?.kind === 'declined' && asked?.entry.station === station
  return fact.writer.root || isTaken || isBack
}

/**
 * The facts of a case from which it went on into other hands: those of one station in a row up to there, because what stands
 * before them was signed for by that station. Found in one walk, whoever forks where.
 */
export function signedForIn(byHash: ReadonlyMap<EntryHash, Judged>): ReadonlySet<Judged> {
  const before = (judged: Judged | undefined): Judged | undefined => {
    const { fact, newer } = judged?.entry ?? {}
    const previous = fact === undefined ? newer?.previous : fact.previous
    return previous ? byHash.get(previous) : undefined
  }
  const signed = new Set<Judged>()
  for (const fact of byHash.values()) {
    const last = before(fact)
    if (last === undefined || !isHandedOn(before(last), last, fact)) continue
    const { station } = last.entry
    for (let at: Judged | undefined = last; at?.entry.station === station && !signed.has(at); at = before(at))
      signed.add(at)
  }
  return signed
}
