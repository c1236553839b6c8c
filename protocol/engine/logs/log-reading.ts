/** Reading a log from the disk: entry by entry with what proves each, and where it is signed. */
import { appendAll } from '#protocol/append-all.ts'
import type { LogKey } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { entryHash } from '#protocol/log/chain.ts'
import { type Entry, type EntryRecord, readEntry } from '#protocol/log/entry.ts'
import { decodePack, encodePack, type PackedRecord, packable } from '#protocol/log/pack.ts'
import type { StoredPack } from '../ports/storage.ts'
import type { Logs } from './logs.ts'

/** An entry as it lies in its log, with what proves it. */
export interface ReadEntry {
  readonly entry: Entry
  readonly record: EntryRecord
  /** The chain hash before it. */
  readonly before: Uint8Array
}

/** The entries of a log above a height, in order, with the hash before each; up to `top`, or all. */
export async function readAbove(
  logs: Logs,
  log: LogKey,
  height: number,
  top = logs.head(log).height,
): Promise<ReadEntry[]> {
  const found: ReadEntry[] = []
  for await (const entries of readInPacks(logs, log, height, top)) appendAll(found, entries)
  return found
}

/** The same pack by pack: a log may be longer than memory. */
export async function* readInPacks(
  logs: Logs,
  log: LogKey,
  height: number,
  top = logs.head(log).height,
): AsyncGenerator<readonly ReadEntry[]> {
  let before = await logs.hashAt(log, height)
  for (let seq = height + 1; seq <= top; ) {
    const pack = await logs.packHolding(log, seq)
    if (!pack || !before) break
    // Bytes of an earlier cut stay in their packs: only the run says what still counts.
    const last = pack.runs.find((run) => run.log === log && run.first <= seq && seq <= run.last)?.last ?? 0
    const records = (decodePack(pack.bytes) ?? []).filter(
      (one) => one.log === log && one.record.seq >= seq && one.record.seq <= last,
    )
    const found: ReadEntry[] = []
    for (const { record } of records) {
      const hash: Uint8Array = entryHash(logs.sha256, log, before, record)
      const entry = readEntry(log, record, hash)
      if (entry && record.seq <= top) found.push({ entry, record, before })
      before = hash
    }
    if (records.length === 0) break
    seq += records.length
    yield found
  }
}

/** The highest entry of a log with everything that proves it alone: its author's signature is on it. Empty without one. */
export async function headProof(logs: Logs, log: LogKey): Promise<Uint8Array> {
  const { height } = logs.head(log)
  const pack = await logs.packHolding(log, height)
  const found = (decodePack(pack?.bytes ?? new Uint8Array()) ?? []).find(
    (packed) => packed.log === log && packed.record.seq === height,
  )
  const before = await logs.hashAt(log, height - 1)
  return found && before ? encodeCarried(log, before, found.record) : new Uint8Array()
}

/**
 * The highest signed entry at or below a height that is held; 0 when there is none. A log must end signed, and a run
 * holds entries with signatures of their own besides its end: it can be parted there.
 */
export async function signedHeight(logs: Logs, log: LogKey, height: number): Promise<number> {
  const pack = height > 0 ? await logs.packHolding(log, height) : undefined
  const run = pack?.runs.find((one) => one.log === log)
  if (!pack || !run) return 0
  const signed = recordsIn(pack, log).filter(({ record }) => record.signature !== null && record.seq <= height)
  return signed.at(-1)?.record.seq ?? run.first - 1
}

const recordsIn = ({ bytes }: Pick<StoredPack, 'bytes'>, log: LogKey): PackedRecord[] =>
  (decodePack(bytes) ?? []).filter((packed) => packed.log === log)

/**
 * How far a log can be cut down at once: whole packs from its top, few enough for one commit, and at least one. At the
 * answer it ends signed; where that is at or below `above`, one commit does for all that lies above.
 */
export async function sliceEnd(logs: Logs, log: LogKey, above: number): Promise<number> {
  const { height } = logs.head(log)
  let end = height
  let bytes = 0
  while (end > above) {
    const seq = end
    const pack = await logs.packHolding(log, seq)
    const run = pack?.runs.find((one) => one.log === log && one.first <= seq && seq <= one.last)
    if (!pack || !run) return above // whoever cuts finds that it cannot be read
    bytes += pack.bytes.length
    const isFull = height - run.first + 1 > LIMITS.carriedEntries || bytes > LIMITS.receivedPackBytes
    if (isFull && end < height) break
    end = run.first - 1
  }
  return end
}

/** The entries behind a height up to the first signed one, as a pack: what proves how a log goes on. Empty when nothing does that fits a link. */
export async function runBehind(logs: Logs, log: LogKey, height: number): Promise<Uint8Array> {
  const pack = await logs.packHolding(log, height + 1)
  const run = pack?.runs.find((one) => one.log === log)
  if (!pack || !run) return new Uint8Array()
  const behind = recordsIn(pack, log).filter(({ record }) => record.seq > height && record.seq <= run.last)
  const end = behind.findIndex(({ record }) => record.signature !== null)
  const proof = encodePack(behind.slice(0, end + 1).map(({ record }) => packable(log, record)))
  return proof.length > LIMITS.receivedPackBytes ? new Uint8Array() : proof
}
