/** Where two versions of a log part: the exact height, found by asking for hashes in ever narrower gaps; no I/O. */

import { LIMITS } from '#protocol/limits.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import type { Rung } from '#protocol/wire/messages.ts'

/** What one side knows of the other's version. Chained hashes that are equal at one height are equal at all below. */
export interface Search {
  /** The highest height at which both are known to agree; both begin empty. */
  readonly agrees: Rung
  /** The lowest height at which they are known to differ; null while none is known. */
  readonly differs: Rung | null
  /** The highest height that was ever told of the other version. */
  readonly reach: number
  /** Questions asked so far. */
  readonly questions: number
  /** Heights between the ends of the last question; an answer must leave fewer. */
  readonly gap: number
}

/** Nothing is known. */
export const beginSearch = (): Search => ({
  agrees: { height: 0, hash: GENESIS },
  differs: null,
  reach: 0,
  questions: 0,
  gap: Number.POSITIVE_INFINITY,
})

/** Our own version as it lies on the disk now. */
export interface OwnVersion {
  readonly height: number
  /** Hashes at the heights of {@link heightsToJudge}; none above what is held. */
  readonly hashes: ReadonlyMap<number, Uint8Array>
}

export type SearchStep =
  /** Not yet exact: the other side is to be asked for hashes strictly between. */
  | { readonly is: 'open'; readonly search: Search; readonly above: number; readonly below: number }
  /** Both agree at this height and differ at the next one, as the other side tells it. */
  | { readonly is: 'exact'; readonly search: Search; readonly height: number }
  /** One version is a beginning of the other: nothing differs. */
  | { readonly is: 'beginning'; readonly height: number }
  /** What was told cannot be true of any log. */
  | { readonly is: 'contradictory' }
  /** The answer did not narrow the gap, or too many were needed: whoever answers so will not lead anywhere. */
  | { readonly is: 'fruitless' }

const rungsOf = ({ agrees, differs }: Search, told: readonly Rung[]): Rung[] => [
  agrees,
  ...(differs ? [differs] : []),
  ...told,
]

/** The heights at which our hashes are needed to judge what was told. */
export const heightsToJudge = (search: Search, told: readonly Rung[]): number[] =>
  rungsOf(search, told).map(({ height }) => height)

/**
 * Judges what was told. What was known before is judged again with it: our own version may have been cut or may have
 * grown since. Ends for every sequence of answers: each question must narrow the gap, and there are few of them.
 */
export function judge(search: Search, told: readonly Rung[], ours: OwnVersion): SearchStep {
  let agrees: Rung | undefined
  let differs: Rung | null = null
  const rungs = rungsOf(search, told)
  for (const rung of rungs) {
    const own = ours.hashes.get(rung.height)
    if (rung.height > ours.height || !own) continue
    if (equalBytes(own.subarray(0, rung.hash.length), rung.hash)) {
      if (!agrees || rung.height > agrees.height) agrees = rung
    } else if (!differs || rung.height < differs.height) differs = rung
  }
  if (!agrees || (differs && differs.height <= agrees.height)) return { is: 'contradictory' }
  const reach = rungs.reduce((highest, { height }) => Math.max(highest, height), search.reach)
  const above = agrees.height
  const below = differs?.height ?? Math.min(reach, ours.height) + 1
  const next = { ...search, agrees, differs, reach }
  if (below === above + 1) {
    return differs ? { is: 'exact', search: next, height: above } : { is: 'beginning', height: above }
  }
  const gap = below - above - 1
  if (gap >= search.gap || search.questions >= LIMITS.forkQuestions) return { is: 'fruitless' }
  return { is: 'open', search: { ...next, questions: search.questions + 1, gap }, above, below }
}

/**
 * The heights that answer a question best: evenly spread strictly between two, both ends with them, highest first.
 * @param height how much the answering side holds
 */
export function heightsBetween(above: number, below: number, height: number): number[] {
  const first = above + 1
  const last = Math.min(below - 1, height)
  const count = Math.min(LIMITS.forkRungs, last - first + 1)
  const heights: number[] = []
  for (let index = 0; index < count; index++) {
    heights.push(last - Math.floor((index * (last - first)) / Math.max(count - 1, 1)))
  }
  return heights
}
