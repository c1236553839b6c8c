/** Ranges of authors' units, by their clocks: what is deleted, merged and written as Yjs does it. */
import * as encoding from 'lib0/encoding'

/** From the first clock to behind the last. */
export type Range = readonly [from: number, behind: number]

/** The same ranges, rising and apart. */
function merged(ranges: readonly Range[]): Range[] {
  const apart: [number, number][] = []
  for (const [from, behind] of ranges.toSorted(([left], [right]) => left - right)) {
    const last = apart.at(-1)
    if (last && from <= last[1]) last[1] = Math.max(last[1], behind)
    else apart.push([from, behind])
  }
  return apart
}

/** Authors from the highest, as Yjs writes them. */
export const byAuthor = ([left]: readonly [number, unknown], [right]: readonly [number, unknown]): number =>
  right - left

/** So many more than twice what they were when last merged are merged: who deletes the same again and again fills no memory. */
const LOOSE_RANGES = 1_000

/** Ranges of each author; they may come in any order and overlap. */
export class Ranges {
  readonly #of = new Map<number, { ranges: Range[]; apart: number }>()

  add(client: number, range: Range): void {
    const own = this.#of.get(client)
    if (!own) return void this.#of.set(client, { ranges: [range], apart: 1 })
    own.ranges.push(range)
    if (own.ranges.length > own.apart * 2 + LOOSE_RANGES) this.of(client)
  }

  /** Those of an author, rising and apart. */
  of(client: number): readonly Range[] {
    const own = this.#of.get(client)
    if (!own) return []
    if (own.apart !== own.ranges.length) {
      own.ranges = merged(own.ranges)
      own.apart = own.ranges.length
    }
    return own.ranges
  }

  /** How many they are, of all authors. */
  get count(): number {
    return [...this.#of.keys()].reduce((sum, client) => sum + this.of(client).length, 0)
  }

  /** The same, and as one those between which everything is gone already. */
  bridged(gone: Ranges): Ranges {
    const few = new Ranges()
    for (const client of this.#of.keys()) {
      const own = this.of(client)
      let at = 0
      for (const [, end] of merged([...own, ...gone.of(client)])) {
        const first = at
        while (at < own.length && (own[at] as Range)[1] <= end) at += 1
        if (at > first) few.add(client, [(own[first] as Range)[0], (own[at - 1] as Range)[1]])
      }
    }
    return few
  }

  /** Writes a set of deletions: for each author its ranges, each by clock and length. */
  write(encoder: encoding.Encoder): void {
    encoding.writeVarUint(encoder, this.#of.size)
    for (const [client] of [...this.#of].sort(byAuthor)) {
      const own = this.of(client)
      for (const number of [client, own.length]) encoding.writeVarUint(encoder, number)
      for (const [from, behind] of own)
        for (const number of [from, behind - from]) encoding.writeVarUint(encoder, number)
    }
  }
}
