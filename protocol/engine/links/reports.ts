/** Health of the nodes below: heard over links, remembered over restarts, passed upward. */
import { FIRST_LEVEL } from '#protocol/casework/rules/level.ts'
import { logParts, type NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { isOffset } from '#protocol/log/entry.ts'
import type { Levels, NodeLevel, NodeReport, Receipt, Status } from '#protocol/wire/messages.ts'
import { REFUSALS, type RefusalCode } from '#protocol/wire/refusals.ts'
import { LEVELS_SINCE } from '#protocol/wire/version.ts'
import { isBelow } from '../carrying/peer-holds.ts'
import { casesAbove, entriesAbove } from '../cases/safety.ts'
import type { Core } from '../core.ts'
import { type Finding, type NodeStatus, type SyncStatus, unheardNode } from '../office.ts'
import { type Storage, StorageFailure } from '../ports/storage.ts'
import { keepClock } from '../writing/clock-mark.ts'
import { isOfOldTime, NODE_STATUS_SPACE } from '../writing/report-frames.ts'
import { setLocal } from '../writing/staging.ts'
import type { WriteQueue } from '../writing/write-queue.ts'
import { noteParent } from './acknowledging-parent.ts'
import type { Link } from './link.ts'
import { takeReceipts } from './parents-receipts.ts'

/** A report travels upward at most this often; figures a person reads need no more. */
const REPORT_AFTER_MILLISECONDS = 3_000

export interface Reports {
  linkLive(link: Link): void
  linkEnded(link: Link, reason: string): void
  /** A node tells over its link of itself and of those below it. */
  heard(link: Link, reporter: NodeId, status: Status): void
  /** A node tells what it and those below it know of the rules. */
  heardLevels(reporter: NodeId, levels: Levels): void
  /** Resolves when they are kept. */
  receipts(receipts: readonly Receipt[]): Promise<void>
  /** Sends a report upward soon. */
  soon(): void
}

/** Opens the reports of a node over its links; what is heard stands in the core's neighbours. */
export function createReports(core: Core, queue: WriteQueue, links: ReadonlySet<Link>): Reports {
  const { neighbours, clock } = core
  const kept = createReporter(core, queue, links)
  const met = (node: NodeId, connected: boolean) => {
    // What it told on an earlier link is not how it stands now: it is passed on once it has told again.
    if (connected) kept.untold.add(node)
    else kept.untold.delete(node)
    kept.keep({ ...(neighbours.below.get(node) ?? unheardNode(node)), connected, lastContact: clock.time() })
  }
  return {
    soon: kept.soon,
    linkLive(link) {
      if (link.direction === 'up') {
        // A revoked node is let in to deliver; that takes nothing back.
        if (!isRevocation(neighbours.refusal)) neighbours.refusal = null
        neighbours.parentContact = clock.time()
        neighbours.parentConnected = true
        if (link.peer) noteParent(core, queue, link.peer).catch(toldByQueue)
      } else if (link.peer) met(link.peer, true)
      kept.soon()
    },
    linkEnded(link, reason) {
      if (link.direction === 'up') {
        if (link.peer) {
          neighbours.parentContact = clock.time()
          keepContact(queue)
        }
        neighbours.parentConnected = parentsAmong(links).length > 0
        const refusal = parentRevoked(core, reason) ?? refusalOf(reason)
        if (isRevocation(refusal)) core.news.add(deliveredSoFar(core))
        neighbours.refusal = refusal ?? neighbours.refusal
      } else if (link.peer) met(link.peer, false)
      core.news.tellStatus()
    },
    heard(link, reporter, status) {
      kept.untold.delete(reporter)
      for (const { age, ...heard } of status.nodes) {
        // Only nodes of the register below it, so that a hostile child cannot fill memory and disk with inventions.
        if (heard.node !== core.identity.node && isBelow(core, heard.node, reporter)) {
          const isOld = isOfOldTime(core)
          const before = neighbours.below.get(heard.node)?.lastContact ?? null
          const lastContact = isOld && !heard.connected ? before : Math.max(0, clock.time() - age)
          const isClear = heard.connected && heard.unsentEntries === 0 && isBelieved(core, link, reporter, heard.node)
          const nothingUnsentAt = clearUntil(core, heard.node, isClear ? (lastContact ?? 0) : 0)
          const clockOffset = !isOld && isOffset(heard.clockOffset) ? heard.clockOffset : null
          const level = neighbours.below.get(heard.node)?.level ?? FIRST_LEVEL
          kept.keep({ ...heard, clockOffset, level, lastContact, nothingUnsentAt })
        }
      }
      core.news.tellStatus()
    },
    heardLevels(reporter, { nodes }) {
      for (const { node, level } of nodes) {
        const known = neighbours.below.get(node) ?? unheardNode(node)
        if (known.level !== level && isBelow(core, node, reporter)) kept.keep({ ...known, level })
      }
      core.news.tellStatus()
    },
    async receipts(receipts) {
      await queue.write((staging) => takeReceipts(staging, receipts)).catch(toldByQueue)
    },
  }
}

/** Until when nothing lay unsent at a node: a moment still to come was said while this clock was ahead, and holds no more. */
function clearUntil({ clock, neighbours }: Core, node: NodeId, said: number): number | null {
  const before = neighbours.below.get(node)?.nothingUnsentAt ?? 0
  const known = Math.max(before <= clock.time() ? before : 0, said)
  return known === 0 ? null : known
}

/**
 * Whether a word that nothing is unsent is good enough to be held against somebody. Shortly after the beginning of a link a
 * node goes by what was acknowledged on an earlier one, which a restored parent has forgotten; and a relay of another
 * program may tell figures that are older than it says.
 */
function isBelieved({ host, neighbours, version }: Core, link: Link, reporter: NodeId, node: NodeId): boolean {
  const lived = link.liveSince === null ? 0 : host.elapsed() - link.liveSince
  return (
    lived >= LIMITS.settledLinkMilliseconds &&
    (node === reporter || neighbours.below.get(reporter)?.version === version)
  )
}

/** When the parent was last there is known after a restart as well. */
const keepContact = (queue: WriteQueue): void => {
  queue.write((staging) => keepClock(staging, 0)).catch(toldByQueue)
}

/** Live links to parents. */
const parentsAmong = (links: ReadonlySet<Link>): Link[] =>
  [...links].filter((link) => link.direction === 'up' && link.peer !== null)

/** A failing disk shows in the node's health, and a bug in a request is told: the queue has done both. */
function toldByQueue(): void {}

interface Reporter {
  /** Nodes whose present link has not told yet how they stand. */
  readonly untold: Set<NodeId>
  /** Remembers what was heard of a node below, and tells it upward soon. */
  keep(status: NodeStatus): void
  soon(): void
}

/** Keeps what is heard on the disk and tells it upward, both a little later and for all nodes at once. */
function createReporter(core: Core, queue: WriteQueue, links: ReadonlySet<Link>): Reporter {
  const { below } = core.neighbours
  const unsaved = new Set<NodeId>()
  const untold = new Set<NodeId>()
  let scheduled = false
  const save = async (nodes: readonly NodeId[]) => {
    unsaved.clear()
    const save = queue.write(async (staging) => {
      for (const node of nodes) setLocal(staging, NODE_STATUS_SPACE, node, below.get(node))
    })
    await save.catch((problem: unknown) => {
      for (const node of nodes) unsaved.add(node)
      throw problem
    })
  }
  const report = async () => {
    if (unsaved.size > 0) await save([...unsaved])
    if (parentsAmong(links).length === 0) return
    const known = [...below.values()].filter(({ node }) => !untold.has(node))
    const nodes = [await ownReport(core), ...known.map((status) => reportOf(core, status))]
    for (let from = 0; from < nodes.length; from += LIMITS.links) {
      const message: Status = { type: 'status', nodes: nodes.slice(from, from + LIMITS.links) }
      for (const link of parentsAmong(links)) link.dispatch({ type: 'tell', message })
    }
    for (const link of parentsAmong(links)) tellLevels(core, link)
  }
  const soon = () => {
    if (scheduled) return
    scheduled = true
    core.host.after(REPORT_AFTER_MILLISECONDS, () => {
      scheduled = false
      report().catch((problem: unknown) => {
        if (problem instanceof StorageFailure) soon()
        else core.tellBug(problem)
      })
    })
  }
  return {
    untold,
    soon,
    keep(status) {
      below.set(status.node, status)
      unsaved.add(status.node)
      soon()
    },
  }
}

/** Only refusals that a person must resolve are kept in view. */
function refusalOf(reason: string): SyncStatus['refusal'] {
  if (!Object.hasOwn(REFUSALS, reason)) return null
  const { message, next, retry } = REFUSALS[reason as RefusalCode]
  return retry && reason !== 'unknown-node' ? null : { message, next }
}

const isRevocation = (refusal: SyncStatus['refusal']): boolean => refusal?.message === REFUSALS.revoked.message

/** Our own refusal of a parent that the county took out is no word about this node. */
function parentRevoked({ directory, identity }: Core, reason: string): SyncStatus['refusal'] {
  const isParents = reason === 'revoked' && identity.parent && directory.node(identity.parent.node)?.revoked
  if (!isParents || directory.node(identity.node)?.revoked) return null
  return { message: '上级节点已被县中心停用', next: '本机数据都在,没有丢失。请等待县中心指定新的上级节点。' }
}

const BY_CAUSE = {
  broken: '本机因电脑坏了或退役而停用:写下的记录不论何时送达都照常有效',
  lost: '停用之后才送达的,照样保留,但暂不生效,由主办站点核对后采纳或不采纳',
  unknown:
    '停用之后才送达的照样保留:电脑坏了或退役而停用的照常有效;丢失、被盗或被冒用而停用的暂不生效,由主办站点核对后采纳或不采纳',
} as const

/** What late delivery means goes by the cause. A revoked node is given no entry, so that it seldom knows which it was. */
function lateWords({ directory, identity }: Core): string {
  const held = directory.node(identity.node)?.revoked?.held
  if (held === undefined) return BY_CAUSE.unknown
  return held === null ? BY_CAUSE.broken : BY_CAUSE.lost
}

const SUCCEEDED = '本站如已由新电脑接替,请勿再在此办件'

/** What became of a revoked node's entries, for its people. */
function deliveredSoFar(core: Core): Omit<Finding, 'time'> {
  // What came from the county is at its new parent, which tells a revoked node nothing of it any more.
  const deliverable = core.directory.deliverableBy(core.identity.node)
  const left = entriesAbove(core, 'parentHeight', (log) => deliverable.has(logParts(log).stream))
  const delivered = left === 0 ? '本机的记录已全部送达上级' : `本机还有 ${left} 条记录没有送达上级`
  return {
    kind: 'revoked',
    message: `本节点已被县中心停用。${delivered}。${lateWords(core)}`,
    next:
      left === 0
        ? `${SUCCEEDED};本机的数据请保留到县中心核对完毕。`
        : `请保持开机和联网,本机会继续送达;不要删除数据文件夹。${SUCCEEDED}。`,
  }
}

/** Longer ones, which earlier programs kept as they came, would make the message malformed. */
const shortVersion = (version: string): string => version.slice(0, LIMITS.versionCharacters)

async function ownReport(core: Core): Promise<NodeReport> {
  return {
    node: core.identity.node,
    age: 0,
    connected: true,
    unsentEntries: entriesAbove(core, 'parentHeight'),
    unsentCases: await casesAbove(core, 'parentHeight'),
    version: shortVersion(core.version),
    clockOffset: core.clock.offset(),
  }
}

/** Tells a parent what this node and those below it know of the rules, once: that changes with an upgrade. */
function tellLevels({ identity, knowledge, neighbours }: Core, link: Link): void {
  if (link.session.is !== 'live' || link.session.version < LEVELS_SINCE) return
  const below = [...neighbours.below.values()].map(({ node, level }): NodeLevel => ({ node, level }))
  const nodes = [{ node: identity.node, level: knowledge.level }, ...below]
  const words = JSON.stringify(nodes)
  if (link.levels === words) return
  link.levels = words
  for (let from = 0; from < nodes.length; from += LIMITS.links) {
    const message: Levels = { type: 'levels', nodes: nodes.slice(from, from + LIMITS.links) }
    link.dispatch({ type: 'tell', message })
  }
}

const reportOf = (core: Core, status: NodeStatus): NodeReport => ({
  node: status.node,
  age: Math.max(0, core.clock.time() - (status.lastContact ?? 0)),
  connected: status.connected,
  unsentEntries: status.unsentEntries,
  unsentCases: status.unsentCases,
  version: status.version,
  clockOffset: status.clockOffset,
})

/** Reads what was heard before the last stop. */
export async function rememberedReports(storage: Pick<Storage, 'localAll'>): Promise<NodeStatus[]> {
  const rows = await storage.localAll(NODE_STATUS_SPACE)
  const statuses = rows.map(({ value }) => JSON.parse(value) as NodeStatus)
  return statuses.map((status) => ({
    ...unheardNode(status.node),
    ...status,
    version: shortVersion(status.version),
    nothingUnsentAt: status.nothingUnsentAt ?? null, // an earlier program kept none
  }))
}
