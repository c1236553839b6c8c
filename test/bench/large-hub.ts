/** A county's hall with half a million cases: lists, searches, memory, start. */
import { buildPrograms } from '#edge-node/build.ts'
import { searchesOf } from './casework.ts'
import { listsOf, makeFolder, memoryOf, withDesk } from './desk.ts'
import { median, quantile, type Scenario } from './scenario.ts'

const CASES = 500_000
const ROUNDS = 20

export const HUB_500K: Scenario = {
  name: 'hub-500k',
  what: `the bundled hub with ${CASES} cases: process start to its first page in full, ${ROUNDS} rounds of lists and of searches by number, name, pinyin, initials, identity number, ends of numbers and phones, and resident memory after them`,
  goals: { list_p95_ms: 15, search_p95_ms: 15, first_page_ms: 1_000, rss_mb: 300 },
  async run(bench) {
    await buildPrograms(['hub'])
    const made = await makeFolder(bench, CASES, 'county')
    const times = new Map<string, number[]>()
    const starts: number[] = []
    let resident = 0
    const note = (name: string, milliseconds: number) => times.set(name, [...(times.get(name) ?? []), milliseconds])
    for (let repeat = 0; repeat < bench.repeats; repeat++) {
      await withDesk(made, async (desk) => {
        starts.push(desk.firstPage)
        for (let round = 0; round < ROUNDS; round++) {
          for (const [name, path] of Object.entries(listsOf(made, round)))
            note(`list_${name}`, (await desk.get(path)).milliseconds)
          for (const { name, text } of searchesOf(made, round))
            note(
              `search_${name}`,
              (await desk.get(`/api/cases?scope=all&text=${encodeURIComponent(text)}`)).milliseconds,
            )
        }
        resident = Math.max(resident, await memoryOf(desk.processId, 'VmRSS'))
      })
    }
    const all = (kind: string) => [...times].flatMap(([name, each]) => (name.startsWith(kind) ? each : []))
    return {
      list_p95_ms: quantile(all('list'), 0.95),
      search_p95_ms: quantile(all('search'), 0.95),
      first_page_ms: median(starts),
      rss_mb: resident,
      ...Object.fromEntries([...times].map(([name, each]) => [`${name}_p95_ms`, quantile(each, 0.95)])),
    }
  },
}
