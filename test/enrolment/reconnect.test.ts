/** Pauses of the uplink, tried out without waiting for them. */
import { expect, test } from 'vitest'
import { afterEnd, nextPause, type Waiting } from '#edge-node/reconnect.ts'
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

const failed = { reason: 'unreachable', liveMilliseconds: 0, retryAfterSeconds: null, retry: true }
const LAST = 0.999999

function pausesAfterFailures(count: number): number[] {
  const pauses: number[] = []
  let waiting: Waiting = { for: 'slot', node: '0'.repeat(32) as NodeId }
  for (let failure = 0; failure < count; failure++) {
    waiting = afterEnd(waiting, failed)
    pauses.push(nextPause(waiting, LAST))
  }
  return pauses
}

test('E15 the bound doubles from base to cap and stays there', () => {
  const pauses = pausesAfterFailures(40)
  expect(pauses.slice(0, 4)).toEqual([999, 1999, 3999, 7999])
  expect(Math.max(...pauses)).toBeLessThan(LIMITS.reconnectCapMilliseconds)
  expect(pauses.at(-1)).toBe(LIMITS.reconnectCapMilliseconds - 1)
})

test('E15 full jitter reaches down to zero', () => {
  expect(nextPause({ for: 'network', failures: 9 }, 0)).toBe(0)
  expect(nextPause({ for: 'network', failures: 9 }, 0.5)).toBe(LIMITS.reconnectCapMilliseconds / 2)
})

test('E15 only a healthy link resets the back-off', () => {
  const before: Waiting = { for: 'network', failures: 7 }
  expect(afterEnd(before, { ...failed, liveMilliseconds: LIMITS.healthyMilliseconds - 1 })).toEqual({
    for: 'network',
    failures: 8,
  })
  expect(afterEnd(before, { ...failed, liveMilliseconds: LIMITS.healthyMilliseconds })).toEqual({
    for: 'network',
    failures: 0,
  })
})

test('E15 the slot after a start spreads the nodes over the whole window, always the same for one node', () => {
  const slotOf = (start: string) => nextPause({ for: 'slot', node: start.padEnd(32, '0') as NodeId }, LAST)
  expect(slotOf('00000000')).toBe(0)
  expect(slotOf('80000000')).toBe(LIMITS.coldSlotMilliseconds / 2)
  expect(slotOf('ffffffff')).toBe(LIMITS.coldSlotMilliseconds - 1)
})

test('E15 a time named by the parent is kept at least', () => {
  const waiting = afterEnd({ for: 'network', failures: 2 }, { ...failed, reason: 'busy', retryAfterSeconds: 30 })
  expect(nextPause(waiting, 0)).toBe(30_000)
  expect(nextPause(waiting, LAST)).toBeLessThan(30_000 + LIMITS.reconnectCapMilliseconds)
})

test('E15 a refusal that only a person can lift is tried again after minutes', () => {
  const waiting = afterEnd({ for: 'network', failures: 0 }, { ...failed, reason: 'revoked', retry: false })
  expect(waiting).toEqual({ for: 'person' })
  expect(nextPause(waiting, 0)).toBe(LIMITS.refusedPauseMilliseconds / 2)
  expect(nextPause(waiting, LAST)).toBeLessThan(LIMITS.refusedPauseMilliseconds)
})
