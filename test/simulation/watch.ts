/** What passes over a link, counted on the wire and not asked of the engine: windows, overhead, what is sent again. */
import { logParts } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { decodePack, type PackedRecord, splitPacks } from '#protocol/log/pack.ts'
import { decodeMessage } from '#protocol/wire/codec.ts'

export type Side = 'up' | 'down'

export const otherSide = { up: 'down', down: 'up' } as const

/** Looks at a whole link. */
export interface Watch {
  /** A frame leaves one side. */
  sent(side: Side, frame: Uint8Array): void
  /** A frame of one side arrives. */
  arrived(side: Side, frame: Uint8Array): void
}

/** What a watch may ask about whoever reads what a side sent. */
export interface Reader {
  /** How many entries of a log lie on its disk. */
  height(log: string): number
  /** The same of all logs. */
  heights(): Iterable<readonly [log: string, height: number]>
  /** Whether the same entries may honestly reach it over another link as well. */
  readonly hearsTwice: boolean
  /** Whether entries of a stream may come over two links: its station has moved, and whoever was above it delivers as well. */
  comesTwice(stream: string): boolean
}

/** First bytes of frames (SPEC part W). */
export const TAG = { hello: 0, proof: 1, frontier: 2, entries: 3, stored: 4, fork: 7, busy: 10, refuse: 11 } as const

/** A read of the disk that began when the window was open may end when it is full. */
const BEGUN = 1

/** Watches a link. `readers`: who reads what a side sent; `news`: told of bytes of entries that a reader did not hold. */
export function watchLink(
  readers: Readonly<Record<Side, Reader>>,
  violation: (rule: string, detail: string) => void,
  news: (bytes: number) => void,
): Watch {
  const unanswered = { up: 0, down: 0 }
  const again = { up: 0, down: 0 }
  // What the sender can know of: the rest may have come to its reader by another road since.
  const known = { up: new Map(readers.up.heights()), down: new Map(readers.down.heights()) }
  return {
    sent(side, frame) {
      if (frame[0] === TAG.entries) {
        unanswered[side] += 1
        if (unanswered[side] > LIMITS.windowFrames + BEGUN)
          violation('M10', `${unanswered[side]} frames unanswered, the window is ${LIMITS.windowFrames}`)
        const payload = recordsOf(frame)?.reduce((sum, { length }) => sum + length, 0)
        if (payload === undefined) violation('M12', 'entries that cannot be read')
        else if (frame.length > payload * 1.3 + 200) violation('M12', `a frame of ${frame.length} bytes for ${payload}`)
      } else if (frame[0] === TAG.stored) {
        const message = decodeMessage(frame)
        if (message?.type === 'stored') unanswered[otherSide[side]] -= message.frames
      }
    },
    arrived(side, frame) {
      const reader = readers[side]
      if (frame[0] !== TAG.entries) return
      const told = known[side]
      for (const { log, record, length } of recordsOf(frame) ?? []) {
        if (record.seq > reader.height(log)) news(length)
        else if (record.seq <= (told.get(log) ?? 0) && !reader.hearsTwice && !reader.comesTwice(logParts(log).stream))
          again[side] += length
        told.set(log, Math.max(record.seq, told.get(log) ?? 0))
      }
      const bound = repeatedBytes()
      if (again[side] > bound) violation('M19', `${again[side]} bytes sent again on one link, at most ${bound} may be`)
    },
  }
}

/** What a cut link may have under way, and one read of the disk that began before. */
const repeatedBytes = (): number => 2 * LIMITS.windowBytes + LIMITS.receivedPackBytes

function recordsOf(frame: Uint8Array): PackedRecord[] | undefined {
  const message = decodeMessage(frame)
  const packs = message?.type === 'entries' ? splitPacks(message.packed) : undefined
  return packs?.flatMap((pack) => decodePack(pack) ?? [])
}
