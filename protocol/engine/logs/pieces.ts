/** Long work in pieces, between which everybody else has a turn. */
import type { Host } from '../ports/host.ts'

/** Hashes read from the disk in one piece: each reads and hashes a whole pack, about a millisecond. */
const READS = 8

/** Called behind every step, or some of them at once; after so many it waits one turn of the event loop. */
export type Pieces = (steps?: number) => Promise<void>

/** Begins to count steps; when nothing else is said, each is a read from the disk. */
export function inPieces({ after }: Pick<Host, 'after'>, most = READS): Pieces {
  let done = 0
  return async (steps = 1) => {
    done += steps
    if (done < most) return
    done = 0
    await new Promise<void>((resolve) => void after(0, resolve))
  }
}
