/** What all links of a node may take up together: their number, and the bytes that wait for the write queue. */
import { LIMITS } from '#protocol/limits.ts'

export interface LinkBudget {
  /** Whether one more link from below can be served now; else it is told to come back. */
  admits(links: number): boolean
  /** Counts bytes as waiting while the work goes on. */
  during<Value>(bytes: number, work: () => Promise<Value>): Promise<Value>
}

/** An empty budget within {@link LIMITS.links} and {@link LIMITS.admissionQueueBytes}. */
export function createLinkBudget(): LinkBudget {
  let waiting = 0
  return {
    admits: (links) => links < LIMITS.links && waiting <= LIMITS.admissionQueueBytes,
    async during(bytes, work) {
      waiting += bytes
      try {
        return await work()
      } finally {
        waiting -= bytes
      }
    },
  }
}
