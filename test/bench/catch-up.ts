/** Catching up: a village comes back with everything it wrote offline, and its township had nothing of it. */
import { join } from 'node:path'
import type { LinkBytes } from './linked-node.ts'
import type { Pair } from './make.ts'
import { type Bench, freshCopy, median, type Scenario, withWorkers } from './scenario.ts'
import type { Worker } from './worker-port.ts'

const CASES = 2_000

export const CATCH_UP: Scenario = {
  name: 'catch-up',
  what: `${CASES} cases written offline reach an empty parent: durable, folded and searchable there, acknowledged here`,
  goals: { time_ratio: 2.5, bytes_ratio: 1.25 },
  async run(bench) {
    const pair = await withWorkers(bench, ['maker'], (maker) =>
      (maker as Worker).ask<Pair>('pair', { folder: bench.folder, cases: CASES }),
    )
    const floors: number[] = []
    const ours: number[] = []
    let bytes: LinkBytes = { frames: 0, upgrade: 0 }
    for (let repeat = 0; repeat < bench.repeats; repeat++) {
      floors.push(await floorTime(bench, pair.payload, repeat))
      const one = await catchUp(bench, pair, repeat)
      ours.push(one.milliseconds)
      bytes = one.bytes
    }
    const ratios = ours.map((time, index) => time / (floors[index] ?? Number.NaN))
    return {
      time_ratio: median(ratios),
      bytes_ratio: bytes.frames / pair.deflatedBytes,
      ours_ms: median(ours),
      floor_ms: median(floors),
      entries: pair.entries,
      entries_per_s: pair.entries / (median(ours) / 1_000),
      link_bytes: bytes.frames,
      upgrade_bytes: bytes.upgrade,
      payload_bytes: pair.payloadBytes,
      deflated_bytes: pair.deflatedBytes,
    }
  },
}

/** Milliseconds the floor takes for a payload, on an empty database of its own. */
export function floorTime(bench: Bench, payload: string, repeat: number): Promise<number> {
  return withWorkers(bench, ['floor-server', 'floor-client'], async (server, client) => {
    const port = await (server as Worker).ask<number>('listen', { file: join(bench.folder, `floor-${repeat}.db`) })
    return (client as Worker).ask<number>('send', { port, payload })
  })
}

function catchUp(bench: Bench, pair: Pair, repeat: number) {
  const folder = join(bench.folder, `ours-${repeat}`)
  return withWorkers(bench, ['node-parent', 'node-child'], async (...workers) => {
    const [parent, child] = workers as [Worker, Worker]
    await parent.ask('open', { saved: pair.parent, file: await freshCopy(pair.parent.file, folder, 'parent.db') })
    await child.ask('open', { saved: pair.child, file: await freshCopy(pair.child.file, folder, 'child.db') })
    const port = await parent.ask<number>('listen')
    await parent.ask('watchFor', pair.lastCase)
    const awaited = { log: pair.log, height: pair.height }
    const link = await child.ask<{ started: number; acknowledged: number }>('connect', { port, awaited })
    const found = await parent.ask<number>('found')
    const milliseconds = Math.max(found, link.acknowledged) - link.started
    return { milliseconds, bytes: await parent.ask<LinkBytes>('bytes') }
  })
}
