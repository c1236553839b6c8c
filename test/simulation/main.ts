/** Runs many seeds: npm run simulate -- --seeds 5000 --from 1. The last line is JSON; a signal ends the run early. */
import { parseArgs } from 'node:util'
import { simulate } from './simulate.ts'

const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '300' }, from: { type: 'string', default: '1' } },
})
const from = Number(values.from)
const last = from + Number(values.seeds) - 1
const faults: Record<string, number> = {}
const violations: { seed: number; rule: string; detail: string; at: number }[] = []
let entries = 0
let seed = from
let stopped = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopped = true
  })
}
for (; seed <= last && !stopped; seed++) {
  const outcome = await simulate(seed)
  entries += outcome.entries
  for (const [kind, times] of Object.entries(outcome.faults)) faults[kind] = (faults[kind] ?? 0) + times
  for (const violation of outcome.violations) {
    violations.push({ seed, ...violation })
    console.log(`seed ${seed} at ${Math.floor(violation.at)} ms: ${violation.rule} ${violation.detail}`)
  }
}
console.log(JSON.stringify({ seeds: seed - from, entries, faults, violations }))
process.exitCode = violations.length > 0 ? 1 : 0
