/** A fork's tail (rule S73): cut off where two versions of a log part, and carried on whole in our own log. */
import { COUNTY_STREAM, isCase, type LogKey, logParts, type StreamId, streamOf, toHex } from '#protocol/ids.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { type Draft, type EntryRecord, isCarrier, KIND } from '#protocol/log/entry.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import type { Core } from '../core.ts'
import { type ReadEntry, readAbove } from '../logs/log-reading.ts'
import { cutLog } from '../logs/staged-logs.ts'
import { loadFiles, reloadWithout } from '../writing/case-loading.ts'
import { noteStationsOf } from '../writing/judged-stations.ts'
import { append } from '../writing/placing.ts'
import { getLocal, type Staging, setLocal } from '../writing/staging.ts'
import {
  editsInVain,
  type InVain,
  type LostText,
  lostText,
  lostWords,
  type PeerHolds,
  writtenAgain,
} from './lost-text.ts'

/** Where two versions of a log part. */
export interface Parting {
  /** Up to here both are the same. */
  readonly common: number
  /** The highest signed entry at or below: there the log is cut. */
  readonly signed: number
}

/** What a node has put into its own log. */
export interface MovedTail {
  /** Entries that were cut off above what is shared. */
  readonly entries: number
  /** Sections whose text could not be written again, in words; what had written it is kept. */
  readonly unwritten: readonly string[]
}

/**
 * Our version of a log and a peer's differ above a common height. The peer's version stays; our tail is cut off,
 * carried whole in our own log (facts count through their own signatures, edits are kept), and what its edits had
 * written is written again in our name. Nothing is lost and nothing is chosen silently. What both sides share is
 * neither carried nor written again: `adopt` puts the shared entries above the cut back, under the peer's signature.
 * Only in a group of its own; when it fails, nothing of the group may be committed.
 */
export async function moveTail<Problem>(
  staging: Staging,
  log: LogKey,
  { common, signed }: Parting,
  peerHolds: PeerHolds,
  adopt: (shared: readonly EntryRecord[]) => Promise<Result<unknown, Problem>>,
): Promise<Result<MovedTail, Problem | undefined>> {
  const { core } = staging
  const above = await readAbove(core.logs, log, signed)
  if (above.length !== core.logs.head(log).height - signed) return failure(undefined) // what cannot be read is not cut
  const tail = above.slice(common - signed)
  const cases = [...new Set(above.map(({ entry }) => entry.document))].filter(isCase)
  await loadFiles(staging, cases)
  const lost: LostText[] = []
  for (const id of cases) lost.push(...(await lostText(staging, id, tail, peerHolds)))
  await reloadWithout(staging, cases, log, common)
  cutLog(staging.logs, log, signed, (await core.logs.hashAt(log, signed)) as Uint8Array)
  await noteMoved(staging, log, tail)
  noteStationsOf(
    staging,
    above.map(({ entry }) => entry.document),
  )
  const stream = streamForTail(core, log)
  const carried = tail.map((cut) => draftOf(core, log, cut))
  const moved = stream ? append(staging, stream, carried) : success([])
  if (!moved.ok) return failure(undefined) // rule L14: cannot be
  // Before the peer's version is here: written in sight of it, the old text would take back what the peer's says.
  const unwritten = await writeAgain(staging, logParts(log).stream, lost, peerHolds)
  const adopted = await adopt(above.slice(0, common - signed).map(({ record }) => record))
  return adopted.ok ? success({ entries: tail.length, unwritten }) : adopted
}

/** Writes what was lost; answers with words for what could not be written. */
async function writeAgain(
  staging: Staging,
  stream: StreamId,
  lost: readonly LostText[],
  peerHolds: PeerHolds,
): Promise<string[]> {
  const inVain: InVain[] = []
  for (const one of lost) inVain.push(await editsInVain(staging, one, peerHolds))
  const withdrawn = inVain.flatMap(({ drafts }) => drafts)
  const isWithdrawn = append(staging, stream, withdrawn).ok
  // Their numbers are used up: what is written again has numbers of its own, also for who does not know kind 8.
  if (withdrawn.length > 0) await staging.core.logs.rotate()
  return lost.flatMap((one, place) => {
    const again = writtenAgain(staging, one, inVain[place]?.hashes ?? new Set())
    if ('unwritten' in again) return [again.unwritten]
    return isWithdrawn && append(staging, stream, again.drafts).ok ? [] : [lostWords(staging.core, one, undefined)]
  })
}

/** Only the root writes the county stream: elsewhere what was cut off there goes up in the stream of the own station. */
function streamForTail(core: Core, log: LogKey): StreamId | undefined {
  const { stream } = logParts(log)
  if (stream !== COUNTY_STREAM || core.isRoot) return stream
  const station = core.directory.node(core.identity.node)?.stations[0]
  return station && streamOf(station)
}

const MOVED = 'moved-tail'

/** Remembers what was cut off a log: met again at a child, it need not be taken back. */
async function noteMoved(staging: Staging, log: LogKey, tail: readonly ReadEntry[]): Promise<void> {
  const known = ((await getLocal(staging, MOVED, log)) as readonly string[] | undefined) ?? []
  setLocal(staging, MOVED, log, [...known, ...tail.map(({ entry }) => toHex(entry.hash))])
}

/** Whether an entry was cut off a log here once and was carried on. */
export async function wasMoved(core: Core, log: LogKey, hash: Uint8Array): Promise<boolean> {
  const known = JSON.parse((await core.locals.read(MOVED, log)) ?? '[]') as readonly string[]
  return known.includes(toHex(hash))
}

/**
 * What an entry that was cut off becomes in our own log. Directory records count by who writes them: our own are
 * written again, the root's are carried and it writes them again; what was carried already is carried as it is.
 */
function draftOf(core: Core, log: LogKey, { entry, record, before }: ReadEntry): Draft {
  const { kind, document, person, station, time, clockOffset, catalogueVersion, calendarVersion, payload } = entry
  const same = { document, person, station, time, clockOffset, catalogueVersion, calendarVersion }
  const isOwnRecord = kind === KIND.directory && core.logs.isOwn(log)
  if (isOwnRecord || isCarrier(kind)) return { ...same, kind, payload }
  // What the edit had written is written again; beside it the edit itself must not count a second time.
  return { ...same, kind: kind === KIND.edit ? KIND.kept : KIND.carried, payload: encodeCarried(log, before, record) }
}
