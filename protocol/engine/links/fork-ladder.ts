/** Two versions of a log: what one side tells of its own, and how the other proves what it is told. */
import { type LogKey, logParts } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { entryHash } from '#protocol/log/chain.ts'
import type { EntryRecord } from '#protocol/log/entry.ts'
import { decodePack } from '#protocol/log/pack.ts'
import { heightsBetween, heightsToJudge, type OwnVersion, type Search } from '#protocol/session/common-height.ts'
import { POSITION_HASH_BYTES } from '#protocol/wire/codec.ts'
import type { Fork, Rung, Rungs } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import { headProof, runBehind } from '../logs/log-reading.ts'
import type { Pieces } from '../logs/pieces.ts'

/** Asks for the other version of a log: a ladder without rungs. */
export const forkQuestion = (log: LogKey): Fork => ({ type: 'fork', log, ladder: [], proof: new Uint8Array() })

/** Heights from the top of a log down: neighbours first, then ever longer steps. */
function fallingHeights(top: number): number[] {
  const heights: number[] = []
  for (let height = top, step = 1; height > 0 && heights.length < LIMITS.forkRungs; height -= step) {
    heights.push(height)
    if (heights.length > 16) step *= 2
  }
  return heights
}

async function rungsAt({ logs }: Core, log: LogKey, heights: readonly number[], pieces: Pieces): Promise<Rung[]> {
  const rungs: Rung[] = []
  for (const height of heights) {
    const hash = await logs.hashAt(log, height)
    if (hash) rungs.push({ height, hash: hash.subarray(0, POSITION_HASH_BYTES) })
    await pieces()
  }
  return rungs
}

/** Hashes of our version of a log at falling heights, with its highest entry as proof that it exists. */
export async function forkLadder(core: Core, log: LogKey, pieces: Pieces): Promise<Fork> {
  const ladder = await rungsAt(core, log, fallingHeights(core.logs.head(log).height), pieces)
  return { type: 'fork', log, ladder, proof: await headProof(core.logs, log) }
}

/** The hashes that a question asks for; between neighbours the entries that prove how our version goes on. */
export async function answerTo(core: Core, { log, above, below }: Rungs, pieces: Pieces): Promise<Fork> {
  const ladder = await rungsAt(core, log, heightsBetween(above, below, core.logs.head(log).height), pieces)
  const proof = below === above + 1 ? await runBehind(core.logs, log, above) : new Uint8Array()
  return { type: 'fork', log, ladder, proof }
}

/** What our own version says at the heights of a search. */
export async function ownVersion(
  { logs }: Core,
  search: Search,
  { log, ladder }: Fork,
  pieces: Pieces,
): Promise<OwnVersion> {
  const hashes = new Map<number, Uint8Array>()
  for (const height of heightsToJudge(search, ladder)) {
    const hash = await logs.hashAt(log, height)
    if (hash) hashes.set(height, hash)
    await pieces()
  }
  return { height: logs.head(log).height, hashes }
}

/** Whether a ladder came unasked: with the highest entry of a version, and not with what proves where it parts from ours. */
export const isFirstLadder = ({ logs }: Core, { log, proof }: Fork): boolean =>
  decodeCarried(logs.sha256, proof)?.log === log

/** Whether a peer's highest entry proves that another version of a log exists: signed by its author, and not held here. */
export async function provesFork({ logs, directory, host }: Core, fork: Fork): Promise<boolean> {
  const entry = decodeCarried(logs.sha256, fork.proof)
  const key = directory.keyOf(logParts(fork.log).node)
  if (entry?.log !== fork.log || !entry.signature || !key) return false
  const ours = await logs.hashAt(fork.log, entry.seq)
  return !(ours && equalBytes(ours, entry.hash)) && host.cryptography.verify(key, entry.hash, entry.signature)
}

/**
 * The other version's entries behind the height at which both agree, when they prove that it parts from ours exactly
 * there: they follow *our* entry at that height, the first is another than ours, and the author signed the last.
 */
export async function provenRun(core: Core, { log, proof }: Fork, height: number): Promise<EntryRecord[] | undefined> {
  const { logs, directory, host } = core
  const records = decodePack(proof)
  const [shared, ours] = [await logs.hashAt(log, height), await logs.hashAt(log, height + 1)]
  const key = directory.keyOf(logParts(log).node)
  const last = records?.at(-1)?.record
  if (!records || !shared || !ours || !key || !last?.signature) return undefined
  let hash = shared
  for (const [index, packed] of records.entries()) {
    if (packed.log !== log || packed.record.seq !== height + 1 + index) return undefined
    hash = entryHash(logs.sha256, log, hash, packed.record)
    if (index === 0 && equalBytes(hash, ours)) return undefined
  }
  const signed = await host.cryptography.verify(key, hash, last.signature)
  return signed ? records.map(({ record }) => record) : undefined
}
