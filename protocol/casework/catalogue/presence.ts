/** 应进必进 (SOURCES.md A12): which items are at the hall, which are not and why, by department. */
import type { Item } from '../item.ts'
import { type ByDepartment, byDepartment, type Rate, rateOf } from './rates.ts'

/** 进驻率 of some items and what stands behind it. */
export interface PresenceReport extends Rate {
  /** Items that should be at the hall and are not, with the reason and approval that was given. */
  readonly absent: readonly { readonly item: string; readonly name: string; readonly reason: string }[]
  /** Codes of those of them without any reason. */
  readonly unexplained: readonly string[]
}

/** 进驻事项 ÷ 应进事项, by department and in all. */
export const presenceRates = (items: readonly Item[]): ByDepartment<PresenceReport> => byDepartment(items, presenceOf)

function presenceOf(items: readonly Item[]): PresenceReport {
  const due = items.filter(({ presence }) => presence.due)
  const absent = due.filter(({ presence }) => !presence.present)
  return {
    ...rateOf(due.length - absent.length, due.length),
    absent: absent.map(({ id, name, presence }) => ({ item: id, name, reason: presence.reason })),
    unexplained: absent.filter(({ presence }) => presence.reason.trim() === '').map(({ id }) => id),
  }
}
