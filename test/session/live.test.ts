/** A live link: frontiers, window, acknowledgements, grants, signs of life. */
import { expect, test } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'
import type { LogPosition } from '#protocol/wire/messages.ts'
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
  sentBy,
  shakeHands,
  streamA,
  streamB,
  theirs,
} from './peer.ts'

test('S22 a frontier is compared with the disk, and sending starts where the knowledge of the peer ends', () => {
  const peer = livePeer({ heads: [head(ours, 6)] })
  const logs = [position(theirs, 3), position(ours, 2, 1)]
  expect(peer.hear({ type: 'frontier', streams: [streamA], logs })).toEqual([
    { type: 'compare', frontier: { type: 'frontier', streams: [streamA], logs } },
  ])
  const effects = compared(peer, logs, { start: 4 })
  expect(effects).toContainEqual({ type: 'load', after: 4 })
  expect(effects).toContainEqual({
    type: 'acknowledged',
    heights: [{ log: ours, height: 2 }],
    exact: true,
  })
  expect(effects).toContainEqual({
    type: 'at-root',
    heights: [
      { log: theirs, height: 0 },
      { log: ours, height: 1 },
    ],
    exact: true,
  })
})

test('S23 a log the peer does not name is at height 0 there', () => {
  const peer = livePeer({ heads: [head(ours, 6)] })
  peer.hear({ type: 'frontier', streams: [streamA], logs: [] })
  expect(compared(peer, [])).toContainEqual({ type: 'acknowledged', heights: [{ log: ours, height: 0 }], exact: true })
})

test('S24 a log outside the named streams is malformed', () => {
  const peer = livePeer()
  const effects = peer.hear({ type: 'frontier', streams: [streamA], logs: [position(logIn('b', streamB), 1)] })
  expect(effects.at(-1)).toMatchObject({ type: 'end', reason: 'malformed' })
})

test('S25 our own log higher at the peer than here is told; a log that differs is not sent until it is told anew', () => {
  const peer = livePeer({ heads: [head(ours, 6)] })
  const claim = { type: 'frontier', streams: [streamA], logs: [position(ours, 9)] } as const
  // Before the disk is asked: it may be slow, and people write on meanwhile.
  expect(peer.hear(claim)[0]).toEqual({ type: 'own-log-ahead', log: ours, height: 9 })
  expect(names(compared(peer, [position(ours, 9)]))).not.toContain('own-log-ahead')
  peer.hear({ type: 'frontier', streams: [streamA], logs: [] })
  const forked = compared(peer, [position(ours, 5, 4)], { forks: [ours] })
  expect(forked).toContainEqual({ type: 'fork-found', log: ours, peer: nodeOf('b') })
  expect(names(forked)).not.toContain('own-log-ahead')
  for (const effect of forked) {
    if (effect.type === 'acknowledged' || effect.type === 'at-root') expect(effect.heights).toEqual([])
  }
  expect([...peer.live.forked]).toEqual([ours])
  expect(peer.hear({ type: 'at-root', heights: [{ log: ours, height: 9 }] })).toEqual([
    { type: 'at-root', heights: [], exact: true },
  ])
  peer.hear({ type: 'frontier', streams: [streamA], logs: [] })
  compared(peer, [position(ours, 5)])
  expect(peer.live.forked.size).toBe(0)
})

test('S26 one read at a time, and only while the window is open', () => {
  const peer = opened()
  expect(peer.live.window.loading).toBe(true)
  expect(peer.do({ type: 'changed' })).toEqual([])
  peer.do({ type: 'dispatched', sizes: [100], heights: [{ log: ours, height: 1 }] })
  for (let frames = 1, cursor = 0; frames < LIMITS.windowFrames; frames++) {
    expect(peer.do({ type: 'loaded', after: cursor, through: cursor + 1 })).toEqual([
      { type: 'load', after: cursor + 1 },
    ])
    cursor += 1
    peer.do({ type: 'dispatched', sizes: [100], heights: [] })
  }
  expect(peer.do({ type: 'loaded', after: 7, through: 8 })).toEqual([])
  expect(peer.live.window.inFlight).toHaveLength(LIMITS.windowFrames)
  const freed = peer.hear({ type: 'stored', frames: 1, heights: [{ log: ours, height: 1 }] })
  expect(freed).toEqual([
    { type: 'acknowledged', heights: [{ log: ours, height: 1 }], exact: false },
    { type: 'load', after: 8 },
  ])
})

test('S127 what arrives while older packs are left goes before them, in turns with them', () => {
  const peer = opened()
  const sends = (after: number, through: number) => peer.do({ type: 'loaded', after, through })
  expect(peer.live.front).toBe(10)
  expect(sends(0, 1)).toEqual([{ type: 'load', after: 1 }])
  peer.arrival = 12
  expect(sends(1, 2)).toEqual([{ type: 'load', after: 10 }])
  expect(sends(10, 11)).toEqual([{ type: 'load', after: 2 }])
  expect(sends(2, 9)).toEqual([{ type: 'load', after: 11 }])
  expect(sends(11, 12)).toEqual([{ type: 'load', after: 9 }])
  // Nothing is older than the front any more: the rest is looked through once.
  expect(sends(9, 12)).toEqual([])
  peer.arrival = 13
  expect(peer.do({ type: 'changed' })).toEqual([{ type: 'load', after: 12 }])
})

test('S26 the window closes by bytes as well', () => {
  const peer = opened()
  peer.arrival = 100
  peer.do({ type: 'dispatched', sizes: [LIMITS.windowBytes], heights: [] })
  expect(peer.do({ type: 'loaded', after: 0, through: 1 })).toEqual([])
})

test('S27 a peer that sends twice the window without waiting is refused', () => {
  const peer = opened()
  for (let frames = 0; frames < LIMITS.windowFrames * 2; frames++) {
    expect(names(peer.hear({ type: 'entries', packed: new Uint8Array(1) }))).toEqual(['admit'])
  }
  expect(peer.hear({ type: 'entries', packed: new Uint8Array(1) }).at(-1)).toMatchObject({ reason: 'window-exceeded' })
})

test('S28 stored is said for what was admitted, which is not sent back', () => {
  const peer = opened()
  peer.hear({ type: 'entries', packed: new Uint8Array(1) })
  const heights = [{ log: theirs, height: 4 }]
  expect(sentBy(peer.do({ type: 'admitted', frames: 1, heights }))).toEqual([{ type: 'stored', frames: 1, heights }])
  expect(peer.live.peerHeights.get(theirs)).toBe(4)
  expect(peer.live.window.admitting).toBe(0)
})

test('S29 a comparison that sends the cursor back wins over a read in flight', () => {
  const peer = opened()
  peer.arrival = 100
  peer.do({ type: 'loaded', after: 0, through: 50 })
  expect(peer.live.cursor).toBe(50)
  peer.hear({ type: 'frontier', streams: [streamA], logs: [] })
  compared(peer, [], { start: 5 })
  expect(peer.do({ type: 'loaded', after: 50, through: 60 })).toEqual([{ type: 'load', after: 5 }])
})

test('S29 so it does while newer packs go before older ones', () => {
  const peer = opened()
  expect(peer.do({ type: 'loaded', after: 0, through: 4 })).toEqual([{ type: 'load', after: 4 }])
  peer.hear({ type: 'frontier', streams: [streamA], logs: [] })
  compared(peer, [], { start: 2 })
  expect(peer.live.front).toBe(10)
  expect(peer.do({ type: 'loaded', after: 4, through: 6 })).toEqual([{ type: 'load', after: 2 }])
})

test('S30 what is acknowledged while a frontier is compared is newer than the frontier', () => {
  const peer = opened()
  peer.hear({ type: 'frontier', streams: [streamA], logs: [position(ours, 2)] })
  peer.hear({ type: 'stored', frames: 0, heights: [{ log: ours, height: 5 }] })
  expect(compared(peer, [position(ours, 2)])).toContainEqual({
    type: 'acknowledged',
    heights: [{ log: ours, height: 5 }],
    exact: true,
  })
  peer.hear({ type: 'frontier', streams: [streamA], logs: [position(ours, 2)] })
  expect(compared(peer, [position(ours, 2)])).toContainEqual({
    type: 'acknowledged',
    heights: [{ log: ours, height: 2 }],
    exact: true,
  })
})

test('S30 of two frontiers that are being compared each gives way to what was acknowledged behind it only', () => {
  const peer = opened()
  const told = (height: number) => ({ type: 'frontier', streams: [streamA], logs: [position(ours, height)] }) as const
  peer.hear(told(2))
  peer.hear({ type: 'stored', frames: 0, heights: [{ log: ours, height: 5 }] })
  peer.hear(told(3)) // it cut its log meanwhile
  const acknowledged = (height: number) => ({ type: 'acknowledged', heights: [{ log: ours, height }], exact: true })
  expect(compared(peer, [position(ours, 2)])).toContainEqual(acknowledged(5))
  expect(compared(peer, [position(ours, 3)])).toContainEqual(acknowledged(3))
  expect(peer.live.peerHeights.get(ours)).toBe(3)
})

test('S34 an idle link gives a sign of life; one without any is dropped', () => {
  const peer = opened()
  peer.now += LIMITS.heartbeatMilliseconds - 1
  expect(peer.do({ type: 'tick', received: 0, reading: true })).toEqual([])
  peer.now += 1
  expect(sentBy(peer.do({ type: 'tick', received: 0, reading: true }))).toEqual([{ type: 'beat', rootTime: 5 }])
  peer.now += LIMITS.silenceMilliseconds - LIMITS.heartbeatMilliseconds
  peer.do({ type: 'tick', received: 0, reading: true })
  expect(peer.session.is).toBe('live')
  peer.now += 1
  expect(peer.do({ type: 'tick', received: 0, reading: true }).at(-1)).toMatchObject({
    type: 'end',
    reason: 'silent',
    retry: true,
  })
})

test('S34 also a link that is never idle tells the time at the root', () => {
  const peer = opened()
  const beats = Array.from({ length: 30 }, () => {
    peer.now += LIMITS.heartbeatMilliseconds / 10
    peer.do({ type: 'admitted', frames: 1, heights: [] })
    return sentBy(peer.do({ type: 'tick', received: 0, reading: false })).length
  })
  expect(beats.reduce((sum, count) => sum + count, 0)).toBe(3)
})

test('S34 nor does it wait where a stream is told once more with the same tick', () => {
  const peer = opened()
  for (let times = 0; times < 3; times++) {
    peer.hear({ type: 'frontier', streams: [streamA], logs: [] })
    compared(peer, [])
  }
  peer.now += LIMITS.heartbeatMilliseconds
  const effects = peer.do({ type: 'tick', received: 0, reading: false })
  expect(names(effects)).toContain('tell-frontier')
  expect(sentBy(effects)).toEqual([{ type: 'beat', rootTime: 5 }])
})

test('S100 bytes are life, also in the middle of a message; without any for long the link ends, and while we do not read silence says nothing', () => {
  const peer = opened()
  const tickAfter = (milliseconds: number, received: number, reading = true) => {
    peer.now += milliseconds
    return names(peer.do({ type: 'tick', received, reading })).includes('end')
  }
  for (let bytes = 1; bytes < 20; bytes++) expect(tickAfter(LIMITS.silenceMilliseconds, bytes)).toBe(false)
  for (let tick = 0; tick < 5; tick++) expect(tickAfter(LIMITS.silenceMilliseconds, 19, false)).toBe(false)
  expect(tickAfter(LIMITS.silenceMilliseconds, 19)).toBe(false)
  expect(tickAfter(1, 19)).toBe(true)
})

test('S100 a side that receives for minutes goes on giving signs of life itself', () => {
  const peer = opened()
  let beats = 0
  for (let second = 0; second < 120; second += 5) {
    peer.now += 5_000
    beats += sentBy(peer.do({ type: 'tick', received: second * 2_000, reading: true })).length
  }
  expect(peer.session.is).toBe('live')
  expect(beats).toBeGreaterThanOrEqual(120_000 / LIMITS.silenceMilliseconds)
})

test('S107 S108 what a peer says of streams not shared, of forks and of logs nobody here holds stays inside the bounds', () => {
  const invented = (number: number) => logIn('f', streamB, number)
  const many = Array.from({ length: LIMITS.frontierLogs }, (_, number) => position(invented(number), 1))
  const keeping = opened()
  keeping.hear({ type: 'frontier', streams: [streamB], logs: many.slice(1) })
  expect([...keeping.live.waiting.values()].flat()).toHaveLength(LIMITS.frontierLogs - 1)
  expect(keeping.hear({ type: 'frontier', streams: [streamB], logs: many }).at(-1)).toMatchObject({
    reason: 'window-exceeded',
  })
  const forking = opened()
  for (const log of [ours, ...many.map((one) => one.log)]) {
    forking.hear({ type: 'fork', log, ladder: [], proof: new Uint8Array(0) })
  }
  expect([...forking.live.forked]).toEqual([ours])
  const peer = opened()
  peer.hear({ type: 'frontier', streams: [streamA], logs: [] })
  const heights = many.map(({ log }) => ({ log, height: 9 }))
  expect(peer.hear({ type: 'stored', frames: 0, heights })[0]).toMatchObject({ type: 'acknowledged', heights: [] })
  expect(peer.live.comparing).toEqual([new Map()])
  for (let round = 0; round < 3; round++) {
    compared(
      peer,
      many.map((_, number) => position(logIn('e', streamA, round * many.length + number), 1)),
      { streams: [] },
    )
  }
  expect(peer.live.peerHeights.size).toBeLessThanOrEqual(LIMITS.frontierLogs)
})

test('S108 nor is what a revoked peer says it holds kept without end', () => {
  const peer = livePeer({ heads: [head(ours, 6)] })
  Object.assign(peer, { admits: 'delivers', shared: [], takes: [streamB] })
  const many = Array.from({ length: LIMITS.frontierLogs }, (_, number) => position(logIn('f', streamB, number), 1))
  peer.hear({ type: 'frontier', streams: [streamB], logs: many })
  const first = many[0] as LogPosition
  const others = many.map((_, number) => position(logIn('e', streamB, number), 1))
  peer.hear({ type: 'frontier', streams: [streamB], logs: [{ ...first, height: 2 }, ...others.slice(1)] })
  for (const kept of [peer.live.owed, peer.live.peerHeights]) {
    expect(kept?.size).toBe(LIMITS.frontierLogs)
  }
  expect(peer.live.owed?.get(first.log)).toBe(2)
})

test('S103 a link begins at the rate its peer had before', () => {
  expect(livePeer({ rate: 5_000 }).live.window.pace.rate).toBe(5_000)
  const peer = opened()
  peer.do({ type: 'dispatched', sizes: [10_000], heights: [] })
  peer.now += 5_000
  peer.hear({ type: 'stored', frames: 1, heights: [] })
  expect(peer.live.window.pace.rate).toBe(2_000)
})

test('S35 a beat carries the time of the root; hello and proof in a live link are out of order', () => {
  expect(opened().hear({ type: 'beat', rootTime: 9 })).toEqual([{ type: 'root-time', rootTime: 9 }])
  const peer = opened()
  expect(peer.hear({ type: 'proof', signature: new Uint8Array(64), digest: new Uint8Array(16) }).at(-1)).toMatchObject({
    reason: 'out-of-order',
  })
})

test('S36 a malformed or oversized frame, a failing disk and a stop end the link with their code', () => {
  for (const [event, code] of [
    [{ type: 'malformed', code: 'malformed', detail: '' }, 'malformed'],
    [{ type: 'malformed', code: 'oversized', detail: '' }, 'oversized'],
    [{ type: 'refused', code: 'storage', detail: 'full' }, 'storage'],
    [{ type: 'stop', code: 'stopping' }, 'stopping'],
  ] as const) {
    const effects = opened().do(event)
    expect(sentBy(effects)).toEqual([expect.objectContaining({ type: 'refuse', code })])
    expect(effects.at(-1)).toMatchObject({ type: 'end', reason: code })
  }
})

test('S91 a question about a fork is passed on, and a link knows the highest version that both sides speak', () => {
  const peer = livePeer({ heads: [head(ours, 3)] })
  const question = { type: 'rungs' as const, log: ours, above: 1, below: 3 }
  expect(peer.hear(question)).toEqual([{ type: 'rungs-asked', question }])
  expect(peer.live.version).toBe(1)
  expect(livePeer({ versions: [1, 2] }).live.version).toBe(1)
  const [left, right] = [new Peer({ versions: [1, 2] }), new Peer({ node: nodeOf('b'), versions: [1, 3] })]
  shakeHands(left, right)
  expect([left.live.version, right.live.version]).toEqual([2, 2])
})

test('S92 a fork of a log that is not held is not remembered, so that a peer cannot fill memory with names', () => {
  const peer = livePeer({ heads: [head(ours, 3)] })
  const invented = logIn('e', streamA)
  for (const log of [ours, invented]) peer.hear({ type: 'fork', log, ladder: [], proof: new Uint8Array() })
  expect([...peer.live.forked]).toEqual([ours])
})
