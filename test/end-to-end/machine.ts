/** A computer of the county: its folder, its fixed address, and a program that is started, killed and started again. */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { ProgramName } from '#edge-node/build.ts'
import type { WallClock } from '#test/clock/wall-clock.ts'
import { type Program, startProgram } from '#test/programs/process.ts'

export interface Machine {
  readonly name: string
  readonly folder: string
  readonly address: string
  /** What its programs have said so far, all starts together. */
  text(): string
  isRunning(): boolean
  /** Starts the program and does not wait for it. */
  launch(words?: readonly string[]): void
  /** Starts the program, perhaps with words behind its name, and waits until it listens. */
  start(words?: readonly string[]): Promise<void>
  /** The program ends without a word. */
  kill(): Promise<void>
  /** The exit code of a program that ends by itself. */
  ended(): Promise<number | null>
  /** The program is told to stop; its exit code. */
  stop(): Promise<number | null>
  /** Runs another command of the program in the same folder; its exit code and what it said. */
  command(words: readonly string[]): Promise<{ readonly code: number | null; readonly text: string }>
}

/** Below the ports that systems give to outgoing calls: while a machine is down nobody else may get its port. */
const [FIRST_PORT, LAST_PORT] = [20_000, 32_000]

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })

const taken = new Set<number>()

async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT))
    if (taken.has(port) || !(await isFree(port))) continue
    taken.add(port)
    return port
  }
}

const machines: Machine[] = []

/** Kills every program that machines of this process run. */
export const killMachines = async (): Promise<void> => void (await Promise.all(machines.map(({ kill }) => kill())))

const WORDS = 30

/** What every machine of this process said last, for the report of a test that failed. */
export const lastWords = (): string =>
  machines.map((machine) => `${machine.name}:\n${machine.text().split('\n').slice(-WORDS).join('\n')}`).join('\n')

/** The incarnation under which a machine's node writes, as its sidecar says. */
export async function incarnationOf({ folder }: Pick<Machine, 'folder'>): Promise<number> {
  const [body] = (await readFile(join(folder, 'sidecar.json'), 'utf8')).split('\n')
  return (JSON.parse(body ?? '') as { incarnation: number }).incarnation
}

export interface MachineOptions {
  readonly values?: Readonly<Record<string, string>>
  /** The clock on its wall, read whenever a program starts; the computer's own when it has none. */
  readonly clock?: WallClock | undefined
  /** The port it listens on, such as that of a machine it stands in for; a free one when not given. */
  readonly port?: number
  /** The bundle of another release of the program. */
  readonly bundle?: string
}

/** Makes a machine; nothing runs yet. */
export async function createMachine(
  program: ProgramName,
  parentFolder: string,
  name: string,
  { values = {}, clock, port: given, bundle }: MachineOptions = {},
): Promise<Machine> {
  const port = given ?? (await freePort())
  const folder = join(parentFolder, name)
  const settings = () => ({ ...values, ...clock?.settings(), DATA_FOLDER: folder, DESK_PORT: String(port) })
  let current: Program | undefined
  let before = ''

  const launch = (words: readonly string[] = []) => {
    before += current?.text() ?? ''
    current = startProgram(program, settings(), words, bundle)
  }
  const machine: Machine = {
    name,
    folder,
    address: `http://127.0.0.1:${port}`,
    text: () => before + (current?.text() ?? ''),
    isRunning: () => current?.child.exitCode === null && current.child.signalCode === null,
    launch,
    async start(words) {
      launch(words)
      await current?.address()
    },
    async kill() {
      await current?.end('SIGKILL')
    },
    ended: async () => (current ? current.ended : 0),
    stop: async () => (current ? current.end('SIGTERM') : 0),
    async command(words) {
      const run = startProgram(program, settings(), words, bundle)
      return { code: await run.ended, text: run.text() }
    },
  }
  machines.push(machine)
  return machine
}
