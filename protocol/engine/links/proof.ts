/** Proof of key at the beginning of a link, ours and the peer's. */
import { frontierDigest, logsOf, transcript } from '#protocol/session/handshake.ts'
import type { Effect } from '#protocol/session/state.ts'
import type { Hello } from '#protocol/wire/messages.ts'
import type { Core } from '../core.ts'
import type { Link } from './link.ts'
import { viewOf } from './session-view.ts'

/** Signs both hellos, and says by a digest what is held of the shared streams. */
export async function prove(core: Core, link: Link, hello: Hello, peer: Hello): Promise<void> {
  const { cryptography } = core.host
  const signature = await cryptography.sign(core.identity.keys.privateKey, transcript(hello, peer))
  const view = viewOf(core)
  const streams = view.shared(peer.node)
  const heights = new Map(logsOf(view.heads, streams).map(({ key, height }) => [key, height]))
  const digest = frontierDigest(cryptography.sha256, view, peer.node)
  link.dispatch({ type: 'proof-made', signature, digest, streams, arrival: view.arrival, heights })
}

/** Checks the peer's signature; a child expects its pinned parent and nobody else. */
export async function checkProof(
  core: Core,
  link: Link,
  { peer, hello, signature }: Extract<Effect, { type: 'check-proof' }>,
): Promise<void> {
  const key = core.directory.keyOf(peer.node)
  const valid = key !== undefined && (await core.host.cryptography.verify(key, transcript(peer, hello), signature))
  const expected = link.direction === 'down' || peer.node === core.identity.parent?.node
  link.dispatch({ type: 'proof-checked', valid: valid && expected })
}
