/** What others have built on a fact: what they signed for in its course nobody takes back by writing beside it. */
import type { EntryHash } from '#protocol/ids.ts'
import { isTaking } from './custody.ts'
import type { Judged } from './gather.ts'

const counts = ({ writer, barred }: Judged): boolean => writer.served && !barred

/** Whether another station than that of an opening has built on it: what was signed for nobody opens anew. */
export function isBuiltOn(opening: Judged): boolean {
  const seen = new Set(opening.followers)
  for (const fact of seen) {
    if (counts(fact) && fact.writer.station !== opening.writer.station) return true
    for (const follower of fact.followers) seen.add(follower)
  }
  return false
}

/**
 * Whether a case went on into other hands with a fact: a station took what the fact before offered to it, or the root wrote
 * there. Anybody can write behind a fact; only who was named by its holder, or rules, makes it more than his own word.
 */
function isHandedOn(before: Judged, fact: Judged): boolean {
  const { station } = fact.entry
  if (!counts(fact) || station === before.entry.station) return false
  const offer = before.entry.fact
  return fact.writer.root || (isTaking(fact.entry) && offer?.kind === 'offered' && offer.fields.to === station)
}

/** The facts of a case from which it went on into other hands, however far behind them; found in one walk, whoever forks where. */
export function signedForIn(byHash: ReadonlyMap<EntryHash, Judged>): ReadonlySet<Judged> {
  const before = ({ entry }: Judged): Judged | undefined => {
    const previous = entry.fact === undefined ? entry.newer?.previous : entry.fact.previous
    return previous ? byHash.get(previous) : undefined
  }
  const signed = new Set<Judged>()
  for (const fact of byHash.values()) {
    const last = before(fact)
    if (last === undefined || !isHandedOn(last, fact)) continue
    for (let at: Judged | undefined = last; at !== undefined && !signed.has(at); at = before(at)) signed.add(at)
  }
  return signed
}
