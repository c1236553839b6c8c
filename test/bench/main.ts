/** `npm run bench`: measures the paths people wait for against floors of the same run. */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildBundle } from './bundle.ts'
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

const machine = `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, Node ${process.version}`

/** Measures one scenario in a temporary folder of its own. */
async function measure(bundle: string, scenario: Scenario): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'county-bench-'))
  const repeats = Math.max(3, Number(wanted.repeats) || 3)
  const profile = (role: string) =>
    wanted.profile
      ? ['--cpu-prof', `--cpu-prof-dir=${wanted.profile}`, `--cpu-prof-name=${role}-${performance.now()}.cpuprofile`]
      : []
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
    await rm(folder, { recursive: true, force: true })
  }
}

const chosen = SCENARIOS.filter(({ name }) => wanted.only.length === 0 || wanted.only.includes(name))
if (chosen.length === 0) throw new Error(`no such scenario; there are ${SCENARIOS.map(({ name }) => name).join(', ')}`)
const bundle = await buildBundle()
for (const scenario of chosen) console.log(JSON.stringify(await measure(bundle, scenario)))
