/** Virtual time: callbacks in the order of their time; every turn ends only when all promises have settled. */

export interface Timeline {
  /** Virtual milliseconds since the run began. */
  readonly now: number
  /** Calls back once; returns a function that cancels. */
  after(milliseconds: number, callback: () => void): () => void
  /** Runs everything up to a virtual time, or until the condition holds after a turn. */
  run(until: number, stop?: () => boolean): Promise<void>
  /** Lets time pass until a promise has settled; fails when nothing is left to happen or after a virtual hour. */
  until<Of>(work: Promise<Of>): Promise<Of>
  /** Real work, such as opening a file, for which virtual time stands still. */
  hold<Of>(work: Promise<Of>): Promise<Of>
}

interface Waiting {
  readonly at: number
  readonly order: number
  readonly callback: () => void
  cancelled: boolean
}

const isBefore = (left: Waiting, right: Waiting) =>
  left.at < right.at || (left.at === right.at && left.order < right.order)

/** A queue by time (binary heap). */
class Agenda {
  readonly #heap: Waiting[] = []

  peek(): Waiting | undefined {
    return this.#heap[0]
  }

  push(waiting: Waiting): void {
    const heap = this.#heap
    let place = heap.push(waiting) - 1
    while (place > 0) {
      const above = (place - 1) >>> 1
      if (!isBefore(waiting, heap[above] as Waiting)) break
      heap[place] = heap[above] as Waiting
      place = above
    }
    heap[place] = waiting
  }

  pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (!last || heap.length === 0) return
    let place = 0
    for (;;) {
      let below = place * 2 + 1
      if (below >= heap.length) break
      const right = heap[below + 1]
      if (right && isBefore(right, heap[below] as Waiting)) below += 1
      if (!isBefore(heap[below] as Waiting, last)) break
      heap[place] = heap[below] as Waiting
      place = below
    }
    heap[place] = last
  }
}

const HOUR = 3_600_000

/** Everything under test is promises over memory: one turn of the event loop settles all of them. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Time at zero. */
export function createTimeline(): Timeline {
  const agenda = new Agenda()
  let now = 0
  let order = 0
  let held = 0
  const settled = async () => {
    do await turn()
    while (held > 0)
  }
  const timeline: Timeline = {
    get now() {
      return now
    },
    after(milliseconds, callback) {
      const waiting: Waiting = { at: now + Math.max(0, milliseconds), order: order++, callback, cancelled: false }
      agenda.push(waiting)
      return () => {
        waiting.cancelled = true
      }
    },
    async run(until, stop) {
      await settled()
      if (stop?.()) return
      for (let next = agenda.peek(); next && next.at <= until; next = agenda.peek()) {
        agenda.pop()
        if (next.cancelled) continue
        now = next.at
        next.callback()
        await settled()
        if (stop?.()) return
      }
      if (!stop?.()) now = Math.max(now, until)
    },
    async until(work) {
      let done = false
      const finish = () => {
        done = true
      }
      work.then(finish, finish)
      await timeline.run(now + HOUR, () => done)
      if (!done) throw new Error('a promise is never settled')
      return work
    },
    async hold(work) {
      held += 1
      try {
        return await work
      } finally {
        held -= 1
      }
    },
  }
  return timeline
}
