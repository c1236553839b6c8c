/** A village that comes below another township: what it wrote, what the old township holds and what is new all end where they belong. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import type { FactKind } from '#protocol/casework/facts/facts.ts'
import { untilTrue } from '#test/programs/process.ts'
import { administratorAt } from './administrator.ts'
import { type Api, apiAt } from './api.ts'
import { createAuthor, createLedger, type Ledger } from './author.ts'
import { capture } from './capture.ts'
import { compareNodes } from './comparing.ts'
import { COUNTY_HALL, openHall, type Place, TOWNSHIP, VILLAGES } from './county.ts'
import { arrived, untilAtRoot, untilSync } from './day.ts'
import { killMachines } from './machine.ts'

const OTHER = '510724101'
const VILLAGE = VILLAGES.hongyan
const ledger = createLedger(VILLAGE)
let folder: string
let hub: Place
let hall: Api
let old: Place
let other: Place
let village: Place
let citizens = 0
/** Cases by what became of them. */
const cases: Record<'held' | 'declined' | 'open' | 'own' | 'unsent' | 'alone' | 'fresh' | 'between' | 'again', string> =
  {
    held: '',
    declined: '',
    open: '',
    own: '',
    unsent: '',
    alone: '',
    fresh: '',
    between: '',
    again: '',
  }
type CaseName = keyof typeof cases
const NAMES = Object.keys(cases) as CaseName[]
/** Those that name the old township. */
const CONCERNED: readonly CaseName[] = ['held', 'declined', 'open', 'unsent']

async function take(name: CaseName): Promise<void> {
  cases[name] = (await capture(createAuthor(village.api, ledger), citizens++)) ?? ''
}

const act = (api: Api, name: CaseName, kind: FactKind, fields: Readonly<Record<string, string | number>>) =>
  createAuthor(api, ledger).act(cases[name], kind, fields)

const offer = (api: Api, name: CaseName, to: string) => act(api, name, 'offered', { to, materials: 2 })

/** Taken at the other end, once it has come; the words tell one taking of a case from another. */
async function sign(api: Api, name: CaseName, differences: string): Promise<void> {
  await arrived(api, [cases[name]])
  await act(api, name, 'taken', { materials: 2, differences })
}

async function handOver(from: Api, to: { readonly api: Api; readonly station: string }, name: CaseName) {
  await offer(from, name, to.station)
  await sign(to.api, name, `由${to.station}签收`)
}

/** Waits until these nodes show whatever was acknowledged about the cases, and the same of each. */
async function untilHeldBy(nodes: Readonly<Record<string, Api>>, names: readonly CaseName[]): Promise<void> {
  const ids = names.map((name) => cases[name])
  const part: Ledger = { ...ledger, acknowledged: ledger.acknowledged.filter(({ id }) => ids.includes(id)) }
  await untilTrue(async () => {
    const { missing, different, repeated } = await compareNodes(nodes, part)
    expect({ missing, different, repeated }).toEqual({ missing: [], different: [], repeated: [] })
  }, 500)
}

const nodeOf = async ({ api }: Place): Promise<string> => (await api.sync()).node
const holder = async (api: Api, name: CaseName) => (await api.view(cases[name])).state.holder

/** The cases that a node's people may open. */
async function seenBy(api: Api): Promise<readonly CaseName[]> {
  const seen: CaseName[] = []
  for (const name of NAMES) if ((await api.ask('GET', `/cases/${cases[name]}`)).status === 200) seen.push(name)
  return seen
}

/** Everything is at the county and counted on every node, and only the village heard of something: its other parents. */
async function nothingToReport(moves: number): Promise<void> {
  for (const { api, machine } of [old, other, village]) {
    await untilAtRoot(api)
    expect(new Set((await api.rows('scope=all')).map(({ safety }) => safety)), machine.name).toEqual(new Set(['root']))
  }
  for (const { api, machine } of [hub, old, other, village]) {
    const { conservation, findings } = await api.sync()
    const { written, applied, setAside, quarantined } = conservation
    expect([applied, setAside, quarantined], machine.name).toEqual([written, 0, 0])
    const heard = machine === village.machine ? Array.from({ length: moves }, () => 'parent-changed') : []
    expect(
      findings.map(({ kind }) => kind),
      machine.name,
    ).toEqual(heard)
  }
}

beforeAll(async () => {
  await buildPrograms(['hub', 'edge-node'])
  folder = await mkdtemp(join(tmpdir(), 'county-moved-'))
  const county = await openHall(folder)
  hub = county.hub
  hall = apiAt(hub.machine, 'coordinator')
  old = await county.open('anchang', hub, { station: TOWNSHIP, person: 'anchang.clerk' })
  other = await county.open('huagai', hub, { station: OTHER, person: 'huagai.clerk' })
  village = await county.open('hongyan', old, { station: VILLAGE, person: 'hongyan' })
}, 180_000)

afterAll(async () => {
  await killMachines()
  await rm(folder, { recursive: true, force: true })
})

describe('a village comes below another township, in order', { timeout: 180_000 }, () => {
  test('N39 it goes below it with everything it wrote, also what only the old township knows', async () => {
    for (const name of ['held', 'declined', 'open', 'own'] as const) await take(name)
    await handOver(village.api, { api: old.api, station: TOWNSHIP }, 'held')
    for (const name of ['declined', 'open'] as const) await offer(village.api, name, TOWNSHIP)
    for (const { api } of [village, old]) await untilAtRoot(api)
    // The county is away: the old township signs for a case of which only the two know, and its computer is cut off.
    expect(await hub.machine.stop()).toBe(0)
    await take('unsent')
    await handOver(village.api, { api: old.api, station: TOWNSHIP }, 'unsent')
    await untilSync(village.api, ({ casesOnlyHere }) => expect(casesOnlyHere).toBe(0))
    await old.machine.kill()
    await hub.machine.start()
    await take('alone')

    const administrator = await administratorAt(hub.machine)
    const [moved, below] = [await nodeOf(village), await nodeOf(other)]
    await administrator.place(below, 'addresses', { addresses: other.machine.address })
    await administrator.moveStation(VILLAGE, OTHER)
    await administrator.place(moved, 'parent', { parent: below })
    const told = await village.machine.command(['parent', hub.machine.address])
    expect(told, told.text).toMatchObject({ code: 0 })
    await untilSync(village.api, ({ parent }) =>
      expect(parent).toMatchObject({ name: expect.stringContaining('花荄镇'), connected: true }),
    )
    await untilAtRoot(village.api)
    await old.machine.start()
    await untilAtRoot(old.api)
    await untilHeldBy({ village: village.api, other: other.api, hall, old: old.api }, ['held', 'unsent'])
    for (const { api } of [hub, other, village]) expect(await holder(api, 'unsent')).toBe(TOWNSHIP)
  })

  test('N39 the old township takes or declines what was offered to it, and finishes what it holds', async () => {
    await sign(old.api, 'open', '调整前送来')
    await act(old.api, 'open', 'received', { materials: 2 })
    await act(old.api, 'declined', 'declined', { reason: '该村已改归花荄镇' })
    await handOver(old.api, { api: other.api, station: OTHER }, 'unsent')
    await act(old.api, 'held', 'received', { materials: 2 })
    await handOver(old.api, { api: hub.api, station: COUNTY_HALL }, 'held')
    await act(hub.api, 'held', 'accepted', {})
    await act(hub.api, 'held', 'decided', { result: 'granted', opinion: '经审查' })
    await act(hub.api, 'held', 'closed', { document: '安医参〔2026〕1号' })
    await handOver(hub.api, { api: old.api, station: TOWNSHIP }, 'held')
    await handOver(old.api, { api: village.api, station: VILLAGE }, 'held')
    await act(village.api, 'held', 'delivered', { recipient: '张代领', relationship: '子女' })
    const concerned = { village: village.api, other: other.api, hall, old: old.api }
    await untilHeldBy(concerned, CONCERNED)
    expect(await holder(village.api, 'open')).toBe(TOWNSHIP)
    expect(await holder(old.api, 'unsent')).toBe(OTHER)
    expect(await holder(old.api, 'declined')).toBe(VILLAGE)
    expect((await hall.view(cases.held)).state.stage).toBe('70')
  })

  test('N39 new work goes to the new township and no longer to the old one, and nothing is left to report', async () => {
    await take('fresh')
    for (const name of ['fresh', 'declined', 'own', 'alone'] as const) {
      await handOver(village.api, { api: other.api, station: OTHER }, name)
      await act(other.api, name, 'received', { materials: 2 })
    }
    await untilHeldBy({ village: village.api, other: other.api, hall }, NAMES)
    await untilHeldBy({ hall, old: old.api }, CONCERNED)
    expect(await seenBy(old.api)).toEqual(CONCERNED)
    await nothingToReport(1)
  })

  test('N39 it comes back while everything runs and somebody works in between', async () => {
    const administrator = await administratorAt(hub.machine)
    const [moved, below] = [await nodeOf(village), await nodeOf(old)]
    await administrator.place(below, 'addresses', { addresses: old.machine.address })
    await administrator.moveStation(VILLAGE, TOWNSHIP)
    await take('between')
    await offer(village.api, 'between', TOWNSHIP)
    await administrator.place(moved, 'parent', { parent: below })
    await take('again')
    await sign(old.api, 'between', '改归时送来')
    await handOver(village.api, { api: old.api, station: TOWNSHIP }, 'again')
    await untilSync(village.api, ({ parent }) =>
      expect(parent).toMatchObject({ name: expect.stringContaining('安昌镇'), connected: true }),
    )
    await untilHeldBy({ village: village.api, hall, old: old.api }, NAMES)
    await nothingToReport(2)
  })
})
