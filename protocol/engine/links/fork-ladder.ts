/** Two versions of a log: the ladder by which their common height is found, and the proof that another version exists. */
import { type LogKey, logParts } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { POSITION_HASH_BYTES } from '#protocol/wire/codec.ts'
import type { Fork } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import { headProof, signedHeight } from '../logs/log-reading.ts'

/** Asks for the other version of a log: a ladder without rungs. */
export const forkQuestion = (log: LogKey): Fork => ({ type: 'fork', log, ladder: [], proof: new Uint8Array() })

/** Hashes of our version of a log at falling heights, so that its author finds the common prefix. */
export async function forkLadder({ logs }: Core, log: LogKey): Promise<Fork> {
  const ladder: { height: number; hash: Uint8Array }[] = []
  for (let { height } = logs.head(log), step = 1; height > 0 && ladder.length < LIMITS.forkRungs; height -= step) {
    const hash = await logs.hashAt(log, height)
    if (hash) ladder.push({ height, hash: hash.subarray(0, POSITION_HASH_BYTES) })
    if (ladder.length > 16) step *= 2
  }
  return { type: 'fork', log, ladder, proof: await headProof(logs, log) }
}

/** Whether a peer's highest entry proves that another version of a log exists: signed by its author, and not held here. */
export async function provesFork({ logs, directory, host }: Core, fork: Fork): Promise<boolean> {
  const entry = decodeCarried(logs.sha256, fork.proof)
  const key = directory.keyOf(logParts(fork.log).node)
  if (entry?.log !== fork.log || !entry.signature || !key) return false
  const ours = await logs.hashAt(fork.log, entry.seq)
  return !(ours && equalBytes(ours, entry.hash)) && host.cryptography.verify(key, entry.hash, entry.signature)
}

/** The end of a run at or below the highest rung that agrees with what is held: a log must end signed. 0 when none does. */
export async function commonHeight({ logs }: Core, fork: Fork): Promise<number> {
  for (const { height, hash } of fork.ladder) {
    const ours = await logs.hashAt(fork.log, height)
    if (ours && equalBytes(ours.subarray(0, POSITION_HASH_BYTES), hash)) return signedHeight(logs, fork.log, height)
  }
  return 0
}
