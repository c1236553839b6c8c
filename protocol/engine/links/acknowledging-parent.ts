/** Whose acknowledgements lie on the disk: those of another parent than the present one do not count (rule E33). */
import type { NodeId } from '#protocol/ids.ts'
import type { Core } from '../core.ts'
import { stagedHead } from '../logs/staged-logs.ts'
import type { Identity } from '../ports/identity.ts'
import type { Loaded, Storage } from '../ports/storage.ts'
import { setLocal } from '../writing/staging.ts'
import type { WriteQueue } from '../writing/write-queue.ts'

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
