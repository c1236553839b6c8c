/** The catalogue in memory: every edition of every item, and which of them is in force on a day. */
import type { Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'

/** Editions are counted from 1; what is above was the version of a record, as cases of earlier programs name it. */
const MAXIMUM_EDITION = 100_000

export interface Editions {
  put(item: Item): void
  /** The newest edition. */
  newest(code: string): Item | undefined
  /** One edition. Cases that name a record's version instead keep the oldest one. */
  edition(code: string, edition: number): Item | undefined
  /** All editions, the oldest first. */
  all(code: string): readonly Item[]
  /** The edition under which a case may be opened on a day. */
  openable(code: string, day: Day): Item | undefined
  /** The newest edition of every item, by code. */
  list(): readonly Item[]
}

/** Opens an empty catalogue. */
export function createEditions(): Editions {
  const items = new Map<string, readonly Item[]>()
  let newestOnes: readonly Item[] | undefined
  const all = (code: string) => items.get(code) ?? []
  return {
    put(item) {
      const others = all(item.id).filter(({ edition }) => edition !== item.edition)
      const same = all(item.id).find(({ edition }) => edition === item.edition)
      // A record of an earlier program and its successor may both say that they are the first edition.
      const counts = same !== undefined && same.version > item.version ? same : item
      items.set(
        item.id,
        [...others, counts].sort((left, right) => left.edition - right.edition),
      )
      newestOnes = undefined
    },
    newest: (code) => all(code).at(-1),
    edition: (code, edition) =>
      all(code).find((item) => item.edition === edition) ?? (edition > MAXIMUM_EDITION ? all(code)[0] : undefined),
    all,
    openable(code, day) {
      const begun = all(code).findLast(({ effectiveFrom }) => effectiveFrom <= day)
      return begun !== undefined && isInForce(begun, day) ? begun : undefined
    },
    list() {
      newestOnes ??= [...items.values()]
        .flatMap((editions) => editions.at(-1) ?? [])
        .sort((left, right) => (left.id < right.id ? -1 : 1))
      return newestOnes
    },
  }
}

const isInForce = ({ change, effectiveUntil }: Item, day: Day): boolean =>
  change.type !== 'cancelled' && change.type !== 'merged' && (effectiveUntil === null || day <= effectiveUntil)
