/** Work that a commit makes necessary and that follows it: noted with the commit, so that a restart goes on with it. */
import { LIMITS } from '#protocol/limits.ts'
import type { Core } from '../core.ts'
import { type Change, StorageFailure } from '../ports/storage.ts'
import type { Staging } from './staging.ts'
import type { WriteQueue } from './write-queue.ts'

/** One kind of work: it is noted under keys of a space, and takes its note away when it has nothing left to do. */
export interface Afterwork {
  readonly space: string
  /** Does what one commit may hold, in a group of its own; what it does follows from the disk alone. */
  readonly work: (staging: Staging, key: string) => Promise<void>
}

export interface Afterworks {
  /** Looks at a commit; what it made necessary is done after it. */
  heard(change: Change): void
  stop(): void
}

/** After the disk refused, it is tried again with the next commit, or after this time. */
const RETRY_MILLISECONDS = 10_000

/** Opens the works of a node: what was left over by the last stop is done with the first commit heard. */
export async function openAfterworks(core: Core, queue: WriteQueue, kinds: readonly Afterwork[]): Promise<Afterworks> {
  const waiting = new Map<string, () => Promise<void>>()
  let busy = false
  let stopped = false
  const wait = ({ space, work }: Afterwork, key: string) =>
    waiting.set(`${space}\n${key}`, () => queue.writeAlone((staging) => work(staging, key)))
  for (const kind of kinds) for (const { key } of await core.storage.localAll(kind.space)) wait(kind, key)

  /** Between two pieces everybody else has a turn: a disk that answers at once gives none by itself. */
  const pause = () => new Promise<void>((resolve) => void core.host.after(LIMITS.slicePauseMilliseconds, resolve))
  const doAll = async () => {
    for (const [name, work] of waiting) {
      if (stopped) break
      waiting.delete(name)
      try {
        await work()
        await pause()
      } catch (problem) {
        // A bug was told by the queue; what is noted stays so on the disk, and the next start tries it again.
        if (!(problem instanceof StorageFailure)) continue
        waiting.set(name, work) // the node's health says that the disk refuses
        core.host.after(RETRY_MILLISECONDS, begin)
        break
      }
    }
    busy = false
  }
  const begin = () => {
    if (busy || stopped || waiting.size === 0) return
    busy = true
    void doAll()
  }
  return {
    heard({ local }) {
      for (const { space, key, value } of local) {
        const kind = value === null ? undefined : kinds.find((one) => one.space === space)
        if (kind) wait(kind, key)
      }
      begin()
    },
    stop() {
      stopped = true
    },
  }
}
