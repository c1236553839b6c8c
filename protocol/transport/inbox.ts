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
  /** Bytes of all frames delivered so far. */
  received(): number
  /** Keeps what is delivered from now on until {@link Inbox.resume}; the adapter must stop reading as well. */
  pause(): void
  resume(): void
  listen(handlers: Handlers): void
}

/** A new inbox; nothing is delivered behind its end. */
export function createInbox(): Inbox {
  let handlers: Handlers | undefined
  let kept: Uint8Array[] = []
  let ending: string | undefined
  let told = false
  let paused = false
  let bytes = 0
  const tellEnd = (reason: string) => {
    if (told) return
    told = true
    handlers?.closed(reason)
  }
  const handOn = () => {
    while (handlers && !paused && kept.length > 0) handlers.frame(kept.shift() as Uint8Array)
    if (handlers && ending !== undefined && kept.length === 0) tellEnd(ending)
  }
  return {
    deliver(frame) {
      if (ending !== undefined) return true
      bytes += frame.length
      if (handlers && !paused && kept.length === 0) handlers.frame(frame)
      else if (handlers) kept.push(frame)
      else if (kept.length < LIMITS.unheardFrames) kept.push(frame)
      else return false
      return true
    },
    end(reason) {
      if (ending !== undefined) return
      ending = reason
      if (!handlers || (paused && kept.length > 0)) return // what came before the end is heard before it
      kept = []
      tellEnd(reason)
    },
    hasEnded: () => ending !== undefined,
    received: () => bytes,
    pause() {
      paused = true
    },
    resume() {
      paused = false
      handOn()
    },
    listen(given) {
      assert(handlers === undefined, 'a connection has one listener')
      handlers = given
      handOn()
    },
  }
}
