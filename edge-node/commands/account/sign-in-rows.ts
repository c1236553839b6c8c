/** What a node keeps of sign-ins: on its disk, or in memory while the disk takes nothing, so that people can still read. */
import type { Office } from '#protocol/engine/office.ts'
import { success } from '#protocol/result.ts'

/** The office as far as sign-ins need it. */
export type SignInRows = Pick<Office, 'local' | 'localAll' | 'setLocal'>

/** Codes of a disk that refuses. */
const isDisk = (code: string): boolean => code.startsWith('storage')

/**
 * An office whose local rows are kept in memory when the disk refuses them. They count before those on the disk until
 * one of the same name is written there, and end with the program; passwords are counted in both.
 */
export function withMemory(office: Office): Office {
  const held = new Map<string, unknown>()
  const nameOf = (space: string, key: string) => `${space}\n${key}`
  const rows: SignInRows = {
    async local(space, key) {
      const name = nameOf(space, key)
      return held.has(name) ? (held.get(name) ?? undefined) : office.local(space, key)
    },
    async localAll(space) {
      const stored = await office.localAll(space)
      const here = [...held].flatMap(([name, value]) => {
        const [of, key] = name.split('\n') as [string, string]
        return of === space ? [{ key, value }] : []
      })
      const replaced = new Set(here.map(({ key }) => key))
      return [...stored.filter(({ key }) => !replaced.has(key)), ...here.filter(({ value }) => value !== null)]
    },
    async setLocal(space, key, value) {
      const stored = await office.setLocal(space, key, value)
      if (!stored.ok && !isDisk(stored.problem.code)) return stored
      // What was only here is gone with its end; what is on the disk has to be covered.
      const isCovering = !stored.ok && (value !== null || (await office.local(space, key)) !== undefined)
      if (isCovering) held.set(nameOf(space, key), value)
      else held.delete(nameOf(space, key))
      return success(undefined)
    },
  }
  return new Proxy(office, { get: (target, name) => Reflect.get(name in rows ? rows : target, name) })
}
