/** A fork's tail (rule S73): cut off where two versions of a log part, and carried on whole in our own log. */
import { COUNTY_STREAM, isCase, type LogKey, logParts, type StreamId, streamOf, toHex } from '#protocol/ids.ts'
import { encodeCarried } from '#protocol/log/carried.ts'
import { type Draft, KIND } from '#protocol/log/entry.ts'
import type { Core } from '../core.ts'
import { type ReadEntry, readAbove } from '../logs/log-reading.ts'
import { cutLog } from '../logs/staged-logs.ts'
import { loadFiles, reloadWithout } from '../writing/case-loading.ts'
import { append } from '../writing/placing.ts'
import { getLocal, type Staging, setLocal } from '../writing/staging.ts'
import { lostText, writeAgain } from './lost-text.ts'

/**
 * Our version of a log and a peer's differ above a common height. The peer's version stays; our tail is cut off,
 * carried whole in our own log (facts count through their own signatures, edits are kept), and what its edits had
 * written is written again in our name. Nothing is lost and nothing is chosen silently.
 * @returns how many entries were cut off
 */
export async function moveTail(staging: Staging, log: LogKey, common: number): Promise<number> {
  const { core } = staging
  const tail = await readAbove(core.logs, log, common)
  const cases = [...new Set(tail.map(({ entry }) => entry.document))].filter(isCase)
  await loadFiles(staging, cases)
  const lost = cases.flatMap((id) => lostText(staging, id, tail))
  cutLog(staging.logs, log, common, (await core.logs.hashAt(log, common)) as Uint8Array)
  await reloadWithout(staging, cases, log, common)
  await noteMoved(staging, log, tail)
  const stream = streamForTail(core, log)
  if (!stream) return tail.length
  append(
    staging,
    stream,
    tail.map((cut) => draftOf(core, log, cut)),
  )
  for (const one of lost) await writeAgain(staging, logParts(log).stream, one)
  return tail.length
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
  if (isOwnRecord || kind === KIND.carried || kind === KIND.kept) return { ...same, kind, payload }
  // What the edit had written is written again; beside it the edit itself must not count a second time.
  return { ...same, kind: kind === KIND.edit ? KIND.kept : KIND.carried, payload: encodeCarried(log, before, record) }
}
