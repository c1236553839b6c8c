/** After every commit: links send what is new, children hear what became of their entries, revoked ones are let go. */
import type { DocumentId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Receipt } from '#protocol/wire/messages.ts'
import type { Change } from '../ports/storage.ts'
import type { Link } from './link.ts'
import type { LinkContext } from './link-context.ts'
import { concerning, tellNewer } from './standing-receipts.ts'

/** Tells all links of a commit. */
export function tellLinks(context: LinkContext, change: Change): void {
  const { links, core, reports } = context
  reports.soon()
  for (const link of links) {
    link.dispatch({ type: 'changed' })
    if (link.direction !== 'down' || !link.peer || change.receipts.length === 0) continue
    const concerns = concerning(core, link.peer)
    const receipts = change.receipts.filter(({ log }) => concerns(log))
    tellNewer(link, receipts)
    tellReceipts(link, receipts)
  }
  if (change.directory.length > 0) endRevoked(context, change)
}

function tellReceipts(link: Link, receipts: readonly Receipt[]): void {
  for (let start = 0; start < receipts.length; start += LIMITS.messageReceipts) {
    const some = receipts.slice(start, start + LIMITS.messageReceipts)
    link.dispatch({ type: 'tell', message: { type: 'receipts', receipts: some } })
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
