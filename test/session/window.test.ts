/** The bounds of a link: what may be under way on it at once. */
import { expect, test } from 'vitest'
import { LIMITS } from '#protocol/limits.ts'
import { mayAdmit, mayRemember, maySend, mayWait, openWindow } from '#protocol/session/window.ts'

test('S26 one batch is read at a time, and only while fewer frames and bytes than the window are under way', () => {
  const window = openWindow(null)
  window.pace.rate = LIMITS.windowBytes
  expect(maySend(window)).toBe(true)
  window.loading = true
  expect(maySend(window)).toBe(false)
  window.loading = false
  window.inFlight.push(...new Array(LIMITS.windowFrames - 1).fill(1))
  expect(maySend(window)).toBe(true)
  window.inFlight.push(1)
  expect(maySend(window)).toBe(false)
  expect(maySend({ ...window, inFlight: [LIMITS.windowBytes - 1] })).toBe(true)
  expect(maySend({ ...window, inFlight: [LIMITS.windowBytes] })).toBe(false)
})

test('S102 on a link of unknown rate three first frames are under way, then it waits', () => {
  const most = LIMITS.firstFrameBytes * 3
  expect([most - 1, most].map((bytes) => maySend({ ...openWindow(null), inFlight: [bytes] }))).toEqual([true, false])
})

test('S17 S27 twice the window may wait here, before the link is live and after', () => {
  const most = LIMITS.windowFrames * 2
  expect([most - 1, most].map((admitting) => mayAdmit({ ...openWindow(null), admitting }))).toEqual([true, false])
  expect([most - 1, most].map(mayWait)).toEqual([true, false])
})

test('W5 heights told meanwhile are remembered for as many logs as a frontier may name', () => {
  expect([LIMITS.frontierLogs - 1, LIMITS.frontierLogs].map(mayRemember)).toEqual([true, false])
})
