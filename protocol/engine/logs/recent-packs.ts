/** The packs committed last, kept in memory so that passing them on reads nothing from the disk. */
import type { StoredPack } from '../ports/storage.ts'

/** Bytes and number of packs kept: a few frames for each direction. */
const RECENT_BYTES = 4 * 1024 * 1024
const RECENT_PACKS = 512

export interface RecentPacks {
  /** Remembers packs that were just committed. */
  add(packs: readonly StoredPack[]): void
  /** Forgets all: a cut has changed their runs on the disk. */
  clear(): void
  /** Packs behind an arrival number, about so many bytes; undefined when not all of them are here. */
  after(arrival: number, aboutBytes: number): readonly StoredPack[] | undefined
}

/** Opens an empty memory; what is in it has no gaps. */
export function createRecentPacks(): RecentPacks {
  const packs: StoredPack[] = []
  let bytes = 0
  return {
    add(committed) {
      for (const pack of committed) {
        packs.push(pack)
        bytes += pack.bytes.length
      }
      while (bytes > RECENT_BYTES || packs.length > RECENT_PACKS) bytes -= packs.shift()?.bytes.length ?? bytes
    },
    clear() {
      packs.length = 0
      bytes = 0
    },
    after(arrival, aboutBytes) {
      const oldest = packs[0]
      if (!oldest || oldest.arrival > arrival + 1) return undefined
      const chosen: StoredPack[] = []
      let sum = 0
      for (const pack of packs) {
        if (pack.arrival <= arrival) continue
        chosen.push(pack)
        sum += pack.bytes.length
        if (sum >= aboutBytes) break
      }
      return chosen
    },
  }
}
