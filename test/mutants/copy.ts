/** A copy of the project in which code is made wrong: nothing is ever changed in the checkout itself. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** The top of the project. */
export const TOP = join(import.meta.dirname, '../..')
const run = promisify(execFile)

export interface Copy {
  readonly folder: string
  /** Ends what still runs in it, and takes it away. */
  remove(): Promise<void>
  /** Runs a program of it, in a group of its own; whatever is left of the group ends with it, or after the given time. */
  run(parts: readonly string[], milliseconds: number): Promise<Ended>
}

export interface Ended {
  readonly ok: boolean
  /** It had to be ended because it went on for too long: that is noticed as well. */
  readonly hung: boolean
  /** The end of what it said. */
  readonly said: string
}

/** Copies every file that git knows or would take; installed packages are shared, and read only. */
export async function copyProject(): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'county-mutants-'))
  for (const file of await filesOf()) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await cp(join(TOP, file), join(folder, file))
  }
  await symlink(join(TOP, 'node_modules'), join(folder, 'node_modules'))
  const running = new Set<ChildProcess>()
  return {
    folder,
    run: (parts, milliseconds) => runIn(folder, parts, milliseconds, running),
    async remove() {
      for (const child of running) killGroup(child)
      await rm(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}

async function filesOf(): Promise<readonly string[]> {
  const list = async (...which: string[]) => {
    const { stdout } = await run('git', ['ls-files', '-z', ...which], { cwd: TOP, maxBuffer: 16 * 1024 * 1024 })
    return stdout.split('\0').filter((name) => name !== '')
  }
  const deleted = new Set(await list('--deleted'))
  return (await list('--cached', '--others', '--exclude-standard')).filter((name) => !deleted.has(name))
}

/** Characters kept of what a program says: of a simulation its first violation must be among them. */
const SAID = 256_000

function runIn(
  folder: string,
  parts: readonly string[],
  milliseconds: number,
  running: Set<ChildProcess>,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, parts, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    running.add(child)
    let said = ''
    let hung = false
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-SAID)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    const end = setTimeout(() => {
      hung = true
      killGroup(child)
    }, milliseconds)
    // Programs that a test started and left would hold the pipes open for ever.
    child.on('exit', () => killGroup(child))
    child.on('close', (code) => {
      clearTimeout(end)
      running.delete(child)
      resolve({ ok: code === 0 && !hung, hung, said })
    })
  })
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== 'ESRCH') throw problem // nobody of the group is left
  }
}
