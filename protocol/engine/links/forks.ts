/** One log, two versions (rule S73): who gives way finds where they part, goes on with the other one and carries its own tail on. */
import { type LogKey, logParts, type NodeId } from '#protocol/ids.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { entryHash } from '#protocol/log/chain.ts'
import type { EntryRecord } from '#protocol/log/entry.ts'
import { type Result, success } from '#protocol/result.ts'
import { beginSearch, judge, type Search, type SearchStep } from '#protocol/session/common-height.ts'
import type { Fork, Rungs } from '#protocol/wire/messages.ts'
import { RUNGS_SINCE } from '#protocol/wire/version.ts'
import { holdingsOf } from '../carrying/holdings.ts'
import { wasMoved } from '../carrying/moved-entries.ts'
import { type MovedTail, moveTail } from '../carrying/moved-tail.ts'
import type { PeerView } from '../carrying/peer-holds.ts'
import type { Core } from '../core.ts'
import type { ChainRefusal } from '../logs/following.ts'
import { signedHeight } from '../logs/log-reading.ts'
import type { Staging } from '../writing/staging.ts'
import { adoptRun } from './admission.ts'
import { answerTo, forkLadder, forkQuestion, isFirstLadder, ownVersion, provenRun, provesFork } from './fork-ladder.ts'
import { forkTooLong, forkTooOld, forkUnproved, tellForked, tellMoved } from './fork-words.ts'
import { type Link, mayDispute, mayHearVersion } from './link.ts'
import type { LinkContext } from './link-context.ts'
import { beginParting, givesWayInSlices, type StayingVersion } from './parting.ts'
import { originOf } from './receiving.ts'

/**
 * On a link the child gives way, so that one version wins the whole way down from the county. Only for its own logs
 * the parent does: after a restore its children hold what was lost there. But once: a version that it has carried on
 * already ends at the child, else two children with two versions would keep it busy for ever ({@link giveWay} judges
 * that by where the two part; here only a top that was carried is known).
 */
async function givesWay(core: Core, link: Link, fork: Fork): Promise<boolean> {
  if (link.direction === 'up') return true
  if (!core.logs.isOwn(fork.log)) return false
  const theirs = decodeCarried(core.logs.sha256, fork.proof)
  return !(theirs && (await wasMoved(core, fork.log, theirs.seq, theirs.hash)))
}

/** Our version and the peer's differ: whoever gives way learns where they part, and people are told. */
export async function reportFork({ core }: LinkContext, link: Link, log: LogKey, peer: NodeId): Promise<void> {
  tellForked(core, log)
  // What was found out before may be of a version that was cut since: what is told from now on is of the present one.
  endSearch(link, log)
  // Of its parent's logs a child tells its version and hears what to do; of its children's a parent tells its own.
  const asks = link.direction === 'down' ? core.logs.isOwn(log) : logParts(log).node !== peer
  if (asks) link.dispatch({ type: 'tell', message: forkQuestion(log) })
  else await tellLadder(core, link, log)
}

/** On the same link another version of the same log can come later. */
function endSearch(link: Link, log: LogKey): void {
  link.searches.delete(log)
  link.questioned.delete(log)
}

/** Tells our version in its turn; one that waits for its turn is enough, however often the two are compared meanwhile. */
async function tellLadder(core: Core, link: Link, log: LogKey): Promise<void> {
  if (link.ladders.has(log)) return
  link.ladders.add(log)
  try {
    await inTurn(link, async () => {
      link.dispatch({ type: 'tell', message: await forkLadder(core, log, link.pieces) })
      return true
    })
  } finally {
    link.ladders.delete(log)
  }
}

/** Only what is held is spoken of, with a peer that may have something to say about it. */
const maySpeak = (core: Core, link: Link, log: LogKey): boolean =>
  link.peer !== null && mayDispute(core, link.peer, log) && core.logs.head(log).height > 0

/** Only a peer that may hold a log is told our version of it. */
const mayTell = (core: Core, link: Link, log: LogKey): boolean =>
  maySpeak(core, link, log) && link.peer !== null && mayHearVersion(core, link.peer, log)

/** Does work when what came before it on this link is done; a peer that asks faster than is answered is not read (S109). Between its pieces everybody else has a turn. */
function inTurn(link: Link, work: () => Promise<boolean>): Promise<void> {
  const done = link.forkWork.then(async () => {
    if (link.session.is === 'ended') return
    if (await work()) await link.pieces()
  })
  link.forkWork = done.catch(() => {}) // whoever asked hears of the failure
  return done
}

/** The other side tells its version of a log, or asks for ours. */
export const takeFork = (context: LinkContext, link: Link, fork: Fork): Promise<void> =>
  inTurn(link, () => hearFork(context, link, fork))

async function hearFork(context: LinkContext, link: Link, fork: Fork): Promise<boolean> {
  const { core } = context
  if (!maySpeak(core, link, fork.log)) return false
  tellForked(core, fork.log) // on both sides, whoever noticed
  const search = link.searches.get(fork.log)
  const isEmpty = fork.ladder.length === 0 && fork.proof.length === 0
  // Both sides may notice: the first empty one is the peer's question, whatever answer is waited for at the moment.
  const isQuestion = isEmpty && !(isShown(search) && link.questioned.has(fork.log))
  if (isQuestion) link.questioned.add(fork.log)
  if (!isQuestion && (search || (await givesWay(core, link, fork)))) await goOn(context, link, fork)
  else if (mayTell(core, link, fork.log))
    link.dispatch({ type: 'tell', message: await forkLadder(core, fork.log, link.pieces) })
  return true
}

/** Whether all that is left to ask for is the proof, which may turn out to be nothing. */
const isShown = (search: Search | undefined): boolean => search?.gap === 0

/** The other side gives way and searches for the height at which its version and ours part. */
export const tellRungs = ({ core }: LinkContext, link: Link, question: Rungs): Promise<void> =>
  inTurn(link, async () => {
    if (!mayTell(core, link, question.log)) return false
    link.dispatch({ type: 'tell', message: await answerTo(core, question, link.pieces) })
    return true
  })

/** What a ladder leads to. */
type Advance =
  /** The peer's version was carried on here already: ours stays. */
  | { readonly is: 'stays' }
  | { readonly is: 'moved'; readonly common: number; readonly tail: MovedTail }
  /** It gives way in slices behind this commit. */
  | { readonly is: 'parting' }
  | { readonly is: 'asks'; readonly above: number; readonly below: number }
  /** Nothing to do, or not to be believed. */
  | { readonly is: 'idle' }

/** In a group of its own, so that heights and hashes are those on the disk; nothing is cut before the height is exact. */
async function goOn(context: LinkContext, link: Link, fork: Fork): Promise<void> {
  const { core, queue } = context
  const { log } = fork
  const done = await queue.writeAlone((staging) => advance(staging, link, fork))
  if (!done.ok) {
    endSearch(link, log)
    core.news.add({ kind: 'fork', message: done.problem.message, next: done.problem.next })
  } else if (done.value.is === 'stays') {
    endSearch(link, log)
    if (mayTell(core, link, log)) link.dispatch({ type: 'tell', message: await forkLadder(core, log, link.pieces) })
  } else if (done.value.is === 'parting') endSearch(link, log)
  else if (done.value.is === 'asks') {
    const { above, below } = done.value
    link.dispatch({ type: 'tell', message: { type: 'rungs', log, above, below } })
  } else if (done.value.is === 'moved') {
    endSearch(link, log)
    const { common, tail } = done.value
    tellMoved(core, log, { common, moved: tail.entries, unwritten: tail.unwritten.length, words: tail.unwritten })
    link.dispatch({ type: 'settled', log })
    tellCut(context, link)
  }
}

/** Everyone who was told of a version that ended is told what is held now: once for all forks that are being settled here. */
function tellCut({ links }: LinkContext, { session }: Link): void {
  if (session.is === 'live' && session.forked.size > 0) return // with the last of them, or with each link's next tick
  for (const one of [...links]) one.dispatch({ type: 'tell-cuts' })
}

/** One step of the search; when it ends, the tail gives way in the same commit. */
async function advance(staging: Staging, link: Link, fork: Fork): Promise<Result<Advance>> {
  const { core } = staging
  const { log } = fork
  if (core.partings.has(log)) return success({ is: 'idle' }) // whoever asks meanwhile is told what came of it
  const known = link.searches.get(log)
  if (!known) {
    // A claim without proof changes nothing. With it a node stops writing where somebody else has written (S46).
    if (!(await provesFork(core, fork))) return success({ is: 'idle' })
    if (core.logs.ownLog(logParts(log).stream) === log) await core.logs.rotate()
  } else if (isFirstLadder(core, fork)) return success({ is: 'idle' }) // both sides noticed: the search goes on already
  const search = known ?? beginSearch()
  const judged = judge(search, fork.ladder, await ownVersion(core, search, fork, link.pieces))
  const isOld = link.session.is === 'live' && link.session.version < RUNGS_SINCE
  switch (judged.is) {
    case 'beginning':
      link.searches.delete(log)
      return success({ is: 'idle' })
    case 'contradictory':
    case 'fruitless':
      return forkUnproved(core, log)
    case 'open':
      if (isOld) return forkTooOld(core, log)
      link.searches.set(log, judged.search)
      return success({ is: 'asks', above: judged.above, below: judged.below })
    case 'exact':
      if (!isOld) return giveWay(staging, link, fork, judged)
      // Only the pinned parent is believed without proof.
      return link.direction === 'up' ? giveWayUnproved(staging, link, log, judged.height) : forkTooOld(core, log)
  }
}

/** The height is exact by what was told: the entries behind it prove it, and are asked for when they did not come. */
async function giveWay(
  staging: Staging,
  link: Link,
  fork: Fork,
  { search, height }: Extract<SearchStep, { is: 'exact' }>,
): Promise<Result<Advance>> {
  const { core } = staging
  const { log } = fork
  const run = await provenRun(core, fork, height)
  if (!run) {
    if (isShown(search)) return forkUnproved(core, log)
    link.searches.set(log, { ...search, gap: 0 })
    return success({ is: 'asks', above: height, below: height + 1 })
  }
  const theirs = link.direction === 'down' ? await hashBehind(core, log, height, run) : undefined
  if (theirs && (await wasMoved(core, log, height + 1, theirs))) return success({ is: 'stays' })
  const signed = await signedHeight(core.logs, log, height)
  const version = { run, source: originOf(core, link), view: viewOfPeer(link) }
  return giveWayTo(staging, log, { common: height, signed }, version)
}

/** The hash of the first entry in which the peer's version differs: it stands for all of it, however long it has grown since. */
async function hashBehind({ logs }: Core, log: LogKey, height: number, [first]: readonly EntryRecord[]) {
  const shared = await logs.hashAt(log, height)
  return shared && first && entryHash(logs.sha256, log, shared, first)
}

/** What is known of the peer now; nothing any more when the link has ended meanwhile. */
function viewOfPeer({ session, direction, peer }: Link): PeerView | null {
  if (session.is !== 'live') return null
  return { direction, peer, heights: session.peerHeights, forked: session.forked }
}

/** Our tail gives way to a version: in this commit, or, where it is long, in slices that follow it. */
async function giveWayTo(
  staging: Staging,
  log: LogKey,
  at: { readonly common: number; readonly signed: number },
  version: StayingVersion,
): Promise<Result<Advance>> {
  const { core } = staging
  if (await givesWayInSlices(core, log, at.common)) {
    const begun = await beginParting(staging, log, at, version)
    return begun.ok ? success({ is: 'parting' }) : refusedVersion(core, log, begun.problem)
  }
  const { run, source, view } = version
  const giving = { begun: Number.POSITIVE_INFINITY, peerHolds: view ? await holdingsOf(core, view) : () => false }
  const tail = await moveTail(staging, log, { common: at.common, end: at.signed }, giving, async (shared) =>
    run
      ? adoptRun(staging, log, [...shared, ...run], { ...source, counted: new Map([[log, at.common]]) })
      : success(undefined),
  )
  if (!tail.ok) return refusedVersion(core, log, tail.problem)
  return success({ is: 'moved', common: at.common, tail: tail.value })
}

const refusedVersion = (core: Core, log: LogKey, problem: ChainRefusal | undefined) =>
  problem?.code === 'oversized' ? forkTooLong(core, log) : forkUnproved(core, log)

/** A peer of version 1 tells neighbours and proves that its version exists; only whole signed stretches are cut by that. */
async function giveWayUnproved(staging: Staging, link: Link, log: LogKey, common: number): Promise<Result<Advance>> {
  const { core } = staging
  const signed = await signedHeight(core.logs, log, common)
  if (signed !== common) return forkTooOld(core, log)
  return giveWayTo(
    staging,
    log,
    { common, signed },
    { run: null, source: originOf(core, link), view: viewOfPeer(link) },
  )
}
