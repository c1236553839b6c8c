/** Rates of the catalogue by department (SOURCES.md 6.4): presence, authorisation, promised speed-up. */
import type { Letter } from '../directory.ts'
import type { Item } from '../item.ts'
import type { Day } from '../time/days.ts'

/** A share with what it was computed from; null where there is nothing to compute it from. */
export interface Rate {
  readonly part: number
  readonly whole: number
  readonly rate: number | null
}

export const rateOf = (part: number, whole: number): Rate => ({ part, whole, rate: whole === 0 ? null : part / whole })

/** 1 − part ÷ whole: how much shorter. */
export const savingOf = (part: number, whole: number): Rate => ({
  part,
  whole,
  rate: whole === 0 ? null : 1 - part / whole,
})

/** A rate for people, such as 71.8%; a dash where there is none. */
export const percent = ({ rate }: Rate): string => (rate === null ? '—' : `${(rate * 100).toFixed(1)}%`)

/** Rates of one department's items, and of all together under `total`. */
export interface ByDepartment<Of> {
  readonly departments: ReadonlyMap<string, Of>
  readonly total: Of
}

/** Computes for all items and for those of each department, by code. */
export function byDepartment<Row extends { readonly department: string }, Of>(
  rows: readonly Row[],
  compute: (rows: readonly Row[]) => Of,
): ByDepartment<Of> {
  const groups = [...Map.groupBy(rows, ({ department }) => department)].sort(([left], [right]) =>
    left < right ? -1 : 1,
  )
  return {
    departments: new Map(groups.map(([department, group]) => [department, compute(group)])),
    total: compute(rows),
  }
}

/** 授权率: item × power that a letter covers on a day ÷ item × power that the catalogue requires. */
export function authorisedRate(items: readonly Item[], letters: readonly Letter[], day: Day): Rate {
  const inForce = letters.filter(
    ({ from, until, revoked }) => from <= day && day <= until && (revoked === null || day < revoked.from),
  )
  const required = items.flatMap((item) => item.authorised.map((power) => ({ item, power })))
  const covered = required.filter(({ item, power }) =>
    inForce.some(
      (letter) =>
        letter.department === item.department &&
        letter.powers.includes(power) &&
        (letter.items === null || letter.items.includes(item.id)),
    ),
  )
  return rateOf(covered.length, required.length)
}

/** 承诺提速率 of a list of items, and the items that have no pair of limits to compare. */
export interface PromisedSpeedUp extends Rate {
  readonly leftOut: readonly string[]
}

/** 1 − Σ promised ÷ Σ statutory, over items whose two limits are counted in the same unit. */
export function promisedSpeedUp(items: readonly Item[]): PromisedSpeedUp {
  const [counted, leftOut] = [[] as Item[], [] as string[]]
  for (const item of items) {
    const { promised, statutory } = item
    if (promised.days === null || statutory.days === null || promised.unit !== statutory.unit) leftOut.push(item.id)
    else counted.push(item)
  }
  const sum = (read: (item: Item) => number | null) => counted.reduce((total, item) => total + (read(item) ?? 0), 0)
  return {
    ...savingOf(
      sum((item) => item.promised.days),
      sum((item) => item.statutory.days),
    ),
    leftOut,
  }
}
