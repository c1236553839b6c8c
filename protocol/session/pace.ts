/** How fast a link carries entries, measured by acknowledgements: what a frame and what the window may hold. */
import { LIMITS } from '#protocol/limits.ts'

export interface Pace {
  /** Bytes a second that the link was seen to carry; null before the first acknowledgement. */
  rate: number | null
  /** When the stretch of time began over which the rate is measured: frames were under way all the time since. */
  since: number
  /** Bytes acknowledged in that stretch, and when the last of them were. */
  bytes: number
  last: number
}

/** Beyond this the window holds its largest number of bytes; a faster link needs no more. */
const fastest = (): number => LIMITS.windowBytes / (LIMITS.windowMilliseconds / 1000)
/** First frames that may be under way: a county that comes back at once has little to say and much to wait for. */
export const FIRST_FRAMES = 3
/** A link begins no faster than this, whatever the last one carried: it may lead over another line. */
const fastestBeginning = (): number => (2 * LIMITS.firstFrameBytes) / (LIMITS.frameMilliseconds / 1000)
/** Below this frames get no smaller. */
const slowest = (): number => LIMITS.leastFrameBytes / (LIMITS.frameMilliseconds / 1000)
/** An acknowledgement that comes sooner says no more than that the link is fast. */
const SHORTEST_MILLISECONDS = 20
/** A stretch this long counts half from then on, so that a link that changes is followed. */
const stretchMilliseconds = (): number => 2 * LIMITS.frameMilliseconds

/** The pace of a new link, given the rate of an earlier one with the same peer; null when there was none. */
export const paceAt = (rate: number | null): Pace => ({
  rate: rate === null ? null : Math.min(rate, fastestBeginning()),
  since: 0,
  bytes: 0,
  last: 0,
})

/** Frames were sent on a link on which nothing was under way. */
export function beginStretch(pace: Pace, now: number): void {
  pace.since = now
  pace.bytes = 0
  pace.last = now
}

/** Frames of so many bytes were acknowledged. */
export function measure(pace: Pace, now: number, bytes: number): void {
  if (now > pace.last && pace.last - pace.since > stretchMilliseconds()) {
    pace.since = (pace.since + pace.last) / 2
    pace.bytes /= 2
  }
  pace.last = now
  const elapsed = Math.max(now - pace.since, SHORTEST_MILLISECONDS)
  pace.bytes += bytes
  const seen = (pace.bytes * 1000) / elapsed
  if (pace.rate === null || seen > pace.rate) pace.rate = bounded(seen)
  // Few bytes on an idle link say how far the other side is, not how slow the link.
  else if (pace.bytes >= frameBytes(pace) / 2) pace.rate = bounded(Math.max(seen, pace.rate / 2))
}

const bounded = (rate: number): number => Math.min(fastest(), Math.max(slowest(), rate))

/** The rate to begin the next link with: half of it when this one ended with frames under way. */
export function rateAfter({ rate }: Pace, underWay: boolean): number | null {
  return underWay ? bounded((rate ?? 0) / 2) : rate
}

/** Bytes of the next frame: what the link carries in {@link LIMITS.frameMilliseconds} (S101). */
export function frameBytes({ rate }: Pace): number {
  if (rate === null) return LIMITS.firstFrameBytes
  const bytes = Math.floor((rate * LIMITS.frameMilliseconds) / 1000)
  return Math.min(LIMITS.frameBytes, Math.max(LIMITS.leastFrameBytes, bytes))
}

/** Bytes that may be under way: about two and a half frames, and on a fast link all that the window holds (S102). */
export function windowBytes({ rate }: Pace): number {
  if (rate === null) return FIRST_FRAMES * LIMITS.firstFrameBytes
  return Math.min(LIMITS.windowBytes, Math.floor((rate * LIMITS.windowMilliseconds) / 1000))
}
