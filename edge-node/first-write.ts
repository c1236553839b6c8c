/** A storage that writes nothing before something else is durable: on a full disk that is put off, and reading goes on. */
import type { Storage } from '#protocol/engine/ports/storage.ts'

/** What must come before every other write, and may fail for now. */
export interface FirstWrite {
  /** The storage, which tries what must come first again with each of its own writes, and fails as that fails. */
  readonly storage: Storage
  /** Tries it; throws what it throws. Does nothing once it has succeeded. */
  attempt(): Promise<void>
}

/** The methods of a storage that write. */
const WRITES: readonly PropertyKey[] = ['commit', 'dropComputed'] satisfies (keyof Storage)[]

/** Puts a write before all others of a storage. */
export function writeFirst(storage: Storage, first: () => Promise<void>): FirstWrite {
  let isDone = false
  const attempt = async () => {
    if (isDone) return
    await first()
    isDone = true
  }
  const guarded = new Proxy(storage, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      if (!WRITES.includes(name)) return value.bind(target)
      return async (...given: unknown[]) => {
        await attempt()
        return value.apply(target, given)
      }
    },
  })
  return { storage: guarded, attempt }
}
