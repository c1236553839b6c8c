/** A copy of the project in which code is made wrong: nothing is ever changed in the checkout itself. */
import { execFile, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

const TOP = join(import.meta.dirname, '../..')
const run = promisify(execFile)

export interface Copy {
  readonly folder: string
  remove(): Promise<void>
}

/** Copies every file that git knows or would take; installed packages are shared. */
export async function copyProject(): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'county-mutants-'))
  const { stdout } = await run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: TOP,
    maxBuffer: 16 * 1024 * 1024,
  })
  for (const file of stdout.split('\0').filter((name) => name !== '')) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await cp(join(TOP, file), join(folder, file))
  }
  await symlink(join(TOP, 'node_modules'), join(folder, 'node_modules'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

export interface Ended {
  readonly ok: boolean
  /** It had to be ended because it went on for too long: that is noticed as well. */
  readonly hung: boolean
  /** The end of what it said. */
  readonly said: string
}

/** Characters kept of what a program says: the first failure is told at its end. */
const SAID = 4_000

/** Runs a program of the copy; ended by force after the given time. */
export function runIn(folder: string, parts: readonly string[], milliseconds: number): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, parts, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    let said = ''
    let hung = false
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-SAID)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    const end = setTimeout(() => {
      hung = true
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }, milliseconds)
    child.on('close', (code) => {
      clearTimeout(end)
      resolve({ ok: code === 0 && !hung, hung, said })
    })
  })
}
