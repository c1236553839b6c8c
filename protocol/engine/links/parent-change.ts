/** Another parent: what the former one acknowledged does not count for it (rule E33). */
import type { NodeId } from '#protocol/ids.ts'
import type { Core } from '../core.ts'
import { stagedHead } from '../logs/staged-logs.ts'
import type { Identity, PinnedParent } from '../ports/identity.ts'
import type { Loaded, Storage } from '../ports/storage.ts'
import { setLocal } from '../writing/staging.ts'
import type { WriteQueue } from '../writing/write-queue.ts'
import type { LinkContext } from './link-context.ts'

const SPACE = 'parent'
/** The parent whose acknowledgements lie on the disk. */
const ACKNOWLEDGING = 'acknowledging'

/** What the disk has; the parent's heights only when this parent acknowledged them. Nothing needs to be written here. */
export async function loadBelow(storage: Storage, { parent }: Identity): Promise<Loaded> {
  const loaded = await storage.load()
  if (parent === null) return loaded
  const known = await storage.local(SPACE, ACKNOWLEDGING)
  if (known !== undefined && JSON.parse(known) === parent.node) return loaded
  return { ...loaded, heads: loaded.heads.map((head) => ({ ...head, parentHeight: 0 })) }
}

/** A parent is there: from now on the disk says whose acknowledgements it holds, in one commit with the heights. */
export async function noteParent(core: Core, queue: WriteQueue, parent: NodeId): Promise<void> {
  const known = await core.locals.read(SPACE, ACKNOWLEDGING)
  if (known !== undefined && JSON.parse(known) === parent) return
  await queue.write(async (staging) => {
    if (core.identity.parent?.node !== parent) return // changed again before its turn came
    setLocal(staging, SPACE, ACKNOWLEDGING, parent)
    for (const log of core.logs.heads.keys()) staging.logs.heads.set(log, stagedHead(staging.logs, log))
  })
}

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
