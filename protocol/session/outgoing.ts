/** What a peer lacks of some packs: whole packs as they lie on disk where possible, small ones joined. */
import { appendAll } from '#protocol/append-all.ts'
import { assert } from '#protocol/assert.ts'
import { type LogKey, logParts } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import {
  countRecords,
  decodePack,
  encodePack,
  type Packable,
  type PackedRecord,
  packablesOf,
  type Run,
} from '#protocol/log/pack.ts'
import type { Height } from '#protocol/wire/messages.ts'
import type { Live } from './state.ts'

/** A pack as storage gives it: runs say which of its records still count. */
export interface Candidate {
  readonly bytes: Uint8Array
  readonly runs: readonly Run[]
}

export interface Outgoing {
  /** Packs to send, in arrival order. */
  readonly packs: readonly Uint8Array[]
  /** Heights the peer will hold. */
  readonly heights: readonly Height[]
}

/** A pack at least this full is sent as it is. */
const wholePackBytes = (): number => LIMITS.packBytes / 4

/** Selects from packs in arrival order what the peer of a live session lacks. Every log in the result ends signed. */
export function selectOutgoing(candidates: readonly Candidate[], session: Live): Outgoing {
  const heights = new Map<LogKey, number>()
  const packs: Uint8Array[] = []
  let pending: Packable[] = []
  let pendingBytes = 0
  const flush = () => {
    if (pending.length > 0) packs.push(encodePack(pending))
    pending = []
    pendingBytes = 0
  }
  for (const candidate of candidates) {
    const wanted = wantedRuns(candidate.runs, session, heights)
    if (wanted.length === 0) continue
    const whole = wanted.length === candidate.runs.length && wanted.every((run) => run.from === run.first)
    for (const run of wanted) heights.set(run.log, run.last)
    const asItIs = whole && !hasCut(candidate)
    if (asItIs && candidate.bytes.length >= wholePackBytes()) {
      flush()
      packs.push(candidate.bytes)
      continue
    }
    const records = asItIs ? packablesOf(candidate.bytes) : recordsOf(candidate, wanted)
    const bytes = candidate.bytes.length
    if (pendingBytes + bytes > LIMITS.packBytes) flush()
    appendAll(pending, records)
    pendingBytes += bytes
  }
  flush()
  return { packs, heights: [...heights].map(([log, height]) => ({ log, height })) }
}

/** A part of what a peer lacks of one pack. */
export interface PackPart extends Outgoing {
  /** Whether nothing of the pack is left for later. */
  readonly isWhole: boolean
}

/**
 * Of one pack, the first records that a peer lacks, about `share` of their bytes. A part ends where every log in it ends
 * signed (S104): at the last such place within the share, else at the first behind it.
 */
export function selectPart(candidate: Candidate, session: Live, share: number): PackPart {
  const wanted = wantedRuns(candidate.runs, session, new Map())
  const records = packedOf(candidate, wanted)
  const bytes = records.reduce((sum, { length }) => sum + length, 0)
  const count = endOfPart(records, bytes * share)
  const part = records.slice(0, count)
  const heights = new Map(part.map(({ log, record }) => [log, record.seq]))
  return {
    packs: part.length > 0 ? [encodePack(part.map((one) => packableIn(candidate, one)))] : [],
    heights: [...heights].map(([log, height]) => ({ log, height })),
    isWhole: part.length === records.length,
  }
}

/** How many records make the part. */
function endOfPart(records: readonly PackedRecord[], most: number): number {
  const unsigned = new Set<LogKey>()
  let bytes = 0
  let end = 0
  for (const [index, { log, length, record }] of records.entries()) {
    bytes += length
    if (end > 0 && bytes > most) return end
    if (record.signature) unsigned.delete(log)
    else unsigned.add(log)
    if (unsigned.size === 0) end = index + 1
  }
  return records.length
}

type Wanted = Run & { readonly from: number }

function wantedRuns(runs: readonly Run[], session: Live, heights: ReadonlyMap<LogKey, number>): Wanted[] {
  const wanted: Wanted[] = []
  for (const run of runs) {
    if (!session.ready.has(logParts(run.log).stream) || session.forked.has(run.log)) continue
    const held = heights.get(run.log) ?? session.peerHeights.get(run.log) ?? 0
    if (run.last <= held || run.first > held + 1) continue // nothing new, or behind a cut that is told again
    wanted.push({ ...run, from: Math.max(run.first, held + 1) })
  }
  return wanted
}

/** Whether records of the pack were cut off by a rotation: then it must be rewritten before it is sent. */
function hasCut(candidate: Candidate): boolean {
  const kept = candidate.runs.reduce((sum, run) => sum + run.last - run.first + 1, 0)
  return countRecords(candidate.bytes) !== kept
}

const recordsOf = (candidate: Candidate, wanted: readonly Wanted[]): Packable[] =>
  packedOf(candidate, wanted).map((one) => packableIn(candidate, one))

const packableIn = ({ bytes }: Candidate, { log, offset, length }: PackedRecord): Packable => ({
  log,
  bytes: bytes.subarray(offset, offset + length),
})

function packedOf(candidate: Candidate, wanted: readonly Wanted[]): PackedRecord[] {
  const records = decodePack(candidate.bytes)
  assert(records, 'a stored pack is readable')
  const byLog = new Map(wanted.map((run) => [run.log, run]))
  return records.filter(({ log, record }) => {
    const run = byLog.get(log)
    return run !== undefined && record.seq >= run.from && record.seq <= run.last
  })
}
