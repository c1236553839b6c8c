/**
 * Who notices when the core is wrong: `npm run mutate`, `… -- --sample N --seed S`, `… -- --only name,name`.
 * Each mutant is tried by the simulation within so many seeds, then by the tests that should know. The last line is
 * JSON: `{mutants, nobody, simulation}`.
 */
import { parseArgs } from 'node:util'
import { createChance } from '#test/simulation/chance.ts'
import { type Copy, copyProject } from './copy.ts'
import { apply, type Mutant, misfit } from './mutant.ts'
import { MUTANTS } from './mutants.ts'
import { createJudge, type Notice } from './noticing.ts'

const { values } = parseArgs({
  options: {
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '200' },
    only: { type: 'string' },
    workers: { type: 'string', default: '2' },
  },
})

function chosen(): Mutant[] {
  if (values.only !== undefined) {
    const names = values.only.split(',')
    return MUTANTS.filter(({ name }) => names.includes(name))
  }
  const left = [...MUTANTS]
  if (values.sample === undefined) return left
  const chance = createChance(`mutants ${values.seed}`)
  const drawn: Mutant[] = []
  while (drawn.length < Number(values.sample) && left.length > 0)
    drawn.push(...left.splice(chance.below(left.length), 1))
  return drawn
}

const NAMES: Readonly<Record<Notice, string>> = { simulation: 'simulation', tests: 'tests', nobody: '**nobody**' }

/** Takes mutants one after the other until none is left. */
async function work(copy: Copy, mutants: Mutant[], noticed: Map<Mutant, Notice>): Promise<void> {
  const judge = await createJudge(copy.folder, Number(values.seeds))
  for (let mutant = mutants.shift(); mutant; mutant = mutants.shift()) {
    const undo = await apply(copy.folder, mutant)
    try {
      const { by, how } = await judge(mutant)
      noticed.set(mutant, by)
      console.log(`| ${mutant.name} | ${NAMES[by]} | ${how} |`)
    } finally {
      await undo()
    }
  }
}

const mutants = chosen()
const misfits = (await Promise.all(MUTANTS.map((mutant) => misfit('.', mutant)))).filter((problem) => problem)
if (misfits.length > 0) {
  for (const problem of misfits) console.error(problem)
  console.error('The code has moved: bring these mutants up to date first.')
  process.exit(1)
}
const noticed = new Map<Mutant, Notice>()
const waiting = [...mutants]
console.log('| mutant | noticed by | how |\n|---|---|---|')
const copies: Copy[] = []
try {
  const workers = Array.from({ length: Math.min(Number(values.workers), mutants.length) }, async () => {
    const copy = await copyProject()
    copies.push(copy)
    await work(copy, waiting, noticed)
  })
  await Promise.all(workers)
} finally {
  for (const copy of copies) await copy.remove()
}
const count = (by: Notice) => [...noticed].filter(([mutant, one]) => one === by && !mutant.silent).length
console.log(JSON.stringify({ mutants: mutants.length, nobody: count('nobody'), simulation: count('simulation') }))
