/** What of an update decides whether it takes effect: read once from its bytes, held against what is held again and again. */
import { advance, isInsideCharacter, nextClock, type OwnClocks, type SectionClocks } from './clocks.ts'
import type { GateProblemCode } from './problems.ts'

/** Numbers by their places: a list, or bare ones where they are many. */
export type Numbers = ArrayLike<number>

export interface Outline {
  /** Undefined when the update only deletes, or could not be read up to the author. */
  readonly client: number | undefined
  /** The clock at which its structs begin. */
  readonly start: number
  /** The clock behind them. */
  readonly next: number
  /** Places inside characters that it writes, as in the clocks. */
  readonly halves: readonly number[]
  /**
   * What must be held of earlier updates, in the order of the bytes, three numbers each: client, clock behind the last
   * unit, and a place that must not lie inside a character. Plain numbers, because a hostile update names thousands.
   */
  readonly references: Numbers
  /** Before this place of the references they are neighbours of what is written, from it on ranges that are deleted. */
  readonly origins: number
  /** What is wrong with the bytes behind the references. */
  readonly fault: GateProblemCode | undefined
}

const NUMBERS_EACH = 3

/** How far an update was held against what is held. */
export interface Fit {
  /** Undefined when it takes effect. */
  readonly problem: GateProblemCode | undefined
  /** The place in the references up to which everything is held. */
  readonly at: number
}

/**
 * Holds an update against what is held: its first problem in the order of its bytes, as if they were read anew.
 * @param at where the look before ended: what was held by then stays so
 */
export function fitOf(outline: Outline, clocks: SectionClocks, at = 0): Fit {
  const { client, start, references, origins, fault } = outline
  const held = client === undefined ? start : nextClock(clocks, client)
  if (start !== held) return { problem: start < held ? 'clock-behind' : 'clock-gap', at }
  for (let place = at; place < references.length; place += NUMBERS_EACH) {
    const problem = problemOf(references, place, place >= origins, clocks)
    if (problem) return { problem, at: place }
  }
  return { problem: fault, at: references.length }
}

/** Whose units an update that does not fit lacks; it fits no earlier than these come. */
export const awaitedBy = ({ client, references }: Outline, { problem, at }: Fit): number | undefined =>
  problem === 'clock-gap' ? client : references[at]

/** What is wrong with one of the references. */
function problemOf(
  references: Numbers,
  place: number,
  isDeletion: boolean,
  clocks: SectionClocks,
): GateProblemCode | undefined {
  const [client, end, cut] = [references[place], references[place + 1], references[place + 2]] as [
    number,
    number,
    number,
  ]
  if (end > nextClock(clocks, client)) return isDeletion ? 'unheld-deletion' : 'unheld-origin'
  const splits = isInsideCharacter(clocks, client, cut) || (isDeletion && isInsideCharacter(clocks, client, end))
  return splits ? 'split-character' : undefined
}

/** An update is accepted: what it wrote is held from now on. */
export function hold({ client, next, halves }: Outline, clocks: OwnClocks): void {
  if (client !== undefined) advance(clocks, client, next, halves)
}
