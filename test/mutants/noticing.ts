/** Who notices a mutant: the simulation within so many seeds, else the tests that should know, else nobody. */
import { keptSeeds } from '#test/simulation/seeds.ts'
import type { Copy, Ended } from './copy.ts'
import { apply, type Mutant } from './mutant.ts'

export type Notice = 'simulation' | 'tests' | 'nobody'

export interface Verdict {
  readonly by: Notice
  /** The first words of what noticed it. */
  readonly how: string
}

/** A seed of the sound program takes a third of a second; one that never ends is noticed by that. */
const SEED_MILLISECONDS = 3_000
const START_MILLISECONDS = 60_000
const TESTS_MILLISECONDS = 15 * 60_000

/** Exactly so many seeds: the kept ones first. */
const simulation = (seeds: number) => [
  'test/simulation/main.ts',
  '--kept',
  '--seeds',
  String(Math.max(0, seeds - keptSeeds().length)),
  '--stop',
]

/** Nothing is written into the installed packages, which are shared. */
const tests = (files: readonly string[]) => [
  'node_modules/vitest/vitest.mjs',
  'run',
  ...[
    '--config',
    'test/vitest.config.ts',
    '--project',
    'unit',
    '--configLoader=native',
    '--cache=false',
    '--fsModuleCache=false',
  ],
  ...['--bail', '1', '--maxWorkers', '1'],
  ...files,
]

const simulateIn = (copy: Copy, seeds: number) =>
  copy.run(simulation(seeds), START_MILLISECONDS + seeds * SEED_MILLISECONDS)

/** Throws when the sound program is complained about: nothing would be proved. */
export async function checkSound(copy: Copy, seeds: number): Promise<void> {
  if (seeds === 0) return
  const { ok, said } = await simulateIn(copy, seeds)
  if (!ok) throw new Error(`the simulation fails without any mutant:\n${said.slice(0, 2_000)}`)
}

/** Judges a mutant in a sound copy, which is sound again afterwards; without seeds the tests alone are asked. */
export async function judge(copy: Copy, mutant: Mutant, seeds: number): Promise<Verdict> {
  const undo = await apply(copy.folder, mutant)
  const simulated = seeds > 0 ? await simulateIn(copy, seeds) : undefined
  const tested = simulated && !simulated.ok ? undefined : await testIn(copy, mutant.tests)
  await undo()
  if (simulated && !tested) return { by: 'simulation', how: wordsOf(simulated, /^(seed \d+).*?: (M\d+ .*)$/m) }
  if (!tested || tested.ok) return { by: 'nobody', how: mutant.silent ?? mutant.fault }
  const how = wordsOf(tested, /FAIL.*?(test\/.*)$/m)
  // Tests that fail anyway have noticed nothing.
  return (await testsAreSound(copy, mutant.tests))
    ? { by: 'tests', how }
    : { by: 'nobody', how: `fails without it: ${how}` }
}

const testIn = (copy: Copy, files: readonly string[]) => copy.run(tests(files), TESTS_MILLISECONDS)

const sound = new Map<string, boolean>()

async function testsAreSound(copy: Copy, files: readonly string[]): Promise<boolean> {
  const name = files.join(' ')
  const known = sound.get(name) ?? (await testIn(copy, files)).ok
  sound.set(name, known)
  return known
}

/** Enough to find the place again, as one cell of a table. */
function wordsOf({ said, hung }: Ended, pattern: RegExp): string {
  if (hung) return 'it never ended'
  const found = pattern.exec(stripColours(said))
  return (found ? found.slice(1).join(': ') : 'it ended with a failure').replaceAll('|', '/').slice(0, 110)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the very characters that colour a terminal
const stripColours = (text: string): string => text.replaceAll(/\u001b\[[0-9;]*m/g, '')
