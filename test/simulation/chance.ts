/** Seeded randomness: everything the simulation decides comes from here, so that a run is a function of its seed. */

export interface Chance {
  /** At least 0 and below 1. */
  next(): number
  /** A whole number from 0 to below the bound. */
  below(bound: number): number
  /** A whole number between two, both included. */
  between(low: number, high: number): number
  /** True with the given probability. */
  happens(probability: number): boolean
  /** One of a list that is not empty. */
  pick<Of>(list: readonly Of[]): Of
  bytes(count: number): Uint8Array
  /** A source of its own, so that one part of the simulation does not shift the dice of another. */
  branch(name: string): Chance
}

function spread(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  return hash >>> 0
}

/** A source of chance (sfc32). */
export function createChance(seed: string): Chance {
  let a = spread(`${seed}/a`)
  let b = spread(`${seed}/b`)
  let c = spread(`${seed}/c`)
  let counter = 1
  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    return sum >>> 0
  }
  for (let round = 0; round < 12; round++) word()
  const next = () => word() / 2 ** 32
  const below = (bound: number) => Math.floor(next() * bound)
  return {
    next,
    below,
    between: (low, high) => low + below(high - low + 1),
    happens: (probability) => next() < probability,
    pick: (list) => list[below(list.length)] as (typeof list)[number],
    bytes: (count) => Uint8Array.from({ length: count }, () => word() & 0xff),
    branch: (name) => createChance(`${seed}/${name}`),
  }
}
