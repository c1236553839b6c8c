/** Care for the disk while a node runs: whether it takes anything is known from the start, and the database is looked through. */
import type { Engine } from '#protocol/engine/engine.ts'
import { LIMITS } from '#protocol/limits.ts'

const SPACE = 'node'
const CHECKED = 'checked'
const TRIED = 'tried'

export interface DiskCareOptions {
  readonly engine: Pick<Engine, 'office' | 'check'>
  /** Whether the last end was none: then what is on the disk is looked at soon. */
  readonly unclean: boolean
  after(milliseconds: number, callback: () => void): () => void
  /** Told of bugs. */
  failed(error: unknown): void
}

/** Writes something small: a disk that takes nothing shows in the health before anybody's work is refused. */
export async function tryDisk({ office }: Pick<Engine, 'office'>): Promise<void> {
  await office.setLocal(SPACE, TRIED, office.now()) // a refusal stands in the health
}

/** Begins the care; the disk has been tried once. */
export function careForDisk(options: DiskCareOptions): { stop(): void } {
  const { engine, after, failed } = options
  const { office } = engine
  let cancelTry = () => {}
  let cancelCheck = () => {}

  const tryAgain = async () => {
    if (!(await office.status()).health.writable) await tryDisk(engine)
    cancelTry = after(LIMITS.sidecarRetryMilliseconds, () => void tryAgain().catch(failed))
  }
  const check = async () => {
    await engine.check()
    await office.setLocal(SPACE, CHECKED, office.now())
    checkIn(LIMITS.checkMilliseconds)
  }
  const checkIn = (milliseconds: number) => {
    cancelCheck = after(milliseconds, () => void check().catch(failed))
  }
  const begin = async () => {
    const kept = options.unclean ? 0 : await office.local(SPACE, CHECKED).catch(() => 0)
    const left = (typeof kept === 'number' ? kept : 0) + LIMITS.checkMilliseconds - office.now()
    // Between the two bounds, also for a clock that was set back.
    checkIn(Math.min(Math.max(left, LIMITS.checkAfterMilliseconds), LIMITS.checkMilliseconds))
  }
  void begin().catch(failed)
  cancelTry = after(LIMITS.sidecarRetryMilliseconds, () => void tryAgain().catch(failed))
  return {
    stop() {
      cancelTry()
      cancelCheck()
    },
  }
}
