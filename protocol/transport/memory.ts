/** Two connected ends in one process, for tests and the simulation; a scheduler decides when a frame arrives. */
import type { Connection } from '#protocol/engine/ports/identity.ts'
import { MESSAGE_BYTES } from '#protocol/limits.ts'
import { createInbox, type Inbox } from './inbox.ts'

/** Runs a delivery later; deliveries of one pair run in the order they were given. */
export type Schedule = (deliver: () => void) => void

interface End extends Connection {
  readonly inbox: Inbox
}

/** A pair of connected ends: what one sends the other receives. */
export function memoryPair(schedule: Schedule): readonly [Connection, Connection] {
  const left: End = createEnd(() => right, schedule)
  const right: End = createEnd(() => left, schedule)
  return [left, right]
}

function createEnd(other: () => End, schedule: Schedule): End {
  const inbox = createInbox()
  const close = (reason: string) => {
    if (inbox.hasEnded()) return
    inbox.end(reason)
    schedule(() => other().inbox.end(reason))
  }
  return {
    inbox,
    send(frame) {
      if (inbox.hasEnded()) return
      if (frame.length > MESSAGE_BYTES) return close('frame-too-large')
      schedule(() => {
        if (!other().inbox.deliver(frame)) other().close('nobody-listens')
      })
    },
    received: inbox.received,
    pause: inbox.pause,
    resume: inbox.resume,
    close,
    listen: inbox.listen,
  }
}
