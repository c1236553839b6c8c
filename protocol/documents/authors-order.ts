/** Edits of one author in the order in which they were made, also when they came over different ways. */
import * as decoding from 'lib0/decoding'

/** What decides an edit's turn among those of its author. */
interface Turn {
  readonly client: number
  readonly seq: number
  readonly hash: string
  readonly update: Uint8Array
}

/** The clock at which an update's structs begin; deletions have none and can wait for everything else. */
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
    const turns = own.map((place) => ({ edit: edits[place] as Edit, start: startClock((edits[place] as Edit).update) }))
    turns.sort(
      (left, right) =>
        (left.start === right.start ? 0 : left.start - right.start) ||
        left.edit.seq - right.edit.seq ||
        (left.edit.hash < right.edit.hash ? -1 : 1),
    )
    for (const [turn, place] of own.entries()) ordered[place] = (turns[turn] as { edit: Edit }).edit
  }
  return ordered
}
