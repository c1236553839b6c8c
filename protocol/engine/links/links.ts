/** Running sessions: one loop per link, event in, effects done, outcomes back as events. */
import { LIMITS, MESSAGE_BYTES } from '#protocol/limits.ts'
import { rateAfter } from '#protocol/session/pace.ts'
import type { Effect, Event } from '#protocol/session/state.ts'
import { open, step } from '#protocol/session/step.ts'
import { decodeMessage, encodeMessage } from '#protocol/wire/codec.ts'
import type { Hello } from '#protocol/wire/messages.ts'
import { OLDEST_VERSION, PROTOCOL_VERSION } from '#protocol/wire/version.ts'
import type { Core } from '../core.ts'
import { inPieces } from '../logs/pieces.ts'
import type { Connection, LinkEnd } from '../ports/identity.ts'
import { publishedAt } from '../writing/clock-mark.ts'
import { performEffect } from './effects.ts'
import type { Link } from './link.ts'
import type { LinkContext } from './link-context.ts'
import { viewOf } from './session-view.ts'

const helloOf = (core: Core): Hello => ({
  type: 'hello',
  versions: [OLDEST_VERSION, PROTOCOL_VERSION],
  node: core.identity.node,
  incarnation: core.logs.incarnation,
  nonce: core.host.random(16),
  rootTime: core.clock.rootTime(publishedAt(core)),
})

/** Links whose peer has proved its key. Who proves nothing takes nobody's place; how many of those there are, the downlink bounds. */
const provedOf = (links: ReadonlySet<Link>): number => [...links].filter(({ peer }) => peer !== null).length

/** Runs a session over a connection until it ends. */
export function runLink(
  context: LinkContext,
  connection: Connection,
  direction: 'up' | 'down',
  proved: Link['proved'] = () => {},
): Promise<LinkEnd> {
  const { core, links } = context
  if (direction === 'down' && !context.budget.admits(provedOf(links))) {
    connection.send(encodeMessage({ type: 'busy', retryAfterSeconds: 5 }))
    connection.close('busy')
    return Promise.resolve({ reason: 'busy', liveMilliseconds: 0, retryAfterSeconds: 5, retry: true })
  }
  return new Promise((resolve) => {
    const hello = helloOf(core)
    const opened = open(hello, viewOf(core))
    const events: Event[] = []
    let busy = false
    const link: Link = {
      direction,
      session: opened.session,
      peer: null,
      liveSince: null,
      shared: new Set(),
      untold: new Map(),
      searches: new Map(),
      questioned: new Set(),
      standing: null,
      cut: new Set(),
      ladders: new Set(),
      proved,
      share: context.budget.share((isFull) => (isFull ? connection.pause() : connection.resume())),
      forkWork: Promise.resolve(),
      comparisons: Promise.resolve(),
      refusing: false,
      levels: '',
      pieces: inPieces(core.host),
      dispatch(event) {
        events.push(event)
        if (busy) return // an effect dispatched: its event waits until the effects before it are done
        busy = true
        try {
          for (let next = events.shift(); next; next = events.shift()) take(next)
        } catch (problem) {
          // A bug ends the link it happened on; what else had come on it comes again on the next one.
          events.length = 0
          core.tellBug(problem)
          finish('internal', true, null)
        } finally {
          busy = false
        }
      },
    }
    const take = (event: Event) => {
      const { session, effects } = step(link.session, event, viewOf(core))
      if (session.is === 'ended') rememberRate(core, link)
      link.session = session
      perform(effects)
    }
    const perform = (effects: readonly Effect[]) => {
      for (const effect of effects) {
        if (effect.type === 'end') finish(effect.reason, effect.retry, effect.retryAfterSeconds)
        else performEffect(context, link, connection, effect)
      }
    }
    const stopTicking = tickEvery(core, link, connection)
    const finish = (reason: string, retry: boolean, retryAfterSeconds: number | null) => {
      if (!links.delete(link)) return
      stopTicking()
      link.share.end()
      rememberRate(core, link)
      link.session = { is: 'ended' }
      connection.close(reason)
      context.reports.linkEnded(link, reason)
      const liveMilliseconds = link.liveSince === null ? 0 : core.host.elapsed() - link.liveSince
      resolve({ reason, liveMilliseconds, retryAfterSeconds, retry })
    }
    links.add(link)
    perform(opened.effects)
    connection.listen({
      frame: (frame) => link.dispatch(received(frame)),
      closed: () => finish('closed', true, null),
    })
  })
}

function received(frame: Uint8Array): Event {
  if (frame.length > MESSAGE_BYTES) {
    return { type: 'malformed', code: 'oversized', detail: `${frame.length} bytes` }
  }
  const message = decodeMessage(frame)
  return message
    ? { type: 'message', message }
    : { type: 'malformed', code: 'malformed', detail: `${frame.length} bytes` }
}

/** The next link with the peer begins at this one's rate, slower when it ended with frames under way (S103). */
function rememberRate({ neighbours, directory }: Core, { session }: Link): void {
  if (session.is !== 'live' || !directory.node(session.peer)) return
  const rate = rateAfter(session.window.pace, session.window.inFlight.length > 0)
  if (rate !== null) neighbours.rates.set(session.peer, rate)
}

function tickEvery(core: Core, link: Link, connection: Connection): () => void {
  const period = LIMITS.heartbeatMilliseconds / 2
  let cancel = () => {}
  const tick = () => {
    link.dispatch({ type: 'tick', received: connection.received(), reading: !link.share.isFull })
    if (link.session.is !== 'ended') cancel = core.host.after(period, tick)
  }
  cancel = core.host.after(period, tick)
  return () => cancel()
}
