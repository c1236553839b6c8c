/** Lanes of numbers: three letters under which one run of a node numbers, so that what a former run gave is not given again. */
import { assert } from '#protocol/assert.ts'

// I and O are left out: on paper they are 1 and 0.
const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
/** A lane in a regular expression. */
export const LANE_PATTERN = '[A-HJ-NP-Z]{3}'
/** Lanes are 1 to this; 0 is left free. */
export const MAXIMUM_LANE = LETTERS.length ** 3 - 1

/** A lane as it stands in numbers: three letters. */
export function lettersOf(lane: number): string {
  const base = LETTERS.length
  const letters = [Math.floor(lane / (base * base)), Math.floor(lane / base) % base, lane % base]
  return letters.map((letter) => LETTERS[letter]).join('')
}

/** The lane of letters that {@link LANE_PATTERN} describes. */
export const laneOf = (letters: string): number =>
  [...letters].reduce((total, letter) => total * LETTERS.length + LETTERS.indexOf(letter), 0)

/** Whether a lane can stand in a number. */
export const isLane = (lane: number): boolean => Number.isInteger(lane) && lane >= 1 && lane <= MAXIMUM_LANE

/** Every so-many-th lane: what one of several machines of a station draws from. */
export interface LaneShare {
  /** From 0. */
  readonly place: number
  readonly of: number
}

/**
 * A random lane of a share that is not known to be used; with none left any lane, and running numbers then go on in it.
 * Two runs of a share that know nothing of each other draw the same one with probability of / MAXIMUM_LANE.
 * @param random gives a whole number from 0 to below its bound
 */
export function drawLane(
  used: ReadonlySet<number>,
  { place, of }: LaneShare,
  random: (bound: number) => number,
): number {
  const free: number[] = []
  for (let lane = 1; lane <= MAXIMUM_LANE; lane++) if (lane % of === place && !used.has(lane)) free.push(lane)
  const drawn = free.length > 0 ? free[random(free.length)] : 1 + random(MAXIMUM_LANE)
  assert(drawn !== undefined, 'random stays below its bound')
  return drawn
}
