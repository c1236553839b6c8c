/** The sync state machine: event in, effects out; no I/O, no clock, no roles. */
import { LIMITS } from '#protocol/limits.ts'
import { equalBytes } from '#protocol/log/bytes.ts'
import type { Message } from '#protocol/wire/messages.ts'
import { REFUSALS } from '#protocol/wire/refusals.ts'
import { commonVersion, OLDEST_VERSION } from '#protocol/wire/version.ts'
import { helloProblem } from './handshake.ts'
import { stepLive } from './live.ts'
import { refuseLink, stay } from './outcome.ts'
import type { AwaitingHello, AwaitingProof, Effect, Event, Live, Session, Step, View } from './state.ts'
import { mayWait, openWindow } from './window.ts'

/** Opens a session: our hello is the first frame. */
export function open(hello: AwaitingHello['hello'], view: View): Step {
  return {
    session: { is: 'awaiting-hello', hello, since: view.elapsed },
    effects: [{ type: 'send', message: hello }],
  }
}

/** Moves a session by one event. A session that has ended stays so. */
export function step(session: Session, event: Event, view: View): Step {
  if (session.is === 'ended') return stay(session)
  switch (event.type) {
    case 'malformed':
      return refuseLink(event.code, event.detail)
    case 'stop':
      return refuseLink(event.code, '')
    case 'refused':
      return refuseLink(event.code, event.detail)
    case 'message':
      if (event.message.type === 'refuse') return ended(event.message)
      if (event.message.type === 'busy') return busy(event.message.retryAfterSeconds)
      break
    case 'tick':
      if (session.is !== 'live' && view.elapsed - session.since > LIMITS.handshakeMilliseconds)
        return refuseLink('silent', 'handshake')
      break
    default:
  }
  switch (session.is) {
    case 'awaiting-hello':
      return awaitingHello(session, event, view)
    case 'awaiting-proof':
      return awaitingProof(session, event, view)
    case 'live':
      return stepLive(session, event, view)
  }
}

function ended(message: Extract<Message, { type: 'refuse' }>): Step {
  const retry = REFUSALS[message.code].retry
  return stay({ is: 'ended' }, [{ type: 'end', reason: message.code, retry, retryAfterSeconds: null }])
}

const busy = (retryAfterSeconds: number): Step =>
  stay({ is: 'ended' }, [{ type: 'end', reason: 'busy', retry: true, retryAfterSeconds }])

function awaitingHello(session: AwaitingHello, event: Event, view: View): Step {
  if (event.type !== 'message') return stay(session)
  if (event.message.type !== 'hello') return refuseLink('out-of-order', event.message.type)
  const peer = event.message
  const problem = helloProblem(session.hello, peer, view)
  if (problem) return refuseLink(problem, peer.node)
  const next: AwaitingProof = {
    is: 'awaiting-proof',
    hello: session.hello,
    peer,
    since: session.since,
    said: null,
    heard: null,
    cuts: new Map(),
  }
  return stay(next, [{ type: 'prove', hello: session.hello, peer }])
}

function awaitingProof(session: AwaitingProof, event: Event, view: View): Step {
  switch (event.type) {
    case 'proof-made': {
      const { signature, digest, streams, arrival, heights } = event
      const said = { digest, streams, arrival, heights }
      const sent: Effect = { type: 'send', message: { type: 'proof', signature, digest } }
      return settle({ ...session, said }, [sent], view)
    }
    case 'message': {
      if (event.message.type !== 'proof' || session.heard) return early(session, event.message)
      const { digest, signature } = event.message
      return stay({ ...session, heard: { digest, signature, checked: false } }, [
        { type: 'check-proof', hello: session.hello, peer: session.peer, signature },
      ])
    }
    case 'proof-checked':
      if (!event.valid) return refuseLink('wrong-key', session.peer.node)
      if (!session.heard) return stay(session)
      return settle({ ...session, heard: { ...session.heard, checked: true } }, [], view)
    case 'cut':
      return stay({ ...session, cuts: new Map([...session.cuts, [event.log, event.height]]) })
    default:
      return stay(session)
  }
}

/** The peer may be ahead of us by one message: it goes live as soon as our proof has reached it. */
function early(session: AwaitingProof, message: Message): Step {
  const early = session.early ?? []
  if (!session.heard || !mayWait(early.length)) return refuseLink('out-of-order', message.type)
  return stay({ ...session, early: [...early, message] })
}

/** Goes live once both proofs are through; equal digests need nothing more. */
function settle(session: AwaitingProof, effects: readonly Effect[], view: View): Step {
  const { said, heard, peer } = session
  if (!said || !heard?.checked) return stay(session, effects)
  const shared = said.streams
  const equal = equalBytes(said.digest, heard.digest)
  const live: Live = {
    is: 'live',
    peer: peer.node,
    version: commonVersion(session.hello.versions, peer.versions) ?? OLDEST_VERSION,
    since: view.elapsed,
    incarnation: peer.incarnation,
    ready: new Set(equal ? shared : []),
    told: new Set(shared),
    tellings: new Map(equal ? [] : [...shared].map((stream) => [stream, 1])),
    hearings: new Map(),
    delivered: new Set(),
    waiting: new Map(),
    answered: new Set(),
    peerHeights: equal ? new Map(said.heights) : new Map(),
    comparing: [],
    rootMeanwhile: new Map(),
    forked: new Set(),
    cuts: new Set(),
    unanswered: new Set(),
    cutsTold: null,
    partedSince: null,
    owed: null,
    lastTaken: view.elapsed,
    cursor: said.arrival,
    front: said.arrival,
    turn: 'newer',
    standing: false,
    window: openWindow(view.rate(peer.node)),
    received: 0,
    lastHeard: view.elapsed,
    lastBeat: view.elapsed,
  }
  const begun: Effect[] = [
    ...effects,
    { type: 'root-time', rootTime: peer.rootTime },
    { type: 'live', peer: peer.node },
  ]
  if (equal) {
    const heights = [...said.heights].map(([log, height]) => ({ log, height }))
    begun.push({ type: 'acknowledged', heights, exact: false })
  } else if (shared.length > 0) {
    begun.push({ type: 'tell-frontier', streams: shared })
  }
  // What was proved equal a moment ago is not so any more, and the peer goes by it; a frontier is told as it is now.
  const cuts = equal ? [...session.cuts].map(([log, height]) => ({ type: 'cut', log, height }) as const) : []
  const early = (session.early ?? []).map((message) => ({ type: 'message', message }) as const)
  return replay(live, [...cuts, { type: 'tell-cuts' }, ...early, { type: 'changed' }], begun, view)
}

/** Handles what happened before we were live, in order. */
function replay(live: Live, events: readonly Event[], effects: readonly Effect[], view: View): Step {
  let current: Step = stay(live, effects)
  for (const event of events) {
    const next = step(current.session, event, view)
    current = stay(next.session, [...current.effects, ...next.effects])
  }
  return current
}
