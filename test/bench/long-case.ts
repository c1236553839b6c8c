/** One more edit to a case that has few edits and to one that has as many as a case may have: both should cost the same. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { Actor } from '#protocol/engine/office.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { openLibsql } from '#protocol/storage/libsql.ts'
import { monotonic } from '#test/clock/monotonic.ts'
import {
  COUNTY,
  connect,
  type Node,
  nodeRecord,
  openNode,
  person,
  publish,
  STATIONS,
  TOWNSHIP,
  until,
} from '#test/engine/county.ts'
import { median, type Scenario, withWorkers } from './scenario.ts'
import type { Commands } from './worker-port.ts'
import { value } from './workload.ts'

const SHORT = 20
/** LIMITS.stationEdits is 5,000: room for what is measured. */
const LONG = 4_900
const MEASURED = 60
const BOUND_MILLISECONDS = 120_000

/** What an edit took at its author, and until the receiving node had it on disk and showed it. */
interface EditTimes {
  readonly author: number[]
  readonly receiver: number[]
}

export interface LongCaseTimes {
  readonly short: EditTimes
  readonly long: EditTimes
  readonly pageShort: number[]
  readonly pageLong: number[]
}

const clerk: Actor = person(TOWNSHIP, ['clerk', 'agent'])

/** A root and a township over real files, linked. */
async function openPair(folder: string): Promise<{ readonly author: Node; readonly receiver: Node }> {
  const receiver = await openNode({ station: COUNTY, lease: 1, storage: await openLibsql(join(folder, 'root.db')) })
  const storage = await openLibsql(join(folder, 'township.db'))
  const author = await openNode({ station: TOWNSHIP, lease: 2, parent: receiver, root: receiver, storage })
  const records = [nodeRecord(receiver, null), nodeRecord(author, receiver.identity.node)]
  await publish(receiver, [...STATIONS, ...records, ...SAMPLE_ITEMS])
  connect(author, receiver)
  const knows = () => author.engine.office.stations.length === 1 && author.engine.office.directory.items().length > 0
  await until('the township knows the directory', knows, BOUND_MILLISECONDS)
  return { author, receiver }
}

/** Ten fields, each written again and again. */
const changeOf = (number: number) => ({ set: { [`field${number % 10}`]: `第${number}次填写` } })

async function caseOf({ engine }: Node, edits: number): Promise<DocumentId> {
  const { id } = value(await engine.office.openCase(clerk, 'SL0001'))
  for (let number = 0; number < edits; number++) {
    value(await engine.office.edit(clerk, id, 'application', changeOf(number)))
  }
  return id
}

/** Resolves with the time at which the node hears of a commit about a case. */
function heardOf({ engine }: Node, id: DocumentId): Promise<number> {
  return new Promise((resolve) => {
    const unwatch = engine.office.watch(({ cases }) => {
      if (!cases.includes(id)) return
      unwatch()
      resolve(monotonic())
    })
  })
}

async function measure(author: Node, receiver: Node, id: DocumentId, number: number, times: EditTimes): Promise<void> {
  const heard = heardOf(receiver, id)
  const begun = monotonic()
  value(await author.engine.office.edit(clerk, id, 'application', changeOf(number)))
  const written = monotonic()
  times.author.push(written - begun)
  times.receiver.push((await heard) - written)
}

/** The worker that edits. */
export function longCaseRole(): Commands {
  return {
    async edit({ folder }: { folder: string }): Promise<LongCaseTimes> {
      await mkdir(folder, { recursive: true })
      const { author, receiver } = await openPair(folder)
      const ids = { long: await caseOf(author, LONG), short: await caseOf(author, SHORT) }
      const arrived = async () => (await author.engine.office.status()).entriesOnlyHere === 0
      await until('everything is at the county', arrived, BOUND_MILLISECONDS)
      const times = { short: { author: [], receiver: [] }, long: { author: [], receiver: [] } }
      const pages = { short: [] as number[], long: [] as number[] }
      for (let number = 0; number < MEASURED; number++) {
        for (const length of ['short', 'long'] as const) {
          await measure(author, receiver, ids[length], number, times[length])
          const begun = monotonic()
          value(await receiver.engine.office.view(person(COUNTY, ['clerk']), ids[length]))
          pages[length].push(monotonic() - begun)
        }
      }
      return { ...times, pageShort: pages.short, pageLong: pages.long }
    },
  }
}

export const LONG_CASE: Scenario = {
  name: 'long-case',
  what: `one more edit to a case with ${SHORT} edits and to one with ${LONG}, in turn, ${MEASURED} times each, over real files: spread is the ratio of the medians, at the author's office and until the node above has it on disk; page is its case page`,
  goals: { author_spread: 1.3, receiver_spread: 1.3 },
  async run(bench) {
    const runs: LongCaseTimes[] = []
    for (let repeat = 0; repeat < bench.repeats; repeat++) {
      const folder = join(bench.folder, `long-${repeat}`)
      runs.push(await withWorkers(bench, ['long-case'], (worker) => worker.ask<LongCaseTimes>('edit', { folder })))
    }
    const of = (pick: (run: LongCaseTimes) => readonly number[]) => median(runs.map((run) => median(pick(run))))
    const spread = (
      long: (run: LongCaseTimes) => readonly number[],
      short: (run: LongCaseTimes) => readonly number[],
    ) => median(runs.map((run) => median(long(run)) / median(short(run))))
    return {
      author_spread: spread(
        ({ long }) => long.author,
        ({ short }) => short.author,
      ),
      receiver_spread: spread(
        ({ long }) => long.receiver,
        ({ short }) => short.receiver,
      ),
      author_short_ms: of(({ short }) => short.author),
      author_long_ms: of(({ long }) => long.author),
      receiver_short_ms: of(({ short }) => short.receiver),
      receiver_long_ms: of(({ long }) => long.receiver),
      page_short_ms: of(({ pageShort }) => pageShort),
      page_long_ms: of(({ pageLong }) => pageLong),
    }
  },
}
