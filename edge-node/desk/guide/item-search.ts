/** Finding items by name, code, pinyin, department or tier, for the counter and for the catalogue. */
import type { Item } from '#protocol/casework/item.ts'
import { LIMITS } from '#protocol/limits.ts'
import { TIERS, type Tier } from '#protocol/tiers.ts'

export interface ItemQuery {
  readonly text: string
  /** Department code; empty for all. */
  readonly department: string
  /** Where it can be captured; empty for all. */
  readonly tier: Tier | ''
}

/** Reads a query from an address; unknown tiers count as all. */
export function itemQueryOf(query: Readonly<Record<string, string>>): ItemQuery {
  const { q = '', department = '', tier = '' } = query
  const known: readonly string[] = TIERS
  return {
    text: q.trim().slice(0, LIMITS.lineCharacters),
    department,
    tier: known.includes(tier) ? (tier as Tier) : '',
  }
}

/** The items that answer a query, those found by code or at the beginning of the name first. */
export function searchItems(items: readonly Item[], query: ItemQuery): readonly Item[] {
  const text = query.text.toLowerCase()
  const rank = (item: Item): number => {
    if (text === '') return 0
    const { basic, implementation, business } = item.codes
    const codes = [item.id, basic, implementation, business].map((code) => code.toLowerCase())
    if (codes.includes(text) || item.name.startsWith(query.text)) return 0
    const found = [item.name.toLowerCase(), item.pinyin.toLowerCase(), ...codes].some((known) => known.includes(text))
    return found ? 1 : -1
  }
  return items
    .filter(({ department }) => query.department === '' || department === query.department)
    .filter(({ tiers }) => query.tier === '' || tiers.includes(query.tier))
    .map((item) => ({ item, rank: rank(item) }))
    .filter((found) => found.rank >= 0)
    .toSorted((left, right) => left.rank - right.rank || (left.item.id < right.item.id ? -1 : 1))
    .map(({ item }) => item)
}

/** One page of a list, by number from 1. */
export function numberedPage<Row>(rows: readonly Row[], number: string | undefined, size: number = LIMITS.pageRows) {
  const pages = Math.max(Math.ceil(rows.length / size), 1)
  const current = Math.min(Math.max(Math.trunc(Number(number ?? 1)) || 1, 1), pages)
  const first = (current - 1) * size
  return { rows: rows.slice(first, first + size), current, pages, total: rows.length }
}
