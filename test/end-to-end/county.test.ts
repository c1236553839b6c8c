/** A county at work: real programs, sockets and files; outages, a kill, a restored database, a revoked and a damaged machine. */
import { copyFile, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import { ask } from '#test/programs/calls.ts'
import { administratorAt } from './administrator.ts'
import { ITEM } from './capture.ts'
import { COUNTY_HALL, TOWNSHIP, VILLAGES } from './county.ts'
import { type Act, arrived, beginDay, type Day, NAMES, untilAtRoot, untilSync } from './day.ts'
import { killMachines } from './machine.ts'

const CASES = 30
const DATABASE = 'county.db'
let folder: string
let day: Day

const eachVillage = (work: (name: (typeof NAMES)[number]) => Promise<void>) => Promise.all(NAMES.map(work))
const take = (holder: string, differences = '无'): Act => [
  'taken',
  { materials: 2, differences },
  { holder, offeredTo: null },
]
const offer = (to: string): Act => ['offered', { to, materials: 2 }, { offeredTo: to }]
const decide = (stage: '50' | '51'): Act => {
  const refusal = {
    reasons: '不符合参保条件',
    remedies: '60日内向县人民政府申请行政复议,6个月内向安县人民法院提起诉讼',
  }
  const isGranted = stage === '50'
  const fields = { result: isGranted ? 'granted' : 'refused', opinion: '经审查', ...(isGranted ? {} : refusal) }
  return ['decided', fields, { stage }]
}

beforeAll(async () => {
  await buildPrograms(['hub', 'edge-node'])
  folder = await mkdtemp(join(tmpdir(), 'county-end-to-end-'))
  day = await beginDay(folder)
}, 180_000)

afterAll(async () => {
  await killMachines()
  await rm(folder, { recursive: true, force: true })
})

describe('a county’s day, in order', { timeout: 180_000 }, () => {
  test('N1 N2 villages work while nobody answers above them, and a killed village goes on where it was', async () => {
    const { township, hub, villages } = day
    await township.machine.kill()
    expect(await hub.machine.stop()).toBe(0)
    const { machine } = villages.hongyan
    const working = eachVillage((village) => day.captureAndOffer(village, CASES))
    await expect.poll(() => day.ledgers.hongyan.acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(CASES)
    await machine.kill()
    await machine.start()
    await working
    for (const village of NAMES) {
      await day.acts(villages[village].api, village, day.cases(village, 0), [
        ['retracted', { reason: '申请人要补材料' }, { offeredTo: null }],
      ])
      expect(await day.safeties(villages[village].api)).toEqual(new Set(['here']))
    }
    expect(day.ledgers.hongyan.numbers.size).toBeGreaterThanOrEqual(CASES - day.ledgers.hongyan.perhapsOpened)
  })

  test('N3 the township alone makes its villages’ cases safe at the parent, and no safer', async () => {
    const { township, villages } = day
    await township.machine.start()
    await eachVillage(async (village) => {
      const { api } = villages[village]
      await untilSync(api, ({ casesOnlyHere }) => expect(casesOnlyHere).toBe(0))
      expect(await day.safeties(api)).toEqual(new Set(['parent']))
    })
    expect(await day.safeties(township.api)).toEqual(new Set(['here']))
  })

  test('N3 N4 the county makes everything safe at the root, equal on every node', async () => {
    const { hub, township, villages } = day
    await hub.machine.start()
    for (const { api } of [township, ...Object.values(villages)]) {
      await untilAtRoot(api)
      expect(await day.safeties(api)).toEqual(new Set(['root']))
    }
    await day.expectEverywhere()
  })

  test('N5 cases go up, are decided and go down again; each is where the paper says, at every tier', async () => {
    const { hub, township, villages } = day
    await eachVillage(async (village) => {
      const ids = day.cases(village, 2, 3, 4, 5, 6, 7, 8, 9)
      await arrived(township.api, ids)
      await day.acts(township.api, village, day.cases(village, 1), [
        ['declined', { reason: '材料不在本镇受理范围' }, { offeredTo: null }],
      ])
      await day.acts(township.api, village, ids, [take(TOWNSHIP), ['received', { materials: 2 }, { stage: '20' }]])
      const up = day.cases(village, 2, 3)
      await day.acts(township.api, village, up, [offer(COUNTY_HALL)])
      await arrived(hub.api, up)
      await day.acts(hub.api, village, up, [take(COUNTY_HALL), ['accepted', {}, { stage: '30' }]])
    })
    await untilAtRoot(township.api)
    // The night: everybody switches off, villages first, and the county's database is copied.
    for (const machine of [...day.machines].reverse()) expect(await machine.stop()).toBe(0)
    await copyFile(join(hub.machine.folder, DATABASE), join(folder, 'older.db'))
    await Promise.all(day.machines.map((machine) => machine.start()))
    await eachVillage(async (village) => {
      const close: Act = ['closed', { document: '安医参〔2026〕1号' }, { stage: '60' }]
      await day.acts(hub.api, village, day.cases(village, 2), [decide('50'), close, offer(TOWNSHIP)])
      await day.acts(hub.api, village, day.cases(village, 3), [decide('51'), close, offer(TOWNSHIP)])
      const down = day.cases(village, 2, 3)
      await arrived(township.api, down)
      await day.acts(township.api, village, down, [take(TOWNSHIP, '另有结果文书'), offer(VILLAGES[village])])
      await arrived(villages[village].api, down)
      await day.acts(villages[village].api, village, down, [
        take(VILLAGES[village]),
        ['delivered', { recipient: '张代领', relationship: '子女' }, { stage: '70' }],
      ])
    })
    for (const { api } of [township, ...Object.values(villages)]) await untilAtRoot(api)
    await day.expectEverywhere()
  })

  test('N6 the sums of entries agree on every node', async () => {
    for (const api of [day.hall, day.township.api, ...NAMES.map((name) => day.villages[name].api)]) {
      const { written, applied, setAside, quarantined } = (await api.sync()).conservation
      expect(written).toBeGreaterThan(0)
      expect(applied + setAside + quarantined).toBe(written)
    }
  })

  test('N7 N8 what an older county database lacks comes back from below, people hear it, and numbers stay unique', async () => {
    const { hub, township, villages } = day
    const openAtHall = async () => String((await hub.api.done('POST', '/cases', { item: ITEM })).number)
    const before = await openAtHall()
    expect(await hub.machine.stop()).toBe(0)
    await copyFile(join(folder, 'older.db'), join(hub.machine.folder, DATABASE))
    await hub.machine.start()
    const { findings } = await hub.api.sync()
    const told = findings.find(({ kind }) => kind === 'sidecar')
    expect(told?.message).toContain('比本机的记录旧')
    expect(told?.next).toContain('下级持有的记录自动取回')
    const healed = await untilSync(township.api, (sync) =>
      expect(sync.findings.map(({ kind }) => kind)).toContain('parent-restored'),
    )
    expect(healed.findings.find(({ kind }) => kind === 'parent-restored')?.message).toMatch(/补送/)
    for (const { api } of [township, ...Object.values(villages)]) await untilAtRoot(api)
    await day.expectEverywhere()

    expect(await openAtHall()).not.toBe(before)
    await eachVillage(async (village) => {
      await day.captureAndOffer(village, 10)
      const ids = day.cases(village, 2).slice(-1)
      await arrived(township.api, ids)
      const through: Act[] = [take(TOWNSHIP), ['received', { materials: 2 }, { stage: '20' }], offer(COUNTY_HALL)]
      await day.acts(township.api, village, ids, through)
      await arrived(hub.api, ids)
      await day.acts(hub.api, village, ids, [take(COUNTY_HALL), ['accepted', {}, { stage: '30' }], decide('50')])
    })
    for (const { api } of [township, ...Object.values(villages)]) await untilAtRoot(api)
    await untilSync(villages.yonghe.api, ({ parent }) => expect(parent?.connected).toBe(true))
    await day.expectEverywhere()
  })

  test('N9 a revoked village says why it is refused, and keeps what it captures', async () => {
    const { api } = day.villages.yonghe
    const { node } = await api.sync()
    await (await administratorAt(day.hub.machine)).revoke(node, '电脑被盗', 'lost')
    const { refusal } = await untilSync(api, (sync) => expect(sync.refusal).not.toBeNull())
    expect(refusal?.message).toContain('停用')
    expect(refusal?.next).not.toBe('')
    await day.captureAndOffer('yonghe', 1)
    expect((await api.sync()).casesOnlyHere).toBe(1)
  })

  test.each([
    { damage: 'its beginning', from: 0 },
    { damage: 'everything behind its first page', from: 4096 },
  ])('N10 a village whose database is damaged ($damage) says so and serves nothing', async ({ from }) => {
    const { machine } = day.villages.hongyan
    expect(await machine.stop()).toBe(0) // everything is in the one file now
    const database = join(machine.folder, DATABASE)
    await copyFile(database, join(folder, 'sound.db'))
    const file = await open(database, 'r+')
    const { size } = await file.stat()
    for (let at = from; at < size; at += 4096) await file.write(Buffer.alloc(256, 0xa5), 0, 256, at)
    await file.close()
    machine.launch()
    expect(await machine.ended(), machine.text()).toBe(2)
    expect(machine.text()).toContain('损坏')
    await expect(ask(`${machine.address}/api/health`)).rejects.toThrow()
    await copyFile(join(folder, 'sound.db'), database)
    await machine.start()
    expect((await day.villages.hongyan.api.sync()).health.writable).toBe(true)
  })
})
