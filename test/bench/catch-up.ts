/** Catching up and first sync: everything a village wrote offline goes up, and comes down to a machine that has nothing. */
import { join } from 'node:path'
import type { SavedNode } from './databases.ts'
import { type LinkedPair, type LinkTimes, runPair } from './linked-pair.ts'
import type { Behind } from './make.ts'
import { type Bench, type Figures, median, processorTimes, type Scenario, withWorkers } from './scenario.ts'

const CASES = 2_000

const makeOffline = (bench: Bench) =>
  withWorkers(bench, ['maker'], (maker) =>
    maker.ask<Behind & { fresh: SavedNode }>('offline', { folder: bench.folder, cases: CASES }),
  )

export interface FloorTimes {
  readonly milliseconds: number
  /** Processor milliseconds of server and client together. */
  readonly processor: number
}

/** What the floor takes for a payload, on an empty database of its own. */
export function runFloor(bench: Bench, payload: string, repeat: number): Promise<FloorTimes> {
  return withWorkers(bench, ['floor-server', 'floor-client'], async (server, client) => {
    const port = await server.ask<number>('listen', { file: join(bench.folder, `floor-${repeat}.db`) })
    let milliseconds = 0
    const [ofServer, ofClient] = await processorTimes([server, client], async () => {
      milliseconds = await client.ask<number>('send', { port, payload })
    })
    return { milliseconds, processor: ofServer + ofClient }
  })
}

/** Floor and ours in turn. */
async function inTurn(bench: Bench, made: Behind, pair: LinkedPair) {
  const floors: FloorTimes[] = []
  const ours: LinkTimes[] = []
  for (let repeat = 0; repeat < bench.repeats; repeat++) {
    floors.push(await runFloor(bench, made.payload.file, repeat))
    ours.push(await runPair(bench, pair, repeat))
  }
  return { floors, ours }
}

/** The ratio of each turn counts. */
const ratioOf = (floors: readonly FloorTimes[], times: readonly number[]): number =>
  median(times.map((time, turn) => time / (floors[turn] as FloorTimes).milliseconds))

function figuresOf(made: Behind, floors: readonly FloorTimes[], ours: readonly LinkTimes[]): Figures {
  const times = ours.map(({ milliseconds }) => milliseconds)
  const frames = median(ours.map(({ bytes }) => bytes.frames))
  return {
    time_ratio: ratioOf(floors, times),
    bytes_ratio: frames / made.payload.deflatedBytes,
    ours_ms: median(times),
    floor_ms: median(floors.map(({ milliseconds }) => milliseconds)),
    parent_cpu_ms: median(ours.map(({ processor }) => processor[0])),
    child_cpu_ms: median(ours.map(({ processor }) => processor[1])),
    floor_cpu_ms: median(floors.map(({ processor }) => processor)),
    entries: made.payload.entries,
    entries_per_s: (made.payload.entries / median(times)) * 1_000,
    link_bytes: frames,
    upgrade_bytes: median(ours.map(({ bytes }) => bytes.upgrade)),
    payload_bytes: made.payload.bytes,
    deflated_bytes: made.payload.deflatedBytes,
  }
}

const upward = ({ parent, child, log, height, lastCase }: Behind): LinkedPair => ({
  parent,
  child,
  acknowledged: { log, height },
  foundAt: { side: 'parent', lastCase },
})

export const CATCH_UP: Scenario = {
  name: 'catch-up',
  what: `${CASES} cases written offline go up to a township that has none of them, until the township's list finds the last one as it is after its last fact and the village has the last acknowledgement`,
  goals: { stored_ratio: 2, time_ratio: 3, bytes_ratio: 1.25 },
  async run(bench) {
    const made = await makeOffline(bench)
    const { floors, ours } = await inTurn(bench, made, upward(made))
    const stored = ratioOf(
      floors,
      ours.map((one) => one.stored),
    )
    return { stored_ratio: stored, ...figuresOf(made, floors, ours) }
  },
}

export const FIRST_SYNC: Scenario = {
  name: 'first-sync',
  what: `the same ${CASES} cases, and the directory, come down to a new machine of the village with an empty database, until its list finds the last one as it is after its last fact`,
  goals: { time_ratio: 3 },
  async run(bench) {
    const made = await makeOffline(bench)
    await runPair(bench, { ...upward(made), keepParent: 'full.db' }, 'fill')
    const parent = { ...made.parent, file: join(bench.folder, 'full.db') }
    const foundAt = { side: 'child', lastCase: made.lastCase } as const
    const { floors, ours } = await inTurn(bench, made, { parent, child: made.fresh, foundAt })
    return figuresOf(made, floors, ours)
  },
}
