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
