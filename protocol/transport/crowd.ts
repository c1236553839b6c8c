/** What callers hold open at once: whoever fills it pushes out its own. */
import type { Shares } from './budgets.ts'
import type { Caller } from './callers.ts'

/** What callers hold open here. */
export interface Crowd<Item> {
  /** How many callers hold something. */
  readonly callers: number
  /**
   * Takes an item in, which counts as one or as its weight; what is in already stays as it is. Beyond the share of its
   * caller that one's longest idle items end, beyond the share of all those of the caller that has most. It may be the
   * new item itself: it is idle, too. Where whoever has idle ones has clearly less than another has occupied ones that may
   * end, the longest occupied of those does.
   */
  add(item: Item, caller: Caller, weight?: number): void
  /** Something goes on with an item: it gives way to nobody who has not clearly less, until what comes back is called, once. Undefined when it is not in. */
  occupy(item: Item): (() => void) | undefined
  /** Lets go of an item; whether it was there. */
  delete(item: Item): boolean
}

/** What one caller holds. */
interface Held<Item> {
  readonly caller: Caller
  count: number
  /** What its items weigh. */
  size: number
  /** The longest idle first. */
  readonly idle: Set<Item>
  /** The longest occupied first. */
  readonly busy: Set<Item>
}

/** One caller has clearly more than another: so many times as much. One that comes and goes does not end another's for a few. */
const CLEARLY = 2

/** Of occupied items that may end those of the caller that has most, where those are more than so many; the longest occupied first. */
function mostOccupied<Item>(
  holders: Iterable<Held<Item>>,
  least: number,
  mayEnd: (item: Item) => boolean,
): readonly Item[] {
  let most: readonly Item[] = []
  for (const { busy } of holders) {
    const more = Math.max(least, most.length)
    const some = busy.size > more ? [...busy].filter(mayEnd) : []
    if (some.length > more) most = some
  }
  return most
}

/**
 * A crowd of so many at most: whoever fills it pushes out its own, and nobody who has brought less.
 * @param mayEnd whether an occupied item may end for somebody who has clearly less
 */
export function createCrowd<Item>(
  { each, all }: Shares,
  end: (item: Item) => void,
  mayEnd: (item: Item) => boolean = () => false,
): Crowd<Item> {
  const holders = new Map<Caller, Held<Item>>()
  const items = new Map<Item, { readonly held: Held<Item>; readonly weight: number; uses: number }>()
  let size = 0
  const remove = (item: Item) => {
    const place = items.get(item)
    if (!place) return false
    const { held, weight } = place
    items.delete(item)
    held.idle.delete(item)
    held.busy.delete(item)
    held.count -= 1
    held.size -= weight
    size -= weight
    if (held.count === 0) holders.delete(held.caller)
    return true
  }
  const biggest = () =>
    [...holders.values()].filter(({ idle }) => idle.size > 0).reduce((most, one) => (one.size > most.size ? one : most))
  const givingWay = (held: Held<Item>): Iterable<Item> => {
    if (held.size > each) return held.idle
    if (size <= all) return []
    const idlest = biggest()
    const occupied = mostOccupied(holders.values(), idlest.count * CLEARLY, mayEnd)
    return occupied.length > 0 ? occupied : idlest.idle
  }
  return {
    get callers() {
      return holders.size
    },
    add(item, caller, weight = 1) {
      if (items.has(item)) return
      const held = holders.get(caller) ?? { caller, count: 0, size: 0, idle: new Set(), busy: new Set() }
      holders.set(caller, held)
      held.count += 1
      held.size += weight
      size += weight
      held.idle.add(item)
      items.set(item, { held, weight, uses: 0 })
      while (items.has(item)) {
        const [longest] = givingWay(held)
        if (longest === undefined) return
        remove(longest)
        end(longest)
      }
    },
    occupy(item) {
      const place = items.get(item)
      if (!place) return undefined
      place.uses += 1
      place.held.idle.delete(item)
      place.held.busy.add(item)
      return () => {
        place.uses -= 1
        if (place.uses > 0 || items.get(item) !== place) return
        place.held.busy.delete(item)
        place.held.idle.add(item)
      }
    },
    delete: remove,
  }
}
