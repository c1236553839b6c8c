/** `npm run bench`: measures the paths people wait for against floors of the same run. */
import { rmSync } from 'node:fs'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { monotonic } from '#test/clock/monotonic.ts'
import { buildBundle } from './bundle.ts'
import { resultsText, tableOf } from './results.ts'
import { isMet, type Outcome, rounded, type Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'
import { startWorker } from './worker-port.ts'

const { values: wanted } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    repeats: { type: 'string', default: '3' },
    /** Folder for processor profiles of every started node. */
    profile: { type: 'string' },
  },
})

/** What ratios were measured on. */
const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`

/** Measures one scenario in a temporary folder of its own. */
async function measure(bundle: string, scenario: Scenario): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'county-bench-'))
  const repeats = Math.max(3, Number(wanted.repeats) || 3)
  const profile = (role: string) =>
    wanted.profile
      ? ['--cpu-prof', `--cpu-prof-dir=${wanted.profile}`, `--cpu-prof-name=${role}-${monotonic()}.cpuprofile`]
      : []
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  try {
    const measured = await scenario.run({ folder, repeats, start: (role) => startWorker(bundle, role, profile(role)) })
    const figures = rounded(measured)
    return {
      scenario: scenario.name,
      figures,
      goals: scenario.goals,
      met: isMet(figures, scenario.goals),
      machine,
      repeats,
    }
  } finally {
    process.off('exit', remove)
    remove()
  }
}

const chosen = SCENARIOS.filter(({ name }) => wanted.only.length === 0 || wanted.only.includes(name))
if (chosen.length === 0) throw new Error(`no such scenario; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`)
// Ending early still ends the started processes and removes their folders.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
const begun = new Date()
const started = monotonic()
const bundle = await buildBundle()
const outcomes: Outcome[] = []
for (const scenario of chosen) {
  const outcome = await measure(bundle, scenario)
  outcomes.push(outcome)
  if (wanted.json) console.log(JSON.stringify(outcome))
  else console.error(`${outcome.scenario}: ${outcome.met ? 'met' : 'not met'}`)
}
if (!wanted.json) console.log(tableOf(outcomes))
if (wanted.write) {
  const text = resultsText(outcomes, SCENARIOS, { begun, seconds: (monotonic() - started) / 1_000 })
  await writeFile(new URL('RESULTS.md', import.meta.url), text)
}
