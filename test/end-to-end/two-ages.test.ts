/** A county of two releases at once: the hall and a village are upgraded, the township between them is not yet. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import { VERSION } from '#edge-node/version.ts'
import { SAMPLE_PASSWORD } from '#hub/samples/sample.ts'
import { RULES_LEVEL } from '#protocol/casework/rules/level.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { openLibsql } from '#protocol/storage/libsql.ts'
import { startClock } from '#test/clock/wall-clock.ts'
import { FORMER, unpackCounty, unpackProgram } from '#test/former/former.ts'
import { signIn } from '#test/programs/calls.ts'
import { untilTrue } from '#test/programs/process.ts'
import { type Api, apiAt } from './api.ts'
import { type Application, apply, materialsOf } from './application.ts'
import { untilCase, untilConnected, untilEqual } from './casework-county.ts'
import { COUNTY_HALL, HUB_VALUES, TOWNSHIP } from './county.ts'
import { createMachine, killMachines, type Machine } from './machine.ts'

let folder: string
let known: Awaited<ReturnType<typeof unpackCounty>>
let [hub, township, village]: Machine[] = []
const clock = startClock('2026-11-30' as Day)

/** People at the three places; the same while the township's program changes. */
let people: Readonly<Record<'hall' | 'clerk' | 'agent', Api>>

interface Reported {
  readonly name: string
  readonly version: string
  readonly level: number
}
const reported = async (): Promise<readonly Reported[]> =>
  ((await people.hall.done('GET', '/nodes')) as { nodes: readonly Reported[] }).nodes

/** What the hub's page of nodes says of programs that are older. */
async function behind(): Promise<string> {
  const administrator = await signIn((hub as Machine).address, 'admin', SAMPLE_PASSWORD)
  const { text } = await administrator.get('/hub/nodes')
  return /[0-9]+ 个节点的程序较旧:[^<]*/.exec(text)?.[0] ?? ''
}

/** The level that the county has enabled, as far as the disk of a stopped machine knows. */
async function levelAt(name: string): Promise<number | undefined> {
  const storage = await openLibsql(join(folder, name, 'county.db'))
  const { directory } = await storage.load()
  await storage.close()
  return directory.find(({ document }) => document === 'level/rules')?.version
}

/** Goes on below a parent whose address is another now, as people do it. */
async function below(machine: Machine, parent: Machine): Promise<void> {
  const { code, text } = await machine.command(['parent', parent.address])
  if (code !== 0) throw new Error(text)
}

beforeAll(async () => {
  await buildPrograms(['hub', 'edge-node'])
  const bundle = await unpackProgram()
  folder = await mkdtemp(join(tmpdir(), 'two-ages-'))
  known = await unpackCounty(folder)
  hub = await createMachine('hub', folder, 'hub', { values: HUB_VALUES, clock })
  township = await createMachine('edge-node', folder, 'township', { clock, bundle })
  village = await createMachine('edge-node', folder, 'hongyan', { clock })
  await hub.start()
  await below(township, hub)
  await township.start()
  await below(village, township)
  await village.start()
  people = {
    hall: apiAt(hub, 'handler'),
    clerk: apiAt(township, 'anchang.clerk'),
    agent: apiAt(village, 'hongyan'),
  }
  for (const api of [people.clerk, people.agent]) await untilConnected(api)
}, 120_000)

afterAll(async () => {
  await killMachines()
  await rm(folder, { recursive: true, force: true })
})

describe('an upgrade from the top down', { timeout: 60_000 }, () => {
  let fresh: Application

  test('N51 a case goes from a new village through an old township to the new hall, and all three show the same', async () => {
    const { hall, clerk, agent } = people
    const versions = async () => new Map((await reported()).map(({ name, version }) => [name, version]))
    await untilTrue(async () => expect(new Set((await versions()).values())).toEqual(new Set([FORMER, VERSION])), 200)
    fresh = await apply(agent, 'SL0001', 7)
    await agent.act(fresh.id, 'captured', materialsOf(fresh))
    await agent.act(fresh.id, 'offered', { to: TOWNSHIP, ...materialsOf(fresh) })
    await untilCase(clerk, fresh.id, ({ offer }) => expect(offer?.to).toBe(TOWNSHIP))
    await clerk.act(fresh.id, 'taken', materialsOf(fresh))
    await clerk.act(fresh.id, 'received', materialsOf(fresh))
    await clerk.act(fresh.id, 'accepted', {})
    await clerk.act(fresh.id, 'offered', { to: COUNTY_HALL, ...materialsOf(fresh) })
    for (const id of [known.offered.id, fresh.id]) {
      await untilCase(hall, id, ({ offer }) => expect(offer?.to).toBe(COUNTY_HALL))
      await hall.act(id, 'taken', { materials: fresh.materials })
      await hall.act(id, 'decided', { result: 'granted', opinion: '同意' })
      await untilCase(agent, id, ({ result }) => expect(result).toBe('granted'))
      const there = await untilCase(clerk, id, ({ result }) => expect(result).toBe('granted'))
      const { story } = (await hall.view(id)).state
      expect(there.state.story.map(({ hash, epoch }) => [hash, epoch])).toEqual(
        story.map(({ hash, epoch }) => [hash, epoch]),
      )
    }
  })

  test('N51 the township holds the new level back, and the page of nodes says so by its name', async () => {
    await untilTrue(async () => expect(await behind()).not.toBe(''), 200)
    expect(await behind()).toMatch(/安昌镇.*才自动启用/)
    expect((await reported()).map(({ level }) => level)).toEqual([1, 1])
  })

  test('N51 upgraded in its folder, the township reads everything again, nothing is lost, and only then the level is enabled', async () => {
    const { hall, agent } = people
    const former = township as Machine
    const counter = (await people.clerk.view(known.counter.id)).state
    const rows = await people.clerk.rows('scope=all')
    expect(await former.stop()).toBe(0)
    const port = Number(new URL(former.address).port)
    township = await createMachine('edge-node', folder, 'township', { clock, port })
    await township.start()
    const clerk = apiAt(township, 'anchang.clerk')
    await untilConnected(clerk)
    await untilTrue(async () => expect((await clerk.sync()).refolding).toBeNull(), 200)
    const levels = async () => (await reported()).map(({ level }) => level)
    await untilTrue(async () => expect(await levels()).toEqual([RULES_LEVEL, RULES_LEVEL]), 200)
    await untilTrue(async () => expect(await behind()).toBe(''), 200)
    // What was taken at the township's own counter the village does not hold.
    await untilEqual([hall, clerk], known.counter.id, () => {})
    for (const { id } of [known.offered, known.draft, fresh]) await untilEqual([hall, clerk, agent], id, () => {})
    const stages = (all: typeof rows) => all.map(({ id, stage, holder, epoch }) => [id, stage, holder, epoch]).sort()
    expect(stages(await clerk.rows('scope=all'))).toEqual(stages(rows))
    // This program says more of each line than the former one.
    expect((await clerk.view(known.counter.id)).state.story).toMatchObject(counter.story)
    for (const api of [hall, clerk, agent]) {
      // What the former program had not known of the audit log it takes back.
      await untilTrue(async () => {
        const { conservation: sum } = await api.sync()
        expect(sum).toMatchObject({ applied: sum.written, setAside: 0, quarantined: 0 })
      }, 200)
    }
    // The village has heard of it as well.
    expect(await village?.stop()).toBe(0)
    expect(await levelAt('hongyan')).toBe(RULES_LEVEL)
  })
})
