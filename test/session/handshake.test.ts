/** Hello and proof: who may go live, and what equal digests save. */
import { expect, test } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'
import { frontierDigest, transcript } from '#protocol/session/handshake.ts'
import { encodeMessage } from '#protocol/wire/codec.ts'
import { sha256 } from '#test/storage/fixtures.ts'
import { head, logIn, names, nodeOf, Peer, sentBy, shakeHands, streamA, streamB } from './peer.ts'

const other = (given = {}) => new Peer({ node: nodeOf('b'), ...given })

test('S10 both sides say hello first, then prove their key over both hellos', () => {
  const [left, right] = [new Peer(), other()]
  expect(names(left.effects)).toEqual(['send hello'])
  expect(left.hear(right.hello)).toEqual([{ type: 'prove', hello: left.hello, peer: right.hello }])
  expect(names(left.do(left.proof(right.hello)))).toEqual(['send proof'])
  expect(left.session.is).toBe('awaiting-proof')
})

test('S11 the transcript is the domain, the own hello and the other hello, each with its length', () => {
  const [left, right] = [new Peer(), other()]
  const text = new TextEncoder().encode('county-link-1')
  const mine = encodeMessage(left.hello)
  const theirs = encodeMessage(right.hello)
  const expected = [text.length, ...text, mine.length, ...mine, theirs.length, ...theirs]
  expect([...transcript(left.hello, right.hello)]).toEqual(expected)
  expect(transcript(right.hello, left.hello)).not.toEqual(transcript(left.hello, right.hello))
})

test('S12 equal digests end in one round trip: nothing but hello and proof is sent', () => {
  const heads = [head(logIn('a', streamA), 7), head(logIn('b', streamA), 3)]
  const [left, right] = [new Peer({ heads, arrival: 4 }), other({ heads, arrival: 9 })]
  shakeHands(left, right)
  for (const side of [left, right]) {
    expect(sentBy(side.effects).map(({ type }) => type)).toEqual(['hello', 'proof'])
    expect(side.session.is).toBe('live')
    const heights = heads.map(({ key, height }) => ({ log: key, height }))
    expect(side.effects).toContainEqual({ type: 'acknowledged', heights, exact: false })
  }
})

test('S13 the digest differs by streams, heights, hashes and heights at the root, not by logs of other streams', () => {
  const log = logIn('a', streamA)
  const digest = (given: ConstructorParameters<typeof Peer>[0]) =>
    Buffer.from(frontierDigest(sha256, new Peer(given).view, nodeOf('b'))).toString('hex')
  const base = digest({ heads: [head(log, 7)] })
  expect(base).toHaveLength(32)
  expect(digest({ heads: [head(log, 7), head(logIn('a', streamB), 2)] })).toBe(base)
  expect(digest({ heads: [{ ...head(log, 7), parentHeight: 5 }] })).toBe(base)
  const others = [
    digest({ heads: [head(log, 8)] }),
    digest({ heads: [head(log, 7, sha256(new Uint8Array(1)))] }),
    digest({ heads: [{ ...head(log, 7), rootHeight: 5 }] }),
    digest({ heads: [head(log, 7)], shared: [streamA, streamB] }),
    digest({ heads: [] }),
  ]
  expect(new Set([base, ...others]).size).toBe(6)
})

test('S14 different digests: each side tells its frontier, and sends nothing before it has heard the other', () => {
  const [left, right] = [new Peer({ heads: [head(logIn('a', streamA), 7)], arrival: 4 }), other()]
  shakeHands(left, right)
  expect(left.effects).toContainEqual({ type: 'tell-frontier', streams: [streamA] })
  expect(names(left.effects)).not.toContain('load')
  expect(left.live.ready.size).toBe(0)
})

test.each([
  ['version', { versions: [4, 5] }, {}],
  ['same-node', { node: nodeOf('a') }, {}],
  ['unknown-node', {}, { admits: 'unknown-node' }],
  ['revoked', {}, { admits: 'revoked' }],
] as const)('S15 a hello that cannot be answered is refused: %s', (code, theirs, mine) => {
  const left = new Peer(mine)
  const effects = left.hear(other({ ...theirs }).hello)
  expect(sentBy(effects)).toEqual([expect.objectContaining({ type: 'refuse', code })])
  expect(effects.at(-1)).toMatchObject({ type: 'end', reason: code, retry: code === 'unknown-node' })
  expect(left.session).toEqual({ is: 'ended' })
})

test('S16 a proof that does not fit the key ends the link', () => {
  const [left, right] = [new Peer(), other()]
  left.hear(right.hello)
  left.do(left.proof(right.hello))
  const effects = left.hear({ type: 'proof', signature: new Uint8Array(64), digest: new Uint8Array(16) })
  expect(effects).toEqual([
    { type: 'check-proof', hello: left.hello, peer: right.hello, signature: new Uint8Array(64) },
  ])
  expect(left.do({ type: 'proof-checked', valid: false })).toContainEqual({
    type: 'end',
    reason: 'wrong-key',
    retry: false,
    retryAfterSeconds: null,
  })
})

test('S17 messages of a peer that went live first wait for our own proof, in order and bounded', () => {
  const [left, right] = [new Peer({ heads: [head(logIn('a', streamA), 2)], arrival: 1 }), other()]
  left.hear(right.hello)
  const made = right.proof(left.hello)
  expect(names(left.hear({ type: 'beat', rootTime: 1 }))).toContain('end')
  const again = new Peer({ heads: [head(logIn('a', streamA), 2)], arrival: 1 })
  again.hear(right.hello)
  again.hear({ type: 'proof', signature: made.signature, digest: made.digest })
  expect(again.hear({ type: 'frontier', streams: [streamA], logs: [] })).toEqual([])
  expect(again.hear({ type: 'beat', rootTime: 77 })).toEqual([])
  again.do({ type: 'proof-checked', valid: true })
  const live = again.do(again.proof(right.hello))
  expect(names(live)).toEqual(['send proof', 'root-time', 'live', 'tell-frontier', 'compare', 'root-time'])
  const crowded = new Peer()
  crowded.hear(right.hello)
  crowded.hear({ type: 'proof', signature: made.signature, digest: made.digest })
  for (let count = 0; count < LIMITS.windowFrames * 2; count++) {
    expect(crowded.hear({ type: 'beat', rootTime: null })).toEqual([])
  }
  expect(names(crowded.hear({ type: 'beat', rootTime: null }))).toEqual(['send refuse', 'end'])
})

test.each(['frontier', 'entries', 'stored', 'beat', 'proof'] as const)(
  'S18 anything but a hello as the first message is out of order: %s',
  (type) => {
    const messages = {
      frontier: { type: 'frontier', streams: [], logs: [] },
      entries: { type: 'entries', packed: new Uint8Array() },
      stored: { type: 'stored', frames: 0, heights: [] },
      beat: { type: 'beat', rootTime: null },
      proof: { type: 'proof', signature: new Uint8Array(64), digest: new Uint8Array(16) },
    } as const
    expect(new Peer().hear(messages[type]).at(-1)).toMatchObject({ type: 'end', reason: 'out-of-order' })
  },
)

test('S19 a handshake that takes too long is given up', () => {
  for (const [wait, ends] of [
    [LIMITS.handshakeMilliseconds, false],
    [LIMITS.handshakeMilliseconds + 1, true],
  ] as const) {
    const left = new Peer()
    left.now += wait
    expect(names(left.do({ type: 'tick', received: 0, reading: true })).includes('end')).toBe(ends)
  }
})

test('S20 busy ends the link with the time to wait; a refusal ends it with its code', () => {
  expect(new Peer().hear({ type: 'busy', retryAfterSeconds: 7 })).toEqual([
    { type: 'end', reason: 'busy', retry: true, retryAfterSeconds: 7 },
  ])
  expect(new Peer().hear({ type: 'refuse', code: 'revoked', detail: 'x' })).toEqual([
    { type: 'end', reason: 'revoked', retry: false, retryAfterSeconds: null },
  ])
  const ended = new Peer()
  ended.hear({ type: 'refuse', code: 'gap', detail: '' })
  expect(ended.do({ type: 'changed' })).toEqual([])
  expect(ended.hear({ type: 'beat', rootTime: null })).toEqual([])
})

test('S21 a stream granted between proof and going live is told on its own', () => {
  const heads = [head(logIn('a', streamA), 7)]
  const [left, right] = [new Peer({ heads, arrival: 1 }), other({ heads, arrival: 1 })]
  left.hear(right.hello)
  right.hear(left.hello)
  left.do(left.proof(right.hello))
  const made = right.proof(left.hello)
  left.shared = [streamA, streamB]
  left.hear({ type: 'proof', signature: made.signature, digest: made.digest })
  const effects = left.do({ type: 'proof-checked', valid: true })
  expect(effects).toContainEqual({ type: 'tell-frontier', streams: [streamB] })
  expect([...left.live.ready]).toEqual([streamA])
})

test('S110 S117 a revoked peer goes live, is told what is held of what it names, and is let go when all of it is here', () => {
  const log = logIn('b', streamA)
  const side = new Peer({ admits: 'delivers', shared: [], takes: [streamA], heads: [head(log, 2)] })
  const other = new Peer({ node: nodeOf('b'), heads: [head(log, 3)], shared: [streamA, streamB] })
  shakeHands(other, side)
  expect(side.session.is).toBe('live')
  expect(names(side.effects)).not.toContain('tell-frontier')
  const position = { log, height: 3, hash: head(log, 3).hash.subarray(0, 8), root: 0 }
  const told = side.hear({ type: 'frontier', streams: [streamA, streamB], logs: [position] })
  expect(told).toEqual([{ type: 'tell-held', frontier: { type: 'frontier', streams: [streamA], logs: [position] } }])
  side.do({ type: 'held-told', streams: [streamA] })
  const look = (milliseconds: number) => {
    side.now += milliseconds
    side.live.lastHeard = side.now
    return names(side.do({ type: 'tick', received: 0, reading: true }))
  }
  expect(look(LIMITS.heartbeatMilliseconds)).toEqual(['send beat'])
  side.hear({ type: 'entries', packed: new Uint8Array() })
  side.heads.set(log, head(log, 3))
  expect(look(LIMITS.heartbeatMilliseconds)).toEqual(['send beat'])
  side.do({ type: 'admitted', frames: 1, heights: [{ log, height: 3 }] })
  expect(look(1)).toEqual([])
  expect(look(LIMITS.heartbeatMilliseconds / 2)).toEqual(['send refuse', 'end'])
})

test('S117 a revoked peer that wrote another version of a log is not let go before the two are one', () => {
  const log = logIn('b', streamA)
  const side = new Peer({ admits: 'delivers', shared: [], takes: [streamA], heads: [head(log, 3)] })
  shakeHands(new Peer({ node: nodeOf('b'), heads: [head(log, 2)] }), side)
  side.hear({ type: 'frontier', streams: [streamA], logs: [{ log, height: 2, hash: new Uint8Array(8), root: 0 }] })
  side.hear({ type: 'fork', log, ladder: [], proof: new Uint8Array() })
  const look = (milliseconds: number) => {
    side.now += milliseconds
    side.live.lastHeard = side.now
    return names(side.do({ type: 'tick', received: 0, reading: true }))
  }
  expect(look(LIMITS.heartbeatMilliseconds)).toEqual(['send beat'])
  expect(look(LIMITS.deliveryMilliseconds)).toEqual(['send refuse', 'end'])
})

test('S117 a revoked peer that delivers nothing any more is let go after a while', () => {
  const log = logIn('b', streamA)
  const side = new Peer({ admits: 'delivers', shared: [], takes: [streamA] })
  shakeHands(new Peer({ node: nodeOf('b'), heads: [head(log, 3)] }), side)
  side.hear({ type: 'frontier', streams: [streamA], logs: [{ log, height: 3, hash: new Uint8Array(8), root: 0 }] })
  const look = (milliseconds: number) => {
    side.now += milliseconds
    side.live.lastHeard = side.now
    return names(side.do({ type: 'tick', received: 0, reading: true }))
  }
  expect(look(LIMITS.deliveryMilliseconds - 1)).toEqual(['send beat'])
  expect(look(1)).toEqual(['send refuse', 'end'])
})

test('S118 a peer whose revocation does not say how much of it was held is refused', () => {
  const side = new Peer({ admits: 'revoked' })
  const refused = side.hear(new Peer({ node: nodeOf('b') }).hello)
  expect(sentBy(refused)).toMatchObject([{ type: 'refuse', code: 'revoked' }])
})
