/** What one turn measures of whoever takes part, the product or a peer, and how its processes are started and ended. */
import type { Bench } from '../scenario.ts'
import type { Worker } from '../worker-port.ts'

/** The way up, what outlives the server's end at the acknowledgement, the way down, and a link that has nothing to do. */
export interface Turn {
  /** From the client's call to the acknowledgement of everything it wrote offline. */
  readonly up_ms: number
  readonly up_bytes: number
  readonly up_server_cpu_ms: number
  readonly up_client_cpu_ms: number
  /** Acknowledged entries that the server no longer has after it was killed at the last acknowledgement. */
  readonly lost_entries: number
  /** From the call of an empty client until it has everything. */
  readonly down_ms: number
  readonly down_bytes: number
  /** Of a link between a client and a server that have the same. */
  readonly unchanged_bytes: number
}

export type StartWorker = (role: string) => Worker

/** No part of a peer's measuring takes longer, or it is not measured. */
const BOUND_SECONDS = 120

/** Fails when some work is not over within the bound; the work itself is ended by whoever started it. */
export async function within<Value>(work: Promise<Value>): Promise<Value> {
  const bound = Promise.withResolvers<never>()
  const timer = setTimeout(() => bound.reject(new Error(`not within ${BOUND_SECONDS} s`)), BOUND_SECONDS * 1_000)
  try {
    return await Promise.race([work, bound.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Lets some work start as many workers as it needs, and stops all of them, whatever happens. */
export async function usingWorkers<Value>(bench: Bench, use: (start: StartWorker) => Promise<Value>): Promise<Value> {
  const workers: Worker[] = []
  let isOver = false
  const start = (role: string) => {
    if (isOver) throw new Error('nothing is started behind the bound')
    const worker = bench.start(role)
    workers.push(worker)
    return worker
  }
  try {
    return await use(start)
  } finally {
    isOver = true
    await Promise.all(workers.map((worker) => worker.stop()))
  }
}

/** The same for work that may last no longer than the bound. */
export const workersWithin = <Value>(bench: Bench, use: (start: StartWorker) => Promise<Value>): Promise<Value> =>
  usingWorkers(bench, (start) => within(use(start)))

/** What some work adds to a count. */
export async function added(count: () => Promise<number>, work: () => Promise<unknown>): Promise<number> {
  const before = await count()
  await work()
  return (await count()) - before
}
