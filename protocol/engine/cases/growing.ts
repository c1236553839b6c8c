/** Collections that only grow, of which copies are cheap: copies share one table until one of them is left behind. */

/** A value with its place in the order of adding. */
interface Added<Value> {
  readonly place: number
  readonly value: Value
}

/**
 * Lists of values under keys. A copy sees what was added before it was made and what it adds itself. Whichever adds first
 * goes on with the shared table; another one that adds after that gets a table of its own: a failed commit costs that once.
 */
export class GrowingLists<Key, Value> {
  #table = new Map<Key, Added<Value>[]>()
  /** How many were added to the table, by whomever. */
  #count = { added: 0 }
  /** How many of them are seen from here. */
  #size = 0

  /** A copy that grows on its own. */
  copy(): GrowingLists<Key, Value> {
    const copy = new GrowingLists<Key, Value>()
    copy.#table = this.#table
    copy.#count = this.#count
    copy.#size = this.#size
    return copy
  }

  /** The values of a key in the order in which they were added. */
  get(key: Key): readonly Value[] {
    return this.#seen(key).map(({ value }) => value)
  }

  has(key: Key): boolean {
    const first = this.#table.get(key)?.[0]
    return first !== undefined && first.place < this.#size
  }

  add(key: Key, value: Value): void {
    if (this.#count.added !== this.#size) this.#part()
    const list = this.#table.get(key)
    const added = { place: this.#size, value }
    if (list) list.push(added)
    else this.#table.set(key, [added])
    this.#size += 1
    this.#count.added = this.#size
  }

  #seen(key: Key): readonly Added<Value>[] {
    return (this.#table.get(key) ?? []).filter(({ place }) => place < this.#size)
  }

  /** Leaves the shared table to those that have gone on with it. */
  #part(): void {
    const keys = [...this.#table.keys()].filter((key) => this.has(key))
    this.#table = new Map(keys.map((key) => [key, [...this.#seen(key)]]))
    this.#count = { added: this.#size }
  }
}

/** A set; copies as of {@link GrowingLists}. */
export class GrowingSet<Value> {
  #places = new Map<Value, number>()
  #size = 0

  /** A copy that grows on its own. */
  copy(): GrowingSet<Value> {
    const copy = new GrowingSet<Value>()
    copy.#places = this.#places
    copy.#size = this.#size
    return copy
  }

  has(value: Value): boolean {
    const place = this.#places.get(value)
    return place !== undefined && place < this.#size
  }

  add(value: Value): void {
    if (this.has(value)) return
    if (this.#places.size !== this.#size) {
      this.#places = new Map([...this.#places].filter(([, place]) => place < this.#size))
    }
    this.#places.set(value, this.#size)
    this.#size += 1
  }
}
