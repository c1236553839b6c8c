/** Which streams a live link has told, and which are told again: the peer asks for them, or a log of them was cut here. */
import { type LogKey, logParts, type StreamId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { refuseLink, stay } from './outcome.ts'
import { noteForked } from './parted-county.ts'
import type { Effect, Live, Step, View } from './state.ts'

/** Notes that our frontier of a stream is told. */
export function noteTold({ told, tellings, hearings }: Live, stream: StreamId): void {
  told.add(stream)
  tellings.set(stream, Math.max((tellings.get(stream) ?? 0) + 1, hearings.get(stream) ?? 0))
}

/** Notes that the peer's frontier of a stream is used or answered: one that waited for a grant counts when it comes. */
export function noteHeard({ hearings }: Live, stream: StreamId): void {
  hearings.set(stream, (hearings.get(stream) ?? 0) + 1)
}

/**
 * Notes the answer to a peer that only delivers streams, each named as often as it was told: that peer hears frontiers, and
 * may share them by then. Uncounted, each side would find that it has told less than it heard, and tell again for ever.
 */
export function noteAnswered({ tellings }: Live, streams: readonly StreamId[]): void {
  for (const stream of streams) tellings.set(stream, (tellings.get(stream) ?? 0) + 1)
}

/**
 * Shared streams that the peer told more often than we did: it has seen them go and come back, or has cut a log of them,
 * and needs our frontier again. Looked at with each tick, because a side that sees a stream otherwise answers every time.
 */
function askedAgain({ peer, told, tellings, hearings }: Live, view: View): StreamId[] {
  return view.shared(peer).filter((one) => told.has(one) && (hearings.get(one) ?? 0) > (tellings.get(one) ?? 0))
}

/** What is told again with a tick. */
export function toldAgain(session: Live, view: View): Effect[] {
  const streams = [...askedAgain(session, view), ...takeCuts(session, view), ...unanswered(session, view)]
  return tellAgain(session, [...new Set(streams)])
}

/** A peer takes what we tell for an answer when it has told the stream itself just before: told once more, it answers. */
function unanswered(session: Live, view: View): StreamId[] {
  if (session.cutsTold === null || view.elapsed - session.cutsTold < LIMITS.silenceMilliseconds) return []
  const shared = new Set(view.shared(session.peer))
  const streams = [...session.unanswered].filter((stream) => shared.has(stream))
  if (streams.length > 0) session.cutsTold = view.elapsed
  return streams
}

function tellAgain(session: Live, streams: readonly StreamId[]): Effect[] {
  for (const stream of streams) noteTold(session, stream)
  return streams.length > 0 ? [{ type: 'tell-frontier', streams }] : []
}

/** Whoever makes forks again and again has streams told no more often than this: each telling names all logs of one. */
const CUTS_TOLD_MILLISECONDS = LIMITS.heartbeatMilliseconds / 2

/**
 * A log was cut here at a height (rule S33): what the peer believes to be held of it is not true any more. Of what it may
 * hold of the version that ended nothing is sent before it has heard that. A stream that it only delivers is not told,
 * only answered: such a link begins anew.
 */
export function noteCut(session: Live, { log, height }: { log: LogKey; height: number }, view: View): Step {
  const { stream } = logParts(log)
  const { peer, told } = session
  if (view.takes(peer).includes(stream) && !view.shared(peer).includes(stream)) return refuseLink('stopping', '')
  if ((session.peerHeights.get(log) ?? 0) > height) noteForked(session, log, view)
  if (told.has(stream)) session.cuts.add(stream)
  return stay(session)
}

/** Tells what was cut, unless something was just told for that: then the next tick does. */
export function tellCuts(session: Live, view: View): Effect[] {
  const isEarly = session.cutsTold !== null && view.elapsed - session.cutsTold < CUTS_TOLD_MILLISECONDS
  return isEarly ? [] : tellAgain(session, takeCuts(session, view))
}

/** Streams of which a log was cut since they were told. */
function takeCuts(session: Live, view: View): StreamId[] {
  const streams = [...session.cuts].filter((stream) => session.told.has(stream))
  session.cuts.clear()
  for (const stream of streams) session.unanswered.add(stream)
  if (streams.length > 0) session.cutsTold = view.elapsed
  return streams
}
