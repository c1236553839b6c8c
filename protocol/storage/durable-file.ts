/** Small files that must be whole after a power cut: keys, the identity, certificates, the record beside the database. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Only the program's own user may read what lies in the data folder. */
const MODE = 0o600

/**
 * Replaces a file as a whole: after a crash there is the old text or the new one, never a part. What the system refuses is
 * thrown as it came ({@link isRefusal}); the old text then stays, with nothing beside it.
 */
export function writeDurably(path: string, text: string): void {
  const fresh = `${path}.new`
  const file = openSync(fresh, 'w', MODE)
  try {
    try {
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(fresh, path)
  } catch (refusal) {
    rmSync(fresh, { force: true })
    throw refusal
  }
  syncFolder(dirname(path))
}

/** As {@link writeDurably}, for what the program can do without: false when the system refuses. */
export function writtenOrNot(path: string, text: string): boolean {
  try {
    writeDurably(path, text)
    return true
  } catch (error) {
    if (!isRefusal(error)) throw error
    return false
  }
}

/** Whether the system refused something; Node gives its own mistakes a code as well, but no call of the system. */
export const isRefusal = (error: unknown): error is NodeJS.ErrnoException =>
  (error as NodeJS.ErrnoException).syscall !== undefined

/** Makes a rename durable; Windows cannot open folders and does this by itself. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** The text of a file; undefined when there is none. Throws when it is there and cannot be read. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
