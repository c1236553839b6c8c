/** The storm: the county's power comes back and every village calls at once. */
import { join } from 'node:path'
import { runFloor } from './catch-up.ts'
import { type Bench, freshCopy, median, quantile, type Scenario, withWorkers } from './scenario.ts'
import type { Storm, StormTimes } from './storm-client.ts'
import type { Worker } from './worker-port.ts'

export const STORM_NODES = 100
export const STORM_CASES = 20

/** One storm at a fresh copy of the township. */
export function runStorm(bench: Bench, made: Storm, client: Worker, repeat: number): Promise<StormTimes> {
  return withWorkers(bench, ['node-parent'], async (parent) => {
    const file = await freshCopy(made.parent.file, join(bench.folder, `storm-${repeat}`), 'parent.db')
    await parent.ask('open', { saved: made.parent, file })
    return client.ask<StormTimes>('run', { port: await parent.ask<number>('listen') })
  })
}

export const STORM: Scenario = {
  name: 'storm',
  what: `${STORM_NODES} villages with ${STORM_CASES} cases each call their township at the same moment, until the last has its last acknowledgement; the villages are engines in one process, each with its own key and log`,
  goals: { stored_ratio: 3, slowest_over_median: 1.5 },
  run: (bench) =>
    withWorkers(bench, ['storm-client'], async (client) => {
      const made = await client.ask<Storm>('make', { folder: bench.folder, nodes: STORM_NODES, cases: STORM_CASES })
      const floors: number[] = []
      const ours: StormTimes[] = []
      for (let repeat = 0; repeat < bench.repeats; repeat++) {
        floors.push((await runFloor(bench, made.payload.file, repeat)).milliseconds)
        ours.push(await runStorm(bench, made, client, repeat))
      }
      return {
        stored_ratio: median(ours.map(({ all }, turn) => all / (floors[turn] as number))),
        slowest_over_median: median(ours.map(({ each }) => Math.max(...each) / median(each))),
        ours_ms: median(ours.map(({ all }) => all)),
        floor_ms: median(floors),
        median_node_ms: median(ours.map(({ each }) => median(each))),
        p95_node_ms: median(ours.map(({ each }) => quantile(each, 0.95))),
        slowest_node_ms: median(ours.map(({ each }) => Math.max(...each))),
        entries: made.payload.entries,
      }
    }),
}
