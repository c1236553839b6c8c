/** Ranges of an author's units, by their clocks: what is deleted, merged and written as Yjs does it. */
import * as encoding from 'lib0/encoding'

/** From the first clock to behind the last. */
export type Range = readonly [from: number, behind: number]

/** Of each author, in any order; they may overlap. */
export type Ranges = ReadonlyMap<number, readonly Range[]>

/** The same ranges, rising and apart. */
export function merged(ranges: readonly Range[]): readonly Range[] {
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

/** Writes a set of deletions: for each author its ranges, each by clock and length. */
export function writeDeleted(encoder: encoding.Encoder, deleted: Ranges): void {
  encoding.writeVarUint(encoder, deleted.size)
  for (const [client, ranges] of [...deleted].sort(byAuthor)) {
    const own = merged(ranges)
    for (const number of [client, own.length]) encoding.writeVarUint(encoder, number)
    for (const [from, behind] of own) for (const number of [from, behind - from]) encoding.writeVarUint(encoder, number)
  }
}

/** Adds a range of an author. */
export function addRange(ranges: Map<number, Range[]>, client: number, range: Range): void {
  const own = ranges.get(client)
  if (own) own.push(range)
  else ranges.set(client, [range])
}
