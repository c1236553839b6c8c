/** Searching a hundred thousand cases over the API, and folding two years of a county's cases again from the logs. */
import { join } from 'node:path'
import { buildPrograms } from '#edge-node/build.ts'
import type { SavedNode } from './databases.ts'
import { makeFolder, withDesk } from './desk.ts'
import type { ProgramFolder } from './make-program.ts'
import { type Bench, median, quantile, type Scenario, withWorkers } from './scenario.ts'

const SEARCHED_CASES = 100_000
const ROUNDS = 40

export interface Search {
  readonly name: string
  readonly text: string
  /** What the goal is about; parts of numbers and phones are measured beside it. */
  readonly whole: boolean
}

/** What people type: a whole number, a name, its pinyin and initials, an identity number; and parts of them. */
export function searchesOf(made: ProgramFolder, round: number): readonly Search[] {
  const one = made.cases[(round * 37) % made.cases.length]
  if (one === undefined) throw new Error('the maker names cases')
  return [
    { name: 'number', text: one.number, whole: true },
    { name: 'name', text: one.applicant, whole: true },
    { name: 'pinyin', text: one.pinyin.full, whole: true },
    { name: 'initials', text: one.pinyin.initials, whole: true },
    { name: 'id_number', text: one.idNumber, whole: true },
    { name: 'number_end', text: one.number.slice(-8), whole: false },
    { name: 'id_number_end', text: one.idNumber.slice(-6), whole: false },
    { name: 'phone', text: one.phone, whole: false },
  ]
}

export const SEARCH: Scenario = {
  name: 'search',
  what: `the bundled edge node of a township with ${SEARCHED_CASES} cases: searches over the JSON API, ${ROUNDS} rounds; p95_ms is over number, name, pinyin, initials and identity number, parts_p95_ms over ends of numbers and phones`,
  goals: { p95_ms: 30 },
  async run(bench) {
    await buildPrograms(['edge-node'])
    const made = await makeFolder(bench, SEARCHED_CASES, 'township')
    const times = new Map<string, number[]>()
    const all: number[] = []
    const parts: number[] = []
    await withDesk(made, async (desk) => {
      for (let round = 0; round < ROUNDS; round++) {
        for (const { name, text, whole } of searchesOf(made, round)) {
          const { milliseconds, text: answer } = await desk.get(`/api/cases?scope=all&text=${encodeURIComponent(text)}`)
          if (!answer.includes('"number"')) throw new Error(`nothing was found for ${name} ${text}`)
          times.set(name, [...(times.get(name) ?? []), milliseconds])
          const list = whole ? all : parts
          list.push(milliseconds)
        }
      }
    })
    return {
      p95_ms: quantile(all, 0.95),
      p50_ms: median(all),
      parts_p95_ms: quantile(parts, 0.95),
      ...Object.fromEntries([...times].map(([name, each]) => [`${name}_p95_ms`, quantile(each, 0.95)])),
    }
  },
}

/** What the model county handled in two years (SOURCES.md 2.6). */
const REBUILT_CASES = 90_156

interface Rebuilt {
  readonly seconds: number
  readonly reports: number
  readonly cases: number
  /** Of the whole process, its start included. */
  readonly peakMegabytes: number
}

const rebuildOnce = (bench: Bench, saved: SavedNode) =>
  withWorkers(bench, ['node'], async (node) => {
    await node.ask('open', { saved, file: saved.file })
    return node.ask<Rebuilt>('rebuild')
  })

export const REBUILD: Scenario = {
  name: 'rebuild',
  what: `all read models of a township dropped and folded again from the logs of ${REBUILT_CASES} cases, with progress told`,
  goals: { seconds: 20, peak_rss_mb: 200 },
  async run(bench) {
    const asked = { folder: join(bench.folder, 'data'), cases: REBUILT_CASES, tier: 'township' as const }
    const saved = await withWorkers(bench, ['maker'], (maker) => maker.ask<SavedNode>('saved', asked))
    const seconds: number[] = []
    const peaks: number[] = []
    let told = 0
    for (let repeat = 0; repeat < bench.repeats; repeat++) {
      const rebuilt = await rebuildOnce(bench, saved)
      if (rebuilt.cases !== REBUILT_CASES) throw new Error(`${rebuilt.cases} cases after the rebuild`)
      seconds.push(rebuilt.seconds)
      peaks.push(rebuilt.peakMegabytes)
      told = rebuilt.reports
    }
    return {
      seconds: median(seconds),
      slowest_seconds: Math.max(...seconds),
      peak_rss_mb: Math.max(...peaks),
      cases: REBUILT_CASES,
      progress_reports: told,
    }
  },
}
