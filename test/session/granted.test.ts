/** Streams that come and go during a link: granted, only delivered, taken away. */
import { expect, test } from 'vitest'
import type { Effect } from '#protocol/session/state.ts'
import { compared, head, livePeer, logIn, names, opened, position, streamA, streamB } from './peer.ts'

test('S31 streams granted during the link are told, and what the peer told of them before is used then', () => {
  const peer = opened()
  const logs = [position(logIn('b', streamB), 2)]
  expect(peer.hear({ type: 'frontier', streams: [streamB], logs })).toEqual([])
  peer.shared = [streamA, streamB]
  expect(peer.do({ type: 'changed' })).toEqual([
    { type: 'tell-frontier', streams: [streamB] },
    { type: 'compare', frontier: { type: 'frontier', streams: [streamB], logs } },
  ])
  expect(peer.do({ type: 'changed' })).toEqual([])
})

test('S31 a peer that tells a shared stream once more has forgotten what it heard: it is told again with the next tick, once', () => {
  const peer = opened()
  const tick = () => peer.do({ type: 'tick', received: 0, reading: true })
  const told = { type: 'tell-frontier', streams: [streamA] }
  const frontier = { type: 'frontier', streams: [streamA], logs: [] } as const
  expect(tick()).toEqual([]) // both told it once
  peer.hear(frontier)
  peer.hear(frontier)
  expect(tick()).toEqual([told])
  expect(tick()).toEqual([])
  peer.hear(frontier)
  expect(tick()).toEqual([told])
  // What only one side delivers is answered by other means.
  peer.hear(frontier)
  peer.shared = []
  expect(tick()).not.toContainEqual(told)
})

test('S31 a frontier that was heard before the grant counts: told once more, the stream is told to the peer again', () => {
  const peer = opened()
  const tick = () => peer.do({ type: 'tick', received: 0, reading: true })
  const frontier = { type: 'frontier', streams: [streamB], logs: [] } as const
  const told = { type: 'tell-frontier', streams: [streamB] }
  peer.hear(frontier)
  peer.shared = [streamA, streamB]
  expect(peer.do({ type: 'changed' })).toContainEqual(told)
  expect(tick()).not.toContainEqual(told) // both told it once
  // The peer saw the stream go and come back, and this side only what came of it.
  peer.hear(frontier)
  expect(tick()).toContainEqual(told)
  expect(tick()).not.toContainEqual(told)
})

test('S31 an answer to what the peer only delivers counts as told: shared again, the two do not tell it each other for ever', () => {
  const log = logIn('b', streamB)
  const [giver, taker] = [livePeer({ gives: [streamB], heads: [head(log, 4)] }), livePeer({ takes: [streamB] })]
  const frontier = { type: 'frontier', streams: [streamB], logs: [] } as const
  const tells = (effects: readonly Effect[]) =>
    effects.some((one) => one.type === 'tell-frontier' && one.streams.includes(streamB))
  expect(giver.live.told.has(streamB)).toBe(true)
  expect(names(taker.hear(frontier))).toEqual(['tell-held'])
  taker.do({ type: 'held-told', streams: [streamB] })
  giver.hear(frontier)
  for (const side of [taker, giver]) Object.assign(side, { gives: [], takes: [], shared: [streamA, streamB] })
  expect(tells(taker.do({ type: 'changed' }))).toBe(true)
  giver.hear(frontier)
  expect(tells(giver.do({ type: 'changed' }))).toBe(true)
  taker.hear(frontier)
  const look = (side: typeof giver, other: typeof giver) => {
    const again = tells(side.do({ type: 'tick', received: 0, reading: true }))
    if (again) other.hear(frontier)
    return again
  }
  for (let ticks = 0; ticks < 3; ticks++) expect([look(taker, giver), look(giver, taker)]).toEqual([false, false])
  // One that saw it go and come back tells it once more, and hears it once.
  for (const shared of [[streamA], [streamA, streamB]]) {
    giver.shared = shared
    giver.do({ type: 'changed' })
  }
  taker.hear(frontier)
  expect([look(taker, giver), look(giver, taker), look(taker, giver)]).toEqual([true, false, false])
})

test('S31 a stream that was only delivered is told anew when both share it again: as one of both the peer never heard it', () => {
  const told = { type: 'tell-frontier', streams: [streamB] }
  const peer = livePeer({ shared: [streamA], gives: [streamB], heads: [head(logIn('a', streamB), 4)] })
  expect(peer.live.told).toEqual(new Set([streamA, streamB]))
  compared(peer, [], { streams: [streamB] })
  peer.shared = [streamA, streamB]
  peer.gives = []
  expect(peer.do({ type: 'changed' })).toContainEqual(told)
  expect(peer.live.ready.has(streamB)).toBe(true)
  expect(peer.do({ type: 'changed' })).not.toContainEqual(told)
  // Away: told anew, because the peer sends nothing more that would show whether what it named is ours. And back again.
  peer.shared = [streamA]
  peer.gives = [streamB]
  expect(peer.do({ type: 'changed' })).toContainEqual(told)
  expect(peer.live.ready.has(streamB)).toBe(false)
  // Above ours it is sent when it comes from elsewhere: the peer's acknowledgement proves that it is the same.
  compared(peer, [position(logIn('a', streamB), 9)], { streams: [streamB] })
  expect(peer.live.peerHeights.get(logIn('a', streamB))).toBe(4)
  peer.shared = [streamA, streamB]
  peer.gives = []
  expect(peer.do({ type: 'changed' })).toContainEqual(told)
  // Away for good: nothing of it is sent any more, and it is told when it comes back.
  peer.shared = [streamA]
  peer.do({ type: 'changed' })
  expect(peer.live.ready.has(streamB)).toBe(false)
  peer.shared = [streamA, streamB]
  expect(peer.do({ type: 'changed' })).toContainEqual(told)
})

test('S31 what the peer only delivers and told before this side knew so is answered then, and once', () => {
  const peer = opened()
  const logs = [position(logIn('b', streamB), 2)]
  const frontier = { type: 'frontier', streams: [streamB], logs } as const
  const answer = { type: 'tell-held', frontier }
  expect(peer.hear(frontier)).toEqual([])
  expect(peer.do({ type: 'changed' })).not.toContainEqual(answer)
  peer.takes = [streamB]
  expect(peer.do({ type: 'changed' })).toEqual([answer])
  expect(peer.live.peerHeights.get(logIn('b', streamB))).toBe(2)
  expect(peer.do({ type: 'changed' })).toEqual([])
  // Told again it is answered at once, and that is enough.
  expect(peer.hear(frontier)).toEqual([answer])
  expect(peer.do({ type: 'changed' })).toEqual([])
  // While neither side gives it, what is told of it waits as before.
  peer.takes = []
  expect(peer.hear(frontier)).toEqual([])
  peer.takes = [streamB]
  expect(peer.do({ type: 'changed' })).toEqual([answer])
  // Shared later, it is compared: nothing that was told is lost.
  peer.takes = []
  peer.shared = [streamA, streamB]
  expect(peer.do({ type: 'changed' })).toContainEqual({ type: 'compare', frontier })
})

test('S32 a stream that is taken away is no longer sent', () => {
  const peer = opened()
  expect([...peer.live.ready]).toEqual([streamA])
  peer.shared = []
  peer.do({ type: 'changed' })
  expect(peer.live.ready.size).toBe(0)
  compared(peer, [])
  expect(peer.live.ready.size).toBe(0)
})

test('S114 what was once granted is told, also when it was at the root once, and sent when the peer has answered', () => {
  const peer = livePeer({ shared: [streamA], gives: [streamB], heads: [head(logIn('a', streamB), 4)] })
  expect(peer.live.told).toEqual(new Set([streamA, streamB]))
  expect(peer.live.ready.has(streamB)).toBe(false)
  const answer = peer.hear({ type: 'frontier', streams: [streamB], logs: [] })
  expect(names(answer)).toEqual(['compare'])
  peer.do({ type: 'compared', streams: [streamB], positions: [], forks: [], start: 3 })
  expect(peer.live.ready.has(streamB)).toBe(true)
  expect(peer.live.window.loading).toBe(true)
  const safe = { ...head(logIn('a', streamB), 4), parentHeight: 4, rootHeight: 4 }
  expect(livePeer({ shared: [streamA], gives: [streamB], heads: [safe] }).live.told).toEqual(
    new Set([streamA, streamB]),
  )
})

test('S114 of a stream that both sides only deliver each tells its frontier when it hears the other’s, once, also without anything of it', () => {
  const told = { type: 'tell-frontier', streams: [streamB] }
  const frontier = (stream: typeof streamB) => ({ type: 'frontier', streams: [stream], logs: [] }) as const
  const peer = livePeer({ shared: [streamA], gives: [streamB], takes: [streamB] })
  expect(peer.live.told.has(streamB)).toBe(false)
  const answer = peer.hear({ type: 'frontier', streams: [streamB], logs: [position(logIn('b', streamB), 2)] })
  expect(answer).toContainEqual(told)
  expect(names(answer)).toEqual(['tell-frontier', 'compare'])
  expect(peer.live.told.has(streamB)).toBe(true)
  // Told once: each would else answer the other's answer for ever.
  expect(peer.hear(frontier(streamB))).not.toContainEqual(told)
  // What only the peer delivers is none of ours to tell.
  expect(livePeer({ shared: [streamA], takes: [streamB] }).hear(frontier(streamB))).not.toContainEqual(told)
})

test('S70 of a stream in which this node writes and that the peer only takes the peer is asked, also when nothing of it is held', () => {
  const ahead = logIn('a', streamB)
  const peer = livePeer({ shared: [streamA], gives: [streamB], writes: [streamB] })
  expect(peer.live.told).toEqual(new Set([streamA, streamB]))
  const claim = { type: 'frontier', streams: [streamB], logs: [position(ahead, 3)] } as const
  const heard = peer.hear(claim)
  expect(names(heard)).toEqual(['own-log-ahead', 'compare'])
  expect(heard[0]).toEqual({ type: 'own-log-ahead', log: ahead, height: 3 })
  // Of what others write there nothing was lost here: it is told when something of it is held.
  expect(livePeer({ shared: [streamA], gives: [streamB] }).live.told).toEqual(new Set([streamA]))
})

test('S115 of a stream that the peer only delivers nothing is told by itself, nothing compared and nothing sent', () => {
  const peer = livePeer({ shared: [streamA], takes: [streamB], heads: [head(logIn('c', streamB), 4)] })
  expect(peer.live.told).toEqual(new Set([streamA]))
  const answer = peer.hear({ type: 'frontier', streams: [streamB], logs: [] })
  expect(names(answer)).toEqual(['tell-held'])
  expect(peer.live.ready.has(streamB)).toBe(false)
  expect([...peer.live.waiting.keys()]).toEqual([streamB]) // compared once it is shared
})

test('S114 a stream that was only delivered and is shared again is told again, so that both sides compare it', () => {
  const peer = livePeer({ shared: [streamA], gives: [streamB], heads: [head(logIn('a', streamB), 4)] })
  expect(peer.live.told.has(streamB)).toBe(true)
  peer.shared = [streamA, streamB]
  peer.gives = []
  expect(peer.do({ type: 'changed' })).toContainEqual({ type: 'tell-frontier', streams: [streamB] })
  expect(peer.do({ type: 'changed' })).toEqual([])
})

test('S26 receipts that are found while packs are being read let nobody read a second time', () => {
  const peer = opened()
  expect(peer.live.window.loading).toBe(true)
  expect(peer.do({ type: 'standing-begun' })).toEqual([])
  expect([peer.live.standing, peer.live.window.loading]).toEqual([true, true])
})
