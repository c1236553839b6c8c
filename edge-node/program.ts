/** What both programs do around a node: speak to the console, end cleanly on a signal, and never end silently. */
import { type Problem, problemsAsText } from '#edge-node/config.ts'
import type { Log } from '#edge-node/log.ts'
import { describe, type RunningNode } from '#edge-node/node.ts'
import { LIMITS } from '#protocol/limits.ts'
import type { Failure, Result } from '#protocol/result.ts'

/** Exit codes: 0 stopped as told, 1 a bug or a broken disk, 2 a person has to change something first. */
const STOPPED = 0
const BROKEN = 1
const REFUSED = 2

// Words that nobody can read any more (a full disk, a reader that is gone) are lost and nothing else.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

/** The word behind a program's start by which a person goes on with an empty database after the old one is gone. */
export const START_EMPTY = 'start-empty'

/** For people; the log goes elsewhere. */
export const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** Ends the program because a person has to act first; a program that started this one is told why. */
export function endRefusing(problem: Failure): never {
  process.stderr.write(`${problem.message}\n  ${problem.kept}\n  ${problem.next}\n`)
  // So small a message is in the channel before the call returns; whoever started this program reads it after the end.
  if (process.connected) process.send?.({ refused: problem })
  process.exit(REFUSED)
}

/** The value of a result, or the end of the program with its words. */
export function orRefuse<Value>(result: Result<Value>): Value {
  return result.ok ? result.value : endRefusing(result.problem)
}

/** The configuration, or the end of the program with everything that is wrong with it. */
export function configured<Value>(read: Result<Value, readonly Problem[]>): Value {
  if (read.ok) return read.value
  process.stderr.write(`${problemsAsText(read.problem)}\n`)
  process.exit(REFUSED)
}

/** Ends the program after an error nobody expected; what was committed is on disk. */
export const failedWith = (log: Log) => (error: unknown) => {
  log.error({ error: describe(error) }, 'unexpected error: the program ends')
  process.exit(BROKEN)
}

/** Starts a node and stays until it is told to stop. */
export async function runNode(
  log: Log,
  start: (failed: (error: unknown) => void) => Promise<Result<RunningNode>>,
): Promise<RunningNode> {
  const failed = failedWith(log)
  process.on('uncaughtException', failed)
  process.on('unhandledRejection', failed)
  // Started by another program: when that one is gone without a word, nobody is left to stop this one.
  const orphaned = new Promise<void>((resolve) => process.once('disconnect', resolve))
  const node = orRefuse(await start(failed))

  const stop = (signal: string) => {
    log.info({ signal }, 'stopping')
    setTimeout(() => failed(new Error('the program did not stop in time')), LIMITS.stopMilliseconds).unref()
    node.stop().then(() => process.exit(STOPPED), failed)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(signal))
  void orphaned.then(() => stop('disconnect'))
  if (process.connected) process.send?.({ address: node.address })
  return node
}
