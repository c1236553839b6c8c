/** A fork's tail (rule S73): cut off where two versions of a log part, and carried on whole in our own log. */
import { appendAll } from '#protocol/append-all.ts'
import {
  COUNTY_STREAM,
  type DocumentId,
  isCase,
  type LogKey,
  logParts,
  type StreamId,
  streamOf,
} from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { decodeCarried, encodeCarried } from '#protocol/log/carried.ts'
import { type Draft, type Entry, type EntryRecord, isCarrier, KIND } from '#protocol/log/entry.ts'
import { failure, type Result, success } from '#protocol/result.ts'
import { addEntry } from '../cases/case-entries.ts'
import type { CaseFile } from '../cases/case-file.ts'
import { readFiles, storedEntry } from '../cases/case-reading.ts'
import type { Core } from '../core.ts'
import { checkSignature } from '../logs/following.ts'
import { type ReadEntry, readAbove } from '../logs/log-reading.ts'
import { cutLog } from '../logs/staged-logs.ts'
import { loadFiles, reloadWithout } from '../writing/case-loading.ts'
import { noteStationsOf } from '../writing/judged-stations.ts'
import { append } from '../writing/placing.ts'
import type { Staging } from '../writing/staging.ts'
import { noteCutFromAbove } from './from-above.ts'
import { type GivingWay, type LostText, lostText } from './lost-text.ts'
import { noteMoved } from './moved-entries.ts'
import { editsInVain, type InVain, lostWords, writtenAgain } from './text-again.ts'

/** What of a log gives way in one commit. */
export interface TailCut {
  /** Up to here both versions are the same. */
  readonly common: number
  /** A signed entry, or the beginning: there the log is cut. At or below `common` nothing of our version is left. */
  readonly end: number
}

/** What a node has put into its own log. */
export interface MovedTail {
  /** Entries that were cut off above what is shared. */
  readonly entries: number
  /** Sections whose text could not be written again, in words; what had written it is kept. */
  readonly unwritten: readonly string[]
}

/**
 * Our version of a log and a peer's differ above a common height. The peer's version stays; our tail, or the last part
 * of it (rule S133), is cut off, carried whole in our own log (facts count through their own signatures, edits are
 * kept), and what its edits had written is written again in our name. Nothing is lost and nothing is chosen silently.
 * What both sides share is neither carried nor written again: `adopt`, called with the last part, puts the shared
 * entries above the cut back, under the peer's signature.
 * Only in a group of its own; when it fails, nothing of the group may be committed.
 */
export async function moveTail<Problem>(
  staging: Staging,
  log: LogKey,
  { common, end }: TailCut,
  giving: GivingWay,
  adopt: (shared: readonly EntryRecord[]) => Promise<Result<unknown, Problem>>,
): Promise<Result<MovedTail, Problem | undefined>> {
  const { core } = staging
  const above = await readAbove(core.logs, log, end)
  if (above.length !== core.logs.head(log).height - end) return failure(undefined) // what cannot be read is not cut
  const shared = Math.max(0, common - end)
  const tail = above.slice(shared)
  const cases = [...new Set(above.map(({ entry }) => entry.document))].filter(isCase)
  await loadFiles(staging, cases)
  const lost: LostText[] = []
  for (const id of cases) appendAll(lost, await textOf(staging, id, tail, { common, end }, giving))
  await reloadWithout(staging, cases, log, Math.max(common, end))
  cutLog(staging.logs, log, end, (await core.logs.hashAt(log, end)) as Uint8Array)
  await noteMoved(staging, log, tail)
  await noteCutFromAbove(staging, log, end)
  noteStationsOf(
    staging,
    above.map(({ entry }) => entry.document),
  )
  const stream = streamForTail(core, log)
  const unproved = await unprovedFacts(core, log, tail)
  const carried = tail.map((cut) => draftOf(core, log, cut, unproved))
  const moved = stream ? append(staging, stream, carried) : success([])
  if (!moved.ok) return failure(undefined) // rule L14: cannot be
  // Before the peer's version is here: written in sight of it, the old text would take back what the peer's says.
  const unwritten = await writeAgain(staging, logParts(log).stream, lost, giving)
  const result = success({ entries: tail.length, unwritten })
  if (end > common) return result
  const adopted = await adopt(above.slice(0, shared).map(({ record }) => record))
  return adopted.ok ? result : adopted
}

/**
 * The sections of a case that a part of a tail takes its edits from. Nothing while more of its edits are still to be cut:
 * their text is written again at once, with the last of them, as it was before the first was cut.
 */
async function textOf(
  staging: Staging,
  id: DocumentId,
  tail: readonly ReadEntry[],
  { common, end }: TailCut,
  giving: GivingWay,
): Promise<LostText[]> {
  const { core } = staging
  const cut = tail.map(({ entry }) => entry).filter(({ document, kind }) => document === id && kind === KIND.edit)
  const [first] = cut
  if (!first) return []
  const held = (await core.storage.recordsOf([id])).get(id) ?? []
  const isLeft = held.some((one) => {
    const isAbove = one.log === first.log && common < one.seq && one.seq <= end
    return isAbove && storedEntry(one).kind === KIND.edit
  })
  if (isLeft) return []
  const { height } = core.logs.head(first.log)
  const since = held.filter(({ arrival, log }) => arrival > giving.begun && core.logs.isOwn(log)).map(storedEntry)
  const earlier = since.flatMap((entry) => cutBefore(core, { log: first.log, height }, entry))
  if (earlier.length === 0) return lostText(core, staging.files.get(id) as CaseFile, { cut, common }, giving)
  const [before] = (await readFiles(core, [id])) as [CaseFile]
  for (const entry of earlier) addEntry(before, entry, core.directory, core.logs.sha256)
  const edits = earlier.filter(({ kind }) => kind === KIND.edit)
  return lostText(core, before, { cut: [...cut, ...edits], common }, giving)
}

/**
 * What an entry of ours keeps of the edits of a log above a height, and of what took edits back there: both keep an edit
 * ({@link draftOf}). Only what was one itself has the edit's own time and person. Whatever took it back lay above the
 * height; its own number is not kept.
 */
function cutBefore({ logs }: Core, { log, height }: { log: LogKey; height: number }, kept: Entry): Entry[] {
  const inner = kept.kind === KIND.kept ? decodeCarried(logs.sha256, kept.payload) : undefined
  if (inner?.kind !== KIND.edit) return []
  const isEdit = kept.time === inner.time && kept.person === inner.person
  if (isEdit) return inner.log === log && inner.seq > height ? [inner] : []
  const isAuthors = logParts(inner.log).node === logParts(log).node
  return isAuthors ? [{ ...kept, kind: KIND.withdrawn, log, seq: height + 1 }] : []
}

/** Writes what was lost; answers with words for what could not be written. */
async function writeAgain(
  staging: Staging,
  stream: StreamId,
  lost: readonly LostText[],
  { peerHolds }: GivingWay,
): Promise<string[]> {
  const { logs } = staging.core
  // Whoever makes forks on purpose must not use up the logs that others take of us: people read what is missing.
  const isSpent = [...logs.heads.keys()].filter(logs.isOwn).length >= LIMITS.logsOfNode / 2
  const inVain: InVain[] = []
  for (const one of lost) inVain.push(await editsInVain(staging, one, peerHolds))
  const withdrawn = isSpent ? [] : inVain.flatMap(({ drafts }) => drafts)
  const isWithdrawn = append(staging, stream, withdrawn).ok
  // Their numbers are used up: what is written again has numbers of its own, also for who does not know kind 8.
  if (withdrawn.length > 0) await logs.rotate()
  return lost.flatMap((one, place) => {
    const { hashes, drafts } = inVain[place] as InVain
    if (isSpent && drafts.length > 0) return [lostWords(staging.core, one, undefined)]
    const again = writtenAgain(staging, one, hashes)
    if ('unwritten' in again) return [again.unwritten]
    return isWithdrawn && append(staging, stream, again.drafts).ok ? [] : [lostWords(staging.core, one, undefined)]
  })
}

/** Only the root writes the county stream: elsewhere what was cut off there goes up in the stream of the own station. */
export function streamForTail(core: Core, log: LogKey): StreamId | undefined {
  const { stream } = logParts(log)
  if (stream !== COUNTY_STREAM || core.isRoot) return stream
  const station = core.directory.node(core.identity.node)?.stations[0]
  return station && streamOf(station)
}

/**
 * Facts that their author has not signed one by one, as honest programs do (rule L9): nobody would take them from us as
 * carried, nor anything behind them. They are kept, as they are.
 */
async function unprovedFacts(core: Core, log: LogKey, tail: readonly ReadEntry[]): Promise<ReadonlySet<ReadEntry>> {
  if (core.logs.isOwn(log)) return new Set()
  const key = core.directory.keyOf(logParts(log).node)
  const facts = tail.filter(({ entry }) => entry.kind === KIND.fact)
  const found = await Promise.all(facts.map(({ entry }) => checkSignature(core.host.cryptography, key, entry)))
  return new Set(facts.filter((_, place) => found[place] !== undefined))
}

/**
 * What an entry that was cut off becomes in our own log. Directory records count by who writes them: our own are
 * written again, the root's are carried and it writes them again; what was carried already is carried as it is.
 */
function draftOf(core: Core, log: LogKey, cut: ReadEntry, unproved: ReadonlySet<ReadEntry>): Draft {
  const { entry, record, before } = cut
  const { kind, document, person, station, time, clockOffset, catalogueVersion, calendarVersion, payload } = entry
  const same = { document, person, station, time, clockOffset, catalogueVersion, calendarVersion }
  const isOwnRecord = kind === KIND.directory && core.logs.isOwn(log)
  // In our name somebody else's word would take back what we wrote: only an edit's author does that.
  if (kind === KIND.withdrawn && !core.logs.isOwn(log)) return { ...same, kind: KIND.kept, payload }
  if (isOwnRecord || isCarrier(kind)) return { ...same, kind, payload }
  // What the edit had written is written again; beside it the edit itself must not count a second time.
  const isKept = kind === KIND.edit || unproved.has(cut)
  return { ...same, kind: isKept ? KIND.kept : KIND.carried, payload: encodeCarried(log, before, record) }
}
