/** Questions and answers between the bench and the processes it starts. */
import { type ChildProcess, fork } from 'node:child_process'
import { NODE_FLAGS } from '#edge-node/build.ts'

export type Commands = Readonly<Record<string, (argument: never) => Promise<unknown>>>

/** Processor time of this process so far, in milliseconds: what a busy machine disturbs least. */
function processorTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}

interface Question {
  readonly id: number
  readonly command: string
  readonly argument: unknown
}
interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly problem?: string
}

/** Answers the bench's questions until it lets go; `processor` is answered in every role. */
export function answerQuestions(commands: Commands): void {
  process.on('message', ({ id, command, argument }: Question) => {
    const answer = (reply: Omit<Answer, 'id'>) => void process.send?.({ id, ...reply })
    if (command === 'processor') return answer({ value: processorTime() })
    const handler = commands[command] as ((argument: unknown) => Promise<unknown>) | undefined
    if (!handler) return answer({ problem: `unknown command ${command}` })
    handler(argument).then(
      (value) => answer({ value }),
      (error: unknown) => answer({ problem: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.once('disconnect', () => process.exit(0))
}

export interface Worker {
  /** Asks one question; fails when the process says so, ends, or takes longer than the bound. */
  ask<Value>(command: string, argument?: unknown): Promise<Value>
  /** Lets the process go and waits until it is gone. */
  stop(): Promise<void>
  /** Ends the process as it stands, with SIGKILL, and waits until it is gone. */
  kill(): Promise<void>
}

/** No single step of the bench takes this long on any machine it is meant for. */
const ASK_MILLISECONDS = 600_000
const STOP_MILLISECONDS = 10_000

/** Starts a process of the bundle in a role; nodes with what people start them with. */
export function startWorker(bundle: string, role: string, nodeArguments: readonly string[] = []): Worker {
  const execArgv = [...(role.startsWith('node') ? NODE_FLAGS : []), ...nodeArguments]
  const child = fork(bundle, [role], { serialization: 'advanced', execArgv, stdio: 'inherit' })
  const waiting = new Map<number, { resolve(value: unknown): void; reject(problem: Error): void }>()
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let last = 0
  child.on('message', ({ id, value, problem }: Answer) => {
    const one = waiting.get(id)
    waiting.delete(id)
    if (problem === undefined) one?.resolve(value)
    else one?.reject(new Error(`${role}: ${problem}`))
  })
  child.once('exit', (code) => {
    for (const one of waiting.values()) one.reject(new Error(`${role} ended with ${code}`))
    waiting.clear()
  })
  return {
    ask: <Value>(command: string, argument?: unknown) =>
      new Promise<Value>((resolve, reject) => {
        const id = ++last
        const timer = setTimeout(() => reject(new Error(`${role}: no answer to ${command}`)), ASK_MILLISECONDS)
        const settle = (then: () => void) => {
          clearTimeout(timer)
          then()
        }
        waiting.set(id, {
          resolve: (value) => settle(() => resolve(value as Value)),
          reject: (problem) => settle(() => reject(problem)),
        })
        child.send({ id, command, argument } satisfies Question)
      }),
    stop: () => stop(child, gone),
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function stop(child: ChildProcess, gone: Promise<void>): Promise<void> {
  if (child.connected) child.disconnect()
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MILLISECONDS)
  await gone
  clearTimeout(timer)
}
