/** Who notices a mutant: the simulation within so many seeds, else the tests that should know, else nobody. */
import { runIn } from './copy.ts'
import type { Mutant } from './mutant.ts'

export type Notice = 'simulation' | 'tests' | 'nobody'

export interface Verdict {
  readonly by: Notice
  /** The first words of what noticed it. */
  readonly how: string
}

/** A sound program needs about a minute and a half; one that never ends is noticed by that. */
const SIMULATION_MILLISECONDS = 5 * 60_000
const TESTS_MILLISECONDS = 15 * 60_000

const simulation = (seeds: number) => ['test/simulation/main.ts', '--seeds', String(seeds), '--kept', '--stop']
const tests = (files: readonly string[]) => [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--config',
  'test/vitest.config.ts',
  '--project',
  'unit',
  '--bail',
  '1',
  '--maxWorkers',
  '1',
  ...files,
]

/** A judge over a copy of the project. Throws when the sound program is complained about: nothing would be proved. */
export async function createJudge(folder: string, seeds: number): Promise<(mutant: Mutant) => Promise<Verdict>> {
  const sound = await runIn(folder, simulation(Math.min(seeds, 20)), SIMULATION_MILLISECONDS)
  if (!sound.ok) throw new Error(`the simulation fails without any mutant:\n${sound.said}`)
  return async (mutant) => {
    const simulated = await runIn(folder, simulation(seeds), SIMULATION_MILLISECONDS)
    if (!simulated.ok)
      return { by: 'simulation', how: wordsOf(simulated.said, /^seed (\d+).*?: (M\d+ .*)$/m, simulated.hung) }
    if (mutant.tests.length === 0) return { by: 'nobody', how: mutant.silent ?? mutant.fault }
    const tested = await runIn(folder, tests(mutant.tests), TESTS_MILLISECONDS)
    if (tested.ok) return { by: 'nobody', how: mutant.silent ?? mutant.fault }
    return { by: 'tests', how: wordsOf(tested.said, /(?:FAIL|×)\s+(.*)$/m, tested.hung) }
  }
}

/** Enough to find the place again, as one cell of a table. */
function wordsOf(said: string, pattern: RegExp, hung: boolean): string {
  if (hung) return 'it never ended'
  const found = pattern.exec(said)
  return (found ? found.slice(1).join(' ') : 'it ended with a failure').replaceAll('|', '/').slice(0, 110)
}
