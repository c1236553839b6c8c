/**
 * Pieces of text in the order in which Yjs puts them: each behind the unit it was written behind, and of those that were
 * written at one place by the id of their authors (Nicolaescu et al., Near Real-Time Peer-to-Peer Shared Editing on
 * Extensible Data Types, 2016, as Yjs 13 has it with a right neighbour).
 *
 * Whoever adds a piece walks along those that were written at its place meanwhile. People write few of them. A member who
 * names no neighbours makes every piece walk along all others: 180 KB cost 14 s. So the walks of a text are bounded by
 * LIMITS.textSteps; when they are used up, a piece is put right behind the unit that it names. All nodes add pieces in
 * one order (canonicalOrder) and count the same steps, so they still read one text.
 */
import { LIMITS } from '#protocol/limits.ts'
import { countWhile } from './clocks.ts'
import type { TextPiece, ValueId } from './parse.ts'

/** A piece, or what is left of one that was cut: then it is the right part, and the left one a new piece in front of it. */
export interface Piece {
  readonly client: number
  /** Clock of its first unit; each UTF-16 unit takes one. */
  clock: number
  text: string
  /** Ends with the unit behind which this was written; undefined: at the beginning. */
  origin: Piece | undefined
  /** The unit in front of which it was written; undefined: at the end. */
  readonly right: ValueId | undefined
  before: Piece | undefined
  next: Piece | undefined
  /** The walk that met it last, and the part of a walk. */
  walk: number
  part: number
}

const isSameUnit = (left: ValueId | undefined, right: ValueId | undefined): boolean =>
  left?.client === right?.client && left?.clock === right?.clock

export class PieceList {
  /** Of each author what was written at one go, each in the parts into which it was cut. */
  readonly #written = new Map<number, Piece[][]>()
  readonly #lengths = new Map<number, number>()
  #first: Piece | undefined
  #last: Piece | undefined
  #walk = 0
  #part = 0
  #steps = 0

  /** The last piece of the text; undefined while there is none. */
  get last(): Piece | undefined {
    return this.#last
  }

  /** How many units each author has written. */
  get lengths(): ReadonlyMap<number, number> {
    return this.#lengths
  }

  /** From the beginning of the text. */
  *[Symbol.iterator](): Iterator<Piece> {
    for (let piece = this.#first; piece; piece = piece.next) yield piece
  }

  /** Adds a piece whose neighbours are held. */
  add(client: number, { clock, text, origin, right }: TextPiece): void {
    const left = origin && this.#endingWith(origin)
    const behind = right && this.#startingWith(right)
    const piece = { client, clock, text, origin: left, right, before: undefined, next: undefined, walk: 0, part: 0 }
    this.#put(piece, this.#placeOf(piece, left, behind))
    this.#lengths.set(client, clock + text.length)
    const all = this.#written.get(client)
    if (all) all.push([piece])
    else this.#written.set(client, [[piece]])
  }

  /** Behind which piece it stands; undefined: at the beginning. `right` is the piece in front of which it was written. */
  #placeOf(
    { client, origin, right: unit }: Piece,
    left: Piece | undefined,
    right: Piece | undefined,
  ): Piece | undefined {
    let place = left
    this.#walk += 1
    for (let other = left ? left.next : this.#first; other && other !== right; other = other.next) {
      this.#steps += 1
      if (this.#steps > LIMITS.textSteps) return left
      other.walk = this.#walk
      other.part = this.#part
      let isPassed = false
      if (other.origin === origin) {
        isPassed = other.client < client
        if (!isPassed && isSameUnit(other.right, unit)) break
      } else if (other.origin?.walk === this.#walk) isPassed = other.origin.part !== this.#part
      else break
      if (!isPassed) continue
      place = other
      this.#part += 1
    }
    return place
  }

  #put(piece: Piece, before: Piece | undefined): void {
    piece.before = before
    piece.next = before ? before.next : this.#first
    if (before) before.next = piece
    else this.#first = piece
    if (piece.next) piece.next.before = piece
    else this.#last = piece
  }

  /** What was written at one go with a unit, and which part of it holds the unit. */
  #at({ client, clock }: ValueId): { readonly parts: Piece[]; readonly place: number; readonly piece: Piece } {
    const all = this.#written.get(client) as Piece[][]
    const parts = all[countWhile(all, ([first]) => (first as Piece).clock <= clock) - 1] as Piece[]
    const place = countWhile(parts, (part) => part.clock <= clock) - 1
    return { parts, place, piece: parts[place] as Piece }
  }

  #endingWith(unit: ValueId): Piece {
    const { piece } = this.#at(unit)
    const behind = unit.clock + 1
    return behind === piece.clock + piece.text.length ? piece : this.#cut({ client: unit.client, clock: behind })
  }

  #startingWith(unit: ValueId): Piece {
    const { piece } = this.#at(unit)
    if (unit.clock > piece.clock) this.#cut(unit)
    return piece
  }

  /** Cuts a piece in front of a unit; the left part is a new one, because others were written behind the end of the right one. */
  #cut(unit: ValueId): Piece {
    const { parts, place, piece } = this.#at(unit)
    const { client, clock, text, origin, right, before } = piece
    const length = unit.clock - clock
    const left = { client, clock, text: text.slice(0, length), origin, right, before, next: piece, walk: 0, part: 0 }
    this.#put(left, before)
    piece.clock = unit.clock
    piece.text = text.slice(length)
    piece.origin = left
    parts.splice(place, 0, left)
    return left
  }
}
