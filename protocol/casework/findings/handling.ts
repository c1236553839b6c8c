/** How cases were handled: spread of discretion (SOURCES.md B11), speed against the law (SOURCES.md B12), results on the spot (SOURCES.md C5). */
import { type Rate, rateOf, savingOf } from '../catalogue/rates.ts'
import type { Item } from '../item.ts'
import type { CaseFigures } from './figures.ts'

/** How often a discretion tier was chosen for an item. */
export interface TierShare extends Rate {
  readonly tier: string
  readonly factor: string
}

/** The tiers of every item that has them, never chosen ones included; a tier the item does not know stands last. */
export function tierDistribution(
  items: readonly Item[],
  cases: readonly CaseFigures[],
): ReadonlyMap<string, readonly TierShare[]> {
  const chosen = Map.groupBy(
    cases.filter(({ tier }) => tier !== ''),
    ({ item }) => item,
  )
  return new Map(
    items
      .filter(({ discretion }) => discretion.length > 0)
      .map(({ id, discretion }) => {
        const made = chosen.get(id) ?? []
        const known = discretion.map(({ id: tier, factor }) => ({ tier, factor }))
        const others = [...new Set(made.map(({ tier }) => tier))]
          .filter((tier) => !known.some((each) => each.tier === tier))
          .map((tier) => ({ tier, factor: '' }))
        return [
          id,
          [...known, ...others].map((each) => ({
            ...each,
            ...rateOf(made.filter(({ tier }) => tier === each.tier).length, made.length),
          })),
        ]
      }),
  )
}

/** 实际提速率: 1 − Σ days used ÷ Σ statutory days, pauses and days off left out. */
export function actualSpeedUp(cases: readonly CaseFigures[]): Rate {
  const paces = cases.flatMap(({ pace }) => pace ?? [])
  const sum = (read: (pace: NonNullable<CaseFigures['pace']>) => number) =>
    paces.reduce((total, pace) => total + read(pace), 0)
  return savingOf(
    sum(({ used }) => used),
    sum(({ statutory }) => statutory),
  )
}

/** 现场办结率: cases that ended on the visit of the receipt ÷ accepted cases. */
export function onTheSpotRate(cases: readonly CaseFigures[]): Rate {
  const accepted = cases.filter((each) => each.accepted)
  return rateOf(accepted.filter(({ sameVisit }) => sameVisit).length, accepted.length)
}
