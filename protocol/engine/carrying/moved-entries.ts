/** Which entries of its own logs a node has cut off once: met again at a child, they need not be taken back. */
import { type LogKey, toHex } from '#protocol/ids.ts'
import type { Core } from '../core.ts'
import type { ReadEntry } from '../logs/log-reading.ts'
import { getLocal, type Staging, setLocal } from '../writing/staging.ts'

const MOVED = 'moved-tail'

/** So many numbers of a log share a note: what gives way in slices writes few of them with each. */
const NUMBERS_IN_NOTE = 1_000

const noteOf = (log: LogKey, seq: number): string => `${log} ${Math.floor(seq / NUMBERS_IN_NOTE)}`

/** Remembers what was cut off a log. Of others' logs nobody asks: a parent gives way only for its own. */
export async function noteMoved(staging: Staging, log: LogKey, tail: readonly ReadEntry[]): Promise<void> {
  if (!staging.core.logs.isOwn(log)) return
  const byNote = Map.groupBy(tail, ({ entry }) => noteOf(log, entry.seq))
  for (const [note, entries] of byNote) {
    const known = ((await getLocal(staging, MOVED, note)) as readonly string[] | undefined) ?? []
    setLocal(staging, MOVED, note, [...known, ...entries.map(({ entry }) => toHex(entry.hash))])
  }
}

/** Whether an entry was cut off a log here once and was carried on. */
export async function wasMoved(core: Core, log: LogKey, seq: number, hash: Uint8Array): Promise<boolean> {
  // Earlier programs noted all of a log under its name.
  const notes = [await core.locals.read(MOVED, noteOf(log, seq)), await core.locals.read(MOVED, log)]
  return notes.some((note) => (JSON.parse(note ?? '[]') as readonly string[]).includes(toHex(hash)))
}
