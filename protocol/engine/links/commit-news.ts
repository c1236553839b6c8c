/** After every commit: links send what is new, children hear what became of their entries, revoked ones are let go. */
import { type DocumentId, streamOf } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Receipt } from '#protocol/wire/messages.ts'
import { PARTING_SPACE } from '../logs/partings.ts'
import type { Change } from '../ports/storage.ts'
import { type Link, sharedStreams } from './link.ts'
import type { LinkContext } from './link-context.ts'
import { concerning, tellNewer } from './standing-receipts.ts'

/** Tells all links of a commit. */
export function tellLinks(context: LinkContext, change: Change): void {
  const { links, core, reports } = context
  reports.soon()
  // While a tail gives way in slices, peers hear nothing of it.
  const cuts = change.cuts.filter(({ log }) => !core.partings.has(log))
  const isParted = change.local.some(({ space, value }) => space === PARTING_SPACE && value === null)
  for (const link of [...links]) {
    for (const { log, height } of cuts) {
      link.cut.add(log)
      link.dispatch({ type: 'cut', log, height })
    }
    if (isParted) link.dispatch({ type: 'tell-cuts' })
    link.dispatch({ type: 'changed' })
    if (link.direction !== 'down' || !link.peer || change.receipts.length === 0) continue
    const concerns = concerning(core, link.peer)
    const receipts = change.receipts.filter(({ log }) => concerns(log))
    tellNewer(link, receipts)
    tellReceipts(link, receipts)
  }
  if (change.directory.length === 0) return
  endRevoked(context, change)
  endNarrowed(context)
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

/**
 * A node whose own station has moved away from above its parent ends the link: on this one both would wait for the
 * other's frontier, on the next one the node delivers (rule S114), until it belongs below somebody else.
 */
function endNarrowed({ links, core }: LinkContext): void {
  const own = (core.directory.node(core.identity.node)?.stations ?? []).map(streamOf)
  for (const link of [...links]) {
    if (link.direction !== 'up' || !link.peer) continue
    const now = new Set(sharedStreams(core, link.peer))
    const isNarrowed = own.some((stream) => link.shared.has(stream) && !now.has(stream))
    link.shared = now
    if (isNarrowed) link.dispatch({ type: 'stop', code: 'stopping' })
  }
}
