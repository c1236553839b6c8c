/** A live link: frontiers compared, entries sent under the window, entries admitted, acknowledgements passed on. */
import { appendAll } from '#protocol/append-all.ts'
import { type LogKey, logParts, type StreamId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Frontier, Height, LogPosition, Message } from '#protocol/wire/messages.ts'
import { logsOf } from './handshake.ts'
import { refuseLink } from './outcome.ts'
import { beginStretch, measure } from './pace.ts'
import { comparesCounty, forgotten, holdsCounty, noteForked, waitsForCounty } from './parted-county.ts'
import type { Effect, Event, Live, Step, View } from './state.ts'
import { noteAnswered, noteCut, noteHeard, noteTold, tellCuts, toldAgain } from './telling.ts'
import { mayAdmit, mayKeep, mayRemember, maySend } from './window.ts'

const at = (session: Live, effects: readonly Effect[] = []): Step => ({ session, effects })

/** Moves a live session by one event. */
export function stepLive(session: Live, event: Event, view: View): Step {
  switch (event.type) {
    case 'message':
      session.lastHeard = view.elapsed
      return onMessage(session, event.message, view)
    case 'compared':
      return compared(session, event, view)
    case 'dispatched':
      if (session.window.inFlight.length === 0) beginStretch(session.window.pace, view.elapsed)
      appendAll(session.window.inFlight, event.sizes)
      raise(session, event.heights)
      return at(session)
    case 'loaded':
      session.window.loading = false
      passed(session, event)
      return at(session, more(session, view))
    case 'standing-begun':
      session.standing = true
      return at(session, more(session, view))
    case 'standing':
      session.window.loading = false
      session.standing = event.left
      return at(session, more(session, view))
    case 'held-told':
      noteAnswered(session, event.streams)
      session.lastTaken = view.elapsed
      return at(session)
    case 'admitted':
      session.window.admitting -= event.frames
      session.lastTaken = view.elapsed
      holds(session, event.heights)
      return at(session, [{ type: 'send', message: { type: 'stored', frames: event.frames, heights: event.heights } }])
    case 'changed':
      forgetStreams(session, view)
      return at(session, [...newStreams(session, view), ...newlyTaken(session, view), ...more(session, view)])
    case 'cut':
      return noteCut(session, event, view)
    case 'settled':
      session.forked.delete(event.log)
      return at(session, more(session, view))
    case 'tell-cuts':
      return at(session, tellCuts(session, view))
    case 'tell':
      return at(session, [{ type: 'send', message: event.message }])
    case 'tick':
      return tick(session, event, view)
    default:
      return at(session)
  }
}

/** Bytes are life, also in the middle of a message: a large frame on a slow line takes minutes (S100). */
function tick(session: Live, { received, reading }: Extract<Event, { type: 'tick' }>, view: View): Step {
  if (received > session.received || !reading) session.lastHeard = view.elapsed
  session.received = received
  if (view.elapsed - session.lastHeard > LIMITS.silenceMilliseconds) return refuseLink('silent', 'no sign of life')
  if (hasDelivered(session, view)) return refuseLink('revoked', session.peer)
  const beat = beats(session, view)
  const again = toldAgain(session, view)
  if (again.length > 0) return at(session, [...again, ...beat])
  if (Number.isFinite(session.partedSince) && !waitsForCounty(session, view)) {
    session.partedSince = Number.NEGATIVE_INFINITY // it was waited for; once is enough
    return at(session, [...more(session, view), ...beat])
  }
  return at(session, beat)
}

/** Nothing else tells the time at the root: a link that is never idle has to hear as well that its clock was set. */
function beats(session: Live, view: View): Effect[] {
  if (view.elapsed - session.lastBeat < LIMITS.heartbeatMilliseconds) return []
  session.lastBeat = view.elapsed
  return [{ type: 'send', message: { type: 'beat', rootTime: view.rootTime } }]
}

/** Whether a revoked peer has delivered what it said it holds, or delivers nothing any more: then it is told and let go. */
function hasDelivered(session: Live, view: View): boolean {
  if (view.admits(session.peer) !== 'delivers' || session.window.admitting > 0) return false
  const idle = view.elapsed - session.lastTaken
  const { owed } = session
  // Of a log with two versions what it wrote is not here, however long ours is: it gives way first.
  const isHere = ([log, height]: readonly [LogKey, number]) => heightOf(view, log) >= height && !session.forked.has(log)
  const isComplete = !session.standing && owed !== null && [...owed].every(isHere)
  // Acknowledgements are under way, and the peer reads its disk before it counts them.
  return idle >= (isComplete ? LIMITS.heartbeatMilliseconds / 2 : LIMITS.deliveryMilliseconds)
}

function raise(session: Live, heights: readonly Height[]): void {
  for (const { log, height } of heights) {
    if (height > (session.peerHeights.get(log) ?? 0)) session.peerHeights.set(log, height)
  }
}

/** The peer holds these heights for certain. */
function holds(session: Live, heights: readonly Height[]): void {
  raise(session, heights)
  for (const since of session.comparing) {
    for (const { log, height } of heights) since.set(log, Math.max(height, since.get(log) ?? 0))
  }
}

/** Heights at the root told while an older frontier still waits for a grant or for the disk. */
function noteRoot(session: Live, heights: readonly Height[]): void {
  if (session.comparing.length === 0 && session.waiting.size === 0) return
  for (const { log, height } of heights) {
    if (mayRemember(session.rootMeanwhile.size)) session.rootMeanwhile.set(log, height)
  }
}

/** Asks for more to send while the window is open and something lies behind the cursor. */
function more(session: Live, view: View): Effect[] {
  if (!maySend(session.window) || comparesCounty(session) || waitsForCounty(session, view)) return []
  if (session.ready.size === 0 || session.cursor >= view.arrival) return moreReceipts(session, view)
  session.window.loading = true
  const mayOvertake = isBehind(session) && session.turn === 'newer' && session.front < view.arrival
  const isNewer = mayOvertake && holdsCounty(session, view)
  return [{ type: 'load', after: isNewer ? session.front : session.cursor }]
}

/** Whether older packs are left to be sent beside those that have arrived since. */
const isBehind = ({ cursor, front }: Live): boolean => cursor < front

/** Packs behind an arrival number have been considered for sending. */
function passed(session: Live, { after, through }: Extract<Event, { type: 'loaded' }>): void {
  const isNewer = isBehind(session) && after >= session.front
  session.turn = isNewer ? 'older' : 'newer'
  // A comparison that sent the cursor back while this was being read counts more.
  if (!isNewer && session.cursor >= after) session.cursor = Math.max(session.cursor, through)
  session.front = Math.max(session.front, isNewer ? through : session.cursor)
}

/** Standing receipts wait for the entries, and each message for the acknowledgement of all before: they hold nothing up. */
function moreReceipts(session: Live, view: View): Effect[] {
  const isCompared = session.ready.size > 0 || view.admits(session.peer) === 'delivers'
  if (!session.standing || !isCompared || session.window.inFlight.length > 0) return []
  session.window.loading = true
  return [{ type: 'tell-standing' }]
}

/** Streams of which entries are sent to the peer: shared ones, and those that are only delivered. */
const sentStreams = (session: Live, view: View): ReadonlySet<StreamId> =>
  new Set([...view.shared(session.peer), ...view.gives(session.peer)])

/**
 * Streams that are only delivered and of which something is held; also when all of it was at the root once, because a
 * root may be put back, and nobody but former subscribers may hold what it then lacks. Where this node writes it asks
 * with nothing as well: it may have been put back to before it wrote there, and the peer holds that (S70).
 */
function undelivered(session: Live, view: View): StreamId[] {
  const gives = view.gives(session.peer)
  if (gives.length === 0) return []
  const held = logsOf(view.heads, gives).map(({ key }) => logParts(key).stream)
  return [...new Set([...held, ...gives.filter(view.writes)])]
}

/**
 * Of streams no longer granted nothing is sent any more. One that came back is told anew: what was told while it was
 * only delivered, the peer answered and did not keep. One that is only delivered from now on is told anew as well: the
 * peer sends nothing more that would show whether what it named is ours.
 */
function forgetStreams(session: Live, view: View): void {
  const shared = new Set(view.shared(session.peer))
  const given = new Set(view.gives(session.peer))
  for (const stream of session.told) {
    if (!shared.has(stream)) {
      if (!given.has(stream) || !session.delivered.has(stream)) forget(session, stream)
    } else if (session.delivered.delete(stream)) session.told.delete(stream)
  }
}

function forget(session: Live, stream: StreamId): void {
  for (const streams of [session.told, session.ready, session.delivered]) streams.delete(stream)
}

/** Streams granted since: tell our frontier, and use what the peer told before we shared them. */
function newStreams(session: Live, view: View): Effect[] {
  const notTold = (streams: readonly StreamId[]) => streams.filter((stream) => !session.told.has(stream))
  const delivered = notTold(undelivered(session, view))
  const fresh = [...notTold(view.shared(session.peer)), ...delivered]
  if (fresh.length === 0) return []
  const heard = fresh.filter((stream) => session.waiting.has(stream))
  for (const stream of heard) if (!session.answered.has(stream)) noteHeard(session, stream)
  for (const stream of fresh) noteTold(session, stream)
  for (const stream of delivered) session.delivered.add(stream)
  const logs = heard.flatMap((stream) => session.waiting.get(stream) ?? [])
  for (const stream of heard) session.waiting.delete(stream)
  const effects: Effect[] = [{ type: 'tell-frontier', streams: fresh }]
  if (heard.length > 0) appendAll(effects, compare(session, heard, logs, view))
  return effects
}

/** Streams that the peer delivers, as is known only now: what it told of them is answered. */
function newlyTaken(session: Live, view: View): Effect[] {
  const streams = view.takes(session.peer).filter((one) => session.waiting.has(one) && !session.answered.has(one))
  if (streams.length === 0) return []
  for (const stream of streams) session.answered.add(stream)
  const logs = streams.flatMap((stream) => session.waiting.get(stream) ?? [])
  return [answer(session, streams, logs, view)]
}

function onMessage(session: Live, message: Message, view: View): Step {
  switch (message.type) {
    case 'frontier':
      return onFrontier(session, message, view)
    case 'entries':
      if (!mayAdmit(session.window)) return refuseLink('window-exceeded', String(session.window.admitting))
      session.window.admitting += 1
      return at(session, [{ type: 'admit', packed: message.packed }])
    case 'stored': {
      const sizes = session.window.inFlight.splice(0, message.frames)
      if (sizes.length > 0) {
        measure(
          session.window.pace,
          view.elapsed,
          sizes.reduce((sum, size) => sum + size, 0),
        )
      }
      const heights = message.heights.filter(({ log }) => view.heads.has(log)) // what we do not hold we never sent
      holds(session, heights)
      return at(session, [{ type: 'acknowledged', heights, exact: false }, ...more(session, view)])
    }
    case 'at-root':
      noteRoot(session, message.heights)
      return at(session, [{ type: 'at-root', heights: agreed(session, message.heights), exact: true }])
    case 'receipts':
      return at(session, [{ type: 'receipts', receipts: message.receipts }])
    case 'fork':
      // Of a log that is not held nothing could be sent; so these are no more than ours, whatever a peer names.
      if (view.heads.has(message.log)) noteForked(session, message.log, view)
      return at(session, [{ type: 'fork-told', fork: message }])
    case 'rungs':
      return at(session, [{ type: 'rungs-asked', question: message }])
    case 'status':
      return at(session, [{ type: 'status', status: message }])
    case 'levels':
      return at(session, [{ type: 'levels', levels: message }])
    case 'beat':
      return at(session, [{ type: 'root-time', rootTime: message.rootTime }])
    default:
      return refuseLink('out-of-order', message.type)
  }
}

/** The peer's whole truth about some streams. Those we do not share yet wait for the grant. */
function onFrontier(session: Live, frontier: Frontier, view: View): Step {
  const shared = sentStreams(session, view)
  const byStream = new Map<StreamId, LogPosition[]>(frontier.streams.map((stream) => [stream, []]))
  const logs = new Set(frontier.logs.map(({ log }) => log))
  // Each name costs a read and an answer here; twice the same one only costs.
  if (byStream.size < frontier.streams.length || logs.size < frontier.logs.length)
    return refuseLink('malformed', 'a stream or log named twice')
  for (const position of frontier.logs) {
    const list = byStream.get(logParts(position.log).stream)
    if (!list) return refuseLink('malformed', 'a log outside the named streams')
    list.push(position)
  }
  const now = frontier.streams.filter((stream) => shared.has(stream))
  for (const stream of now) noteHeard(session, stream)
  const takes = new Set(view.takes(session.peer))
  const taken = frontier.streams.filter((stream) => takes.has(stream) && !shared.has(stream))
  for (const stream of frontier.streams) {
    session.unanswered.delete(stream)
    if (taken.includes(stream)) session.answered.add(stream)
    else session.answered.delete(stream)
    // What the peer only delivers may be shared later, and is compared then; of a revoked one nothing ever is.
    const mayCome = view.admits(session.peer) !== 'delivers'
    if (!shared.has(stream) && (mayCome || !takes.has(stream))) session.waiting.set(stream, byStream.get(stream) ?? [])
  }
  if (!mayKeep(session.waiting)) return refuseLink('window-exceeded', 'frontiers of streams not shared')
  const logsIn = (streams: readonly StreamId[]) => streams.flatMap((stream) => byStream.get(stream) ?? [])
  // Of what both only deliver the peer waits for our frontier, also where nothing of it is held here.
  const owed = view.gives(session.peer).filter((stream) => byStream.has(stream) && !session.told.has(stream))
  for (const stream of owed) {
    noteTold(session, stream)
    session.delivered.add(stream)
  }
  return at(session, [
    ...(owed.length > 0 ? [{ type: 'tell-frontier', streams: owed } as const] : []),
    ...(now.length > 0 ? compare(session, now, logsIn(now), view) : []),
    ...(taken.length > 0 ? [answer(session, taken, logsIn(taken), view)] : []),
  ])
}

/** What the peer may only deliver is not compared here: it hears what is held of it, and sends the rest. */
function answer(session: Live, streams: readonly StreamId[], logs: readonly LogPosition[], view: View): Effect {
  session.lastTaken = view.elapsed
  // Of a revoked peer nothing is ever shared, and so nothing asked again.
  if (view.admits(session.peer) === 'delivers') session.owed ??= new Map()
  else for (const stream of streams) noteHeard(session, stream)
  for (const { log, height } of logs) {
    if (view.heads.has(log) || mayRemember(session.peerHeights.size)) session.peerHeights.set(log, height)
    if (session.owed && (session.owed.has(log) || mayRemember(session.owed.size))) session.owed.set(log, height)
  }
  return { type: 'tell-held', frontier: { type: 'frontier', streams, logs } }
}

/** Where the peer holds more of an own log is told at once: on a slow disk the comparison takes a while, and people write on. */
function compare(session: Live, streams: readonly StreamId[], logs: readonly LogPosition[], view: View): Effect[] {
  session.comparing.push(new Map())
  const ahead = logs.filter(({ log, height }) => logParts(log).node === view.node && height > heightOf(view, log))
  return [
    ...ahead.map(({ log, height }) => ({ type: 'own-log-ahead', log, height }) as const),
    { type: 'compare', frontier: { type: 'frontier', streams, logs } },
  ]
}

/** The oldest comparison with the disk is back: sending may start where the peer's knowledge ends. */
function compared(session: Live, event: Extract<Event, { type: 'compared' }>, view: View): Step {
  const since = session.comparing.shift() ?? new Map<LogKey, number>()
  const streams = new Set(event.streams)
  for (const log of session.peerHeights.keys()) {
    if (streams.has(logParts(log).stream)) session.peerHeights.delete(log)
  }
  for (const log of [...session.forked]) if (streams.has(logParts(log).stream)) session.forked.delete(log)
  const effects: Effect[] = []
  const forks = new Set(event.forks)
  const safe: Height[] = []
  for (const { log, height } of event.positions) {
    if (forks.has(log)) {
      // Only logs that are held here differ, so that these are no more than ours.
      session.peerHeights.set(log, height)
      noteForked(session, log, view)
      effects.push({ type: 'fork-found', log, peer: session.peer })
      continue
    }
    const heard = Math.max(height, since.get(log) ?? 0)
    // What is only delivered does not come from the peer: above ours it is sent, and acknowledged when it is the same.
    const held = session.delivered.has(logParts(log).stream) ? Math.min(heard, heightOf(view, log)) : heard
    if (view.heads.has(log) || mayRemember(session.peerHeights.size)) session.peerHeights.set(log, held)
    // A peer that holds more may hold another version: its entries will show whether they follow ours.
    if (height <= heightOf(view, log)) safe.push({ log, height: held })
  }
  const granted = sentStreams(session, view)
  for (const stream of streams) if (granted.has(stream)) session.ready.add(stream)
  session.cursor = Math.min(session.cursor, event.start)
  effects.push({
    type: 'acknowledged',
    heights: [...safe, ...unnamed(since, view, streams, event.positions), ...forgotten(session, view, streams)],
    exact: true,
  })
  effects.push({
    type: 'at-root',
    heights: agreed(
      session,
      event.positions.map(({ log, root }) => ({ log, height: session.rootMeanwhile.get(log) ?? root })),
    ),
    exact: true,
  })
  if (session.comparing.length === 0 && session.waiting.size === 0) session.rootMeanwhile.clear()
  return at(session, [...effects, ...more(session, view)])
}

/** Of a log that differs, what the peer knows says nothing about ours. */
const agreed = (session: Live, heights: readonly Height[]): Height[] =>
  heights.filter(({ log }) => !session.forked.has(log))

const heightOf = (view: View, log: LogKey): number => view.heads.get(log)?.height ?? 0

/** A log of ours that the peer does not name is at height 0 there. */
function unnamed(
  since: ReadonlyMap<LogKey, number>,
  view: View,
  streams: ReadonlySet<StreamId>,
  positions: readonly LogPosition[],
): Height[] {
  const named = new Set(positions.map(({ log }) => log))
  const absent = [...view.heads.keys()].filter((log) => streams.has(logParts(log).stream) && !named.has(log))
  return absent.map((log) => ({ log, height: since.get(log) ?? 0 }))
}
