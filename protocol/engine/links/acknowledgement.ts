/** Acknowledgements in three steps: stored here, at the parent, at the root; a restored parent shows lower heights (rule S71). */
import { type LogKey, logParts } from '#protocol/ids.ts'
import { GENESIS } from '#protocol/log/chain.ts'
import type { LogHead } from '#protocol/log/head.ts'
import type { Height } from '#protocol/wire/messages.ts'
import { addFinding, type Core, notify } from '../core.ts'
import { StorageFailure } from '../ports/storage.ts'
import { headOf } from '../writing/staging.ts'
import { type LinkContext, tellDown } from './link-context.ts'

/** Remembers heights until the disk has them; they are learnt again at the next contact, so a second's delay is safe. */
const SAVE_AFTER_MILLISECONDS = 1_000
/** When the disk refused, they are saved later: until then they are only known in memory. */
const RETRY_MILLISECONDS = 10_000
const dirty = new WeakMap<Core, Set<LogKey>>()

/** The parent holds these heights durably. `exact`: it is the parent's whole truth and may be lower than before. */
export function acknowledge(context: LinkContext, heights: readonly Height[], exact: boolean): void {
  const { core } = context
  const rooted = core.identity.parent?.node === core.identity.root.node
  const lost: Height[] = []
  const risen: Height[] = []
  for (const { log, height } of heights) {
    const head = core.heads.get(log)
    if (!head) continue
    if (exact && height < head.parentHeight) lost.push({ log, height: head.parentHeight - height })
    const parentHeight = Math.min(head.height, exact ? height : Math.max(head.parentHeight, height))
    const rootHeight = rooted ? parentHeight : head.rootHeight
    if (parentHeight === head.parentHeight && rootHeight === head.rootHeight) continue
    if (rootHeight !== head.rootHeight) risen.push({ log, height: rootHeight })
    setHead(context, { ...head, parentHeight, rootHeight })
  }
  if (lost.length > 0) reportRestoredParent(core, lost)
  passDown(context, risen)
  notify(core, { cases: [], directory: false, status: true })
}

/** The parent says what the root holds. */
export function learnRootHeights(context: LinkContext, heights: readonly Height[]): void {
  const { core } = context
  if (core.identity.parent?.node === core.identity.root.node) return // the parent is the root: its own heights count
  const changed: Height[] = []
  for (const { log, height } of heights) {
    const head = core.heads.get(log) ?? { key: log, height: 0, hash: GENESIS, parentHeight: 0, rootHeight: 0 }
    if (head.rootHeight === height) continue
    changed.push({ log, height })
    setHead(context, { ...head, rootHeight: height })
  }
  passDown(context, changed)
  if (changed.length > 0) notify(core, { cases: [], directory: false, status: true })
}

/** Tells children what the root holds of their streams. */
export function passDown(context: LinkContext, heights: readonly Height[]): void {
  if (heights.length === 0) return
  tellDown(context, (shared) => heights.filter(({ log }) => shared.has(logParts(log).stream)))
}

function setHead(context: LinkContext, head: LogHead): void {
  context.core.heads.set(head.key, head)
  saveSoon(context, [head.key], SAVE_AFTER_MILLISECONDS)
}

function saveSoon(context: LinkContext, heads: Iterable<LogKey>, milliseconds: number): void {
  const { core, queue } = context
  const known = dirty.get(core)
  const logs = known ?? new Set<LogKey>()
  for (const log of heads) logs.add(log)
  if (known) return
  dirty.set(core, logs)
  core.host.after(milliseconds, () => {
    dirty.delete(core)
    const save = queue.write(async (staging) => {
      for (const log of logs) staging.heads.set(log, headOf(staging, log))
    })
    save.catch((problem: unknown) => {
      // The disk refuses: the queue has put that into the node's health.
      if (!(problem instanceof StorageFailure)) throw problem
      saveSoon(context, logs, RETRY_MILLISECONDS)
    })
  })
}

function reportRestoredParent(core: Core, lost: readonly Height[]): void {
  const entries = lost.reduce((sum, { height }) => sum + height, 0)
  addFinding(core, {
    kind: 'parent-restored',
    message: `上级节点的数据库曾恢复到较早的备份:它已确认过的 ${entries} 条记录(${lost.length} 个日志)现在缺失,本机正在补送。`,
    next: '无需操作。上级补齐后本页的“只存在本机”会归零。',
  })
}
