/** Growth: what an entry costs when a thousand, ten thousand and a hundred thousand cases are stored already. */
import { runPair } from './linked-pair.ts'
import type { Growing, Newcomer } from './make-growing.ts'
import { median, type Scenario, withWorkers } from './scenario.ts'

const LEVELS = [1_000, 10_000, 100_000]
const CASES = 300
/** Villages per level; each brings its cases once, and a first one warms nothing that the others would not find. */
const TURNS = 5

export const GROWTH: Scenario = {
  name: 'growth',
  what: `time per entry of a village with ${CASES} offline cases catching up with a township that holds 1,000, 10,000 and 100,000 cases; ${TURNS} villages at each size`,
  goals: { spread: 1.3 },
  run: (bench) =>
    withWorkers(bench, ['maker'], async (maker) => {
      const turns = Math.max(bench.repeats, TURNS)
      const made = await maker.ask<Growing>('growing', {
        folder: bench.folder,
        villages: turns * LEVELS.length,
        cases: CASES,
      })
      const perEntry: number[] = []
      for (const [step, level] of LEVELS.entries()) {
        await maker.ask('grow', { file: made.parent.file, cases: level })
        const times: number[] = []
        for (const newcomer of made.newcomers.slice(step * turns, (step + 1) * turns)) {
          times.push(await bring(newcomer))
        }
        perEntry.push((median(times) * 1_000) / made.entriesEach)
      }
      const [at1000, at10000, at100000] = perEntry as [number, number, number]
      return {
        spread: Math.max(...perEntry) / Math.min(...perEntry),
        at_1000_us: at1000,
        at_10000_us: at10000,
        at_100000_us: at100000,
      }

      async function bring({ child, log, height, lastCase }: Newcomer): Promise<number> {
        const pair = { parent: made.parent, child, acknowledged: { log, height }, inPlace: true }
        return (await runPair(bench, { ...pair, foundAt: { side: 'parent', lastCase } }, log)).milliseconds
      }
    }),
}
