/** What others have built on a fact: what they signed for in its course nobody takes back by writing beside it. */
import { logParts, type NodeId, type StationCode } from '#protocol/ids.ts'
import type { FactKind } from '../facts/facts.ts'
import { isProposal } from '../rules/four-eyes.ts'
import { BACKING, type Backing, isRuling } from './custody.ts'
import type { Judged } from './gather.ts'

/**
 * Who has the case behind a fact, by what its line says of custody alone. Whatever anybody writes who has not got it there,
 * and was not offered it, is no part of a line: nobody makes a fact more than it is by writing behind it.
 */
interface Place {
  readonly before: Judged | undefined
  readonly holder: StationCode
  /** To whom it is offered there. */
  readonly offeredTo: StationCode | undefined
  /** One number for what one hand has in a row: a station, or a machine that serves several and takes from itself. */
  readonly hand: number
}

/** Facts by who stands behind them. */
interface Marked {
  /** The root upholds all that stands before what it wrote. */
  readonly upheld: ReadonlySet<Judged>
  /** What one hand had in a row before a station on another machine took it from there. */
  readonly signed: ReadonlySet<Judged>
  /** Declines, retractions and countersignatures from which the sender, or whoever has the case, went on. */
  readonly goneOn: ReadonlySet<Judged>
}

const nodeOf = ({ entry }: Judged): NodeId => logParts(entry.log).node

/** Kinds with which the root says nothing of what stands before them: it does not want it, or signs beside whoever has the case. */
const NOT_UPHOLDING: readonly (FactKind | undefined)[] = ['declined', 'countersigned']

/** Whether the root says with a fact of its own that what stands before it counts. */
const isUpholding = (last: Judged, { entry }: Judged): boolean =>
  isRuling(entry) || (entry.station !== last.entry.station && !NOT_UPHOLDING.includes(entry.fact?.kind))

/** Walks all lines from their openings, once. */
class Lines {
  readonly #places = new Map<Judged, Place>()
  readonly #orUnread: boolean
  #hands = 0
  readonly upheld = new Set<Judged>()
  readonly signed = new Set<Judged>()
  readonly goneOn = new Set<Judged>()

  constructor(openings: readonly Judged[], orUnread: boolean) {
    this.#orUnread = orUnread
    const pending: Judged[] = []
    for (const opening of openings) {
      if (!opening.writer.served) continue
      this.#hands += 1
      const { station: holder } = opening.entry
      this.#places.set(opening, { before: undefined, holder, offeredTo: undefined, hand: this.#hands })
      pending.push(opening)
    }
    for (let last = pending.pop(); last !== undefined; last = pending.pop()) {
      for (const fact of last.followers) if (this.#follow(last, fact)) pending.push(fact)
    }
  }

  /** Goes on with a fact behind another one; false where it is no part of the line. */
  #follow(last: Judged, fact: Judged): boolean {
    if (!fact.writer.served || fact.barred || isProposal(fact.entry.fact?.fields ?? {})) return false
    const place = this.#placeBehind(last, fact)
    if (place === undefined) return false
    this.#places.set(fact, place)
    if (fact.writer.root && isUpholding(last, fact)) this.#uphold(last)
    const kind = last.entry.fact?.kind
    if (
      (kind === 'declined' || kind === 'retracted' || kind === 'countersigned') &&
      fact.entry.station === place.holder
    )
      this.goneOn.add(last)
    return true
  }

  #placeBehind(last: Judged, fact: Judged): Place | undefined {
    const at = this.#places.get(last) as Place
    const here = { ...at, before: last }
    const { station } = fact.entry
    const said = fact.entry.fact
    if (isRuling(fact.entry)) {
      if (!fact.writer.root) return undefined
      const holder = said?.kind === 'reassigned' ? (said.fields.to as StationCode) : at.holder
      return { ...here, holder, offeredTo: undefined, hand: ++this.#hands }
    }
    const isTaking = said?.kind === 'taken' || (this.#orUnread && fact.entry.newer !== undefined)
    if (isTaking && station === at.offeredTo) return this.#taken(last, fact, here)
    if (said?.kind === 'declined') return station === at.offeredTo ? { ...here, offeredTo: undefined } : undefined
    // What may be signed for while an offer is open ends the case: nobody takes anything behind it.
    if (said?.kind === 'countersigned' && (fact.writer.root || station === at.holder))
      return { ...here, offeredTo: undefined }
    // What only a newer program can read may be of whoever was offered it, or of the root.
    if (said === undefined && (station === at.offeredTo || fact.writer.root)) return here
    if (station !== at.holder) return undefined
    if (said?.kind === 'offered') return { ...here, offeredTo: said.fields.to as StationCode }
    return said?.kind === 'retracted' ? { ...here, offeredTo: undefined } : here
  }

  /** A station took what it was offered; on the machine of whoever offered it, or from itself, nobody signs for anything. */
  #taken(last: Judged, fact: Judged, here: Place): Place {
    const isOther = nodeOf(fact) !== nodeOf(last) && fact.entry.station !== here.holder
    if (isOther) this.#sign(last)
    const hand = isOther ? ++this.#hands : here.hand
    return { ...here, holder: fact.entry.station, offeredTo: undefined, hand }
  }

  #uphold(last: Judged): void {
    for (let at: Judged | undefined = last; at && !this.upheld.has(at); at = this.#places.get(at)?.before)
      this.upheld.add(at)
  }

  /** All that the hand had there in a row: what stands before was signed for by that hand. */
  #sign(last: Judged): void {
    const hand = this.#places.get(last)?.hand
    for (let at: Judged | undefined = last; at && !this.signed.has(at); ) {
      this.signed.add(at)
      const before: Judged | undefined = this.#places.get(at)?.before
      at = before && this.#places.get(before)?.hand === hand ? before : undefined
    }
  }
}

/**
 * Who stands behind each fact of a case beside its author. Found in one walk over all, and only when it is asked for.
 * @param orUnread whether a fact that only a newer program can read may be the taking of what its station was offered
 */
export function backingIn(openings: readonly Judged[], orUnread = false): (fact: Judged) => Backing {
  let found: Marked | undefined
  return (fact) => {
    found ??= new Lines(openings, orUnread)
    if (found.upheld.has(fact)) return BACKING.root
    if (found.signed.has(fact)) return BACKING.others
    return found.goneOn.has(fact) ? BACKING.sender : BACKING.author
  }
}
