/** What all links of a node may take up together, and what each may have under work: beyond it nothing is read, nobody refused. */
import { LIMITS } from '#protocol/limits.ts'
import type { Host } from '../ports/host.ts'

/** Pieces of work that one peer's messages may have under way here; with as many frames as it may have waiting it is full. */
const mostTasks = (): number => LIMITS.windowFrames * 2

export interface LinkBudget {
  /** Whether one more link from below can be served now beside so many proved ones; else it is told to come back. */
  admits(proved: number): boolean
  /** The share of one link; `turned` is told when it becomes full, and when it no longer is. */
  share(turned: (isFull: boolean) => void): LinkShare
}

export interface LinkShare {
  /** Whether nothing more should be read from the peer now. */
  readonly isFull: boolean
  /**
   * Works on a frame as soon as there is room for the most it can unpack to; frames of a link keep their order. The work
   * says what it really takes as soon as it knows.
   */
  unpacked<Value>(work: (takes: (bytes: number) => void) => Promise<Value>): Promise<Value>
  /** Counts a piece of work that the peer asked for until it is done. */
  during(work: Promise<unknown>): void
  /** Nothing more is read from the peer, and none of its frames begun, for so long. */
  rest(milliseconds: number): void
}

interface Share {
  /** Unpacked bytes of this link that are not committed yet. */
  bytes: number
  waiting: number
  tasks: number
  /** Rests that are not over. */
  rests: number
}

interface Waiter {
  readonly share: Share
  begin(): void
}

/** An empty budget within {@link LIMITS.links}, {@link LIMITS.admissionQueueBytes} and {@link LIMITS.linkQueueBytes}. */
export function createLinkBudget(after: Host['after']): LinkBudget {
  const waiters: Waiter[] = []
  let bytes = 0
  const hasRoom = () => bytes + LIMITS.unpackedFrameBytes <= LIMITS.admissionQueueBytes
  const mayBegin = (share: Share) =>
    share.rests === 0 && hasRoom() && share.bytes + LIMITS.unpackedFrameBytes <= LIMITS.linkQueueBytes
  const add = (share: Share, more: number) => {
    bytes += more
    share.bytes += more
  }
  /** Begins what there is room for, in the order in which it came. */
  let beginning = false
  const beginWaiting = () => {
    if (beginning) return // what begins may give room back at once: the round that goes on sees it
    beginning = true
    for (let index = 0; index < waiters.length && hasRoom(); ) {
      const { share, begin } = waiters[index] as Waiter
      if (!mayBegin(share)) {
        index += 1
        continue
      }
      waiters.splice(index, 1)
      share.waiting -= 1
      begin()
      index = 0
    }
    beginning = false
  }
  const hold = async <Value>(share: Share, work: (takes: (bytes: number) => void) => Promise<Value>) => {
    let held: number = LIMITS.unpackedFrameBytes
    add(share, held)
    const takes = (real: number) => {
      add(share, real - held)
      held = real
      beginWaiting()
    }
    try {
      return await work(takes)
    } finally {
      takes(0)
    }
  }
  return {
    admits: (proved) => proved < LIMITS.links && hasRoom(),
    share: (turned) => {
      const share: Share = { bytes: 0, waiting: 0, tasks: 0, rests: 0 }
      let wasFull = false
      const isFull = () => share.waiting > 0 || share.tasks > mostTasks() || share.rests > 0
      const look = () => {
        if (isFull() === wasFull) return
        wasFull = !wasFull
        turned(wasFull)
      }
      return {
        get isFull() {
          return isFull()
        },
        unpacked(work) {
          if (share.waiting === 0 && mayBegin(share)) return hold(share, work)
          share.waiting += 1
          look()
          return new Promise((resolve, reject) => {
            const begin = () => {
              hold(share, work).then(resolve, reject)
              look()
            }
            waiters.push({ share, begin })
          })
        },
        rest(milliseconds) {
          share.rests += 1
          look()
          after(milliseconds, () => {
            share.rests -= 1
            look()
            beginWaiting()
          })
        },
        during(work) {
          share.tasks += 1
          look()
          const done = () => {
            share.tasks -= 1
            look()
          }
          work.then(done, done)
        },
      }
    },
  }
}
