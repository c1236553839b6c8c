/** The packs read last, bounded in bytes: the entries of one case lie in few packs and are read in a row. */
export class PackCache {
  readonly #packs = new Map<number, Uint8Array>()
  readonly #maximumBytes: number
  #bytes = 0

  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes
  }

  /** A pack by arrival; it becomes the most recently used one. */
  get(arrival: number): Uint8Array | undefined {
    const bytes = this.#packs.get(arrival)
    if (bytes === undefined) return undefined
    this.#packs.delete(arrival)
    this.#packs.set(arrival, bytes)
    return bytes
  }

  /** Keeps a pack and drops the least recently used ones beyond the limit. */
  put(arrival: number, bytes: Uint8Array): void {
    if (this.#packs.has(arrival)) return
    this.#packs.set(arrival, bytes)
    this.#bytes += bytes.length
    for (const [oldest, dropped] of this.#packs) {
      if (this.#bytes <= this.#maximumBytes) return
      this.#packs.delete(oldest)
      this.#bytes -= dropped.length
    }
  }
}
