/** Long work in pieces, between which everybody else has a turn. */
import type { Host } from '../ports/host.ts'

/** Hashes read from the disk in one piece: each reads and hashes a whole pack, about a millisecond. */
const READS = 8

/** Called behind every read from the disk; after some of them it waits one turn of the event loop. */
export type Pieces = () => Promise<void>

/** Begins to count reads. */
export function inPieces({ after }: Pick<Host, 'after'>): Pieces {
  let reads = 0
  return async () => {
    reads += 1
    if (reads % READS === 0) await new Promise<void>((resolve) => void after(0, resolve))
  }
}
