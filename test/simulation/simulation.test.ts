import { expect, test } from 'vitest'
import { FAULTS, FURTHER_FAULTS, LISTING_FAULTS, LONELY, RECORD_FAULTS, SIGNER_FAULTS } from './faults/all-faults.ts'
import { keptSeeds } from './seeds.ts'
import { simulate } from './simulate.ts'
import { realFiles } from './witnessed-disk.ts'

/** Seeds that every test run tries anew; thousands run with `npm run simulate`. */
const SEEDS = 200
const MILLISECONDS_PER_SEED = 5_000

test.for(keptSeeds())(
  'M0 M1 M2 M8 M11 M13 seed $seed stays quiet: $found',
  { timeout: MILLISECONDS_PER_SEED * 4 },
  async ({ seed }) => {
    expect((await simulate(seed)).violations).toEqual([])
  },
)

test('M14 a run is a function of its seed', { timeout: MILLISECONDS_PER_SEED * 8 }, async () => {
  for (const seed of [7, 11]) {
    const first = await simulate(seed)
    expect(await simulate(seed)).toEqual(first)
    expect((await simulate(seed + 1)).trace).not.toBe(first.trace)
  }
})

test(`M0 M1 M2 M3 M4 M5 M6 M7 M8 M9 M10 M11 M12 M13 M15 M16 M17 M18 M19 M20 M22 M23 M24 M25 M26 M27 M28 M29 M33 M34 M35 M36 M37 M38 ${SEEDS} counties in storms come to rest`, {
  timeout: MILLISECONDS_PER_SEED * SEEDS,
}, async () => {
  const faults: Record<string, number> = {}
  for (let seed = 1; seed <= SEEDS; seed++) {
    const outcome = await simulate(seed)
    expect(outcome.violations, `seed ${seed}`).toEqual([])
    for (const [kind, times] of Object.entries(outcome.faults)) faults[kind] = (faults[kind] ?? 0) + times
  }
  // Every kind of fault really happened, else the storm proves nothing.
  const restores = ['restore-image', 'restore-lost', 'restore-survives']
  const kinds = Object.keys({
    ...FAULTS,
    ...FURTHER_FAULTS,
    ...LISTING_FAULTS,
    ...LONELY,
    ...RECORD_FAULTS,
    ...SIGNER_FAULTS,
  }).flatMap((kind) => (kind === 'restore' ? restores : [kind]))
  expect(Object.keys(faults).sort()).toEqual(kinds.sort())
})

/** The same storms over real libSQL files; slower, so fewer. */
const ON_FILES = 4

test('M21 on real database files counties in storms come to rest as well', {
  timeout: MILLISECONDS_PER_SEED * 10 * ON_FILES,
}, async () => {
  for (let seed = 1; seed <= ON_FILES; seed++) {
    const media = realFiles()
    try {
      expect((await simulate(seed, { media })).violations, `seed ${seed}`).toEqual([])
    } finally {
      media.end()
    }
  }
})
