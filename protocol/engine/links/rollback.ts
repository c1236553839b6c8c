/** This node's database went back in time (rule S70): a peer holds entries of the present incarnation that it lacks. */
import { type LogKey, logParts } from '#protocol/ids.ts'
import type { Height } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import type { LinkContext } from './link-context.ts'

/** Whether a log is one in which this node writes now, and somebody holds more of it than this node. */
const isAhead = ({ logs }: Core, { log, height }: Height): boolean =>
  logs.ownLog(logParts(log).stream) === log && height > logs.head(log).height

/** Goes on under a new incarnation for each log of which admitted entries, signed by us, are not held. */
export async function rotateIfAhead(core: Core, heights: readonly Height[]): Promise<void> {
  for (const one of heights) {
    if (!isAhead(core, one)) continue
    reportRollback(core, one)
    await core.logs.rotate()
  }
}

/** As {@link rotateIfAhead}, for a claim of the pinned parent, which is believed. */
export async function believeParent({ core, queue }: LinkContext, claim: Height): Promise<void> {
  await queue.writeAlone(() => rotateIfAhead(core, [claim]))
}

/** Tells people that this node went back in time and what was done about it. */
function reportRollback({ logs, news }: Core, { log, height }: { log: LogKey; height: number }): void {
  news.add({
    kind: 'rolled-back',
    message: `本机数据库比上级记录的旧:日志 ${logParts(log).stream} 本机 ${logs.head(log).height} 条,上级 ${height} 条。已启用新的批次号,缺少的条目正从上级取回。`,
    next: '无需操作。请核对最近的纸质存根是否都能查到;查不到的请补录。',
  })
}
