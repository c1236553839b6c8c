/** The bounds of a link, one object: what may be under way on it at once, in both directions and before it is live. */
import { LIMITS } from '#protocol/limits.ts'

export interface Window {
  /** Sizes in bytes of frames sent and not acknowledged. */
  readonly inFlight: number[]
  /** Whether packs are being read for sending. */
  loading: boolean
  /** Frames received and not yet committed. */
  admitting: number
}

/** Frames that a peer may have waiting here: it may fill its window again before our acknowledgement reaches it. */
const FRAMES_WAITING = LIMITS.windowFrames * 2

/** Nothing is under way. */
export const openWindow = (): Window => ({ inFlight: [], loading: false, admitting: 0 })

/** Whether the next batch may be read and sent: one at a time, and only within the window (S26). */
export function maySend({ inFlight, loading }: Window): boolean {
  const bytes = inFlight.reduce((sum, size) => sum + size, 0)
  return !loading && inFlight.length < LIMITS.windowFrames && bytes < LIMITS.windowBytes
}

/** Whether one more frame of the peer may wait here (S27). */
export const mayAdmit = ({ admitting }: Window): boolean => admitting < FRAMES_WAITING

/** Whether one more message of a peer that went live first may be kept until this side does (S17). */
export const mayWait = (early: number): boolean => early < FRAMES_WAITING

/** Whether one more height at the root may be remembered while an older frontier waits. */
export const mayRemember = (heights: number): boolean => heights < LIMITS.frontierLogs
