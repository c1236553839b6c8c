/** The shape of the transition table: one way a guarded fact may take effect. */
import type { Tier } from '#protocol/tiers.ts'
import type { Power } from '../codes.ts'
import type { ClockId } from '../course/spans.ts'
import type { Stage } from '../course/stages.ts'
import type { Role } from '../directory.ts'
import type { Item } from '../item.ts'
import type { GuardName } from './guards.ts'

/** What an item must be for a transition to be the one that is meant. */
export const ITEM_CONDITIONS = {
  simple: (item: Item) => item.steps.length === 0,
  stepped: (item: Item) => item.steps.length > 0,
  examined: (item: Item) => item.steps.some(({ stage }) => stage === '41'),
  unexamined: (item: Item) => item.steps.length > 0 && item.steps.every(({ stage }) => stage !== '41'),
  // 代收 is no 收件, unless the item names the village as a receiving point whose capture starts the five days.
  'capture-starts': (item: Item) => item.clockStart === 'capture' && item.receivingTiers.includes('village'),
  'village-receives': (item: Item) => item.receivingTiers.includes('village'),
  'village-delivers': (item: Item) => item.villageDelivery,
} as const satisfies Record<string, (item: Item) => boolean>
export type ItemCondition = keyof typeof ITEM_CONDITIONS

/** What a transition does to the clocks. Starting one that has run begins it anew. */
export interface ClockEffect {
  readonly start?: readonly ClockId[]
  /** Started unless it runs already. */
  readonly begin?: readonly ClockId[]
  readonly stop?: readonly ClockId[]
  readonly pause?: true
  readonly resume?: true
}

/** One way a guarded fact may take effect. */
export interface Transition {
  /** Stages it leads from; none for the fact that begins a case. */
  readonly from: readonly Stage[]
  /** The stage it leads to; null when the stage stays, `back` when it returns to where a pause began. */
  readonly to: Stage | 'back' | null
  /** The transition holds only for this value of a field. */
  readonly when?: { readonly field: string; readonly is: string }
  /** The transition holds only for items of this kind; an item whose record is not here counts as simple. */
  readonly given?: ItemCondition
  /** Fields this transition needs although the fact's own rule leaves them open. */
  readonly needs?: readonly string[]
  /** Tiers whose stations may do it. */
  readonly tiers: readonly Tier[]
  /** Roles of people who may do it at such a station. */
  readonly roles: readonly Role[]
  /** Powers that authorisation letters must give, where the item asks for letters and always at a village. */
  readonly powers?: readonly Power[]
  /** Further conditions, in the order in which they are told (guards.ts). */
  readonly guards?: readonly GuardName[]
  readonly clock?: ClockEffect
  /** Whether a node without its parent may do it (SOURCES.md 5.3, column edge). */
  readonly offline: boolean
  /** Number of the transition in SOURCES.md section 5.3; null for custody (DESIGN.md section 8). */
  readonly number: number | null
  /** Where the rule comes from, for people. */
  readonly source: string
}

/** Who may write a guarded fact and what an open transfer means for it. */
export interface Guard {
  /** The holder, the station the open transfer names, the root's coordinator, the holder or the root, or whoever begins the case. */
  readonly writer: 'holder' | 'receiver' | 'root' | 'holder-or-root' | 'opener'
  /** Whether a transfer must be open, must not be open, or does not matter. */
  readonly offer: 'open' | 'closed' | 'either'
  readonly transitions: readonly Transition[]
}
