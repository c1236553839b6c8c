/** How many frames a peer may send beside its work: each costs as much as a message, however little is in it. */
import { LIMITS } from '#protocol/limits.ts'

export interface FrameBound {
  /** A message came; answers why the connection must end, if it must. */
  message(): string | undefined
  /** A ping or a pong came; likewise. */
  control(): string | undefined
}

/**
 * Counts the frames of a connection from its beginning.
 * @param isStranger whether the peer has not proved its key yet: then few frames of any kind may come
 * @param elapsed milliseconds of a clock that nobody sets
 */
export function createFrameBound(isStranger: () => boolean, elapsed: () => number): FrameBound {
  let frames = 0
  let controls = { count: 0, since: elapsed() }
  const message = () => {
    frames += 1
    return frames > LIMITS.unprovedFrames && isStranger() ? 'too-many-frames' : undefined
  }
  return {
    message,
    control() {
      const now = elapsed()
      if (now - controls.since > LIMITS.heartbeatMilliseconds) controls = { count: 0, since: now }
      controls.count += 1
      return controls.count > LIMITS.controlFrames ? 'too-many-control-frames' : message()
    },
  }
}
