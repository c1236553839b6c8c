/**
 * Who notices when the core is wrong: `npm run mutate`, `… -- --sample N --seed S`, `… -- --only name,name`.
 * Each mutant is tried by the simulation within 200 seeds (`--seeds N`; 0 leaves it out), then by the tests that should
 * know. The last line is JSON: `{mutants, nobody, simulation}`.
 */
import { parseArgs } from 'node:util'
import { createChance } from '#test/simulation/chance.ts'
import { type Copy, copyProject, TOP } from './copy.ts'
import { type Mutant, misfit } from './mutant.ts'
import { MUTANTS } from './mutants.ts'
import { checkSound, judge, type Notice } from './noticing.ts'

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '200' },
    only: { type: 'string' },
    workers: { type: 'string', default: '2' },
  },
})

function whole(name: 'sample' | 'seeds' | 'workers', least: number): number {
  const number = Number(values[name])
  if (!Number.isSafeInteger(number) || number < least)
    throw new Error(`--${name} ${values[name]}: a number from ${least}`)
  return number
}

function chosen(): Mutant[] {
  if (values.only !== undefined) {
    const names = values.only.split(',')
    const unknown = names.filter((name) => !MUTANTS.some((mutant) => mutant.name === name))
    if (unknown.length > 0) throw new Error(`--only ${unknown.join(',')}: no such mutant`)
    return MUTANTS.filter(({ name }) => names.includes(name))
  }
  const left = [...MUTANTS]
  if (values.sample === undefined) return left
  const chance = createChance(`mutants ${values.seed}`)
  const drawn: Mutant[] = []
  for (const number = whole('sample', 1); drawn.length < number && left.length > 0; )
    drawn.push(...left.splice(chance.below(left.length), 1))
  return drawn
}

const NAMES: Readonly<Record<Notice, string>> = { simulation: 'simulation', tests: 'tests', nobody: '**nobody**' }

/** Takes mutants one after the other until none is left. */
async function work(copy: Copy, waiting: Mutant[], noticed: Map<Mutant, Notice>): Promise<void> {
  for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
    const { by, how } = await judge(copy, mutant, seeds)
    noticed.set(mutant, by)
    console.log(`| ${mutant.name} | ${mutant.silent && by === 'nobody' ? 'silent' : NAMES[by]} | ${how} |`)
  }
}

const misfits = (await Promise.all(MUTANTS.map((mutant) => misfit(TOP, mutant)))).filter((problem) => problem)
if (misfits.length > 0) {
  for (const problem of misfits) console.error(problem)
  console.error('The code has moved: bring these mutants up to date first.')
  process.exit(1)
}
const seeds = whole('seeds', 0)
const mutants = chosen()
const copies: Copy[] = []
const clear = async () => {
  for (const copy of copies) await copy.remove()
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => clear().then(() => process.exit(1)))
const noticed = new Map<Mutant, Notice>()
try {
  while (copies.length < Math.min(whole('workers', 1), mutants.length)) copies.push(await copyProject())
  const [first] = copies
  if (first) await checkSound(first, seeds)
  console.log('| mutant | noticed by | how |\n|---|---|---|')
  const waiting = [...mutants]
  await Promise.all(copies.map((copy) => work(copy, waiting, noticed)))
} finally {
  await clear()
}
const nobody = [...noticed].filter(([{ silent }, by]) => by === 'nobody' && silent === undefined)
const simulation = [...noticed].filter(([, by]) => by === 'simulation')
console.log(JSON.stringify({ mutants: mutants.length, nobody: nobody.length, simulation: simulation.length }))
