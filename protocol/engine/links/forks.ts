/** One log, two versions (rule S73): who gives way goes on with the other one; its own tail is carried on whole. */
import { type LogKey, logParts, type NodeId } from '#protocol/ids.ts'
import { decodeCarried } from '#protocol/log/carried.ts'
import type { Fork } from '#protocol/wire/messages.ts'
import { moveTail, wasMoved } from '../carrying/moved-tail.ts'
import type { Core } from '../core.ts'
import { commonHeight, forkLadder, forkQuestion, provesFork } from './fork-ladder.ts'
import { type Link, mayDispute } from './link.ts'
import type { LinkContext } from './link-context.ts'

/**
 * On a link the child gives way, so that one version wins the whole way down from the county. Only for its own logs
 * the parent does: after a restore its children hold what was lost there. But once: a version that it has carried on
 * already ends at the child, else two children with two versions would keep it busy for ever.
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
  link.dispatch({ type: 'tell', message: asks ? forkQuestion(log) : await forkLadder(core, log) })
}

function tellPeople(core: Core, log: LogKey): void {
  const { node: author, stream } = logParts(log)
  const name = core.directory.node(author)?.name ?? author
  core.news.add({
    kind: 'fork',
    message: `“${name}”的日志出现两个版本(分区 ${stream}),可能是数据文件夹被复制或恢复。`,
    next: '双方的记录都保留。作者节点会自动启用新的批次号;若该节点有两台机器在运行,请停用其中一台。',
  })
}

/** The other side tells its version of a log, or asks for ours. */
export async function takeFork(context: LinkContext, link: Link, fork: Fork): Promise<void> {
  const { core } = context
  // Only a peer that may hold the log; and people hear of it on both sides, whoever noticed.
  if (!link.peer || !mayDispute(core, link.peer, fork.log)) return
  if (core.logs.heads.has(fork.log)) tellPeople(core, fork.log)
  if (fork.ladder.length > 0 && (await givesWay(core, link, fork))) await goOn(context, fork)
  else link.dispatch({ type: 'tell', message: await forkLadder(core, fork.log) })
}

/** In a group of its own, so that heights and hashes are those on the disk; a claim without proof changes nothing. */
async function goOn(context: LinkContext, fork: Fork): Promise<void> {
  const { core, queue } = context
  const { log } = fork
  const done = await queue.writeAlone(async (staging) => {
    if (!(await provesFork(core, fork))) return undefined
    if (core.logs.ownLog(logParts(log).stream) === log) await core.logs.rotate()
    const common = await commonHeight(core, fork)
    return { common, moved: await moveTail(staging, log, common) }
  })
  if (!done) return
  core.news.add({
    kind: 'fork',
    message: `日志 ${log} 与其他节点持有的版本从第 ${done.common + 1} 条起不同。对方的版本保留;本机的 ${done.moved} 条记录已完整转入本机的新日志。`,
    next: '请打开“同步情况”查看转入的办件;同一环节有两条记录的办件等待协调员处理。',
  })
  // Everyone who was told of the version that ended begins anew with what is held now.
  for (const link of [...context.links]) link.dispatch({ type: 'stop', code: 'stopping' })
}
