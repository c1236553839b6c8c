/** Node-local values (sign-ins, running numbers, marks) as they are on the disk, the latest of them in memory. */
import type { Storage } from './ports/storage.ts'

/** Values kept in memory: every request asks for its sign-in. */
const LOCALS_KEPT = 1_000

export interface Locals {
  /** The JSON of a value; undefined when there is none. */
  read(space: string, key: string): Promise<string | undefined>
  /** Remembers a value that was just written to the disk. */
  written(space: string, key: string, value: string | undefined): void
  /** Forgets what is in memory: a commit failed, and what the disk holds of it is not known. */
  forget(): void
}

/** Opens the node-local values of a storage. */
export function createLocals(storage: Pick<Storage, 'local'>): Locals {
  const known = new Map<string, string | undefined>()
  const nameOf = (space: string, key: string) => `${space}\n${key}`
  const written = (space: string, key: string, value: string | undefined) => {
    const name = nameOf(space, key)
    known.delete(name)
    known.set(name, value)
    const oldest = known.keys().next()
    if (known.size > LOCALS_KEPT && !oldest.done) known.delete(oldest.value)
  }
  return {
    async read(space, key) {
      const name = nameOf(space, key)
      if (known.has(name)) return known.get(name)
      const value = await storage.local(space, key)
      // Written meanwhile: what was written last counts, not what was read before it.
      if (!known.has(name)) written(space, key, value)
      return known.get(name)
    },
    written,
    forget: () => known.clear(),
  }
}
