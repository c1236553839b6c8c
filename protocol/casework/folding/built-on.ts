/** What others have built on a fact: what they signed for in its course nobody takes back by writing beside it. */
import { type EntryHash, logParts, type NodeId } from '#protocol/ids.ts'
import { BACKING, type Backing, isRuling, isTaking } from './custody.ts'
import type { Judged } from './gather.ts'

const counts = ({ writer, barred }: Judged): boolean => writer.served && !barred

const nodeOf = ({ entry }: Judged): NodeId => logParts(entry.log).node

/** Whether nobody signed for one fact by the other: they are of one station, or of one machine that serves several. */
const isSameHand = (one: Judged, other: Judged): boolean =>
  one.entry.station === other.entry.station || nodeOf(one) === nodeOf(other)

/** Whether the root upholds what stands before a fact: it ruled there, or went on from what another station wrote. */
const isUpholding = (before: Judged, fact: Judged): boolean =>
  fact.writer.root && (isRuling(fact.entry) || fact.entry.station !== before.entry.station)

/**
 * Whether a station took with a fact what the one before offered to it. Anybody can write behind a fact; only who was named
 * makes it more than its author's word, and only on a machine of its own: one that serves two stations would sign for itself.
 * @param orUnread whether a fact that only a newer program can read may be such a taking
 */
function isTaken(before: Judged, fact: Judged, orUnread: boolean): boolean {
  const { fact: said } = before.entry
  const isNamed = said?.kind === 'offered' && said.fields.to === fact.entry.station && !isSameHand(before, fact)
  return isNamed && (isTaking(fact.entry) || (orUnread && fact.entry.newer !== undefined))
}

/** Whether the sender of an offer went on with a fact after a decline, or after it took the offer back. */
function isWentOn(offer: Judged | undefined, last: Judged, fact: Judged): boolean {
  const kind = last.entry.fact?.kind
  return (kind === 'declined' || kind === 'retracted') && offer !== undefined && isSameHand(offer, fact)
}

/** Facts by who stands behind them. */
interface Marked {
  readonly upheld: ReadonlySet<Judged>
  readonly signed: ReadonlySet<Judged>
  readonly goneOn: ReadonlySet<Judged>
}

/**
 * Who stands behind each fact of a case beside its author. The root upholds all that stands before what it wrote. Others
 * sign for the facts of one hand in a row before they took the case from it, and for declines of its offers among them: what
 * stands before those was signed for by that hand. Found in one walk over all, and only when it is asked for.
 * @param orUnread as in {@link isTaken}: what might stand behind a fact
 */
export function backingIn(byHash: ReadonlyMap<EntryHash, Judged>, orUnread = false): (fact: Judged) => Backing {
  let found: Marked | undefined
  return (fact) => {
    found ??= markedIn(byHash, orUnread)
    if (found.upheld.has(fact)) return BACKING.root
    if (found.signed.has(fact)) return BACKING.others
    return found.goneOn.has(fact) ? BACKING.sender : BACKING.author
  }
}

function markedIn(byHash: ReadonlyMap<EntryHash, Judged>, orUnread: boolean): Marked {
  const before = (judged: Judged | undefined): Judged | undefined => {
    const { fact, newer } = judged?.entry ?? {}
    const previous = fact === undefined ? newer?.previous : fact.previous
    return previous ? byHash.get(previous) : undefined
  }
  const marked = { upheld: new Set<Judged>(), signed: new Set<Judged>(), goneOn: new Set<Judged>() }
  const uphold = (last: Judged) => {
    for (let at: Judged | undefined = last; at && !marked.upheld.has(at); at = before(at)) marked.upheld.add(at)
  }
  const sign = (offer: Judged) => {
    let hand = offer
    for (let at: Judged | undefined = offer; at && !marked.signed.has(at); at = before(at)) {
      if (isSameHand(at, hand)) hand = at
      else if (!isWentOn(before(at), at, hand)) return
      marked.signed.add(at)
    }
  }
  for (const fact of byHash.values()) {
    const last = before(fact)
    if (last === undefined || !counts(fact)) continue
    if (isUpholding(last, fact)) uphold(last)
    if (isTaken(last, fact, orUnread)) sign(last)
    if (isWentOn(before(last), last, fact)) marked.goneOn.add(last)
  }
  return marked
}
