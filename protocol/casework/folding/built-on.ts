/** What others have built on a fact: what they signed for in its course nobody takes back by writing beside it. */
import { isTaking } from './custody.ts'
import type { Judged } from './gather.ts'

/** All that follows a fact, each with what it follows. */
function* followersOf(fact: Judged): Iterable<readonly [Judged, Judged]> {
  const seen = new Set([fact])
  for (const one of seen)
    for (const follower of one.followers) {
      yield [follower, one]
      seen.add(follower)
    }
}

const counts = ({ writer, barred }: Judged): boolean => writer.served && !barred

/** Whether another station than that of an opening has built on it: what was signed for nobody opens anew. */
export function isBuiltOn(opening: Judged): boolean {
  for (const [follower] of followersOf(opening))
    if (counts(follower) && follower.writer.station !== opening.writer.station) return true
  return false
}

/**
 * Whether the case went on from a fact into other hands: a station took what was offered to it, or the root wrote there.
 * Anybody can write behind a fact; only who was named by its holder, or rules, makes it more than his own word.
 */
export function isSignedFor(fact: Judged): boolean {
  const own = fact.entry.station
  for (const [follower, before] of followersOf(fact)) {
    const { entry, writer } = follower
    if (!counts(follower) || entry.station === own) continue
    if (
      writer.root ||
      (isTaking(entry) && before.entry.fact?.kind === 'offered' && before.entry.fact.fields.to === entry.station)
    )
      return true
  }
  return false
}
