/** The county stream on a link, which says who writes: nothing is sent before it is compared, and its versions are one. */
import { expect, test } from 'vitest'
import { COUNTY_STREAM } from '#protocol/ids.ts'
import {
  compared,
  head,
  livePeer,
  logIn,
  names,
  nodeOf,
  ours,
  Peer,
  position,
  shakeHands,
  streamA,
  streamB,
} from './peer.ts'

const county = logIn('c', COUNTY_STREAM)
const shared = [COUNTY_STREAM, streamA]

/** A link on which both streams were compared, with one log of which the peer holds another version. */
function parted(log: typeof county) {
  const peer = livePeer({ heads: [head(ours, 6), head(county, 4)], shared })
  const logs = [position(county, 4), position(ours, 2)]
  peer.hear({ type: 'frontier', streams: shared, logs })
  return { peer, effects: names(compared(peer, logs, { forks: [log], start: 1, streams: shared })) }
}

const tick = { type: 'tick', received: 1, reading: true } as const

test('S132 while two versions of the county’s log are being settled nothing else is sent, and for no more than a minute', () => {
  const { peer, effects } = parted(county)
  expect(effects).toContain('fork-found')
  expect(effects).not.toContain('load')
  expect(names(peer.do({ type: 'changed' }))).not.toContain('load')
  for (let seconds = 10; seconds < 60; seconds += 10) {
    peer.now += 10_000
    expect(names(peer.do({ ...tick, received: seconds }))).not.toContain('load')
  }
  peer.now += 10_000
  expect(names(peer.do({ ...tick, received: 60 }))).toContain('load')
})

test('S132 it is sent as soon as they are one; another log with two versions keeps nobody', () => {
  const { peer } = parted(county)
  const logs = [position(county, 4), position(ours, 2)]
  peer.hear({ type: 'frontier', streams: shared, logs })
  expect(names(compared(peer, logs, { start: 1, streams: shared }))).toContain('load')
  expect(parted(ours).effects).toContain('load')
})

test('S14 while the frontier of the county stream is being compared nothing is sent, also of streams that were compared sooner', () => {
  const peer = livePeer({ heads: [head(ours, 6), head(county, 4)], shared })
  peer.hear({ type: 'frontier', streams: [COUNTY_STREAM], logs: [position(county, 2)] })
  peer.hear({ type: 'frontier', streams: [streamA], logs: [position(ours, 2)] })
  // The disk has answered the second question first.
  expect(names(compared(peer, [position(ours, 2)], { start: 3, streams: [streamA] }))).not.toContain('load')
  expect(names(peer.do({ type: 'changed' }))).not.toContain('load')
  const effects = compared(peer, [position(county, 2)], { start: 1, streams: [COUNTY_STREAM] })
  expect(effects).toContainEqual({ type: 'load', after: 1 })
})

test('S72 of a stream that a peer does not name, because it lacks records of the county, nothing counts as held there', () => {
  const moved = logIn('d', streamB)
  const acknowledged = (height: number) => {
    const peer = livePeer({ heads: [head(ours, 6), head(county, 4), head(moved, 3)], shared: [...shared, streamB] })
    const logs = [position(county, height), position(ours, 6)]
    peer.hear({ type: 'frontier', streams: shared, logs })
    const effects = compared(peer, logs, { start: 1, streams: shared })
    return effects.flatMap((effect) => (effect.type === 'acknowledged' ? effect.heights : []))
  }
  expect(acknowledged(2)).toContainEqual({ log: moved, height: 0 })
  // It knows of everything: the stream is still to come, or was taken away.
  expect(acknowledged(4)).not.toContainEqual({ log: moved, height: 0 })
})

test('S72 S12 what equal digests have settled still counts as held there when a fork of the county is told on that link', () => {
  const held = { heads: [head(ours, 6), head(county, 4)], shared, arrival: 10 }
  const peer = new Peer(held)
  shakeHands(peer, new Peer({ ...held, node: nodeOf('b') }))
  const logs = [position(county, 4)]
  peer.hear({ type: 'frontier', streams: [COUNTY_STREAM], logs })
  const effects = compared(peer, logs, { forks: [county], start: 1, streams: [COUNTY_STREAM] })
  expect(names(effects)).toContain('fork-found')
  const acknowledged = effects.flatMap((effect) => (effect.type === 'acknowledged' ? effect.heights : []))
  expect(acknowledged).not.toContainEqual({ log: ours, height: 0 })
})
