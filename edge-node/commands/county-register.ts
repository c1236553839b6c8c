/** The door to what a county publishes: the hub has the register behind it, pages and API write through it. */
import type { ChangeType } from '#protocol/casework/codes.ts'
import type {
  CalendarYear,
  Department,
  Letter,
  LocalRules,
  Region,
  WindowRecord,
} from '#protocol/casework/directory.ts'
import type { Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { Result } from '#protocol/result.ts'

/** What administrators keep by form. */
export type KeptRecord = Department | WindowRecord | Letter | CalendarYear | LocalRules | Region

/** A form makes something new or changes what is there; neither may happen by mistake. */
export const KEEP_MODES = ['new', 'change'] as const
export type KeepMode = (typeof KEEP_MODES)[number]

/** An item as it is wanted from a day on. */
export interface ItemDraft {
  readonly id: string
  /** `new` for an item that is not there yet. */
  readonly change: { readonly type: ChangeType; readonly basis: string }
  readonly from: Day
  /** What is different from the edition before; all that is not cautious by itself for a new item. */
  readonly content: Partial<Item>
}

/** What an administrator may publish. Each checks the actor and the record; `field` of a failure names the record's field. */
export interface CountyRegister {
  /** Keeps a record; `new` must not be there yet, `change` must. */
  keep(actor: Actor, record: KeptRecord, mode: KeepMode): Promise<Result<void>>
  /** Nothing may be done under the letter from that day on; what was done before stays. */
  revokeLetter(
    actor: Actor,
    id: string,
    revoked: { readonly from: Day; readonly reason: string },
  ): Promise<Result<void>>
  /** Publishes an item's first or next edition, or its end; refused while a problem blocks. */
  publishItem(actor: Actor, draft: ItemDraft): Promise<Result<void>>
}
