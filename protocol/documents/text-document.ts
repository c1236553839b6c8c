/** A section of text while it is open: its pieces, less what is deleted of them. */
import * as encoding from 'lib0/encoding'
import { assert } from '#protocol/assert.ts'
import { LIMITS } from '#protocol/limits.ts'
import { differenceOf, type SectionChange } from './change.ts'
import { countWhile } from './clocks.ts'
import { PARENT_IS_ROOT, type ParsedUpdate, rangesIn, TEXT, TEXT_BEFORE, TEXT_BEHIND, type ValueId } from './parse.ts'
import { PieceList } from './piece-list.ts'
import { byAuthor, type Range, Ranges } from './ranges.ts'
import type { SectionDocument } from './section-document.ts'

/** Text that is shown, and what stands in front of it: deleted units have a place, too. */
interface Shown extends ValueId {
  readonly text: string
  readonly behind: ValueId | undefined
}

/** The unit at a place in what is shown, and its neighbour in front, shown or not. */
type Place = { readonly unit: ValueId | undefined; readonly behind: ValueId | undefined }

export class TextDocument implements SectionDocument {
  readonly #root: string
  readonly #pieces = new PieceList()
  readonly #deleted = new Ranges()

  constructor(root: string) {
    this.#root = root
  }

  value(): string {
    return this.#shown()
      .map(({ text }) => text)
      .join('')
  }

  snapshot(): Uint8Array {
    const encoder = encoding.createEncoder()
    this.#deleted.write(encoder)
    const lengths = [...this.#pieces.lengths].sort(byAuthor)
    encoding.writeVarUint(encoder, lengths.length)
    for (const each of lengths) for (const number of each) encoding.writeVarUint(encoder, number)
    return encoding.toUint8Array(encoder)
  }

  write(client: number, change: SectionChange): Uint8Array | undefined {
    assert('text' in change, 'a text is changed as a whole')
    const shown = this.#shown()
    const current = shown.map(({ text }) => text).join('')
    const { start, removed, inserted } = differenceOf(current, change.text.toWellFormed())
    if (removed === 0 && inserted.length === 0) return undefined
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, inserted.length > 0 ? 1 : 0)
    if (inserted.length > 0) {
      const held = this.#pieces.lengths.get(client) ?? 0
      for (const number of [1, client, held]) encoding.writeVarUint(encoder, number)
      this.#encode(encoder, inserted, this.#placeAt(shown, start + removed))
    }
    // As Yjs writes it, unless that is more than the gate takes: whoever deletes every second unit keeps nobody from the rest.
    const gone = rangesOf(shown, start, removed)
    const written = gone.count > LIMITS.deletedRanges ? gone.bridged(this.#deleted) : gone
    written.write(encoder)
    return encoding.toUint8Array(encoder)
  }

  take(update: ParsedUpdate): void {
    const { client } = update.outline
    if (client !== undefined) for (const piece of update.pieces) this.#pieces.add(client, piece)
    for (const { client: author, from, behind } of rangesIn(update)) this.#deleted.add(author, [from, behind])
  }

  /** What is shown, piece by piece. */
  #shown(): Shown[] {
    const shown: Shown[] = []
    let behind: ValueId | undefined
    for (const { client, clock, text } of this.#pieces) {
      const end = clock + text.length
      for (const [from, to] of left(clock, end, this.#deleted.of(client))) {
        const before = from === clock ? behind : { client, clock: from - 1 }
        shown.push({ client, clock: from, text: text.slice(from - clock, to - clock), behind: before })
      }
      behind = { client, clock: end - 1 }
    }
    return shown
  }

  #placeAt(shown: readonly Shown[], index: number): Place {
    let passed = 0
    for (const { client, clock, text, behind } of shown) {
      const inside = index - passed
      if (inside === 0) return { unit: { client, clock }, behind }
      if (inside < text.length)
        return { unit: { client, clock: clock + inside }, behind: { client, clock: clock + inside - 1 } }
      passed += text.length
    }
    const { last } = this.#pieces
    return { unit: undefined, behind: last && { client: last.client, clock: last.clock + last.text.length - 1 } }
  }

  #encode(encoder: encoding.Encoder, text: string, { unit, behind }: Place): void {
    encoding.writeUint8(encoder, TEXT | (behind ? TEXT_BEHIND : 0) | (unit ? TEXT_BEFORE : 0))
    for (const one of [behind, unit])
      if (one) for (const number of [one.client, one.clock]) encoding.writeVarUint(encoder, number)
    if (!behind && !unit) {
      encoding.writeVarUint(encoder, PARENT_IS_ROOT)
      encoding.writeVarString(encoder, this.#root)
    }
    encoding.writeVarString(encoder, text)
  }
}

/** What of the units between two clocks lies in none of the ranges, which rise and are apart. */
function* left(clock: number, end: number, ranges: readonly Range[]): Iterable<Range> {
  let from = clock
  for (let at = countWhile(ranges, ([, behind]) => behind <= clock); from < end; at++) {
    const [gone, behind] = ranges[at] ?? [end, end]
    if (gone > from) yield [from, Math.min(gone, end)]
    from = behind
  }
}

/** The units of a stretch of what is shown. */
function rangesOf(shown: readonly Shown[], start: number, length: number): Ranges {
  const ranges = new Ranges()
  let passed = 0
  for (const { client, clock, text } of shown) {
    const from = Math.max(start - passed, 0)
    const behind = Math.min(start + length - passed, text.length)
    if (from < behind) ranges.add(client, [clock + from, clock + behind])
    passed += text.length
  }
  return ranges
}
