/** Edits that a copy of this machine, or an earlier run of it, has kept and written again already. */
import { decodeEdit } from '#protocol/documents/edit.ts'
import { type EntryHash, type LogKey, toHex } from '#protocol/ids.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import type { Sha256 } from '#protocol/log/chain.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'

interface Place {
  readonly log: LogKey
  readonly seq: number
}

/** An edit, and where it, or what keeps it, lies. */
interface Written extends Place {
  readonly section: string
  /** When it was made. */
  readonly time: number
}

interface Kept extends Written {
  readonly hash: EntryHash
}

const isBehind = (one: Place, other: Place): boolean => one.log === other.log && one.seq > other.seq

/**
 * Hashes of edits of a case that this node has kept and whose writing again is held as well. What is kept alone may have
 * lost its text to a database that was put back between the two, and is owed.
 * @param own what this node wrote about the case, under all its incarnations
 */
export function keptBefore(own: readonly Entry[], sha256: Sha256): ReadonlySet<EntryHash> {
  const kept = own.flatMap((entry) => keptIn(entry, sha256))
  const again = own.flatMap(writtenIn)
  // Where edits were withdrawn too, the text is the first that a new log says; behind what it kept itself it says that.
  const isElsewhere = (one: Kept) => own.some((entry) => entry.kind === KIND.withdrawn && isBehind(entry, one))
  const isFirst = (edit: Written) => !kept.some((one) => one.section === edit.section && isBehind(edit, one))
  const isHeld = (one: Kept) =>
    again
      .filter(({ section }) => section === one.section)
      .some((edit) =>
        edit.log === one.log ? edit.seq > one.seq : edit.time >= one.time && isElsewhere(one) && isFirst(edit),
      )
  return new Set(kept.filter(isHeld).map(({ hash }) => hash))
}

/** What this node wrote again of a section: an edit that no person made. */
function writtenIn({ kind, person, payload, log, seq, time }: Entry): Written[] {
  const section = kind === KIND.edit && person === '' ? decodeEdit(payload)?.section : undefined
  return section === undefined ? [] : [{ section, log, seq, time }]
}

function keptIn(entry: Entry, sha256: Sha256): Kept[] {
  if (entry.kind !== KIND.kept) return []
  const inner = decodeCarried(sha256, entry.payload)
  const section = inner?.kind === KIND.edit ? decodeEdit(inner.payload)?.section : undefined
  if (!inner || section === undefined) return []
  return [{ hash: toHex(inner.hash) as EntryHash, section, log: entry.log, seq: entry.seq, time: inner.time }]
}
