/**
 * A section that goes by keys while it is open: what Yjs makes of its updates, in time that is linear in their bytes.
 *
 * Yjs keeps the values of a key in a row and looks for the place of each new one by walking along it, so that values whose
 * author named none, or old ones, cost the square of their number: 12 MB kept a machine busy for half a minute. What it
 * arrives at has a short rule, because no item of ours names a right neighbour: values are a tree, each below the one it
 * was written in sight of; what counts is found from the root by going on to the child of the highest author, and among
 * those of one author to the earliest. The property tests hold this against Yjs.
 */
import * as encoding from 'lib0/encoding'
import { assert } from '#protocol/assert.ts'
import { type KeyedDifference, keyedDifference, type SectionChange } from './change.ts'
import { FIRST_OF_KEY, NEXT_OF_KEY, PARENT_IS_ROOT, type ParsedUpdate, rangesIn, type ValueId } from './parse.ts'
import { byAuthor, Ranges } from './ranges.ts'
import type { SectionDocument } from './section-document.ts'
import type { PlainValue } from './sections.ts'

/** A value that was written; it stays, because others name it. */
interface Written extends ValueId {
  readonly key: string
  readonly value: PlainValue
  /** Of those written in sight of this one the one that counts. */
  next: Written | undefined
  /** From it to before this clock all of its author's are deleted; undefined when it is not. */
  deletedTo: number | undefined
}

/** Deletes values of one author; what was deleted before is passed over, so that nobody has a long range gone through again and again. */
function remove(all: readonly Written[], from: number, behind: number): void {
  for (let clock = from; clock < behind; ) {
    const one = all[clock] as Written
    clock = one.deletedTo ?? clock + 1
    one.deletedTo = Math.max(clock, behind)
  }
}

/** Each a range of its own. */
function rangesOf(gone: readonly ValueId[]): Ranges {
  const ranges = new Ranges()
  for (const { client, clock } of gone) ranges.add(client, [clock, clock + 1])
  return ranges
}

/** Whether a value is shown. */
const isShown = (one: Written | undefined): one is Written => one !== undefined && one.deletedTo === undefined

/** A value apart from the document: records are flat. */
const copyOf = (value: PlainValue): PlainValue => (typeof value === 'object' ? { ...value } : value)

export class KeyedDocument implements SectionDocument {
  readonly #root: string
  /** By author, each at its clock. */
  readonly #written = new Map<number, Written[]>()
  /** Of the values of a key that were written in sight of none the one that counts. */
  readonly #first = new Map<string, Written>()

  constructor(root: string) {
    this.#root = root
  }

  value(): Record<string, PlainValue> {
    const values: Record<string, PlainValue> = {}
    for (const one of this.#latest()) if (isShown(one)) values[one.key] = copyOf(one.value)
    return values
  }

  snapshot(): Uint8Array {
    const latest = new Set(this.#latest())
    const encoder = encoding.createEncoder()
    const all = [...this.#written].sort(byAuthor)
    const gone = all.flatMap(([, own]) => own.filter((one) => !isShown(one) || !latest.has(one)))
    rangesOf(gone).write(encoder)
    encoding.writeVarUint(encoder, all.length)
    for (const [client, own] of all) for (const number of [client, own.length]) encoding.writeVarUint(encoder, number)
    return encoding.toUint8Array(encoder)
  }

  write(client: number, change: SectionChange): Uint8Array | undefined {
    assert('set' in change, 'a form is changed key by key')
    const difference = keyedDifference(change, (key) => {
      const latest = this.#latestOf(key)
      return isShown(latest) ? latest.value : undefined
    })
    return difference.set.length + difference.remove.length > 0 ? this.#encoded(client, difference) : undefined
  }

  take(update: ParsedUpdate): void {
    const { client } = update.outline
    if (client !== undefined) for (const { under, value } of update.values) this.#add(client, under, value)
    for (const { client: author, from, behind } of rangesIn(update)) remove(this.#allOf(author), from, behind)
  }

  #allOf(client: number): Written[] {
    const all = this.#written.get(client) ?? []
    if (all.length === 0) this.#written.set(client, all)
    return all
  }

  #add(client: number, under: string | ValueId, value: PlainValue): void {
    const all = this.#allOf(client)
    const before = typeof under === 'string' ? undefined : this.#allOf(under.client)[under.clock]
    const key = before?.key ?? (under as string)
    const one: Written = { client, clock: all.length, key, value, next: undefined, deletedTo: undefined }
    all.push(one)
    const beside = before ? before.next : this.#first.get(key)
    if (beside && beside.client >= client) return
    if (before) before.next = one
    else this.#first.set(key, one)
  }

  /** The value of a key that counts, deleted or not. */
  #latestOf(key: string): Written | undefined {
    let latest = this.#first.get(key)
    while (latest?.next) latest = latest.next
    return latest
  }

  #latest(): Written[] {
    return [...this.#first.keys()].map((key) => this.#latestOf(key) as Written)
  }

  /** The update that Yjs would write. */
  #encoded(client: number, { set, remove }: KeyedDifference): Uint8Array {
    const encoder = encoding.createEncoder()
    encoding.writeVarUint(encoder, set.length > 0 ? 1 : 0)
    if (set.length > 0) {
      for (const number of [set.length, client, this.#written.get(client)?.length ?? 0])
        encoding.writeVarUint(encoder, number)
      for (const [key, value] of set) this.#encode(encoder, key, value)
    }
    const gone = [...set.map(([key]) => key), ...remove].map((key) => this.#latestOf(key))
    rangesOf(gone.filter(isShown)).write(encoder)
    return encoding.toUint8Array(encoder)
  }

  #encode(encoder: encoding.Encoder, key: string, value: PlainValue): void {
    const before = this.#latestOf(key)
    encoding.writeUint8(encoder, before ? NEXT_OF_KEY : FIRST_OF_KEY)
    if (before) {
      encoding.writeVarUint(encoder, before.client)
      encoding.writeVarUint(encoder, before.clock)
    } else {
      encoding.writeVarUint(encoder, PARENT_IS_ROOT)
      encoding.writeVarString(encoder, this.#root)
      encoding.writeVarString(encoder, key)
    }
    encoding.writeVarUint(encoder, 1)
    encoding.writeAny(encoder, value)
  }
}
