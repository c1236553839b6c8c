/** Standing receipts: a child that comes back hears what became of its entries, behind the entries and as the line carries it. */
import { appendAll } from '#protocol/append-all.ts'
import { type LogKey, logParts, type NodeId, toHex } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { frameBytes } from '#protocol/session/pace.ts'
import { encodeMessage } from '#protocol/wire/codec.ts'
import type { Receipt } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import type { ToldReceipts } from '../neighbours.ts'
import type { Connection } from '../ports/identity.ts'
import { type Link, type Standing, sharedStreams } from './link.ts'

/** A receipt on the wire with a long reason; so many bytes a message is cut by. */
const RECEIPT_BYTES = 256

const placeOf = ({ log, seq }: Receipt): string => `${log} ${seq}`

/** Whether a node hears of a log's receipts: one of a stream it shares, or its own. */
export function concerning(core: Core, peer: NodeId): (log: LogKey) => boolean {
  const shared = new Set(sharedStreams(core, peer))
  return (log) => shared.has(logParts(log).stream) || logParts(log).node === peer
}

/** Looks for what a child that comes back does not know yet: of a log whose receipts it has acknowledged, nothing. */
export async function tellStanding(core: Core, link: Link, peer: NodeId): Promise<void> {
  const standing: Standing = { left: [], underWay: [], newer: new Set() }
  link.standing = standing
  const told = toldTo(core, link, peer)
  const concerns = concerning(core, peer)
  const counts = await core.storage.receiptCounts()
  const logs = new Set(counts.flatMap(({ log, outcome }) => (outcome !== 'set-aside' && concerns(log) ? [log] : [])))
  let room: number = LIMITS.standingReceipts
  for (const log of logs) {
    if (room <= 0) break
    const receipts = await core.storage.receiptsIn(log, LIMITS.standingReceipts)
    const digest = toHex(core.host.cryptography.sha256(new TextEncoder().encode(JSON.stringify(receipts)))).slice(0, 16)
    if (told?.logs.get(log) === digest) continue
    standing.left.push({ log, digest: receipts.length > room ? null : digest, receipts: receipts.slice(0, room) })
    room -= receipts.length
  }
  if (standing.left.length > 0) link.dispatch({ type: 'standing-begun' })
  else link.standing = null
}

/** What is remembered of a child as it is now: one that was put back, or rebuilt what it holds, forgot what it was told. */
function toldTo({ neighbours, host }: Core, { session }: Link, peer: NodeId): ToldReceipts | undefined {
  const incarnation = session.is === 'live' ? session.incarnation : 0
  const known = neighbours.told.get(peer)
  const age = known ? host.elapsed() - known.since : 0
  if (known?.incarnation === incarnation && age < LIMITS.standingAgainMilliseconds) return known
  neighbours.told.set(peer, { incarnation, since: host.elapsed(), logs: new Map() })
  return neighbours.told.get(peer)
}

/** A commit told these to the peer: what waits to be told of the same entries is older. */
export function tellNewer(link: Link, receipts: readonly Receipt[]): void {
  for (const receipt of receipts) link.standing?.newer.add(placeOf(receipt))
}

/**
 * Everything sent before is acknowledged: notes that, and tells the next few. Receipts have no acknowledgement of their
 * own, so a frame without entries follows them, which is acknowledged behind them.
 */
export function tellNextStanding(core: Core, link: Link, connection: Connection): void {
  const { session, standing } = link
  if (session.is !== 'live' || !standing) return
  for (const { log, digest } of standing.underWay) {
    if (digest !== null) core.neighbours.told.get(session.peer)?.logs.set(log, digest)
  }
  standing.underWay = []
  const bytes = frameBytes(session.window.pace)
  const receipts = takeNext(standing, Math.min(LIMITS.messageReceipts, Math.floor(bytes / RECEIPT_BYTES)))
  if (receipts.length === 0 && standing.underWay.length === 0) {
    link.standing = null
    link.dispatch({ type: 'standing', left: false })
    return
  }
  const messages = [
    encodeMessage({ type: 'receipts', receipts }),
    encodeMessage({ type: 'entries', packed: core.host.compression.pack(new Uint8Array()) }),
  ]
  for (const message of messages) connection.send(message)
  link.dispatch({ type: 'dispatched', sizes: [messages.reduce((sum, { length }) => sum + length, 0)], heights: [] })
  link.dispatch({ type: 'standing', left: true })
}

function takeNext(standing: Standing, count: number): Receipt[] {
  const taken: Receipt[] = []
  for (let next = standing.left[0]; next && taken.length < count; next = standing.left[0]) {
    const some = next.receipts.splice(0, count - taken.length)
    appendAll(
      taken,
      some.filter((receipt) => !standing.newer.has(placeOf(receipt))),
    )
    if (next.receipts.length > 0) continue
    standing.underWay.push(next)
    standing.left.shift()
  }
  return taken
}
