/** What a link tells again after a log was cut here: once for many cuts, and no link ends for it. */
import { expect, test } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'
import {
  compared,
  head,
  livePeer,
  logIn,
  names,
  nodeOf,
  opened,
  ours,
  Peer,
  position,
  streamA,
  streamB,
  theirs,
} from './peer.ts'

const PERIOD = LIMITS.heartbeatMilliseconds / 2
const tick = { type: 'tick', received: 1, reading: true } as const
const others = logIn('c', streamA)
const cut = (log: typeof ours, height: number) => ({ type: 'cut', log, height }) as const
const tells = { type: 'tell-frontier', streams: [streamA] }

test('S33 many logs are cut: the link goes on, and their stream is told once for all of them', () => {
  const peer = opened([head(ours, 6), head(others, 4)])
  for (const log of [theirs, others]) expect(peer.do(cut(log, 1))).toEqual([])
  expect(peer.do({ type: 'tell-cuts' })).toEqual([tells])
  expect(peer.do({ type: 'tell-cuts' })).toEqual([])
  expect(peer.do(tick)).not.toContainEqual(tells)
})

test('S33 whoever makes cuts again and again has nothing told more often than with a tick', () => {
  const peer = opened()
  peer.do(cut(theirs, 1))
  expect(peer.do({ type: 'tell-cuts' })).toEqual([tells])
  peer.now += PERIOD - 1
  peer.do(cut(theirs, 1))
  expect(peer.do({ type: 'tell-cuts' })).toEqual([])
  expect(peer.do(tick)).toEqual([tells])
  peer.now += PERIOD
  peer.do(cut(theirs, 1))
  expect(peer.do({ type: 'tell-cuts' })).toEqual([tells])
})

test('S33 what nobody says is all settled is told with the next tick', () => {
  const peer = opened()
  peer.do(cut(theirs, 1))
  expect(peer.do(tick)).toEqual([tells])
})

test('S33 of a log that was cut nothing goes to a peer that held more of it, until it has told what it holds', () => {
  const peer = opened([head(ours, 6), head(theirs, 3)])
  peer.do(cut(theirs, 3))
  expect(peer.live.forked).toEqual(new Set()) // it holds just what is left
  peer.do(cut(theirs, 2))
  expect(peer.live.forked).toEqual(new Set([theirs]))
  peer.hear({ type: 'frontier', streams: [streamA], logs: [position(theirs, 2)] })
  compared(peer, [position(theirs, 2)])
  expect(peer.live.forked).toEqual(new Set())
})

test('S33 a peer that hears a stream told anew tells its own again, and neither goes on telling', () => {
  const sides = [livePeer({ heads: [head(ours, 6)] }), livePeer({ node: nodeOf('d'), heads: [head(ours, 6)] })] as const
  for (const side of sides) {
    side.hear({ type: 'frontier', streams: [streamA], logs: [] })
    compared(side, [])
  }
  const [here, there] = sides
  here.do(cut(ours, 1))
  expect(here.do({ type: 'tell-cuts' })).toEqual([tells])
  there.hear({ type: 'frontier', streams: [streamA], logs: [] })
  expect(there.do(tick)).toContainEqual(tells)
  here.hear({ type: 'frontier', streams: [streamA], logs: [] })
  expect(here.do(tick)).not.toContainEqual(tells)
})

test('S33 the version that gave way is settled on its link: what waited for it goes on at once', () => {
  const peer = opened()
  compared(peer, [position(theirs, 3)], { forks: [theirs] })
  expect(peer.live.forked).toEqual(new Set([theirs]))
  peer.do({ type: 'settled', log: theirs })
  expect(peer.live.forked).toEqual(new Set())
})

test('S33 a log that is cut while a link is being proved is told when it is live, also where both proofs were equal', () => {
  for (const isEqual of [true, false]) {
    const here = new Peer({ heads: [head(ours, 6)] })
    const there = new Peer({ node: nodeOf('b'), heads: isEqual ? [head(ours, 6)] : [] })
    here.hear(there.hello)
    there.hear(here.hello)
    const [made, answer] = [here.proof(there.hello), there.proof(here.hello)]
    here.do(cut(ours, 1)) // while its proof is being signed
    here.do(made)
    here.hear({ type: 'proof', signature: answer.signature, digest: answer.digest })
    here.do({ type: 'proof-checked', valid: true })
    expect(here.effects.filter(({ type }) => type === 'tell-frontier')).toEqual([tells])
    expect(here.live.forked).toEqual(new Set(isEqual ? [ours] : []))
  }
})

test('S33 a link ends where the peer only delivers the stream: it is answered, and not told', () => {
  const peer = livePeer({ heads: [head(ours, 6)], takes: [streamB] })
  expect(names(peer.do(cut(logIn('b', streamB), 1)))).toEqual(['send refuse', 'end'])
})

test('S33 a peer that had just told the stream itself does not know that it is asked: it is told once more', () => {
  const peer = opened()
  peer.do(cut(theirs, 1))
  expect(peer.do({ type: 'tell-cuts' })).toEqual([tells])
  peer.now += LIMITS.silenceMilliseconds - 1
  peer.hear({ type: 'beat', rootTime: null })
  expect(peer.do({ ...tick, received: 2 })).not.toContainEqual(tells)
  peer.now += 1
  expect(peer.do({ ...tick, received: 3 })).toEqual([tells])
  peer.hear({ type: 'frontier', streams: [streamA], logs: [position(theirs, 3)] })
  compared(peer, [position(theirs, 3)])
  peer.now += LIMITS.silenceMilliseconds
  expect(peer.do({ ...tick, received: 4 })).not.toContainEqual(tells)
})
