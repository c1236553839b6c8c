/** After every commit: links send what is new, children hear what became of their entries, revoked ones are let go. */
import { type DocumentId, type LogKey, logParts, type NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Receipt } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import type { Change } from '../ports/storage.ts'
import { type Link, sharedStreams } from './link.ts'
import type { LinkContext } from './link-context.ts'

/** Tells all links of a commit. */
export function tellLinks(context: LinkContext, change: Change): void {
  const { links, core, reports } = context
  reports.soon()
  for (const link of links) {
    link.dispatch({ type: 'changed' })
    if (link.direction !== 'down' || !link.peer || change.receipts.length === 0) continue
    const concerns = concerning(core, link.peer)
    tellReceipts(
      link,
      change.receipts.filter(({ log }) => concerns(log)),
    )
  }
  if (change.directory.length > 0) endRevoked(context, change)
}

/** Whether a node hears of a log's receipts: one of a stream it shares, or its own. */
function concerning(core: Core, peer: NodeId): (log: LogKey) => boolean {
  const shared = new Set(sharedStreams(core, peer))
  return (log) => shared.has(logParts(log).stream) || logParts(log).node === peer
}

function tellReceipts(link: Link, receipts: readonly Receipt[]): void {
  for (let start = 0; start < receipts.length; start += LIMITS.messageReceipts) {
    const some = receipts.slice(start, start + LIMITS.messageReceipts)
    link.dispatch({ type: 'tell', message: { type: 'receipts', receipts: some } })
  }
}

/** A child that comes back hears what became of its entries while it was away; what it knows already changes nothing there. */
export async function tellStanding(core: Core, link: Link, peer: NodeId): Promise<void> {
  const concerns = concerning(core, peer)
  const counts = await core.storage.receiptCounts()
  const logs = new Set(counts.flatMap(({ log, outcome }) => (outcome !== 'set-aside' && concerns(log) ? [log] : [])))
  let room: number = LIMITS.standingReceipts
  for (const log of logs) {
    const receipts = await core.storage.receiptsIn(log, room)
    room -= receipts.length
    tellReceipts(link, receipts)
    if (room <= 0) return
  }
}

/** A node that was revoked while connected is told so and let go; when it comes again, it may only deliver. */
function endRevoked({ links, core }: LinkContext, change: Change): void {
  const changed = new Set(change.directory.map(({ document }) => document))
  for (const link of [...links]) {
    const isChanged = link.peer && changed.has(`node/${link.peer}` as DocumentId)
    if (isChanged && link.peer && core.directory.node(link.peer)?.revoked)
      link.dispatch({ type: 'stop', code: 'revoked' })
  }
}
