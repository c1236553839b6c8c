/** Thirty kills; `npm run kill-test` makes more of them. */
import { beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import { killTest } from './kill.ts'

const KILLS = 30
/** Work that goes on between kills on a machine with other things to do. */
const LEAST_ACKNOWLEDGED = 100

beforeAll(() => buildPrograms(['hub', 'edge-node']), 60_000)

test('K1 K2 K3 K4 nothing acknowledged is missing after thirty kills', { timeout: 300_000 }, async () => {
  const outcome = await killTest(KILLS, '1', () => undefined)
  expect(outcome).toMatchObject({ kills: KILLS, missing: [], different: [], repeated: [], unbalanced: [] })
  expect(outcome.acknowledged).toBeGreaterThan(LEAST_ACKNOWLEDGED)
  expect(outcome.extra).toBeLessThanOrEqual(outcome.perhapsOpened)
  expect(outcome).toMatchObject({ findings: [] })
})
