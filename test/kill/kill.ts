/** The kill test: whatever was acknowledged is there afterwards, at its author and upstream, once and with equal content. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiAt } from '#test/end-to-end/api.ts'
import { createLedger, insist } from '#test/end-to-end/author.ts'
import { type Comparison, compareNodes } from '#test/end-to-end/comparing.ts'
import { openCounty, TOWNSHIP, VILLAGES } from '#test/end-to-end/county.ts'
import { incarnationOf, killMachines } from '#test/end-to-end/machine.ts'
import { startWork } from '#test/end-to-end/work.ts'
import { untilTrue } from '#test/programs/process.ts'
import { createChance } from '#test/simulation/chance.ts'
import { killOften } from './killer.ts'

/** People at one counter who work at the same time. */
const AGENTS = 3

export interface KillOutcome extends Comparison {
  readonly kills: number
  readonly seed: string
  readonly cases: number
  readonly acknowledged: number
  /** Opened requests of which nobody can tell what became of them: `extra` is never more. */
  readonly perhapsOpened: number
  /** Machines that no longer write under the incarnation they began with. */
  readonly rotated: readonly string[]
  /** Nodes whose sums of entries do not agree. */
  readonly unbalanced: readonly string[]
  /** Findings people would read; a kill is nothing they must hear of. */
  readonly findings: readonly string[]
}

/** Runs the whole test; the county lies in a temporary folder that is removed afterwards. */
export async function killTest(kills: number, seed: string, say: (text: string) => void): Promise<KillOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'county-kill-'))
  try {
    return await run(await openCounty(folder, ['hongyan']), kills, seed, say)
  } finally {
    await killMachines()
    await rm(folder, { recursive: true, force: true })
  }
}

type SmallCounty = Awaited<ReturnType<typeof openCounty<'hongyan'>>>

async function run(
  county: SmallCounty,
  kills: number,
  seed: string,
  say: (text: string) => void,
): Promise<KillOutcome> {
  const { hub, township, villages, machines } = county
  const village = villages.hongyan
  const nodes = { village: village.api, township: township.api, hub: apiAt(hub.machine, 'coordinator') }
  const before = await Promise.all(machines.map(incarnationOf))
  const ledger = createLedger(VILLAGES.hongyan)
  say(`the county is up; ${kills} kills with seed ${seed}`)

  const townships = [{ station: TOWNSHIP, api: township.api, villages: [{ api: village.api, ledger }] }]
  const work = startWork({ townships, agents: AGENTS })
  const targets = { hub: hub.machine, township: township.machine, village: village.machine }
  await killOften(targets, kills, createChance(seed), say)
  await work.finish()
  say(`${ledger.acknowledged.length} acknowledged, ${ledger.numbers.size} cases; waiting until all is at the county`)
  for (const api of [village.api, township.api])
    await untilTrue(async () => {
      const { casesNotAtRoot, entriesOnlyHere } = await insist(() => api.sync())
      if (casesNotAtRoot + entriesOnlyHere > 0) throw new Error(`${casesNotAtRoot} cases are not at the county`)
    })

  const compared = await compareNodes(nodes, ledger)
  const after = await Promise.all(machines.map(incarnationOf))
  const syncs = await Promise.all(Object.values(nodes).map((api) => api.sync()))
  return {
    ...compared,
    kills,
    seed,
    cases: ledger.numbers.size,
    acknowledged: ledger.acknowledged.length,
    perhapsOpened: ledger.perhapsOpened,
    rotated: machines.filter((_, at) => before[at] !== after[at]).map(({ name }) => name),
    unbalanced: Object.keys(nodes).filter((_, at) => {
      const { written, applied, setAside, quarantined } = syncs[at]?.conservation ?? {}
      return written === undefined || written !== (applied ?? 0) + (setAside ?? 0) + (quarantined ?? 0)
    }),
    findings: Object.keys(nodes).flatMap((name, at) =>
      (syncs[at]?.findings ?? []).map(({ kind, message }) => `${name}: ${kind}: ${message}`),
    ),
  }
}
