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

/** Shares of the lanes: half of them, half of what is left, and so on; the last one is for all further machines. */
const SHARES = 6

/** The share in which a lane lies, from 0. */
const shareOfLane = (lane: number): number => Math.min(SHARES - 1, Math.log2(lane & -lane))

/**
 * A random lane that is not known to be used, from the share of a machine of a station; with none left any lane, and
 * running numbers then go on in it. A share does not change when machines are added, so one that knows nothing of the
 * numbers of its predecessors draws none of their lanes. Two runs of one machine that know nothing of each other draw
 * the same one with probability 1 / the size of their share, which is MAXIMUM_LANE / 2^(predecessors + 1) but for the last.
 * @param predecessors machines that were enrolled for the station before
 * @param random gives a whole number from 0 to below its bound
 */
export function drawLane(used: ReadonlySet<number>, predecessors: number, random: (bound: number) => number): number {
  const share = Math.min(SHARES - 1, predecessors)
  const free: number[] = []
  for (let lane = 1; lane <= MAXIMUM_LANE; lane++) if (shareOfLane(lane) === share && !used.has(lane)) free.push(lane)
  const drawn = free.length > 0 ? free[random(free.length)] : 1 + random(MAXIMUM_LANE)
  assert(drawn !== undefined, 'random stays below its bound')
  return drawn
}
