/** What the updates of a section make together, while it is open. */
import type { SectionChange } from './change.ts'
import type { ParsedUpdate } from './parse.ts'

export interface SectionDocument {
  /** The value as plain data, in no way connected to the document. */
  value(): unknown
  /** Which units are there and which of them are deleted, as Yjs writes it. */
  snapshot(): Uint8Array
  /** The update (v1) with which an author takes it to a change; undefined when nothing differs. It shows the change once that is taken. */
  write(client: number, change: SectionChange): Uint8Array | undefined
  /** Goes on to an update that passed the gate. */
  take(parsed: ParsedUpdate): void
}
