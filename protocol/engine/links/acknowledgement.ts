/** Acknowledgements in three steps: stored here, at the parent, at the root; a restored parent shows lower heights (rule S71). */
import { type LogKey, logParts } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { LogHead } from '#protocol/log/head.ts'
import type { Height } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import { stagedHead } from '../logs/staged-logs.ts'
import { StorageFailure } from '../ports/storage.ts'
import { type Link, sharedStreams } from './link.ts'
import type { LinkContext } from './link-context.ts'
import { passDown } from './root-heights.ts'

/** Remembers heights until the disk has them; they are learnt again at the next contact, so a second's delay is safe. */
const SAVE_AFTER_MILLISECONDS = 1_000
/** When the disk refused, they are saved later: until then they are only known in memory. */
const RETRY_MILLISECONDS = 10_000

const isBelowRoot = ({ identity }: Core): boolean => identity.parent?.node === identity.root.node

/** Whether a height can be one of the version that is held: of one that gives way the others speak of theirs above what both share (S133). */
const isOfOurs = ({ partings }: Core, { log, height }: Height): boolean =>
  height <= (partings.get(log)?.common ?? height)

/** The parent holds these heights durably. `exact`: it is the parent's whole truth and may be lower than before. */
export function acknowledge(context: LinkContext, heights: readonly Height[], exact: boolean): void {
  const { core } = context
  const rooted = isBelowRoot(core)
  const lost: Height[] = []
  const risen: Height[] = []
  for (const { log, height } of heights.filter((one) => isOfOurs(core, one))) {
    const head = core.logs.heads.get(log)
    if (!head) continue
    if (exact && height < head.parentHeight) lost.push({ log, height: head.parentHeight - height })
    const parentHeight = Math.min(head.height, exact ? height : Math.max(head.parentHeight, height))
    const rootHeight = rooted ? parentHeight : head.rootHeight
    if (parentHeight === head.parentHeight && rootHeight === head.rootHeight) continue
    if (rootHeight !== head.rootHeight) risen.push({ log, height: rootHeight })
    noteSafety(context, log, { parentHeight, rootHeight })
  }
  if (lost.length > 0) reportRestoredParent(core, lost)
  passDown(context, risen)
  core.news.tellStatus()
}

/** An entry of a case takes about so many bytes on a link (500 cases of the bench: 260). */
const ENTRY_BYTES = 260
/**
 * What the parent lacks of our present logs goes first, because a log has no gaps: when that takes long on this line, what is
 * written from now on goes into a new log, and does not wait for it (S128).
 */
export async function overtake({ core, queue }: LinkContext, compared: readonly Height[]): Promise<void> {
  if (!isLongWay(core, compared)) return
  try {
    // Judged again in its turn: another comparison may have begun a new log meanwhile.
    await queue.writeAlone(async () => (isLongWay(core, compared) ? core.logs.beginAnew() : undefined))
  } catch (problem) {
    if (!(problem instanceof StorageFailure)) throw problem // the queue has told that the disk refuses; the old log goes on
  }
}

function isLongWay({ logs, identity, neighbours }: Core, compared: readonly Height[]): boolean {
  const present = compared.filter(({ log }) => logs.ownLog(logParts(log).stream) === log)
  const lacking = present.reduce((sum, { log, height }) => sum + Math.max(0, logs.head(log).height - height), 0)
  if (lacking < LIMITS.overtakenEntries) return false
  const slow = (LIMITS.firstFrameBytes * 1_000) / LIMITS.frameMilliseconds
  const rate = (identity.parent && neighbours.rates.get(identity.parent.node)) ?? slow
  // Half of the logs that others take are left for when the node is put back and has to begin a new one.
  const begun = [...logs.heads.keys()].filter(logs.isOwn).length
  return (lacking * ENTRY_BYTES * 1_000) / rate > LIMITS.frameMilliseconds && begun < LIMITS.logsOfNode / 2
}

/**
 * A node below holds these heights: at the root what it sent, or acknowledged, lies in more than one place. Of streams
 * that it is not granted it is given nothing, and its word counts for nothing.
 */
export function noteElsewhere(core: Core, { peer }: Link, heights: readonly Height[], exact: boolean): void {
  const { elsewhere, news } = core
  if (!elsewhere || !peer || heights.length === 0) return
  const shared = new Set(sharedStreams(core, peer))
  elsewhere.heard(
    peer,
    heights.filter(({ log }) => shared.has(logParts(log).stream)),
    exact,
  )
  news.tellStatus()
}

/** The parent says what the root holds. */
export function learnRootHeights(context: LinkContext, heights: readonly Height[]): void {
  const { core } = context
  if (isBelowRoot(core)) return // the parent is the root: its own heights count
  const changed: Height[] = []
  for (const { log, height } of heights.filter((one) => isOfOurs(core, one))) {
    if (core.logs.head(log).rootHeight === height) continue
    changed.push({ log, height })
    noteSafety(context, log, { rootHeight: height })
  }
  passDown(context, changed)
  if (changed.length > 0) core.news.tellStatus()
}

function noteSafety(
  context: LinkContext,
  log: LogKey,
  safety: Partial<Pick<LogHead, 'parentHeight' | 'rootHeight'>>,
): void {
  context.core.logs.noteSafety(log, safety)
  saveSoon(context, [log], SAVE_AFTER_MILLISECONDS)
}

function saveSoon(context: LinkContext, logs: Iterable<LogKey>, milliseconds: number): void {
  const { core, queue } = context
  const planned = context.unsavedSafety
  const unsaved = planned ?? new Set<LogKey>()
  for (const log of logs) unsaved.add(log)
  if (planned) return
  context.unsavedSafety = unsaved
  core.host.after(milliseconds, () => {
    context.unsavedSafety = null
    const save = queue.write(async (staging) => {
      for (const log of unsaved) staging.logs.heads.set(log, stagedHead(staging.logs, log))
    })
    save.catch((problem: unknown) => {
      // When the disk refuses, the queue has put that into the node's health; a bug it has told itself.
      if (problem instanceof StorageFailure) saveSoon(context, unsaved, RETRY_MILLISECONDS)
    })
  })
}

function reportRestoredParent(core: Core, lost: readonly Height[]): void {
  const entries = lost.reduce((sum, { height }) => sum + height, 0)
  core.news.add({
    kind: 'parent-restored',
    message: `上级节点的数据库曾恢复到较早的备份:它已确认过的 ${entries} 条记录(${lost.length} 个日志)现在缺失,本机正在补送。`,
    next: '无需操作。上级补齐后本页的“只存在本机”会归零。',
  })
}
