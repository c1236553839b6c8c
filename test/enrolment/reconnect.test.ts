/** Pauses of the uplink, tried out without waiting for them. */
import { expect, test } from 'vitest'
import { afterEnd, nextPause, type Waiting } from '#edge-node/reconnect.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

const failed = { reason: 'unreachable', liveMilliseconds: 0, retryAfterSeconds: null, retry: true }
const LAST = 0.999999
const LOST_AT = 1_000_000_000
const lost: Waiting = { for: 'network', lostAt: LOST_AT, longest: 60_000 }

/** Bounds of the pauses of a node that nobody answers, each pause as long as it can be. */
function pausesAfterFailures(count: number, random: number): number[] {
  const pauses: number[] = []
  let waiting: Waiting = { for: 'slot', node: '0'.repeat(32) as NodeId }
  let now = LOST_AT
  for (let failure = 0; failure < count; failure++) {
    waiting = afterEnd(waiting, failed, now)
    pauses.push(nextPause(waiting, random))
    now += pauses.at(-1) ?? 0
  }
  return pauses
}

test('E15 a pause is at most half of the time since the parent was lost, two seconds at least and the cap at most', () => {
  const pauses = pausesAfterFailures(40, LAST)
  expect(pauses.slice(0, 4)).toEqual([1_999, 1_999, 1_999, 2_998])
  expect(pauses.at(-1)).toBe(LIMITS.reconnectCapMilliseconds - 1)
  for (const outage of [5_000, 15_000, 60_000]) {
    expect(nextPause(afterEnd(lost, failed, LOST_AT + outage), LAST)).toBeLessThanOrEqual(outage / 2)
  }
})

test('E15 full jitter reaches down to zero', () => {
  expect(nextPause(lost, 0)).toBe(0)
  expect(nextPause(lost, 0.5)).toBe(30_000)
})

test('E15 short outages stay short: however the dice fall, a node is back before the outage has lasted half as long again', () => {
  for (const random of [0.1, 0.5, 0.9, LAST]) {
    for (const outage of [1_500, 15_000, 40_000]) {
      let since = 0
      for (const pause of pausesAfterFailures(200, random)) {
        since += pause
        if (since >= outage) break
      }
      expect(since).toBeLessThanOrEqual(Math.max(1.5 * outage, outage + LIMITS.reconnectBaseMilliseconds))
    }
  }
})

test('E15 a link that was live, or a parent that said it stops, begins anew; a refusal does not before the link was healthy', () => {
  const now = LOST_AT + 600_000
  const longestAfter = (end: Partial<typeof failed>) => {
    const waiting = afterEnd(lost, { ...failed, ...end }, now)
    return waiting.for === 'network' ? waiting.longest : undefined
  }
  for (const reason of ['closed', 'silent', 'stopping']) {
    expect(longestAfter({ reason, liveMilliseconds: 1 })).toBe(LIMITS.reconnectBaseMilliseconds)
  }
  expect(longestAfter({ reason: 'stopping' })).toBe(LIMITS.reconnectBaseMilliseconds)
  expect(longestAfter({ reason: 'closed' })).toBe(LIMITS.reconnectCapMilliseconds)
  const refused = { reason: 'storage', liveMilliseconds: LIMITS.healthyMilliseconds - 1 }
  expect(longestAfter(refused)).toBe(LIMITS.reconnectCapMilliseconds)
  expect(longestAfter({ ...refused, liveMilliseconds: LIMITS.healthyMilliseconds })).toBe(
    LIMITS.reconnectBaseMilliseconds,
  )
})

test('E15 the slot after a start spreads the nodes over the whole window, always the same for one node', () => {
  const slotOf = (start: string) => nextPause({ for: 'slot', node: start.padEnd(32, '0') as NodeId }, LAST)
  expect(slotOf('00000000')).toBe(0)
  expect(slotOf('80000000')).toBe(LIMITS.coldSlotMilliseconds / 2)
  expect(slotOf('ffffffff')).toBe(LIMITS.coldSlotMilliseconds - 1)
})

test('E15 a time named by the parent is kept at least', () => {
  const waiting = afterEnd(lost, { ...failed, reason: 'busy', retryAfterSeconds: 30 }, LOST_AT + 8_000)
  expect(nextPause(waiting, 0)).toBe(30_000)
  expect(nextPause(waiting, LAST)).toBeLessThan(30_000 + LIMITS.reconnectCapMilliseconds)
})

test('E15 a refusal that only a person can lift is tried again after minutes', () => {
  const waiting = afterEnd(lost, { ...failed, reason: 'revoked', retry: false }, LOST_AT)
  expect(waiting).toEqual({ for: 'person' })
  expect(nextPause(waiting, 0)).toBe(LIMITS.refusedPauseMilliseconds / 2)
  expect(nextPause(waiting, LAST)).toBeLessThan(LIMITS.refusedPauseMilliseconds)
})
