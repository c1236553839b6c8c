/** Another parent while the engine runs: what the former one acknowledged does not count for it (rule E33). */
import type { PinnedParent } from '../ports/identity.ts'
import type { LinkContext } from './link-context.ts'

/** Goes on below another parent. */
export function changeParent({ core, links }: LinkContext, parent: PinnedParent): void {
  const former = core.identity.parent
  core.identity.parent = parent
  if (former?.node === parent.node) return
  for (const link of [...links]) if (link.direction === 'up') link.dispatch({ type: 'stop', code: 'stopping' })
  for (const log of [...core.logs.heads.keys()]) core.logs.noteSafety(log, { parentHeight: 0 })
  core.neighbours.parentContact = null
  core.neighbours.refusal = null
  core.news.add({
    kind: 'parent-changed',
    message: `县中心把本机的上级由“${former?.name ?? ''}”改为“${parent.name}”。`,
    next: '无需操作。本机的记录会重新与新上级核对,缺少的自动补送。',
  })
}
