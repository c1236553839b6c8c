/** Reconnecting: when nothing changed, and when few cases did. */
import { runPair } from './linked-pair.ts'
import type { Behind, Settled } from './make.ts'
import { type Bench, median, type Scenario, withWorkers } from './scenario.ts'

const FEW = 100
const MANY = 20_000

/** Bytes both ways until both sides are live and the child's report has been heard, three seconds later. */
async function unchangedBytes(bench: Bench, cases: number): Promise<{ frames: number; upgrade: number; live: number }> {
  const made = await withWorkers(bench, ['maker'], (maker) =>
    maker.ask<Settled>('settled', { folder: bench.folder, cases }),
  )
  const links = []
  for (let repeat = 0; repeat < bench.repeats; repeat++) {
    links.push(await runPair(bench, { ...made, reported: true }, `${cases}-${repeat}`))
  }
  return {
    frames: Math.max(...links.map(({ bytes }) => bytes.frames)),
    upgrade: median(links.map(({ bytes }) => bytes.upgrade)),
    live: median(links.map(({ milliseconds }) => milliseconds)),
  }
}

export const UNCHANGED: Scenario = {
  name: 'unchanged',
  what: `a reconnect when nothing changed, with ${FEW} and with ${MANY} cases on both sides, until the child's report was heard; the largest of all repeats counts`,
  goals: { bytes: 600, bytes_difference: 0 },
  async run(bench) {
    const few = await unchangedBytes(bench, FEW)
    const many = await unchangedBytes(bench, MANY)
    return {
      bytes: Math.max(few.frames, many.frames),
      bytes_difference: Math.abs(few.frames - many.frames),
      bytes_100: few.frames,
      bytes_20000: many.frames,
      upgrade_bytes: few.upgrade,
    }
  },
}

const CASES = 2_000
const CHANGED = 200

export const FEW_CHANGED: Scenario = {
  name: 'few-changed',
  what: `${CHANGED} of ${CASES} cases got one fact each while the village was offline; it reconnects until the township's list finds the last one and the village has the last acknowledgement`,
  goals: { bytes_ratio: 1.5 },
  async run(bench) {
    const asked = { folder: bench.folder, cases: CASES, changed: CHANGED }
    const made = await withWorkers(bench, ['maker'], (maker) => maker.ask<Behind>('few-changed', asked))
    const { parent, child, log, height, lastCase, payload } = made
    const links = []
    for (let repeat = 0; repeat < bench.repeats; repeat++) {
      const foundAt = { side: 'parent', lastCase } as const
      links.push(await runPair(bench, { parent, child, acknowledged: { log, height }, foundAt }, repeat))
    }
    const frames = median(links.map(({ bytes }) => bytes.frames))
    return {
      bytes_ratio: frames / payload.deflatedBytes,
      ours_ms: median(links.map(({ milliseconds }) => milliseconds)),
      link_bytes: frames,
      deflated_bytes: payload.deflatedBytes,
      entries: payload.entries,
    }
  },
}
