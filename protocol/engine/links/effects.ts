/** The effects of sessions, done: keys proved, frontiers told and compared, packs sent and admitted. */
import { assert } from '#protocol/assert.ts'
import { type LogKey, logParts, type NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { joinPacks } from '#protocol/log/pack.ts'
import { frontierDigest, logsOf, transcript } from '#protocol/session/handshake.ts'
import { selectOutgoing } from '#protocol/session/outgoing.ts'
import type { Effect, View } from '#protocol/session/state.ts'
import { encodeMessage } from '#protocol/wire/codec.ts'
import type { Height, Hello } from '#protocol/wire/messages.ts'
import { addFinding, type Core, notify, packsAfter, rootTime } from '../core.ts'
import { compare, frontiers, LOAD_BYTES } from '../logs/positions.ts'
import type { Connection } from '../ports/identity.ts'
import { StorageFailure } from '../ports/storage.ts'
import { acknowledge, learnRootHeights, passDown } from './acknowledgement.ts'
import { admitFrame, directoryFirst, type FrameRefusal, type ReceivedPack, unpackFrame } from './admission.ts'
import { reportFork, takeFork } from './forks.ts'
import { type Link, type LinkContext, sharedStreams, tellUntold } from './link-context.ts'
import { reportRollback, rotate } from './rotation.ts'

/** What a session may look at, as of now. */
export const viewOf = (core: Core): View => ({
  now: core.host.now(),
  node: core.identity.node,
  heads: core.heads,
  arrival: core.arrival,
  rootTime: rootTime(core),
  shared: (peer) => sharedStreams(core, peer),
  admits: (peer) => admits(core, peer),
})

function admits(core: Core, peer: NodeId): ReturnType<View['admits']> {
  if (core.directory.node(peer)?.revoked) return 'revoked'
  return core.directory.keyOf(peer) ? 'yes' : 'unknown-node'
}

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
  compare: async ({ core }, link, _connection, { frontier }) => {
    const { forks, start } = await compare(core, frontier)
    link.dispatch({ type: 'compared', positions: frontier.logs, streams: frontier.streams, forks, start })
  },
  load: ({ core }, link, connection, { after }) => loadAndSend(core, link, connection, after),
  admit: (context, link, _connection, { packed }) => admit(context, link, packed),
  live: ({ core, reports }, link, _connection, { peer }) => {
    link.peer = peer
    link.liveSince = core.host.now()
    reports.linkLive(link)
    tellUntold(core, link, peer)
    notify(core, { cases: [], directory: false, status: true })
  },
  status: ({ reports }, link, _connection, { status }) => {
    if (link.direction === 'down') reports.heard(status)
  },
  'own-log-ahead': (context, link, _connection, { log, height }) => {
    // The pinned parent is believed; a child proves it by the entries themselves (see admit).
    if (link.direction === 'up') return ownLogAhead(context, log, height)
  },
  'fork-found': (context, link, _connection, { log, peer }) => reportFork(context, link, log, peer),
  'fork-told': (context, link, _connection, { fork }) => takeFork(context, link, fork),
  receipts: ({ reports }, link, _connection, { receipts }) => {
    if (link.direction === 'up') reports.receipts(receipts)
  },
  acknowledged: (context, link, _connection, { heights, exact }) => {
    if (link.direction === 'up') acknowledge(context, heights, exact)
  },
  'at-root': (context, link, _connection, { heights }) => {
    if (link.direction === 'up') learnRootHeights(context, heights)
  },
  'root-time': ({ core }, link, _connection, { rootTime }) => {
    if (link.direction === 'up' && rootTime !== null) core.clockOffset = rootTime - core.host.now()
  },
}

/** Does an effect. A failing disk ends the link in words; anything else that fails is a bug and stops the process. */
export function performEffect(
  context: LinkContext,
  link: Link,
  connection: Connection,
  effect: Exclude<Effect, { type: 'end' }>,
): void {
  const handler = EFFECTS[effect.type] as Handler<Effect>
  const work = handler(context, link, connection, effect)
  work?.catch((problem: unknown) => {
    if (!(problem instanceof StorageFailure)) throw problem
    link.dispatch({ type: 'refused', code: 'storage', detail: problem.fault })
  })
}

async function prove(core: Core, link: Link, hello: Hello, peer: Hello): Promise<void> {
  const signature = await core.host.cryptography.sign(core.identity.keys.privateKey, transcript(hello, peer))
  const view = viewOf(core)
  const streams = view.shared(peer.node)
  const heights = new Map(logsOf(core.heads, streams).map(({ key, height }) => [key, height]))
  const digest = frontierDigest(core.host.cryptography.sha256, view, peer.node)
  link.dispatch({ type: 'proof-made', signature, digest, streams, arrival: core.arrival, heights })
}

async function checkProof(core: Core, link: Link, effect: Extract<Effect, { type: 'check-proof' }>): Promise<void> {
  const key = core.directory.keyOf(effect.peer.node)
  const signed = transcript(effect.peer, effect.hello)
  const valid = key !== undefined && (await core.host.cryptography.verify(key, signed, effect.signature))
  // A child expects its pinned parent and nobody else.
  const expected = link.direction === 'down' || effect.peer.node === core.identity.parent?.node
  link.dispatch({ type: 'proof-checked', valid: valid && expected })
}

async function loadAndSend(core: Core, link: Link, connection: Connection, after: number): Promise<void> {
  const packs = await packsAfter(core, after, LOAD_BYTES)
  if (link.session.is !== 'live') return
  const through = packs.at(-1)?.arrival ?? core.arrival
  const outgoing = selectOutgoing(packs, link.session)
  const sizes: number[] = []
  for (const frame of compressFrames(core, outgoing.packs)) {
    connection.send(frame)
    sizes.push(frame.length)
  }
  link.dispatch({ type: 'dispatched', sizes, heights: outgoing.heights })
  link.dispatch({ type: 'loaded', after, through })
}

/** Frames of at most the limit: as many packs together as fit. */
function compressFrames(core: Core, packs: readonly Uint8Array[]): Uint8Array[] {
  if (packs.length === 0) return []
  const body = joinPacks(packs)
  const packed = core.host.compression.pack(body)
  const fits = packed.length < LIMITS.frameBytes && body.length < LIMITS.unpackedFrameBytes
  if (fits || packs.length === 1) return [encodeMessage({ type: 'entries', packed })]
  const half = Math.ceil(packs.length / 2)
  return [...compressFrames(core, packs.slice(0, half)), ...compressFrames(core, packs.slice(half))]
}

async function admit(context: LinkContext, link: Link, packed: Uint8Array): Promise<void> {
  const { core, queue } = context
  const peer = link.peer
  assert(peer, 'entries are admitted on a live link only')
  const fromParent = link.direction === 'up'
  const source = {
    shared: new Set(sharedStreams(core, peer)),
    fromParent,
    fromRoot: fromParent && peer === core.identity.root.node,
  }
  const unpacked = unpackFrame(core, packed)
  if (!unpacked.ok) return refuseFrame(core, link, unpacked.problem)
  const parts = directoryFirst(unpacked.value)
  const write = (part: readonly ReceivedPack[], frames: number) =>
    queue.write(
      async (staging) => {
        const admitted = await admitFrame(staging, part, source)
        if (admitted.ok) await goOnAfterRollback(context, admitted.value)
        return admitted
      },
      (outcome) => {
        // Before links look for what to send: what a peer sent is not sent back to it.
        if (outcome.ok) link.dispatch({ type: 'admitted', frames, heights: outcome.value })
      },
    )
  context.pendingBytes += packed.length
  try {
    // All parts are asked for at once, so that the frames of a link stay in order.
    const outcomes = await Promise.all(parts.map((part, index) => write(part, index === parts.length - 1 ? 1 : 0)))
    for (const outcome of outcomes) {
      if (!outcome.ok) return refuseFrame(core, link, outcome.problem)
      if (source.fromRoot) passDown(context, atRoot(core, outcome.value))
    }
  } finally {
    context.pendingBytes -= packed.length
  }
}

const atRoot = (core: Core, heights: readonly Height[]): Height[] =>
  heights.map(({ log }) => ({ log, height: core.heads.get(log)?.rootHeight ?? 0 }))

function refuseFrame(core: Core, link: Link, problem: FrameRefusal): void {
  const name = link.peer ? (core.directory.node(link.peer)?.name ?? link.peer) : ''
  addFinding(core, {
    kind: 'refused',
    message: `拒收来自“${name}”的一帧数据:${problem.code}(${problem.detail})`,
    next: '对方会自动重发;反复出现请联系管理员检查对方程序。',
  })
  link.dispatch({ type: 'refused', code: problem.code, detail: problem.detail })
}

/** Rule S70: entries under our present incarnation that we do not hold, signed by us: this database went back in time. */
async function goOnAfterRollback(context: LinkContext, heights: readonly Height[]): Promise<void> {
  const { core } = context
  const isOurs = (log: LogKey) =>
    logParts(log).node === core.identity.node && logParts(log).incarnation === core.incarnation
  for (const { log, height } of heights) {
    if (!isOurs(log) || height <= (core.heads.get(log)?.height ?? 0)) continue
    reportRollback(core, log, height)
    await rotate(core, context.rotated)
  }
}

async function ownLogAhead({ core, queue, rotated }: LinkContext, log: LogKey, height: number): Promise<void> {
  await queue.writeAlone(async () => {
    if (logParts(log).incarnation !== core.incarnation || height <= (core.heads.get(log)?.height ?? 0)) return
    reportRollback(core, log, height)
    await rotate(core, rotated)
  })
}
