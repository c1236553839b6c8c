/** The bench is measured, not tested; but what it measures must be what the Office writes. */
import { expect, test } from 'vitest'
import { openEngine } from '#protocol/engine/open.ts'
import type { Host } from '#protocol/engine/ports/host.ts'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { hostWith, MONDAY, morningOf } from '#test/clock/host.ts'
import { person, TOWNSHIP } from '#test/engine/county.ts'
import { generatorOf, openBenchCounty } from './county.ts'
import { Generator } from './generate.ts'
import { peerFigures } from './peers/peers.ts'
import { tableOf } from './results.ts'
import { isMet, median, quantile } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'
import { value, writeCase } from './workload.ts'

/** A host whose clock stands and whose chance repeats. */
function steadyHost(): Host {
  let drawn = 0
  const random = (bytes: number) => new Uint8Array(bytes).map(() => (drawn++ * 167) % 256)
  return { ...hostWith(() => morningOf(MONDAY)), random }
}

test('the generator writes byte for byte what the Office writes', async () => {
  const { villages } = await openBenchCounty(1)
  const [village] = villages
  if (!village) throw new Error('a county has a village')
  const before = await village.storage.load()
  const storage = new MemoryStorage()
  storage.restore((village.storage as MemoryStorage).snapshot())
  // What the county's clock was when it was set up says nothing of the clock that stands from here on.
  await storage.commit({ ...NO_CHANGE, local: [{ space: 'engine', key: 'clock', value: null }] })
  const { identity } = village
  const rotated = async () => {}
  const options = { storage, host: steadyHost(), identity, incarnation: identity.lease, rotated, version: 'test' }
  const { office } = value(await openEngine(options))
  const agent = person(village.station, ['agent'])
  for (let index = 0; index < 5; index++) await writeCase(office, agent, TOWNSHIP, index)

  const { author } = generatorOf(village, before.arrival, { packing: 'written', signed: true, safe: false })
  const generator = new Generator({ ...author, host: steadyHost() }, before.arrival)
  for (let index = 0; index < 5; index++) generator.write(index)
  const change = generator.change()
  expect(change.packs).toEqual(await storage.packsAfter(before.arrival, Number.MAX_SAFE_INTEGER))
  expect(change.packs).toHaveLength(50)
  expect((await storage.cases({})).rows.toReversed()).toEqual(change.cases)
  expect(await storage.load().then(({ heads }) => heads)).toContainEqual(change.heads[0])
  const places = await storage.placesOf(change.places.map(({ document }) => document))
  expect(change.places.map(({ places: list }) => list)).toEqual([...places.values()])
  for (const space of ['running-number', 'document-number']) {
    const given = change.local.filter((row) => row.space === space)
    expect(await storage.localAll(space)).toEqual(given.map(({ key, value: text }) => ({ key, value: text })))
  }
})

test('figures are summed up and held against their goals', () => {
  expect(median([5, 1, 3])).toBe(3)
  expect(quantile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.95)).toBe(10)
  expect(isMet({ ratio: 2 }, { ratio: 2 })).toBe(true)
  expect(isMet({ ratio: 2.1 }, { ratio: 2 })).toBe(false)
  expect(isMet({}, { ratio: 2 })).toBe(false)
})

test('every goal of every scenario stands in the table, and a missing figure is not met', () => {
  for (const { name, goals } of SCENARIOS) {
    const known = { goals, machine: 'here', repeats: 3, scenario: name, met: false }
    const lines = tableOf([{ ...known, figures: {} }])
      .split('\n')
      .slice(1)
    expect(lines).toHaveLength(Object.keys(goals).length)
    for (const line of lines) expect(line).toMatch(new RegExp(`^${name} .*NOT MET$`))
  }
})

test('a peer that took no turn has no figures, and everybody else keeps his', () => {
  const turn = (milliseconds: number, lost: number) => ({
    ...{ up_ms: milliseconds, up_bytes: 10, up_server_cpu_ms: 1, up_client_cpu_ms: 1, lost_entries: lost },
    ...{ down_ms: milliseconds, down_bytes: 10, unchanged_bytes: 5 },
  })
  const turns = new Map([
    ['ours', [turn(20, 0), turn(30, 2), turn(90, 0)]],
    ['other', []],
  ])
  const figures = peerFigures({ floors: [10, 10, 30], turns })
  expect(figures).toMatchObject({
    turns_ours: 3,
    turns_other: 0,
    up_ms_ours: 30,
    up_ratio_ours: 3,
    lost_entries_ours: 2,
  })
  expect(Object.keys(figures).filter((name) => name.endsWith('_other'))).toEqual(['turns_other'])
})
