/** Runs many seeds: npm run simulate -- --seeds 5000 --from 1. The last line is JSON. */
import { parseArgs } from 'node:util'
import { simulate } from './simulate.ts'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '300' }, from: { type: 'string', default: '1' } },
})
const from = Number(values.from)
const count = Number(values.seeds)
const faults: Record<string, number> = {}
const violations: { seed: number; rule: string; detail: string; at: number }[] = []
let entries = 0
for (let seed = from; seed < from + count; seed++) {
  const outcome = await simulate(seed)
  entries += outcome.entries
  for (const [kind, times] of Object.entries(outcome.faults)) faults[kind] = (faults[kind] ?? 0) + times
  for (const violation of outcome.violations) {
    violations.push({ seed, ...violation })
    console.log(`seed ${seed} at ${Math.floor(violation.at)} ms: ${violation.rule} ${violation.detail}`)
  }
}
console.log(JSON.stringify({ seeds: count, entries, faults, violations }))
process.exitCode = violations.length > 0 ? 1 : 0
