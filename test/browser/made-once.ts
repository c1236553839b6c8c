/** Folders that tests make once and keep below `build/`. */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const BUILD = join(import.meta.dirname, '..', '..', 'build')

/** A folder below `build/`; made beside its place and renamed, because two tests may want it at once, or one be stopped. */
export async function madeOnce(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(BUILD, name)
  if (existsSync(folder)) return folder
  await mkdir(dirname(folder), { recursive: true })
  const fresh = await mkdtemp(`${folder}-`)
  try {
    await make(fresh)
    await rename(fresh, folder)
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    if (!existsSync(folder)) throw error // else another test was faster
  }
  return folder
}
