/** The desk: what one act costs, and what a node with many cases costs to run. Both with the program people start. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildPrograms } from '#edge-node/build.ts'
import type { Tier } from '#protocol/tiers.ts'
import { type DeskClient, openDesk } from './desk-client.ts'
import type { ProgramFolder } from './make-program.ts'
import { type Bench, median, quantile, type Scenario, withWorkers } from './scenario.ts'
import { oneMoreFact } from './workload.ts'

/** As many cases as acts in a block, so that the block left out has opened each once, as a person's page has. */
const ACT_CASES = 50
const BLOCK = 50
const BLOCKS = 10

/** The data folder of a program with cases. */
export function makeFolder(bench: Bench, cases: number, tier: Tier): Promise<ProgramFolder> {
  const asked = { folder: join(bench.folder, 'data'), cases, tier }
  return withWorkers(bench, ['maker'], (maker) => maker.ask<ProgramFolder>('program', asked))
}

/** Runs the program over a folder for as long as it is used. */
export async function withDesk<Value>(made: ProgramFolder, use: (desk: DeskClient) => Promise<Value>): Promise<Value> {
  const desk = await openDesk(made)
  try {
    return await use(desk)
  } finally {
    await desk.stop()
  }
}

/** Acts one after the other, each at another case, until durable and answered. */
async function actBlock(desk: DeskClient, made: ProgramFolder, block: number): Promise<number[]> {
  const times: number[] = []
  for (let turn = 0; turn < BLOCK; turn++) {
    const index = block * BLOCK + turn
    const { kind, fields } = oneMoreFact(index)
    const id = made.cases[index % made.cases.length]?.id
    times.push((await desk.post(`/api/cases/${id}/acts/${kind}`, { fields })).milliseconds)
  }
  return times
}

export const ACT: Scenario = {
  name: 'act',
  what: `one act at the desk's JSON API over a keep-alive socket until durable and answered, by the bundled edge node, against one bare insert with fsync; blocks of ${BLOCK} in turn, the first block of both left out`,
  goals: { p50_ratio: 3.5, p99_ratio: 4 },
  async run(bench) {
    await buildPrograms(['edge-node'])
    const made = await makeFolder(bench, ACT_CASES, 'village')
    const floors: number[] = []
    const ours: number[] = []
    await withWorkers(bench, ['floor-server'], (floor) =>
      withDesk(made, async (desk) => {
        await floor.ask('listen', { file: join(bench.folder, 'floor.db') })
        for (let block = 0; block <= BLOCKS; block++) {
          const inserts = await floor.ask<number[]>('insert', { times: BLOCK })
          const acts = await actBlock(desk, made, block)
          if (block === 0) continue
          floors.push(...inserts)
          ours.push(...acts)
        }
      }),
    )
    return {
      p50_ratio: median(ours) / median(floors),
      p99_ratio: quantile(ours, 0.99) / quantile(floors, 0.99),
      act_p50_ms: median(ours),
      act_p99_ms: quantile(ours, 0.99),
      insert_p50_ms: median(floors),
      insert_p99_ms: quantile(floors, 0.99),
      acts: ours.length,
    }
  },
}

const MANY_CASES = 50_000
const ROUNDS = 20

/** Lists as people call them up: what is here, what comes in, by name, by number, by stage, and the desk's own pages. */
export function listsOf(made: ProgramFolder, round: number): Readonly<Record<string, string>> {
  const one = made.cases[(round * 37) % made.cases.length]
  const text = (wanted: string | undefined) => encodeURIComponent(wanted ?? '')
  return {
    all: '/api/cases?scope=all',
    incoming: '/api/cases?scope=incoming',
    by_name: `/api/cases?scope=all&text=${text(one?.applicant)}`,
    by_character: `/api/cases?scope=all&text=${text(one?.applicant.slice(0, 1))}`,
    by_number: `/api/cases?scope=all&text=${text(one?.number)}`,
    by_stage: '/api/cases?scope=all&stage=10',
    work_page: '/',
    search_page: `/search?q=${text(one?.applicant)}`,
  }
}

/** A figure of the kernel about a process, in MiB. */
export async function memoryOf(processId: number, name: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${processId}/status`, 'utf8')
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1_024
}

export const EDGE_50K: Scenario = {
  name: 'edge-50k',
  what: `the bundled edge node of a township with ${MANY_CASES} cases: resident memory after ${ROUNDS} rounds of lists, process start to its first page in full, and lists over the API and as pages`,
  goals: { rss_mb: 150, first_page_ms: 500, list_p95_ms: 10 },
  async run(bench) {
    await buildPrograms(['edge-node'])
    const made = await makeFolder(bench, MANY_CASES, 'township')
    const starts: number[] = []
    const lists = new Map<string, number[]>()
    let resident = 0
    let peak = 0
    for (let repeat = 0; repeat < bench.repeats; repeat++) {
      await withDesk(made, async (desk) => {
        starts.push(desk.firstPage)
        for (let round = 0; round < ROUNDS; round++) {
          for (const [name, path] of Object.entries(listsOf(made, round))) {
            const { milliseconds } = await desk.get(path)
            lists.set(name, [...(lists.get(name) ?? []), milliseconds])
          }
        }
        resident = Math.max(resident, await memoryOf(desk.processId, 'VmRSS'))
        peak = Math.max(peak, await memoryOf(desk.processId, 'VmHWM'))
      })
    }
    const all = [...lists.values()].flat()
    return {
      rss_mb: resident,
      first_page_ms: median(starts),
      list_p95_ms: quantile(all, 0.95),
      list_p50_ms: median(all),
      peak_rss_mb: peak,
      ...Object.fromEntries([...lists].map(([name, times]) => [`${name}_p95_ms`, quantile(times, 0.95)])),
    }
  },
}
