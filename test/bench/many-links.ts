/** A node with five hundred below it: what their links cost whoever works at its desk, and its memory. */
import { join } from 'node:path'
import { buildPrograms } from '#edge-node/build.ts'
import { memoryOf, withDesk } from './desk.ts'
import type { DeskClient } from './desk-client.ts'
import type { ProgramFolder } from './make-program.ts'
import { median, quantile, type Scenario, withWorkers } from './scenario.ts'
import { itemOf, oneMoreFact } from './workload.ts'

const NODES = 500
const WRITERS = 20
const ACTS = 300

/** Acts one after the other at one case, until durable and answered. */
async function acts(desk: DeskClient, id: string): Promise<number[]> {
  const times: number[] = []
  for (let index = 0; index < ACTS; index++) {
    const { kind, fields } = oneMoreFact(index)
    times.push((await desk.post(`/api/cases/${id}/acts/${kind}`, { fields })).milliseconds)
  }
  return times
}

export const LINKS_500: Scenario = {
  name: 'links-500',
  what: `${ACTS} acts at the JSON API of a bundled node before and while ${NODES} nodes are connected to it, of which ${WRITERS} write an entry a second; the nodes are engines in one process`,
  goals: { rss_mb: 512, act_p99_ratio: 2 },
  async run(bench) {
    await buildPrograms(['edge-node'])
    return withWorkers(bench, ['links-client'], async (client) => {
      const made = await client.ask<ProgramFolder>('make', { folder: join(bench.folder, 'data'), nodes: NODES })
      return withDesk(made, async (desk) => {
        const opened = await desk.post('/api/cases', { item: itemOf(0) })
        const { id } = JSON.parse(opened.text) as { id: string }
        await acts(desk, id)
        const alone = await acts(desk, id)
        await client.ask('connect', { address: desk.address, writers: WRITERS })
        await acts(desk, id) // what they say of themselves at first is over
        const among = await acts(desk, id)
        const resident = await memoryOf(desk.processId, 'VmRSS')
        await client.ask('stop')
        return {
          rss_mb: resident,
          act_p99_ratio: quantile(among, 0.99) / quantile(alone, 0.99),
          act_p50_ratio: median(among) / median(alone),
          alone_p99_ms: quantile(alone, 0.99),
          among_p99_ms: quantile(among, 0.99),
        }
      })
    })
  },
}
