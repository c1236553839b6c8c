/** What the updates of a section make together, while it is open. */
import type { SectionChange } from './change.ts'
import type { ParsedUpdate } from './parse.ts'

export interface SectionDocument {
  /** The value as plain data, in no way connected to the document. */
  value(): unknown
  /** Which units are there and which of them are deleted, as Yjs writes it. */
  snapshot(): Uint8Array
  /** The update (v1) with which an author takes it to a change; undefined when nothing differs. Afterwards it is taken, or taken back. */
  write(client: number, change: SectionChange): Uint8Array | undefined
  /** Goes on to an update that passed the gate. */
  take(update: Uint8Array, parsed: ParsedUpdate): void
  /** Forgets what was written and not taken. */
  takeBack(): void
  close(): void
}
