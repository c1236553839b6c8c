/** The receiving half of a connection, shared by the adapters: frames before `listen` are kept, the end is told once. */
import { assert } from '#protocol/assert.ts'
import type { Connection } from '#protocol/engine/ports/identity.ts'
import { LIMITS } from '#protocol/limits.ts'

type Handlers = Parameters<Connection['listen']>[0]

export interface Inbox {
  /** False when too many frames wait for a listener; the connection must then end. */
  deliver(frame: Uint8Array): boolean
  /** Ends the connection on this side; only the first reason counts. */
  end(reason: string): void
  hasEnded(): boolean
  listen(handlers: Handlers): void
}

/** A new inbox; nothing is delivered behind its end. */
export function createInbox(): Inbox {
  let handlers: Handlers | undefined
  let kept: Uint8Array[] = []
  let ending: string | undefined
  return {
    deliver(frame) {
      if (ending !== undefined) return true
      if (handlers) handlers.frame(frame)
      else if (kept.length < LIMITS.unheardFrames) kept.push(frame)
      else return false
      return true
    },
    end(reason) {
      if (ending !== undefined) return
      ending = reason
      handlers?.closed(reason)
    },
    hasEnded: () => ending !== undefined,
    listen(given) {
      assert(handlers === undefined, 'a connection has one listener')
      handlers = given
      const frames = kept
      kept = []
      for (const frame of frames) handlers.frame(frame)
      if (ending !== undefined) handlers.closed(ending)
    },
  }
}
