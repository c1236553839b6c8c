/** After every commit: links send what is new, children hear what became of their entries, revoked ones are let go. */
import { logParts } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Change } from '../ports/storage.ts'
import type { LinkContext } from './link-context.ts'

/** Tells all links of a commit. */
export function tellLinks(context: LinkContext, change: Change): void {
  const { links, core, reports } = context
  reports.soon()
  for (const link of links) {
    link.dispatch({ type: 'changed' })
    if (link.direction !== 'down' || !link.peer || change.receipts.length === 0) continue
    const granted = core.directory.streamsOf(link.peer)
    const receipts = change.receipts.filter(({ log }) => granted.has(logParts(log).stream))
    for (let start = 0; start < receipts.length; start += LIMITS.messageReceipts) {
      const some = receipts.slice(start, start + LIMITS.messageReceipts)
      link.dispatch({ type: 'tell', message: { type: 'receipts', receipts: some } })
    }
  }
  if (change.directory.length > 0) endRevoked(context)
}

/** A node that was revoked while connected is told so and let go. */
function endRevoked({ links, core }: LinkContext): void {
  for (const link of [...links]) {
    if (link.peer && core.directory.node(link.peer)?.revoked) link.dispatch({ type: 'stop', code: 'revoked' })
  }
}
