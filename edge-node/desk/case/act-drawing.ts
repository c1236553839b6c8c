/** An act as it is about to be drawn. */
import type { Problems, Typed } from '#edge-node/desk/forms.ts'
import type { Desk, Visit } from '#edge-node/desk/visit.ts'
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import type { CaseView } from '#protocol/engine/office.ts'
import type { EntryHash } from '#protocol/ids.ts'

/** For whom, about what, and what was typed before. */
export interface ActDrawing {
  readonly desk: Desk
  readonly visit: Visit
  readonly view: CaseView
  readonly kind: FactKind
  /** The set-aside fact that is adopted, countersigned or dismissed; null for every other act. */
  readonly subject: EntryHash | null
  /** Tells the fields of several acts on one page apart. */
  readonly prefix: string
  /** What was typed when the act came back; undefined when it is drawn for the first time. */
  readonly typed: Typed | undefined
  readonly problems: Problems
}
