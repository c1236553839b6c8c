/** Comparing logs with a peer: the hash at any height, forks, and where sending must start. */
import { type LogKey, logParts, type StreamId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import { entryHash, GENESIS } from '#protocol/log/chain.ts'
import { decodePack } from '#protocol/log/pack.ts'
import { logsOf } from '#protocol/session/handshake.ts'
import { POSITION_HASH_BYTES } from '#protocol/wire/codec.ts'
import type { Fork, Frontier, LogPosition } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import type { StoredPack } from '../ports/storage.ts'
import { decodeCarried, encodeCarried } from './carried.ts'

/** Logs in one frontier message; a message must stay inside one frame. */
const LOGS_IN_MESSAGE = 2_000

/** The chain hash of a log at a height that is held; undefined above it. */
export async function hashAt(core: Core, log: LogKey, seq: number): Promise<Uint8Array | undefined> {
  const head = core.heads.get(log)
  if (seq === 0) return GENESIS
  if (!head || seq > head.height) return undefined
  if (seq === head.height) return head.hash
  const pack = await core.storage.packHolding(log, seq)
  return pack && hashInPack(core, pack, log, seq)
}

/** The chain hash of a log at a height that lies in a pack. */
export function hashInPack(core: Core, pack: StoredPack, log: LogKey, seq: number): Uint8Array | undefined {
  const run = pack.runs.find((one) => one.log === log)
  if (!run) return undefined
  let hash = run.before
  for (const packed of decodePack(pack.bytes) ?? []) {
    if (packed.log !== log || packed.record.seq > seq || packed.record.seq < run.first) continue
    hash = entryHash(core.host.cryptography.sha256, log, hash, packed.record)
  }
  return hash
}

/** Frontier messages for streams: everything held of them. */
export function frontiers(core: Core, streams: readonly StreamId[]): Frontier[] {
  const messages: Frontier[] = []
  let names: StreamId[] = []
  let logs: LogPosition[] = []
  for (const stream of streams) {
    const held = logsOf(core.heads, [stream]).map(({ key, height, hash, rootHeight }) => ({
      log: key,
      height,
      hash: hash.subarray(0, POSITION_HASH_BYTES),
      root: rootHeight,
    }))
    if (names.length > 0 && logs.length + held.length > LOGS_IN_MESSAGE) {
      messages.push({ type: 'frontier', streams: names, logs })
      names = []
      logs = []
    }
    names.push(stream)
    logs.push(...held)
  }
  messages.push({ type: 'frontier', streams: names, logs })
  return messages
}

export interface Comparison {
  /** Logs whose hashes differ at the peer's height. */
  readonly forks: readonly LogKey[]
  /** Everything the peer lacks lies behind this arrival. */
  readonly start: number
}

/** Compares a peer's frontier with what is held here. Forks show on the side that holds at least as much. */
export async function compare(core: Core, frontier: Frontier): Promise<Comparison> {
  const forks: LogKey[] = []
  const theirs = new Map(frontier.logs.map((position) => [position.log, position]))
  let start = core.arrival
  for (const { log, height, hash } of frontier.logs) {
    const ours = height === 0 ? undefined : await hashAt(core, log, height)
    if (ours && !equalBytes(ours.subarray(0, POSITION_HASH_BYTES), hash)) forks.push(log)
  }
  for (const head of logsOf(core.heads, frontier.streams)) {
    const height = theirs.get(head.key)?.height ?? 0
    if (height >= head.height || forks.includes(head.key)) continue
    const arrival = await core.storage.arrivalAbove(head.key, height)
    if (arrival !== undefined) start = Math.min(start, arrival - 1)
  }
  return { forks, start }
}

/** Hashes of our version of a log at falling heights, so that its author finds the common prefix. */
export async function forkLadder(core: Core, log: LogKey): Promise<Fork> {
  const head = core.heads.get(log)
  const ladder: { height: number; hash: Uint8Array }[] = []
  for (let height = head?.height ?? 0, step = 1; height > 0 && ladder.length < LIMITS.forkRungs; height -= step) {
    const hash = await hashAt(core, log, height)
    if (hash) ladder.push({ height, hash: hash.subarray(0, POSITION_HASH_BYTES) })
    if (ladder.length > 16) step *= 2
  }
  return { type: 'fork', log, ladder, proof: await headProof(core, log) }
}

/** The highest entry of a log with everything that proves it alone: its author's signature is on it. */
async function headProof(core: Core, log: LogKey): Promise<Uint8Array> {
  const height = core.heads.get(log)?.height ?? 0
  const pack = await core.storage.packHolding(log, height)
  const found = (decodePack(pack?.bytes ?? new Uint8Array()) ?? []).find(
    (packed) => packed.log === log && packed.record.seq === height,
  )
  const before = await hashAt(core, log, height - 1)
  return found && before ? encodeCarried(log, before, found.record) : new Uint8Array()
}

/** Whether a peer's highest entry proves that another version of our log exists: signed by us, and not held here. */
export async function provesFork(core: Core, fork: Fork): Promise<boolean> {
  const { sha256, verify } = core.host.cryptography
  const entry = decodeCarried(sha256, fork.proof)
  const key = core.directory.keyOf(logParts(fork.log).node)
  if (entry?.log !== fork.log || !entry.signature || !key) return false
  const ours = await hashAt(core, fork.log, entry.seq)
  return !(ours && equalBytes(ours, entry.hash)) && verify(key, entry.hash, entry.signature)
}

/** The end of a run at or below the highest rung that agrees with what is held: a log must end signed. 0 when none does. */
export async function commonHeight(core: Core, fork: Fork): Promise<number> {
  for (const { height, hash } of fork.ladder) {
    const ours = await hashAt(core, fork.log, height)
    if (ours && equalBytes(ours.subarray(0, POSITION_HASH_BYTES), hash)) return signedHeight(core, fork.log, height)
  }
  return 0
}

async function signedHeight(core: Core, log: LogKey, height: number): Promise<number> {
  const pack = await core.storage.packHolding(log, height)
  const run = pack?.runs.find((one) => one.log === log)
  return !run || run.last === height ? height : run.first - 1
}

/** Bytes read from disk at once for sending; a frame is cut from each. */
export const LOAD_BYTES = LIMITS.unpackedFrameBytes / 2
