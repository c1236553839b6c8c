/** Health of the nodes below: heard over links, remembered over restarts, passed upward. */
import { isCase, type NodeId } from '#protocol/ids.ts'
import type { NodeReport, Receipt, Status } from '#protocol/wire/messages.ts'
import { REFUSALS, type RefusalCode } from '#protocol/wire/refusals.ts'
import { standingReceipts } from '../cases/case-file.ts'
import { type Core, notify } from '../core.ts'
import { casesAbove, entriesAbove } from '../office/safety.ts'
import { type NodeStatus, type SyncStatus, unheardNode } from '../office.ts'
import { StorageFailure } from '../ports/storage.ts'
import { registerOf } from '../register.ts'
import { fileOf, type Staging, setLocal } from '../writing/staging.ts'
import type { WriteQueue } from '../writing/write-queue.ts'
import type { Link } from './link-context.ts'

/** A report travels upward at most this often; figures a person reads need no more. */
const REPORT_AFTER_MILLISECONDS = 3_000
const SPACE = 'node-status'

export interface Reports {
  linkLive(link: Link): void
  linkEnded(link: Link, reason: string): void
  heard(status: Status): void
  receipts(receipts: readonly Receipt[]): void
  /** Every node below, as last heard. */
  nodesBelow(): readonly NodeStatus[]
  readonly parentConnected: () => boolean
  /** When the parent was last heard; null when never since the start. */
  readonly parentContact: () => number | null
  readonly refusal: () => SyncStatus['refusal']
  /** Sends a report upward soon. */
  soon(): void
}

/** Opens the reports of a node; `load` reads what was heard before the last stop. */
export function createReports(
  core: Core,
  queue: WriteQueue,
  links: ReadonlySet<Link>,
  remembered: readonly NodeStatus[],
): Reports {
  const nodes = new Map<NodeId, NodeStatus>(remembered.map((status) => [status.node, { ...status, connected: false }]))
  let parentContact: number | null = null
  let refusal: SyncStatus['refusal'] = null
  let scheduled = false
  const unsaved = new Set<NodeId>()

  const connected = () => [...links].some((link) => link.direction === 'up' && link.peer !== null)
  const keep = (status: NodeStatus) => {
    nodes.set(status.node, status)
    unsaved.add(status.node)
    soon()
  }
  const save = (staging: Staging) => {
    for (const node of unsaved) setLocal(staging, SPACE, node, nodes.get(node))
    unsaved.clear()
  }
  const soon = () => {
    if (scheduled) return
    scheduled = true
    core.host.after(REPORT_AFTER_MILLISECONDS, () => {
      scheduled = false
      report().catch(failed)
    })
  }
  const failed = (problem: unknown) => {
    // A failing disk shows in the node's health with the next write; anything else is a bug.
    if (!(problem instanceof StorageFailure)) throw problem
  }
  const report = async () => {
    if (unsaved.size > 0) await queue.write(async (staging) => save(staging))
    const up = [...links].filter((link) => link.direction === 'up' && link.peer)
    if (up.length === 0) return
    const message: Status = {
      type: 'status',
      nodes: [await ownReport(core), ...[...nodes.values()].map((status) => reportOf(core, status))],
    }
    for (const link of up) link.dispatch({ type: 'tell', message })
  }
  return {
    soon,
    linkLive(link) {
      refusal = link.direction === 'up' ? null : refusal
      if (link.direction === 'up') parentContact = core.host.now()
      else if (link.peer)
        keep({ ...(nodes.get(link.peer) ?? unheardNode(link.peer)), connected: true, lastContact: core.host.now() })
      soon()
    },
    linkEnded(link, reason) {
      if (link.direction === 'up') {
        if (link.peer) parentContact = core.host.now()
        refusal = refusalOf(reason) ?? refusal
      } else if (link.peer) {
        keep({ ...(nodes.get(link.peer) ?? unheardNode(link.peer)), connected: false, lastContact: core.host.now() })
      }
      notify(core, { cases: [], directory: false, status: true })
    },
    heard(status) {
      for (const { age, ...heard } of status.nodes) {
        // Only nodes of the register, so that a hostile child cannot fill memory and disk with inventions.
        if (core.directory.node(heard.node) && heard.node !== core.identity.node) {
          keep({ ...heard, lastContact: core.host.now() - age })
        }
      }
      notify(core, { cases: [], directory: false, status: true })
    },
    receipts(receipts) {
      // What is set aside follows from the facts, which are held here as well: our own fold says it, and takes it back.
      const told = receipts.filter(({ outcome }) => outcome !== 'set-aside')
      if (told.length > 0) queue.write((staging) => take(staging, told)).catch(failed)
    },
    nodesBelow: () => [...nodes.values()],
    parentConnected: connected,
    parentContact: () => (connected() ? core.host.now() : parentContact),
    refusal: () => refusal,
  }
}

/** What the parent takes back stays as long as it stands here: of carried entries two nodes can hold other carriers. */
async function take(staging: Staging, told: readonly Receipt[]): Promise<void> {
  for (const receipt of told) {
    const { outcome, document, log, seq } = receipt
    if (outcome === 'applied' && isCase(document)) {
      const standing = standingReceipts(await fileOf(staging, document), registerOf(staging.core))
      if (standing.some((own) => own.log === log && own.seq === seq)) continue
    }
    staging.change.receipts.push(receipt)
  }
}

/** Only refusals that a person must resolve are kept in view. */
function refusalOf(reason: string): SyncStatus['refusal'] {
  if (!Object.hasOwn(REFUSALS, reason)) return null
  const { message, next, retry } = REFUSALS[reason as RefusalCode]
  return retry && reason !== 'unknown-node' ? null : { message, next }
}

async function ownReport(core: Core): Promise<NodeReport> {
  return {
    node: core.identity.node,
    age: 0,
    connected: true,
    unsentEntries: entriesAbove(core, 'parentHeight'),
    unsentCases: await casesAbove(core, 'parentHeight'),
    version: core.version,
    clockOffset: core.clockOffset,
  }
}

const reportOf = (core: Core, status: NodeStatus): NodeReport => ({
  node: status.node,
  age: Math.max(0, core.host.now() - (status.lastContact ?? 0)),
  connected: status.connected,
  unsentEntries: status.unsentEntries,
  unsentCases: status.unsentCases,
  version: status.version,
  clockOffset: status.clockOffset,
})

/** Reads what was heard before the last stop. */
export async function rememberedReports(core: Core): Promise<NodeStatus[]> {
  const rows = await core.storage.localAll(SPACE)
  return rows.map(({ value }) => JSON.parse(value) as NodeStatus)
}
