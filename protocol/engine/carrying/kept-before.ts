/** Edits that a copy of this machine, or an earlier run of it, has kept and written again already. */
import { decodeEdit } from '#protocol/documents/edit.ts'
import { type DocumentId, type EntryHash, type LogKey, toHex } from '#protocol/ids.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import { storedEntry } from '../cases/case-reading.ts'
import type { Core } from '../core.ts'

interface Kept {
  readonly hash: EntryHash
  readonly section: string
  /** Where it is kept. */
  readonly log: LogKey
  readonly seq: number
  /** When the edit was made. */
  readonly time: number
}

/**
 * Hashes of edits of a case that this node had kept up to an arrival and whose writing again is held as well: behind what is kept in the
 * same log, or, where edits were withdrawn too, in a later incarnation. What is kept alone may have lost its text to a
 * database that was put back between the two, and is owed.
 */
export async function keptBefore(core: Core, id: DocumentId, until: number): Promise<ReadonlySet<EntryHash>> {
  const placed = (await core.storage.recordsOf([id])).get(id) ?? []
  const own = placed.filter(({ log }) => core.logs.isOwn(log)).map(storedEntry)
  const again = own.filter(({ kind, person }) => kind === KIND.edit && person === '')
  const isHeld = ({ section, log, seq, time }: Kept) =>
    again.some(
      (edit) =>
        decodeEdit(edit.payload)?.section === section &&
        (edit.log === log ? edit.seq > seq : edit.time >= time && edit.log !== log),
    )
  return new Set(
    placed
      .filter(({ arrival }) => arrival <= until)
      .flatMap((one) => keptIn(core, storedEntry(one)))
      .filter(isHeld)
      .map(({ hash }) => hash),
  )
}

function keptIn({ logs }: Core, entry: Entry): Kept[] {
  if (entry.kind !== KIND.kept) return []
  const inner = decodeCarried(logs.sha256, entry.payload)
  const section = inner?.kind === KIND.edit ? decodeEdit(inner.payload)?.section : undefined
  if (!inner || section === undefined) return []
  return [{ hash: toHex(inner.hash) as EntryHash, section, log: entry.log, seq: entry.seq, time: inner.time }]
}
