/** What all links of a node may take up together, and what each may have under work: beyond it nothing is read, nobody refused. */
import type { NodeId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Host } from '../ports/host.ts'
import { createPeerRests, type PeerRests } from './peer-rests.ts'

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
   * Works on a frame of a peer as soon as the peer does not rest and there is room for the most it can unpack to; frames of
   * a link keep their order. The work says what it really takes as soon as it knows.
   */
  unpacked<Value>(peer: NodeId, work: Work<Value>): Promise<Value>
  /** Counts a piece of work that the peer asked for until it is done. */
  during(work: Promise<unknown>): void
  /** Nothing more is read from the link, and no frame of its peer begun, for so long; then one after each rest ({@link PeerRests}). */
  rest(peer: NodeId, milliseconds: number): void
  /** The link has ended: what waits for its peer's rest is let go, and comes again on the next link. */
  end(): void
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
  readonly peer: NodeId
  begin(): void
}

type Work<Value> = (takes: (bytes: number) => void) => Promise<Value>

/** Frames of all links, in the order in which they came. */
interface Line {
  hasRoom(): boolean
  mayBegin(share: Share, peer: NodeId): boolean
  /** Works on a frame that may begin. */
  hold<Value>(share: Share, peer: NodeId, work: Work<Value>): Promise<Value>
  /** Begins a frame when it may; the share counts it as waiting until then. */
  wait(waiter: Waiter): void
  rest: PeerRests['rest']
  letGo(share: Share): void
}

function createLine(after: Host['after']): Line {
  const waiters: Waiter[] = []
  let bytes = 0
  const hasRoom = () => bytes + LIMITS.unpackedFrameBytes <= LIMITS.admissionQueueBytes
  const mayBegin = (share: Share, peer: NodeId) =>
    rests.mayBegin(peer) && hasRoom() && share.bytes + LIMITS.unpackedFrameBytes <= LIMITS.linkQueueBytes
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
      const { share, peer, begin } = waiters[index] as Waiter
      if (!mayBegin(share, peer)) {
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
  const rests = createPeerRests(after, beginWaiting)
  const hold = async <Value>(share: Share, peer: NodeId, work: Work<Value>) => {
    const done = rests.begin(peer)
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
      done()
      takes(0)
    }
  }
  const letGo = (share: Share) => {
    const isHeld = (waiter: Waiter) => waiter.share === share && !rests.mayBegin(waiter.peer)
    for (const waiter of waiters.filter(isHeld)) waiters.splice(waiters.indexOf(waiter), 1)
  }
  return { hasRoom, mayBegin, hold, wait: (waiter) => void waiters.push(waiter), rest: rests.rest, letGo }
}

function shareOf(line: Line, turned: (isFull: boolean) => void): LinkShare {
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
    unpacked(peer, work) {
      if (share.waiting === 0 && line.mayBegin(share, peer)) return line.hold(share, peer, work)
      share.waiting += 1
      look()
      return new Promise((resolve, reject) => {
        const begin = () => {
          line.hold(share, peer, work).then(resolve, reject)
          look()
        }
        line.wait({ share, peer, begin })
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
    rest(peer, milliseconds) {
      share.rests += 1
      look()
      line.rest(peer, milliseconds, () => {
        share.rests -= 1
        look()
      })
    },
    end: () => line.letGo(share),
  }
}

/** An empty budget within {@link LIMITS.links}, {@link LIMITS.admissionQueueBytes} and {@link LIMITS.linkQueueBytes}. */
export function createLinkBudget(after: Host['after']): LinkBudget {
  const line = createLine(after)
  return {
    admits: (proved) => proved < LIMITS.links && line.hasRoom(),
    share: (turned) => shareOf(line, turned),
  }
}
