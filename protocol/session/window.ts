/** The bounds of a link, one object: what may be under way on it at once, in both directions and before it is live. */
import type { StreamId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { type Pace, paceAt, windowBytes } from './pace.ts'

export interface Window {
  /** Sizes in bytes of frames sent and not acknowledged. */
  readonly inFlight: number[]
  /** Whether packs are being read for sending. */
  loading: boolean
  /** Frames received and not yet committed. */
  admitting: number
  /** How fast the peer acknowledges what we send. */
  readonly pace: Pace
}

/** Frames that a peer may have waiting here: it may fill its window again before our acknowledgement reaches it. */
const framesWaiting = (): number => LIMITS.windowFrames * 2

/** Nothing is under way; `rate` in bytes a second as an earlier link with the peer left it, null when it is unknown. */
export const openWindow = (rate: number | null): Window => ({
  inFlight: [],
  loading: false,
  admitting: 0,
  pace: paceAt(rate),
})

/** Whether the next batch may be read and sent: one at a time, and only within the window (S26, S102). */
export function maySend({ inFlight, loading, pace }: Window): boolean {
  const bytes = inFlight.reduce((sum, size) => sum + size, 0)
  return !loading && inFlight.length < LIMITS.windowFrames && bytes < windowBytes(pace)
}

/** Whether one more frame of the peer may wait here (S27). */
export const mayAdmit = ({ admitting }: Window): boolean => admitting < framesWaiting()

/** Whether one more message of a peer that went live first may be kept until this side does (S17). */
export const mayWait = (early: number): boolean => early < framesWaiting()

/** Whether one more log may be remembered of what a peer said of it: its height there or at the root. */
export const mayRemember = (logs: number): boolean => logs < LIMITS.frontierLogs

/** Whether frontiers of streams that are not shared yet may be kept: as much as one frontier may name (S107). */
export function mayKeep(waiting: ReadonlyMap<StreamId, readonly unknown[]>): boolean {
  const kept = [...waiting.values()].reduce((sum, logs) => sum + 1 + logs.length, 0)
  return kept <= LIMITS.frontierLogs
}
