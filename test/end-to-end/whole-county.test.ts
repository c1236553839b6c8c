/** A whole county of real processes under load: its hub and three townships die in the same moment, the hub once more. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import { untilTrue } from '#test/programs/process.ts'
import { each } from './at-once.ts'
import { compareNodes } from './comparing.ts'
import { untilAtRoot, untilSync } from './day.ts'
import { killMachines } from './machine.ts'
import { holdersOf, openWholeCounty, startCounty, type Valley, type Village, type WholeCounty } from './whole-county.ts'

const TOWNSHIPS = 7
/** Things acknowledged about each village's cases in each part of the story: a few cases each. */
const MORE = 20
let folder: string
let county: WholeCounty
/** The townships that die: one is started with the hub, two are left down for as long as work goes on. */
let back: Valley
let away: readonly Valley[]
let living: readonly Valley[]

const countOf = ({ ledger }: Village, kind?: string): number =>
  ledger.acknowledged.filter(({ what }) => kind === undefined || what === kind).length

/** Waits until each of these villages has written about so many more things; work must be going on. */
async function untilMore(villages: readonly Village[], more: number, kind?: string): Promise<void> {
  const before = villages.map((village) => countOf(village, kind))
  await untilTrue(() => {
    for (const [at, village] of villages.entries())
      expect(countOf(village, kind), village.machine.name).toBeGreaterThanOrEqual((before[at] as number) + more)
  })
}

const villagesOf = (valleys: readonly Valley[]) => valleys.flatMap(({ villages }) => villages)
const connected = ({ api }: Valley) => untilSync(api, ({ parent }) => expect(parent?.connected).toBe(true))

beforeAll(async () => {
  await buildPrograms(['hub', 'edge-node'])
  folder = await mkdtemp(join(tmpdir(), 'county-whole-'))
  county = await openWholeCounty(folder, TOWNSHIPS)
  const [first, second, third, ...others] = county.valleys as [Valley, Valley, Valley, ...Valley[]]
  back = first
  away = [second, third]
  living = others
}, 240_000)

afterAll(async () => {
  await killMachines()
  await rm(folder, { recursive: true, force: true })
})

describe('a county in which four computers die at once, in order', { timeout: 240_000 }, () => {
  test('N42 K5 every other place works on while the hub and three townships are dead, some of them for long', async () => {
    const { hub, villages, valleys } = county
    expect(county.places.length).toBeGreaterThanOrEqual(20)
    const work = startCounty(county)
    await untilMore(villages, MORE)
    const dead = [hub, back, ...away].map(({ machine }) => machine)
    await Promise.all(dead.map((machine) => machine.kill()))
    await untilMore(villages, MORE)
    await untilMore(villagesOf(living), 1, 'received')
    const stopped = county.places.filter(({ machine }) => !machine.isRunning())
    expect(stopped.map(({ machine }) => machine.name)).toEqual(dead.map(({ name }) => name))
    await Promise.all([hub, back].map(({ machine }) => machine.start()))
    await each([back, ...living], connected)
    await hub.machine.kill() // while what was written meanwhile comes up
    await hub.machine.start()
    await untilMore(villages, MORE)
    await untilMore(villagesOf([back, ...living]), 1, 'received')
    await Promise.all(away.map(({ machine }) => machine.start()))
    await each(valleys, connected)
    await untilMore(villagesOf(away), 1, 'received')
    await work.finish()
    expect(county.places.filter(({ machine }) => !machine.isRunning())).toEqual([])
  })

  test('N43 K1 K2 K5 then every case is at the county and says so, equal on every node that holds it, and nothing is missing', async () => {
    const { villages, valleys, places, hub } = county
    await each(
      places.filter((place) => place !== hub),
      ({ api }) => untilAtRoot(api),
    )
    for (const { api, machine } of [...villages, ...valleys])
      expect(new Set((await api.rows('scope=all')).map(({ safety }) => safety)), machine.name).toEqual(
        new Set(['root']),
      )
    const pairs = valleys.flatMap((valley) => valley.villages.map((village) => ({ valley, village })))
    await each(pairs, async ({ valley, village }) => {
      const { extra, ...compared } = await compareNodes(holdersOf(county, valley, village), village.ledger)
      expect(compared).toEqual({ missing: [], different: [], repeated: [] })
      expect(extra).toBeLessThanOrEqual(village.ledger.perhapsOpened)
    })
  })

  test('N44 K3 K4 K5 numbers are unique, sums of entries agree, and nobody has anything to report', async () => {
    // Who came back with much to send goes on in a new log (S128); nobody was put back, and nobody says so.
    const rows = await county.hall.rows('scope=all')
    expect(new Set(rows.map(({ number }) => number)).size).toBe(rows.length)
    expect(rows.length).toBeGreaterThanOrEqual(
      county.villages.reduce((sum, { ledger }) => sum + ledger.numbers.size, 0),
    )
    for (const { api, machine } of county.places) {
      const { conservation, findings, sharedNumbers } = await api.sync()
      const { written, applied, setAside, quarantined } = conservation
      expect(written, machine.name).toBeGreaterThan(0)
      expect([applied, setAside, quarantined], machine.name).toEqual([written, 0, 0])
      expect(findings, machine.name).toEqual([])
      expect(sharedNumbers, machine.name).toEqual([])
    }
  })
})
