/** A long tail gives way in slices (rule S133): noted first, then cut and carried from its end, commit by commit. */
import { fromHex, type LogKey, type NodeId, type StreamId, toHex } from '#protocol/ids.ts'
import type { EntryRecord } from '#protocol/log/entry.ts'
import { decodePack, encodePack, packable } from '#protocol/log/pack.ts'
import { type Result, success } from '#protocol/result.ts'
import { holdingsOf } from '../carrying/holdings.ts'
import { moveTail, streamForTail } from '../carrying/moved-tail.ts'
import type { PeerView } from '../carrying/peer-holds.ts'
import type { Core } from '../core.ts'
import type { ChainRefusal } from '../logs/following.ts'
import { readAbove, sliceEnd } from '../logs/log-reading.ts'
import { notedParting, PARTING_SPACE, type Parting } from '../logs/partings.ts'
import { cutLog, stagedHead } from '../logs/staged-logs.ts'
import type { Afterwork } from '../writing/afterwork.ts'
import { beginStaging, getLocal, type Staging, setLocal } from '../writing/staging.ts'
import { adoptRun, type FrameSource } from './admission.ts'
import { tellMoved, UNWRITTEN_NAMED } from './fork-words.ts'
import { givenStreams, type Link, sharedStreams } from './link.ts'
import type { LinkContext } from './link-context.ts'

/** The version that stays, as the peer proved it: what goes on with a parting asks nobody again. */
export interface StayingVersion {
  /** Its first entries behind the common height, up to a signed one; null where only the pinned parent’s word stands for it. */
  readonly run: readonly EntryRecord[] | null
  readonly source: Omit<FrameSource, 'shared'>
  /** What its side was known to hold; null when it was gone already. */
  readonly view: PeerView | null
}

/** Kept under the log beside what is noted with every slice: it does not change. */
const VERSION_SPACE = 'parting-version'

interface NotedVersion {
  readonly run: string | null
  readonly fromParent: boolean
  readonly fromRoot: boolean
  readonly view: {
    readonly direction: 'up' | 'down'
    readonly peer: NodeId | null
    readonly heights: readonly (readonly [LogKey, number])[]
    readonly forked: readonly LogKey[]
  } | null
}

/** Whether a tail is more than one commit should move, or has to wait until an older one has given way. */
export const givesWayInSlices = async ({ logs, partings }: Core, log: LogKey, common: number): Promise<boolean> =>
  partings.size > 0 || (await sliceEnd(logs, log, common)) > common

/**
 * Notes that a tail is to give way; the work follows the commit, and a restart goes on with it. Nothing is noted unless the
 * other version can be taken in the end.
 */
export async function beginParting(
  staging: Staging,
  log: LogKey,
  { common, signed }: Pick<Parting, 'common' | 'signed'>,
  version: StayingVersion,
): Promise<Result<void, ChainRefusal>> {
  const { core } = staging
  const head = stagedHead(staging.logs, log)
  const { height, hash, parentHeight, rootHeight } = head
  const tried = await adoptVersion(await cutAside(core, log, signed), log, { common, signed }, version)
  if (!tried.ok) return tried
  const { run, source, view } = version
  const noted: NotedVersion = {
    run: run && toHex(encodePack(run.map((record) => packable(log, record)))),
    fromParent: source.fromParent,
    fromRoot: source.fromRoot,
    view: view && { ...view, heights: [...view.heights], forked: [...view.forked] },
  }
  setLocal(staging, VERSION_SPACE, log, noted)
  // What was heard of its heights elsewhere may have been of the other version.
  const safety = { parentHeight: Math.min(parentHeight, common), rootHeight: Math.min(rootHeight, common) }
  staging.logs.heads.set(log, { ...head, ...safety })
  const top = { height, hash }
  note(staging, log, { begun: core.logs.arrival, common, signed, top, moved: 0, unwritten: 0, words: [] })
  return success(undefined)
}

const note = (staging: Staging, log: LogKey, parting: Parting): void =>
  setLocal(staging, PARTING_SPACE, log, notedParting({ ...parting, incarnation: staging.core.logs.incarnation }))

/** A group that is never committed, in which a log is cut already. */
async function cutAside(core: Core, log: LogKey, height: number): Promise<Staging> {
  const aside = beginStaging(core)
  cutLog(aside.logs, log, height, (await core.logs.hashAt(log, height)) as Uint8Array)
  return aside
}

/** The shared entries above the cut come back, and the other version goes on behind them (rule S96). */
async function adoptVersion(
  staging: Staging,
  log: LogKey,
  { common, signed }: Pick<Parting, 'common' | 'signed'>,
  { run, source }: StayingVersion,
): Promise<Result<unknown, ChainRefusal>> {
  if (!run) return success(undefined)
  const shared = await readAbove(staging.core.logs, log, signed, common)
  const records = [...shared.map(({ record }) => record), ...run]
  return adoptRun(staging, log, records, { ...source, counted: new Map([[log, common]]) })
}

async function versionNoted(staging: Staging, log: LogKey): Promise<StayingVersion> {
  const { run, view, ...source } = (await getLocal(staging, VERSION_SPACE, log)) as NotedVersion
  const records = run === null ? null : (decodePack(fromHex(run) ?? new Uint8Array()) ?? []).map(({ record }) => record)
  return {
    run: records,
    source,
    view: view && { ...view, heights: new Map(view.heights), forked: new Set(view.forked) },
  }
}

/** One more slice of the oldest tail that gives way: what another log wrote on top of it is read before that one is cut. */
async function goOnParting(staging: Staging, key: string): Promise<void> {
  const { core } = staging
  const [oldest] = core.partings
  if (!oldest) return
  const [log, parting] = oldest
  if (parting.waits) return // {@link goOnWaiting} notes it again
  const { common, signed, begun } = parting
  const version = await versionNoted(staging, log)
  const part = await sliceEnd(core.logs, log, common)
  const end = part > common ? part : signed
  const peerHolds = version.view ? await holdingsOf(core, version.view) : () => false
  const tail = await moveTail(staging, log, { common, end }, { begun, peerHolds }, () =>
    adoptVersion(staging, log, parting, version),
  )
  if (!tail.ok) throw new Error(`${log}: what gives way cannot be cut at ${end} (${tail.problem?.detail ?? 'unread'})`)
  const { entries, unwritten } = tail.value
  const now: Parting = {
    ...parting,
    moved: parting.moved + entries,
    unwritten: parting.unwritten + unwritten.length,
    words: [...parting.words, ...unwritten].slice(0, UNWRITTEN_NAMED),
  }
  if (end > common) note(staging, log, now)
  else {
    for (const space of [PARTING_SPACE, VERSION_SPACE]) setLocal(staging, space, log, null)
    tellMoved(core, log, now)
  }
  // Whoever waits behind the oldest is looked at again with its last slice.
  const waiting = core.partings.get(key as LogKey)
  if (key !== log && waiting) note(staging, key as LogKey, waiting)
}

/**
 * After a link has brought or told something: a disk that was put back between two slices goes on when its parent holds no
 * entries of its own that it lacks. What it had written again before then comes first, with what people made of it.
 */
export async function goOnWaiting({ core, queue }: LinkContext, link: Link): Promise<void> {
  const waiting = () => [...core.partings].filter(([, { waits }]) => waits)
  if (waiting().length === 0 || !waiting().every(([log]) => isOwnBack(core, link, streamForTail(core, log)))) return
  await queue.write(async (staging) => {
    for (const [log, parting] of waiting()) note(staging, log, parting)
  })
}

/** Whether the parent has told what it holds of a stream, or never tells that one, and has nothing of this node's own that is not here. */
function isOwnBack(core: Core, { direction, peer, session }: Link, stream: StreamId | undefined): boolean {
  if (direction !== 'up' || session.is !== 'live' || !peer) return false
  const { ready, peerHeights, forked } = session
  const isTold = stream === undefined || ready.has(stream)
  if (!isTold && [...sharedStreams(core, peer), ...givenStreams(core, peer)].includes(stream)) return false
  // Of a log with two versions nothing comes back before one has given way.
  const isMissing = ([log, height]: readonly [LogKey, number]) =>
    core.logs.isOwn(log) && !forked.has(log) && !core.partings.has(log) && height > core.logs.head(log).height
  return ![...peerHeights].some(isMissing)
}

export const PARTINGS: Afterwork = { space: PARTING_SPACE, work: goOnParting }
