/** Runs many seeds, or whole months: `npm run simulate -- --seeds 5000 --from 1`, `… --files`, `… -- --month 1 --cases 2000`. The last line is JSON. */
import { parseArgs } from 'node:util'
import { liveMonth } from './month/month.ts'
import { keptSeeds } from './seeds.ts'
import { simulate } from './simulate.ts'
import { realFiles } from './witnessed-disk.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '300' },
    from: { type: 'string', default: '1' },
    /** Seed of a county's month. */
    month: { type: 'string' },
    cases: { type: 'string', default: '2000' },
    /** Real libSQL files instead of memory. */
    files: { type: 'boolean', default: false },
    /** Kinds of faults to leave out, to see which ones a failing seed needs. */
    without: { type: 'string', default: '' },
    /** The kept seeds before the others. */
    kept: { type: 'boolean', default: false },
    /** Ends with the first seed that fails. */
    stop: { type: 'boolean', default: false },
  },
})
if (values.month !== undefined) {
  const month = await liveMonth(Number(values.month), { cases: Number(values.cases) })
  for (const line of month.unfinished) console.log(`unfinished: ${line}`)
  console.log(JSON.stringify({ ...month, unfinished: month.unfinished.length }))
  process.exit(month.violations.length + month.unfinished.length > 0 ? 1 : 0)
}
const seeds = [
  ...(values.kept ? keptSeeds().map(({ seed }) => seed) : []),
  ...Array.from({ length: Number(values.seeds) }, (_, index) => Number(values.from) + index),
]
const faults: Record<string, number> = {}
const violations: { seed: number; rule: string; detail: string; at: number }[] = []
let entries = 0
let done = 0
let stopped = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    stopped = true
  })
}
for (const seed of seeds) {
  if (stopped) break
  const media = values.files ? realFiles() : undefined
  const outcome = await simulate(seed, { ...(media ? { media } : {}), without: values.without.split(',') })
  media?.end()
  done += 1
  entries += outcome.entries
  for (const [kind, times] of Object.entries(outcome.faults)) faults[kind] = (faults[kind] ?? 0) + times
  for (const violation of outcome.violations) {
    violations.push({ seed, ...violation })
    console.log(`seed ${seed} at ${Math.floor(violation.at)} ms: ${violation.rule} ${violation.detail}`)
  }
  if (values.stop && violations.length > 0) stopped = true
}
console.log(JSON.stringify({ seeds: done, entries, faults, violations }))
process.exitCode = violations.length > 0 ? 1 : 0
