/** Growth: what an entry costs when from a thousand to half a million cases are stored already. */
import type { SavedNode } from './databases.ts'
import { runPair } from './linked-pair.ts'
import type { Growing } from './make-growing.ts'
import { median, type Scenario, withWorkers } from './scenario.ts'

const LEVELS = [1_000, 10_000, 100_000, 500_000]
/** Cases each village brings. */
const CASES = 200
/** Villages per township. */
const TURNS = 5

export const GROWTH: Scenario = {
  name: 'growth',
  what: `time per entry of a village with ${CASES} offline cases catching up with a township that holds ${LEVELS.map((level) => level.toLocaleString('en')).join(', ')} cases; ${TURNS} villages each, the townships in turn`,
  goals: { spread: 1.3 },
  run: (bench) =>
    withWorkers(bench, ['maker'], async (maker) => {
      const asked = { folder: bench.folder, villages: TURNS * LEVELS.length, cases: CASES, levels: LEVELS }
      const { townships, newcomers } = await maker.ask<Growing>('growing', asked)
      const times: number[][] = LEVELS.map(() => [])
      const processors: number[][] = LEVELS.map(() => [])
      for (const [place, newcomer] of newcomers.entries()) {
        const step = place % LEVELS.length
        const parent = townships[step] as SavedNode
        const { child, log, height, lastCase } = newcomer
        const foundAt = { side: 'parent', lastCase } as const
        const pair = { parent, child, acknowledged: { log, height }, foundAt, inPlace: true }
        const { milliseconds, processor } = await runPair(bench, pair, place)
        times[step]?.push((milliseconds * 1_000) / height)
        processors[step]?.push((processor[0] * 1_000) / height)
      }
      const perEntry = times.map(median)
      const parentProcessor = processors.map(median)
      return {
        spread: spreadOf(perEntry),
        parent_cpu_spread: spreadOf(parentProcessor),
        ...Object.fromEntries(LEVELS.map((level, step) => [`at_${level}_us`, perEntry[step] ?? Number.NaN])),
        ...Object.fromEntries(LEVELS.map((level, step) => [`at_${level}_cpu_us`, parentProcessor[step] ?? Number.NaN])),
      }
    }),
}

/** The slowest over the fastest. */
const spreadOf = (values: readonly number[]): number => Math.max(...values) / Math.min(...values)
