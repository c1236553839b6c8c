/** A program as a process of its own: started from its bundle, read, ended by its own id; no test runner needed. */
import { type ChildProcess, spawn } from 'node:child_process'
import { bundlePath, NODE_FLAGS, type ProgramName } from '#edge-node/build.ts'
import { environmentWith } from '#hub/config.ts'
import { monotonic } from '#test/clock/monotonic.ts'

export interface Program {
  readonly child: ChildProcess
  /** Both streams, as far as they have come. */
  text(): string
  /** Exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>
  /** The desk's address, once it listens; rejects when the program ends before or not in time. */
  address(): Promise<string>
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** Longer than the longest pause between two calls to a parent (LIMITS.reconnectCapMilliseconds). */
const WAIT_MILLISECONDS = 90_000

/** Waits until a check no longer throws; rejects with its last error when it takes too long. */
export async function untilTrue<Value>(check: () => Value | Promise<Value>, interval = 50): Promise<Value> {
  const end = monotonic() + WAIT_MILLISECONDS
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (monotonic() > end) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, interval))
  }
}

/** Starts a program; who starts it ends it. `bundle`: of another release. */
export function startProgram(
  name: ProgramName,
  values: Record<string, string>,
  words: readonly string[] = [],
  bundle = bundlePath(name),
): Program {
  const env = environmentWith({ DESK_PORT: '0', ...values })
  const child = spawn(process.execPath, [...NODE_FLAGS, bundle, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (part) => {
      text += part
    })
  }
  let hasEnded = false
  const ended = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      hasEnded = true
      resolve(code)
    }),
  )
  const find = () => {
    const address = /工作台:(https?:\S+)/.exec(text)?.[1]
    if (!address && !hasEnded) throw new Error(`does not listen yet:\n${text}`)
    return address
  }
  return {
    child,
    ended,
    text: () => text,
    async address() {
      const address = await untilTrue(find, 20)
      if (!address) throw new Error(`ended before it listened:\n${text}`)
      return address
    },
    async end(signal = 'SIGTERM') {
      child.kill(signal)
      return ended
    },
  }
}
