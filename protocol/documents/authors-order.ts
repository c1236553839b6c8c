/** Edits of one author in the order in which they were made, also when they came over different ways. */
import * as decoding from 'lib0/decoding'

/** An edit as it lies in a log, as far as it decides its turn among those of its author. */
export interface Turn {
  readonly client: number
  readonly seq: number
  readonly hash: string
  readonly update: Uint8Array
}

/** An edit with the clock at which its structs begin. */
export interface PlacedEdit<Edit extends Turn = Turn> {
  readonly edit: Edit
  /** Infinite for pure deletions: they have no clock and can wait for everything else. */
  readonly start: number
}

function startClock(update: Uint8Array): number {
  try {
    const decoder = decoding.createDecoder(update)
    if (decoding.readVarUint(decoder) === 0) return Number.POSITIVE_INFINITY
    decoding.readVarUint(decoder) // number of structs
    decoding.readVarUint(decoder) // client
    return decoding.readVarUint(decoder)
  } catch {
    return Number.POSITIVE_INFINITY // cut off: the gate refuses it wherever it stands
  }
}

/** An edit with what its turn begins with. */
export const placed = <Edit extends Turn>(edit: Edit): PlacedEdit<Edit> => ({ edit, start: startClock(edit.update) })

/** Below zero when the left edit has its turn before the right one of the same author: by clock, then seq, then hash. */
export const byTurn = (left: PlacedEdit, right: PlacedEdit): number =>
  (left.start === right.start ? 0 : left.start - right.start) ||
  left.edit.seq - right.edit.seq ||
  (left.edit.hash < right.edit.hash ? -1 : 1)

/**
 * Edits that their author wrote anew from the same clock or an earlier one of the same log: it did not hold them any
 * more, because what they were built on will never count.
 */
export function begunAnew<Edit extends Turn & { readonly log: string }>(edits: readonly Edit[]): Set<Edit> {
  const anew = new Set<Edit>()
  const lowest = new Map<string, number>()
  for (const edit of [...edits].sort((left, right) => right.seq - left.seq)) {
    const author = `${edit.client} ${edit.log}`
    const start = startClock(edit.update)
    const later = lowest.get(author) ?? Number.POSITIVE_INFINITY
    if (Number.isFinite(start) && start >= later) anew.add(edit)
    lowest.set(author, Math.min(start, later))
  }
  return anew
}

/**
 * The same edits, each author's in the order of their clocks (then of seq and hash): arrival order, except where a
 * case lies in two streams and what an author wrote in one of them came before something earlier from the other.
 */
export function inAuthorsOrder<Edit extends Turn>(edits: readonly Edit[]): Edit[] {
  const places = new Map<number, number[]>()
  for (const [place, { client }] of edits.entries()) {
    const own = places.get(client)
    if (own) own.push(place)
    else places.set(client, [place])
  }
  const ordered = [...edits]
  for (const own of places.values()) {
    const turns = own.map((place) => placed(edits[place] as Edit)).sort(byTurn)
    for (const [turn, place] of own.entries()) ordered[place] = (turns[turn] as PlacedEdit<Edit>).edit
  }
  return ordered
}
