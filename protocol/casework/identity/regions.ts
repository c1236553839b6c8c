/** Region codes (区划代码) in their time: what a code was called on a day, and which code took its place. */
import { LIMITS } from '#protocol/limits.ts'
import type { Region } from '../directory.ts'
import type { Day } from '../time/days.ts'

const inForce = ({ from, until }: Region, day: Day): boolean => from <= day && (until === null || day <= until)

/** The record of a code on a day; undefined when the code was not in use then. A renamed region keeps its code. */
export const regionOn = (regions: readonly Region[], code: string, day: Day): Region | undefined =>
  regions.find((region) => region.id === code && inForce(region, day))

/** County, township and village of a code with their names on a day, the highest first; what is unknown is left out. */
export const regionPath = (regions: readonly Region[], code: string, day: Day): readonly Region[] =>
  [6, 9, 12]
    .filter((digits) => digits <= code.length)
    .flatMap((digits) => regionOn(regions, code.slice(0, digits), day) ?? [])

/**
 * The region that a code means on a day: its own while it is in use, else the one at the end of its successors.
 * Undefined when the chain ends without one in use, runs in a circle or is longer than `LIMITS.regionSteps`.
 */
export function presentRegion(regions: readonly Region[], code: string, day: Day): Region | undefined {
  let next: string | null = code
  for (let step = 0; next !== null && step <= LIMITS.regionSteps; step++) {
    const here: string = next
    const region = regionOn(regions, here, day)
    if (region !== undefined) return region
    next = lastOf(regions, here)?.successor ?? null
  }
  return undefined
}

/** The latest record of a code that has ended. */
function lastOf(regions: readonly Region[], code: string): Region | undefined {
  const ended = regions.filter(({ id, until }) => id === code && until !== null)
  return ended.reduce<Region | undefined>(
    (latest, region) => (latest === undefined || region.from > latest.from ? region : latest),
    undefined,
  )
}

/** The regions that were merged directly into a code, the oldest first (合村并镇). */
export const mergedInto = (regions: readonly Region[], code: string): readonly Region[] =>
  regions
    .filter(({ successor, id }) => successor === code && id !== code)
    .toSorted((one, other) => ((one.until ?? '') < (other.until ?? '') ? -1 : 1))
