/** What counts outside a case: who speaks for whom, editions, letters, calendar and local rules, as the hub published them. */
import type { EntryHash, LogKey, NodeId, PersonId, StationCode } from '#protocol/ids.ts'
import type { Tier } from '#protocol/tiers.ts'
import type { Power } from './codes.ts'
import type { LocalRules, Role } from './directory.ts'
import type { Item } from './item.ts'
import type { WorkCalendar } from './time/calendar.ts'
import type { Day } from './time/days.ts'

/** When something was signed. */
export interface Signing {
  readonly day: Day
  /** The author's clock is proved slow: it was that day or any later one. */
  readonly orLater: boolean
}

/** What a person was at a station when something was signed there: its own (in the record `disabled`: by an account out of use), or nobody. */
export type Membership = 'belongs' | 'disabled' | 'foreign'

/** What the fold must know of who may speak for whom. */
export interface Authority {
  /** Whether the node serves the station. */
  serves(node: NodeId, station: StationCode): boolean
  /** Whether the node is the root (the county hub). */
  isRoot(node: NodeId): boolean
  /**
   * Whether the root first saw an entry of a log after it had revoked the log's node: it is kept without effect.
   * `hash`: of an entry that may count where it is carried. `isOnlyCarried`: it stands neither in its own place nor does
   * the root carry it.
   */
  afterRevocation(log: LogKey, seq: number, hash?: EntryHash, isOnlyCarried?: boolean): boolean
  /** Whether a person belonged to a station when something was signed for it. Nobody and an older county's people do. */
  standing(person: PersonId | '', station: StationCode, signing: Signing): Membership
  /** The roles that a person had at a station when something was signed for it; null where the county has published nobody. */
  rolesOf(person: PersonId | '', station: StationCode, signing: Signing): readonly Role[] | null
  tierOf(station: StationCode): Tier | undefined
  parentOf(station: StationCode): StationCode | null | undefined
}

/** A question about authorisation letters. */
export interface PowerQuestion {
  readonly power: Power
  readonly item: Item
  readonly station: StationCode
  readonly person: PersonId | ''
  readonly day: Day
}

/** Whether a letter covers it: `none` was ever given for it, or `revoked` is all there is. */
export type PowerAnswer = 'held' | 'revoked' | 'none'

/** Everything outside a case's own facts that decides what they mean: published by the hub, held by every node. */
export interface Register {
  readonly authority: Authority
  /** An edition of an item; undefined while its record has not arrived. */
  edition(item: string, edition: number): Item | undefined
  powerOf(question: PowerQuestion): PowerAnswer
  readonly calendar: WorkCalendar
  readonly rules: LocalRules
  /** Whether the county has enabled a kind of fact: until then nobody writes one, so that no older program meets it. */
  isEnabled(kind: string): boolean
  /** The civil day by the corrected clock. */
  readonly today: Day
}
