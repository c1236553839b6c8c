/** The county stream on a link, which says who writes: while it is not settled nothing else is sent. */
import { COUNTY_STREAM, type LogKey, logParts, type StreamId } from '#protocol/ids.ts'
import type { Height } from '#protocol/wire/messages.ts'
import { logsOf } from './handshake.ts'
import type { Live, View } from './state.ts'

/** A fork of the county's log is settled within a few round trips; one that is not keeps nobody for longer than this. */
const PARTED_MILLISECONDS = 60_000

/**
 * Whether two versions of the county's log are being settled on this link: until then the peer may not know who wrote what
 * would be sent, and would end the link before it is settled, each time anew.
 */
export const waitsForCounty = ({ forked, partedSince }: Live, view: View): boolean =>
  partedSince !== null && view.elapsed - partedSince < PARTED_MILLISECONDS && [...forked].some(isCounty)

/** Whether the disk has still to say what the peer lacks of the county stream: who wrote the rest may be in it. */
export const comparesCounty = ({ hearings, ready }: Live): boolean =>
  hearings.has(COUNTY_STREAM) && !ready.has(COUNTY_STREAM)

/** Whether the peer has all that is here of the county stream: else it would not know who wrote what is new. */
export const holdsCounty = ({ peerHeights }: Live, view: View): boolean =>
  logsOf(view.heads, [COUNTY_STREAM]).every(({ key, height }) => (peerHeights.get(key) ?? 0) >= height)

/**
 * Logs of shared streams that the peer does not speak of when it tells the county stream, of which it lacks something: who
 * was put back may have forgotten that it shares them, and what it had acknowledged of them is not there for certain. What
 * equal digests have settled nobody needs to speak of.
 */
export function forgotten(session: Live, view: View, compared: ReadonlySet<StreamId>): Height[] {
  if (!compared.has(COUNTY_STREAM) || (holdsCounty(session, view) && ![...session.forked].some(isCounty))) return []
  const streams = view
    .shared(session.peer)
    .filter((one) => session.told.has(one) && !session.hearings.has(one) && !session.ready.has(one))
  return logsOf(view.heads, streams).map(({ key }) => ({ log: key, height: 0 }))
}

const isCounty = (log: LogKey): boolean => logParts(log).stream === COUNTY_STREAM

/** Notes a log of which the peer holds another version. */
export function noteForked(session: Live, log: LogKey, view: View): void {
  session.forked.add(log)
  if (isCounty(log)) session.partedSince ??= view.elapsed
}
