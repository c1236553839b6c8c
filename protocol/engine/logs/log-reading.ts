/** Reading a log from the disk, entry by entry, with what proves each. */
import type { LogKey } from '#protocol/ids.ts'
import { entryHash } from '#protocol/log/chain.ts'
import { type Entry, type EntryRecord, readEntry } from '#protocol/log/entry.ts'
import { decodePack } from '#protocol/log/pack.ts'
import type { Core } from '../core.ts'
import { hashAt } from './positions.ts'

/** An entry as it lies in its log, with what proves it. */
export interface ReadEntry {
  readonly entry: Entry
  readonly record: EntryRecord
  readonly before: Uint8Array
}

/** The entries of a log above a height, in order, with the hash before each. */
export async function entriesAbove(core: Core, log: LogKey, height: number): Promise<ReadEntry[]> {
  const found: ReadEntry[] = []
  const top = core.heads.get(log)?.height ?? 0
  let before = await hashAt(core, log, height)
  for (let seq = height + 1; seq <= top; ) {
    const pack = await core.storage.packHolding(log, seq)
    if (!pack || !before) break
    // Bytes of an earlier cut stay in their packs: only the run says what still counts.
    const last = pack.runs.find((run) => run.log === log && run.first <= seq && seq <= run.last)?.last ?? 0
    const records = (decodePack(pack.bytes) ?? []).filter(
      (one) => one.log === log && one.record.seq >= seq && one.record.seq <= last,
    )
    for (const { record } of records) {
      const hash: Uint8Array = entryHash(core.host.cryptography.sha256, log, before, record)
      const entry = readEntry(log, record, hash)
      if (entry && record.seq <= top) found.push({ entry, record, before })
      before = hash
    }
    if (records.length === 0) break
    seq += records.length
  }
  return found
}
