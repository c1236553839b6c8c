/** One log, two versions (rule S73): who gives way finds where they part, goes on with the other one and carries its own tail on. */
import { type LogKey, logParts, type NodeId } from '#protocol/ids.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import { entryHash } from '#protocol/log/chain.ts'
import type { EntryRecord } from '#protocol/log/entry.ts'
import { type Failure, fail, type Result, success } from '#protocol/result.ts'
import { beginSearch, judge, type Search, type SearchStep } from '#protocol/session/common-height.ts'
import type { Fork, Rungs } from '#protocol/wire/messages.ts'
import { RUNGS_SINCE } from '#protocol/wire/version.ts'
import type { PeerHolds } from '../carrying/lost-text.ts'
import { type MovedTail, moveTail, wasMoved } from '../carrying/moved-tail.ts'
import type { Core } from '../core.ts'
import { signedHeight } from '../logs/log-reading.ts'
import type { Staging } from '../writing/staging.ts'
import { adoptRun } from './admission.ts'
import { answerTo, forkLadder, forkQuestion, isFirstLadder, ownVersion, provenRun, provesFork } from './fork-ladder.ts'
import { isBelow, type Link, mayDispute, mayHearVersion } from './link.ts'
import type { LinkContext } from './link-context.ts'
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
  return !(theirs && (await wasMoved(core, fork.log, theirs.hash)))
}

/** Our version and the peer's differ: whoever gives way learns where they part, and people are told. */
export async function reportFork({ core }: LinkContext, link: Link, log: LogKey, peer: NodeId): Promise<void> {
  tellPeople(core, log)
  // Of its parent's logs a child tells its version and hears what to do; of its children's a parent tells its own.
  const asks = link.direction === 'down' ? core.logs.isOwn(log) : logParts(log).node !== peer
  if (asks) link.dispatch({ type: 'tell', message: forkQuestion(log) })
  else await tellLadder(core, link, log)
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

const nameOf = (core: Core, log: LogKey): string => {
  const { node } = logParts(log)
  return core.directory.node(node)?.name ?? node
}

function tellPeople(core: Core, log: LogKey): void {
  core.news.add({
    kind: 'fork',
    message: `“${nameOf(core, log)}”的日志出现两个版本(分区 ${logParts(log).stream}),可能是数据文件夹被复制或恢复。`,
    next: '双方的记录都保留。作者节点会自动启用新的批次号;若该节点有两台机器在运行,请停用其中一台。',
  })
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
  tellPeople(core, fork.log) // on both sides, whoever noticed
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
  | { readonly is: 'asks'; readonly above: number; readonly below: number }
  /** Nothing to do, or not to be believed. */
  | { readonly is: 'idle' }

/** In a group of its own, so that heights and hashes are those on the disk; nothing is cut before the height is exact. */
async function goOn(context: LinkContext, link: Link, fork: Fork): Promise<void> {
  const { core, queue } = context
  const { log } = fork
  const done = await queue.writeAlone((staging) => advance(staging, link, fork))
  if (!done.ok) {
    link.searches.delete(log)
    core.news.add({ kind: 'fork', message: done.problem.message, next: done.problem.next })
  } else if (done.value.is === 'stays') {
    link.searches.delete(log)
    if (mayTell(core, link, log)) link.dispatch({ type: 'tell', message: await forkLadder(core, log, link.pieces) })
  } else if (done.value.is === 'asks') {
    const { above, below } = done.value
    link.dispatch({ type: 'tell', message: { type: 'rungs', log, above, below } })
  } else if (done.value.is === 'moved') {
    tellMoved(core, log, done.value.common, done.value.tail)
    link.dispatch({ type: 'settled', log })
    tellCut(context, link)
  }
}

/** Everyone who was told of a version that ended is told what is held now: once for all forks that are being settled here. */
function tellCut({ links }: LinkContext, { session }: Link): void {
  if (session.is === 'live' && session.forked.size > 0) return // with the last of them, or with each link's next tick
  for (const one of [...links]) one.dispatch({ type: 'tell-cuts' })
}

/** Of what could not be written again so much is named: who wants to know all looks at the cases. */
const UNWRITTEN_NAMED = 5

function tellMoved(core: Core, log: LogKey, common: number, { entries, unwritten }: MovedTail): void {
  const named = unwritten.slice(0, UNWRITTEN_NAMED).join(';')
  const more = unwritten.length > UNWRITTEN_NAMED ? '等' : ''
  const lacking =
    unwritten.length === 0
      ? ''
      : `其中 ${unwritten.length} 处填写内容没有能重新写入,原编辑仍保留,请有权填写的站点补写:${named}${more}。`
  core.news.add({
    kind: 'fork',
    message: `日志 ${log} 与其他节点持有的版本从第 ${common + 1} 条起不同。对方的版本保留;本机的 ${entries} 条记录已完整转入本机的新日志。${lacking}`,
    next: '请打开“同步情况”查看转入的办件;同一环节有两条记录的办件等待协调员处理。',
  })
}

/** One step of the search; when it ends, the tail gives way in the same commit. */
async function advance(staging: Staging, link: Link, fork: Fork): Promise<Result<Advance>> {
  const { core } = staging
  const { log } = fork
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
      return unproved(core, log)
    case 'open':
      if (isOld) return tooOld(core, log)
      link.searches.set(log, judged.search)
      return success({ is: 'asks', above: judged.above, below: judged.below })
    case 'exact':
      if (!isOld) return giveWay(staging, link, fork, judged)
      // Only the pinned parent is believed without proof.
      return link.direction === 'up' ? giveWayUnproved(staging, link, log, judged.height) : tooOld(core, log)
  }
}

const NOTHING_CUT = '没有截断或改写任何记录,双方的版本都在。'

const unproved = (core: Core, log: LogKey): Result<never, Failure> =>
  fail(
    'fork-unproved',
    `“${nameOf(core, log)}”的日志有两个版本(${log}),但对方说明的分叉位置前后矛盾或无法核实,${NOTHING_CUT}`,
    NOTHING_CUT,
    '重新连接时会再核对;反复出现请联系管理员检查对方程序。',
  )

const tooLong = (core: Core, log: LogKey): Result<never, Failure> =>
  fail(
    'fork-too-long',
    `“${nameOf(core, log)}”的日志有两个版本(${log}),但分叉处连续未签名的记录过长,接收后无法再传给其他节点,${NOTHING_CUT}`,
    NOTHING_CUT,
    '正常程序不会写出这样的记录,请联系管理员检查作者节点。',
  )

const tooOld = (core: Core, log: LogKey): Result<never, Failure> =>
  fail(
    'fork-old-peer',
    `“${nameOf(core, log)}”的日志有两个版本(${log}),对方程序版本较旧,说不出从哪一条起不同,${NOTHING_CUT}`,
    NOTHING_CUT,
    '请把对方程序升级到新版本,升级后自动核对并继续。',
  )

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
    if (isShown(search)) return unproved(core, log)
    link.searches.set(log, { ...search, gap: 0 })
    return success({ is: 'asks', above: height, below: height + 1 })
  }
  const theirs = link.direction === 'down' ? await hashBehind(core, log, height, run) : undefined
  if (theirs && (await wasMoved(core, log, theirs))) return success({ is: 'stays' })
  const signed = await signedHeight(core.logs, log, height)
  const tail = await moveTail(staging, log, { common: height, signed }, holdings(core, link), (shared) =>
    adoptRun(staging, log, [...shared, ...run], { ...originOf(core, link), counted: new Map([[log, height]]) }),
  )
  if (!tail.ok) return tail.problem?.code === 'oversized' ? tooLong(core, log) : unproved(core, log)
  return success({ is: 'moved', common: height, tail: tail.value })
}

/** The hash of the first entry in which the peer's version differs: it stands for all of it, however long it has grown since. */
async function hashBehind({ logs }: Core, log: LogKey, height: number, [first]: readonly EntryRecord[]) {
  const shared = await logs.hashAt(log, height)
  return shared && first && entryHash(logs.sha256, log, shared, first)
}

/**
 * What came from the peer's side of a link: who wrote it stands there, above also when the present parent is new and has
 * it not yet; what this node wrote itself came from there when it was put back since. Of a log with two versions nothing
 * is known.
 */
const holdings =
  (core: Core, { session, direction, peer }: Link): PeerHolds =>
  (log, seq) => {
    if (session.is !== 'live' || session.forked.has(log)) return false
    const { node, stream } = logParts(log)
    const isHeld = seq <= (session.peerHeights.get(log) ?? 0)
    if (core.logs.isOwn(log)) return isHeld && core.logs.ownLog(stream) !== log
    return direction === 'down' ? isHeld && isBelow(core, node, peer) : !isBelow(core, node, core.identity.node)
  }

/** A peer of version 1 tells neighbours and proves that its version exists; only whole signed stretches are cut by that. */
async function giveWayUnproved(staging: Staging, link: Link, log: LogKey, common: number): Promise<Result<Advance>> {
  const { core } = staging
  const signed = await signedHeight(core.logs, log, common)
  if (signed !== common) return tooOld(core, log)
  const tail = await moveTail(staging, log, { common, signed }, holdings(core, link), async () => success(undefined))
  return tail.ok ? success({ is: 'moved', common, tail: tail.value }) : unproved(core, log)
}
