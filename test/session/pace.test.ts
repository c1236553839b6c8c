/** How frames and window follow the rate of a link, tried out on lines in virtual time. */
import { expect, test } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'
import {
  beginStretch,
  FIRST_FRAMES,
  frameBytes,
  measure,
  type Pace,
  paceAt,
  rateAfter,
  windowBytes,
} from '#protocol/session/pace.ts'

interface VirtualLine {
  readonly bytesPerSecond: number
  readonly roundTrip: number
}

/** A side with more to send than the line can carry, for some virtual time: the sizes of its frames, and the most under way. */
function send(pace: Pace, line: VirtualLine, milliseconds: number, start = 1_000_000) {
  const flying: { size: number; acknowledged: number }[] = []
  const sizes: number[] = []
  let now = start
  let free = start
  let most = 0
  const underWay = () => flying.reduce((sum, { size }) => sum + size, 0)
  while (now < start + milliseconds) {
    while (underWay() < windowBytes(pace) && flying.length < LIMITS.windowFrames) {
      if (flying.length === 0) beginStretch(pace, now)
      const size = frameBytes(pace)
      free = Math.max(free, now) + (size * 1000) / line.bytesPerSecond
      flying.push({ size, acknowledged: free + line.roundTrip })
      sizes.push(size)
    }
    most = Math.max(most, underWay())
    const next = flying.shift()
    if (!next) break
    now = Math.max(now, next.acknowledged)
    measure(pace, now, next.size)
  }
  return { sizes, most, seconds: (size: number) => size / line.bytesPerSecond }
}

const modem = { bytesPerSecond: 2_000, roundTrip: 2_000 }
const wide = { bytesPerSecond: 10_000_000, roundTrip: 5 }

test('S101 a frame takes about five seconds of a slow line, and the first one is small', () => {
  const { sizes, seconds } = send(paceAt(null), modem, 120_000)
  expect(sizes[0]).toBe(LIMITS.firstFrameBytes)
  for (const size of sizes.slice(FIRST_FRAMES))
    expect(seconds(size)).toBeLessThanOrEqual(1.2 * (LIMITS.frameMilliseconds / 1000))
  expect(seconds(sizes.at(-1) ?? 0)).toBeGreaterThan(0.7 * (LIMITS.frameMilliseconds / 1000))
})

test('S101 on a fast line the second batch is as large as a frame may be', () => {
  const pace = paceAt(null)
  expect(send(pace, wide, 50).sizes.at(-1)).toBe(LIMITS.frameBytes)
  expect(windowBytes(pace)).toBe(LIMITS.windowBytes)
})

test('S101 a line that becomes slow, or fast again, is followed', () => {
  const pace = paceAt(null)
  send(pace, wide, 1_000)
  const slowed = send(pace, modem, 1_500_000, 2_000_000)
  expect(slowed.seconds(slowed.sizes.at(-1) ?? 0)).toBeLessThan(1.3 * (LIMITS.frameMilliseconds / 1000))
  expect(send(pace, wide, 60_000, 5_000_000).sizes.at(-1)).toBe(LIMITS.frameBytes)
})

test('S101 single acts on an idle line do not make a fast link look slow', () => {
  const pace = paceAt(null)
  send(pace, wide, 1_000)
  for (let act = 0; act < 100; act++) {
    beginStretch(pace, act * 10_000)
    measure(pace, act * 10_000 + 900, 500)
  }
  expect(frameBytes(pace)).toBe(LIMITS.frameBytes)
})

test('S101 acknowledgements that come together after a silence do not make a slow line look fast', () => {
  const pace = paceAt(2_000)
  beginStretch(pace, 0)
  for (let frame = 0; frame < 3; frame++) measure(pace, 16_000, 10_000)
  expect(pace.rate).toBeLessThanOrEqual(2_000)
})

test('S102 about two and a half frames are under way, so that what is new waits seconds and not minutes', () => {
  const pace = paceAt(null)
  send(pace, modem, 30_000)
  const { most, seconds } = send(pace, modem, 300_000, 2_000_000)
  expect(seconds(most)).toBeLessThanOrEqual((LIMITS.windowMilliseconds + LIMITS.frameMilliseconds) / 1000)
  expect(seconds(most)).toBeGreaterThan(modem.roundTrip / 1000)
})

test('S103 the next link begins at the rate of the last one, at half of it when that ended with frames under way', () => {
  const pace = paceAt(null)
  send(pace, modem, 60_000)
  expect(rateAfter(pace, false)).toBe(pace.rate)
  expect(frameBytes(paceAt(rateAfter(pace, true)))).toBeCloseTo(frameBytes(pace) / 2, -1)
  expect(frameBytes(paceAt(rateAfter(paceAt(null), true)))).toBe(LIMITS.leastFrameBytes)
  expect(rateAfter(paceAt(null), false)).toBeNull()
  // The next link may lead over another line: it must show that it is fast.
  send(pace, wide, 60_000, 2_000_000)
  expect(frameBytes(paceAt(rateAfter(pace, false)))).toBe(2 * LIMITS.firstFrameBytes)
})
