/** R4: one log, two versions. The parent's stays, its author goes on under a new incarnation, and people are told. */
import { type LogKey, logParts, type NodeId } from '#protocol/ids.ts'
import type { Fork } from '#protocol/wire/messages.ts'
import { addFinding } from './core.ts'
import type { Link, LinkContext } from './link-context.ts'
import { commonHeight, forkLadder, provesFork } from './positions.ts'
import { moveTail, rotate } from './rotation.ts'

/** Our version and the peer's differ: the author of the log is told where, everyone else only sees the finding. */
export async function reportFork(context: LinkContext, link: Link, log: LogKey, peer: NodeId): Promise<void> {
  const { core } = context
  const author = logParts(log).node
  const name = core.directory.node(author)?.name ?? author
  addFinding(core, {
    kind: 'fork',
    message: `“${name}”的日志出现两个版本(分区 ${logParts(log).stream}),可能是数据文件夹被复制或恢复。`,
    next: '双方的记录都保留。作者节点会自动启用新的批次号;若该节点有两台机器在运行,请停用其中一台。',
  })
  const mine = author === core.identity.node && link.direction === 'up'
  if (mine || author === peer) link.dispatch({ type: 'tell', message: await forkLadder(core, log) })
}

/** The other side tells its version of a log: its author goes on elsewhere, everyone else answers with theirs. */
export async function takeFork(context: LinkContext, link: Link, fork: Fork): Promise<void> {
  const { core } = context
  const author = logParts(fork.log).node
  if (author === core.identity.node) await goOn(context, fork)
  else if (author === link.peer) link.dispatch({ type: 'tell', message: await forkLadder(core, fork.log) })
}

/** In a group of its own, so that heights and hashes are those on the disk; a claim without proof changes nothing. */
async function goOn(context: LinkContext, fork: Fork): Promise<void> {
  const { core, queue } = context
  const { log } = fork
  const done = await queue.writeAlone(async (staging) => {
    if (!(await provesFork(core, fork))) return undefined
    if (logParts(log).incarnation === core.incarnation) await rotate(core, context.rotated)
    const common = await commonHeight(core, fork)
    return { common, moved: await moveTail(staging, log, common) }
  })
  if (!done) return
  addFinding(core, {
    kind: 'fork',
    message: `本机日志与其他节点持有的版本从第 ${done.common + 1} 条起不同。对方的版本保留;本机的 ${done.moved} 条记录已完整转入新的批次号。`,
    next: '请打开“同步情况”查看转入的办件;同一环节有两条记录的办件等待协调员处理。',
  })
  for (const link of context.links) link.dispatch({ type: 'retell', stream: logParts(log).stream })
}
