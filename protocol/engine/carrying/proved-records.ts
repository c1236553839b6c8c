/** What others carry of this node's own directory records, proved by its own signature (rules R31, R60, R61). */
import { appendAll } from '#protocol/append-all.ts'
import type { LogKey } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import { type Carried, openCarried } from '#protocol/log/carried.ts'
import { type Entry, KIND } from '#protocol/log/entry.ts'
import type { Core } from '../core.ts'
import { isStationDocument } from '../directory/station-records.ts'
import { readInPacks } from '../logs/log-reading.ts'
import { inPieces } from '../logs/pieces.ts'

/** What a stretch of a log proves. */
export interface Proved {
  /** Directory records of this node of which it does not hold the entry itself. */
  readonly records: readonly Entry[]
  /** Up to here the log has been looked through: a run of which the end has not come lies behind it. */
  readonly upTo: number
  readonly isEnd: boolean
}

/**
 * This node's own records that a log carries behind a height, each proved: one of a run is signed, and the hashes of those
 * before it lead there, what is said of cases among them. Whoever carries them can neither make one up nor change one. Of
 * a long log about LIMITS.recordReadBytes are read; a run that begins with the first of them is read to its end.
 */
export async function provedBehind(core: Core, log: LogKey, height: number): Promise<Proved> {
  const pieces = inPieces(core.host)
  const records: Entry[] = []
  let run: Entry[] = []
  let upTo = height
  let bytes = 0
  for await (const entries of readInPacks(core.logs, log, height)) {
    await pieces()
    for (const { entry } of entries) {
      bytes += entry.payload.length
      const carried = ownIn(core, entry)
      run = carried ? [...(goesOn(run, carried) ? run : []), carried.entry] : []
      if (carried?.entry.signature) {
        const lacking = await notHeld(core, run)
        if (lacking.length > 0 && (await isSigned(core, carried.entry))) appendAll(records, lacking)
        run = []
      }
      upTo = entry.seq - run.length
    }
    if (bytes > LIMITS.recordReadBytes && upTo > height) return { records, upTo, isEnd: false }
  }
  return { records, upTo, isEnd: true }
}

/** What an entry carries or keeps of this node's own: edits that a fork cut off are kept, and stand between records. */
function ownIn({ host, logs }: Core, { kind, payload }: Entry): Carried | undefined {
  if (kind !== KIND.carried && kind !== KIND.kept) return undefined
  const carried = openCarried(host.cryptography.sha256, payload)
  return carried && logs.isOwn(carried.entry.log) ? carried : undefined
}

/** Whether a run is continued: what is carried lies side by side, and no run is longer than one signature covers. */
function goesOn(run: readonly Entry[], { entry, before }: Carried): boolean {
  const last = run.at(-1)
  return last !== undefined && last.log === entry.log && equalBytes(last.hash, before) && run.length < LIMITS.runEntries
}

const isSigned = ({ host, identity }: Core, { hash, signature }: Entry): Promise<boolean> =>
  signature ? host.cryptography.verify(identity.keys.publicKey, hash, signature) : Promise.resolve(false)

/** Records of a run that are not in their places here: whoever carries what is held costs one look at its log. */
async function notHeld({ logs, isRoot }: Core, run: readonly Entry[]): Promise<Entry[]> {
  const found: Entry[] = []
  for (const entry of run) {
    // What the root alone may write counts from nobody else.
    if (entry.kind !== KIND.directory || !(isRoot || isStationDocument(entry.document))) continue
    const held = await logs.hashAt(entry.log, entry.seq)
    if (!held || !equalBytes(held, entry.hash)) found.push(entry)
  }
  return found
}
