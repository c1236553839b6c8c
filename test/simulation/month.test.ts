/** A smaller county lives its month in every test run; `npm run simulate -- --month 1` lives the whole one. */
import { expect, test } from 'vitest'
import { liveMonth } from './month/month.ts'
import { SCRIPTS } from './month/scripts.ts'

const BOUND_MILLISECONDS = 300_000

test('M30 M31 M32 a small county’s month ends with every case legal, every deadline explained, every node equal', {
  timeout: BOUND_MILLISECONDS,
}, async () => {
  const month = await liveMonth(1, { cases: 100, towns: 4, opening: 5, days: 18 })
  expect(month.violations).toEqual([])
  expect(month.unfinished).toEqual([])
  // Cases of every kind were there, and the county was not spared.
  expect(Object.keys(month.stages).sort()).toEqual([...new Set(SCRIPTS.map(({ end }) => end))].sort())
  expect(Object.keys(month.outages).sort()).toEqual(['day without network', 'power cut'])
  expect(month.deadlines).toBeGreaterThan(200)
})
