/** What strangers may use up of a node: each caller so much, and all together so much that no one caller gets there. */
import { LIMITS } from '#protocol/limits.ts'
import type { Caller } from './callers.ts'

/** What is remembered of callers; of too many, the one that has not been heard of for longest is forgotten. */
export interface Memory<State> {
  of(caller: Caller): State | undefined
  keep(caller: Caller, state: State): void
}

/** A memory of callers; nothing of it outlives the program. */
export function createMemory<State>(): Memory<State> {
  const known = new Map<Caller, State>()
  return {
    of: (caller) => known.get(caller),
    keep(caller, state) {
      known.delete(caller)
      known.set(caller, state)
      const [oldest] = known.keys()
      if (known.size > LIMITS.callers && oldest !== undefined) known.delete(oldest)
    },
  }
}

/** How much there is. */
export interface Shares {
  readonly each: number
  readonly all: number
}

/** Uses in a minute. */
export interface Budget {
  /** Takes a use: the milliseconds until its turn, or undefined, and nothing is taken, when that is too long. */
  take(caller: Caller, now: number): number | undefined
  /** A use that turned out to cost nothing. */
  giveBack(caller: Caller): void
}

const MINUTE = 60_000
const NEVER = Number.NEGATIVE_INFINITY

/**
 * A budget: a minute's worth at once, then one after the other as time allows.
 * @param longest how long a use may wait for its turn
 */
export function createBudget({ each, all }: Shares, longest = 0): Budget {
  const dues = createMemory<number>()
  let dueOfAll = NEVER
  /** When the next use has its turn. A clock that was set back must not keep anybody waiting. */
  const turnOf = (due: number, perMinute: number, now: number) => {
    const step = MINUTE / perMinute
    return Math.max(due > now + longest + step ? NEVER : due, now - MINUTE) + step
  }
  return {
    take(caller, now) {
      const turn = turnOf(dues.of(caller) ?? NEVER, each, now)
      const turnOfAll = turnOf(dueOfAll, all, now)
      const wait = Math.max(0, turn - now, turnOfAll - now)
      if (wait > longest) return undefined
      dues.keep(caller, turn)
      dueOfAll = turnOfAll
      return wait
    },
    giveBack(caller) {
      const due = dues.of(caller)
      if (due !== undefined) dues.keep(caller, due - MINUTE / each)
      dueOfAll -= MINUTE / all
    },
  }
}

/** Places that are taken for a while. */
export interface Places {
  /** Takes a place; whoever leaves calls what comes back, once. Undefined when there is none. */
  enter(caller: Caller): (() => void) | undefined
}

/** So many places at once. */
export function createPlaces({ each, all }: Shares): Places {
  const taken = new Map<Caller, number>()
  let takenByAll = 0
  return {
    enter(caller) {
      const own = taken.get(caller) ?? 0
      if (own >= each || takenByAll >= all) return undefined
      taken.set(caller, own + 1)
      takenByAll += 1
      return () => {
        const left = (taken.get(caller) ?? 1) - 1
        if (left > 0) taken.set(caller, left)
        else taken.delete(caller)
        takenByAll -= 1
      }
    },
  }
}

/** What callers hold open here. */
export interface Crowd<Item> {
  /** How many callers hold something. */
  readonly callers: number
  /**
   * Takes an item in, which counts as one or as its weight; what is in already stays as it is. Beyond the share of its
   * caller that one's longest idle items end, beyond the share of all those of the caller that has most. It may be the
   * new item itself: it is idle, too.
   */
  add(item: Item, caller: Caller, weight?: number): void
  /** Something goes on with an item: it gives way to nobody until what comes back is called, once. Undefined when it is not in. */
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
}

/** A crowd of so many at most: whoever fills it pushes out its own, and nobody who has brought less. */
export function createCrowd<Item>({ each, all }: Shares, end: (item: Item) => void): Crowd<Item> {
  const holders = new Map<Caller, Held<Item>>()
  const items = new Map<Item, { readonly held: Held<Item>; readonly weight: number; uses: number }>()
  let size = 0
  const remove = (item: Item) => {
    const place = items.get(item)
    if (!place) return false
    const { held, weight } = place
    items.delete(item)
    held.idle.delete(item)
    held.count -= 1
    held.size -= weight
    size -= weight
    if (held.count === 0) holders.delete(held.caller)
    return true
  }
  const biggest = () =>
    [...holders.values()].filter(({ idle }) => idle.size > 0).reduce((most, one) => (one.size > most.size ? one : most))
  const fullest = (held: Held<Item>) => (held.size > each ? held : size > all ? biggest() : undefined)
  return {
    get callers() {
      return holders.size
    },
    add(item, caller, weight = 1) {
      if (items.has(item)) return
      const held = holders.get(caller) ?? { caller, count: 0, size: 0, idle: new Set() }
      holders.set(caller, held)
      held.count += 1
      held.size += weight
      size += weight
      held.idle.add(item)
      items.set(item, { held, weight, uses: 0 })
      while (items.has(item)) {
        const [longest] = fullest(held)?.idle ?? []
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
      return () => {
        place.uses -= 1
        if (place.uses === 0 && items.get(item) === place) place.held.idle.add(item)
      }
    },
    delete: remove,
  }
}
