/** The effects that sessions ask for, done: each is one line here and leads to the file that does it. */
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Effect } from '#protocol/session/state.ts'
import { encodeMessage } from '#protocol/wire/codec.ts'
import type { Connection } from '../ports/identity.ts'
import { StorageFailure } from '../ports/storage.ts'
import { acknowledge, learnRootHeights, noteElsewhere, overtake } from './acknowledgement.ts'
import { compare, frontiers, heldOf } from './comparison.ts'
import { reportFork, takeFork, tellRungs } from './forks.ts'
import { type Link, sharedStreams } from './link.ts'
import type { LinkContext } from './link-context.ts'
import { goOnWaiting } from './parting.ts'
import { checkProof, prove } from './proof.ts'
import { receiveFrame } from './receiving.ts'
import { believeParent } from './rollback.ts'
import { tellUntold } from './root-heights.ts'
import { hearRoot } from './root-time.ts'
import { sendAfter } from './sending.ts'
import { tellNextStanding, tellStanding } from './standing-receipts.ts'

type Handler<Of extends Effect> = (
  context: LinkContext,
  link: Link,
  connection: Connection,
  effect: Of,
) => void | Promise<void>
type Handlers = { readonly [Type in Exclude<Effect['type'], 'end'>]: Handler<Extract<Effect, { type: Type }>> }

/** What each effect does. */
const EFFECTS: Handlers = {
  send: (_context, _link, connection, { message }) => connection.send(encodeMessage(message)),
  prove: ({ core }, link, _connection, { hello, peer }) => prove(core, link, hello, peer),
  'check-proof': ({ core }, link, _connection, effect) => checkProof(core, link, effect),
  'tell-frontier': ({ core }, _link, connection, { streams }) => {
    for (const message of frontiers(core, streams)) connection.send(encodeMessage(message))
  },
  compare: (context, link, _connection, { frontier }) =>
    inOrder(link, async () => {
      const { forks, start } = await compare(context.core, frontier)
      link.dispatch({ type: 'compared', positions: frontier.logs, streams: frontier.streams, forks, start })
      await goOnWaiting(context, link)
    }),
  'tell-held': ({ core }, link, connection, { frontier }) =>
    inOrder(link, async () => {
      const messages = await heldOf(core, link.peer, frontier)
      for (const message of messages) connection.send(encodeMessage(message))
      link.dispatch({ type: 'held-told', streams: messages.flatMap(({ streams }) => streams) })
    }),
  load: ({ core }, link, connection, { after }) => sendAfter(core, link, connection, after),
  'tell-standing': ({ core }, link, connection) => tellNextStanding(core, link, connection),
  admit: async (context, link, _connection, { packed }) => {
    await receiveFrame(context, link, packed)
    await goOnWaiting(context, link)
  },
  live: (context, link, _connection, { peer }) => {
    const { core, reports, links } = context
    link.peer = peer
    link.shared = new Set(sharedStreams(core, peer))
    link.liveSince = core.host.elapsed()
    link.proved(peer)
    reports.linkLive(link)
    endOlder(links, link, peer)
    tellUntold(core, link, peer)
    core.news.tellStatus()
    return link.direction === 'down' ? tellStanding(core, link, peer) : goOnWaiting(context, link)
  },
  status: ({ reports }, link, _connection, { status }) => {
    if (link.direction === 'down' && link.peer) reports.heard(link, link.peer, status)
  },
  levels: ({ reports }, link, _connection, { levels }) => {
    if (link.direction === 'down' && link.peer) reports.heardLevels(link.peer, levels)
  },
  'own-log-ahead': (context, link, _connection, claim) => {
    // The pinned parent is believed; a child proves it by the entries themselves (see receiveFrame).
    if (link.direction === 'up') return believeParent(context, link, claim)
  },
  'fork-found': (context, link, _connection, { log, peer }) => reportFork(context, link, log, peer),
  'fork-told': (context, link, _connection, { fork }) => takeFork(context, link, fork),
  'rungs-asked': (context, link, _connection, { question }) => tellRungs(context, link, question),
  receipts: ({ reports }, link, _connection, { receipts }) => {
    if (link.direction === 'up') return reports.receipts(receipts)
  },
  acknowledged: (context, link, _connection, { heights, exact }) => {
    if (link.direction === 'down') return noteElsewhere(context.core, link, heights, exact)
    acknowledge(context, heights, exact)
    if (exact) return overtake(context, heights)
  },
  'at-root': (context, link, _connection, { heights }) => {
    if (link.direction === 'up') learnRootHeights(context, heights)
  },
  'root-time': (context, link, _connection, { rootTime }) => {
    if (link.direction === 'up' && rootTime !== null) hearRoot(context, link, rootTime)
  },
}

/** What a peer told first is looked at first: a long frontier takes longer than the short one behind it, and is older. */
function inOrder(link: Link, work: () => Promise<void>): Promise<void> {
  const done = link.comparisons.then(() => (link.session.is === 'ended' ? undefined : work()))
  link.comparisons = done.catch(() => {}) // whoever asked hears of the failure
  return done
}

/**
 * Whoever calls again and again with one key takes the place of its own older links, and of nobody else's. Up there is one
 * link: what a copy of the parent took back on one, the other would never say again.
 */
function endOlder(links: ReadonlySet<Link>, link: Link, peer: NodeId): void {
  const same = [...links].filter((one) => one !== link && one.direction === link.direction && one.peer === peer)
  const most = link.direction === 'up' ? 1 : LIMITS.linksOfPeer
  if (same.length >= most) same[0]?.dispatch({ type: 'stop', code: 'stopping' })
}

/** Work that the peer's messages ask for; frames of entries count by their bytes. */
const ASKED: readonly Effect['type'][] = [
  'compare',
  'tell-held',
  'fork-found',
  'fork-told',
  'rungs-asked',
  'own-log-ahead',
  'receipts',
]

/** A disk that takes nothing can be read: what the peer has told of its logs counts before the link ends for it (S72). */
function endForDisk(link: Link, { fault }: StorageFailure): void {
  link.refusing = true
  void link.comparisons.then(() => link.dispatch({ type: 'refused', code: 'storage', detail: fault }))
}

/** Does an effect. A failing disk ends the link in words; anything else that fails is a bug and ends the link too. */
export function performEffect(
  context: LinkContext,
  link: Link,
  connection: Connection,
  effect: Exclude<Effect, { type: 'end' }>,
): void {
  const handler = EFFECTS[effect.type] as Handler<Effect>
  const fails = (problem: unknown) => {
    if (problem instanceof StorageFailure) endForDisk(link, problem)
    else {
      context.core.tellBug(problem)
      link.dispatch({ type: 'refused', code: 'internal', detail: effect.type })
    }
  }
  try {
    const work = handler(context, link, connection, effect)?.catch(fails)
    if (work && ASKED.includes(effect.type)) link.share.during(work)
  } catch (problem) {
    fails(problem)
  }
}
