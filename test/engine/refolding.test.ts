/** Rows stay true although nobody writes: when a day passes, and when the directory says otherwise. */
import { expect, test } from 'vitest'
import { SAMPLE_CALENDARS } from '#hub/samples/calendars.ts'
import type { DirectoryRecord, Letter } from '#protocol/casework/directory.ts'
import { completeItem } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import { NO_CHANGE, StorageFailure } from '#protocol/engine/ports/storage.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { generateKeys } from '#protocol/transport/node-host.ts'
import { FIELDS } from '#test/casework/people.ts'
import { FRIDAY, hurriedHost, morningOf } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { type Clock, openClock } from './clock-host.ts'
import {
  COUNTY,
  type Node,
  nodeRecord,
  openCountyRoot,
  openNode,
  person,
  publish,
  stationRecord,
  until,
} from './county.ts'

const day = (text: string) => text as Day
const clerk = person(COUNTY, ['clerk', 'handler', 'coordinator', 'chief'])
const licence = completeItem({
  id: 'XK01',
  name: '示范许可',
  itemType: '01',
  department: 'MZ',
  promised: { days: 10, unit: 'working', note: '' },
  statutory: { days: 20, unit: 'working', note: '' },
})
const service = completeItem({ id: 'FW01', name: '示范服务', itemType: '20', department: 'MZ', authorised: ['accept'] })
const letter: Letter = {
  type: 'letter',
  id: '安授〔2026〕1号',
  version: 0,
  department: 'MZ',
  station: COUNTY,
  person: null,
  items: null,
  powers: ['accept'],
  from: day('2026-01-01'),
  until: day('2026-12-31'),
  revoked: null,
}

interface Hall {
  readonly clock: Clock
  readonly root: Node
  /** The same machine after a restart. */
  restart(): Promise<Node>
}

async function openHall(more: readonly DirectoryRecord[], storage = new MemoryStorage()): Promise<Hall> {
  const clock = openClock('2026-03-02T09:00+08:00')
  const keys = generateKeys()
  const open = () => openNode({ station: COUNTY, lease: 1, keys, host: clock.host, storage })
  const root = await open()
  const hall = stationRecord(COUNTY, '安县政务服务中心', 'county', null)
  await publish(root, [hall, nodeRecord(root, null), licence, service, ...more])
  return { clock, root, restart: open }
}

async function receive({ engine }: Node, item = 'XK01') {
  const { office } = engine
  const { id, number } = value(await office.openCase(clerk, item))
  value(await office.edit(clerk, id, 'application', { set: { applicant: '王芳' } }))
  value(await office.act(clerk, id, 'received', { materials: 2 }))
  return { id, number }
}

const quiet = ({ engine }: Node) =>
  until('every row is up to date', async () => (await engine.office.status()).refolding === null)

const written = async (root: Node) => Object.values(root.engine.ownHeads()).reduce((sum, { seq }) => sum + seq, 0)

test('R17 when a day passes rows say what is deemed and exceeded, and nothing is written to any log', async () => {
  const { clock, root } = await openHall(SAMPLE_CALENDARS)
  const { office } = root.engine
  const { id, number } = await receive(root)
  const told = value(await office.openCase(clerk, 'XK01'))
  const accepted = await receive(root)
  value(await office.act(clerk, accepted.id, 'accepted', {}))
  expect((await office.byNumber(number))[0]).toMatchObject({ stage: '20', due: '2026-03-09', wake: '2026-03-10' })
  const before = await written(root)
  clock.moveTo('2026-03-09T23:59+08:00')
  expect((await office.byNumber(number))[0]).toMatchObject({ stage: '20', exceeded: false })
  clock.moveTo('2026-03-10T00:20+08:00')
  await until('deemed accepted', async () => (await office.byNumber(number))[0]?.stage === '30')
  expect(value(await office.state(id)).stage).toBe('30')
  const row = (await office.byNumber(number))[0]
  expect(row).toMatchObject({ acceptedOn: '2026-03-02', due: '2026-03-16', exceeded: true, wake: null })
  const inTime = async () => (await office.byNumber(accepted.number))[0]
  expect(await inTime()).toMatchObject({ exceeded: false, due: '2026-03-16', wake: '2026-03-17' })
  clock.moveTo('2026-03-17T08:00+08:00')
  await until('exceeded', async () => (await inTime())?.exceeded === true)
  expect((await office.byNumber(told.number))[0]).toMatchObject({ stage: '00', wake: null })
  expect(await written(root)).toBe(before)
})

test('R17 a node that was off for days has true rows soon after its start', async () => {
  const { clock, root, restart } = await openHall(SAMPLE_CALENDARS)
  const { number } = await receive(root)
  await root.engine.stop()
  clock.moveTo('2026-03-20T08:00+08:00')
  const again = await restart()
  const { office } = again.engine
  await until('mended', async () => (await office.byNumber(number))[0]?.stage === '30')
  expect((await office.byNumber(number))[0]).toMatchObject({ exceeded: true })
})

test('R17 a clock that was ahead and is put back leaves no row that says what is not yet so, also when it was put back while off', async () => {
  const { clock, root, restart } = await openHall(SAMPLE_CALENDARS)
  const { number } = await receive(root)
  const rowAt = async ({ engine }: Node) => (await engine.office.byNumber(number))[0]
  const isAhead = (node: Node) => until('judged for a day to come', async () => (await rowAt(node))?.exceeded === true)
  const isTrue = (node: Node) => until('judged for today', async () => (await rowAt(node))?.stage === '20')
  clock.moveTo('2026-03-20T08:00+08:00')
  await isAhead(root)
  clock.moveTo('2026-03-03T09:00+08:00')
  await isTrue(root)
  expect(await rowAt(root)).toMatchObject({ exceeded: false, due: '2026-03-09', wake: '2026-03-10' })
  clock.moveTo('2026-03-20T08:00+08:00')
  await isAhead(root)
  await root.engine.stop()
  clock.moveTo('2026-03-03T10:00+08:00')
  const again = await restart()
  await isTrue(again)
  expect(await rowAt(again)).toMatchObject({ exceeded: false })
})

test('R17 what was written while the clock was ahead for a moment says soon after what is so', async () => {
  const { clock, root } = await openHall(SAMPLE_CALENDARS)
  const { id, number } = await receive(root)
  const rowNow = async () => (await root.engine.office.byNumber(number))[0]
  await quiet(root)
  clock.jumpTo('2026-03-20T08:00+08:00')
  value(await root.engine.office.act(clerk, id, 'noted', { text: '已电话联系' }))
  await until('judged for a day to come', async () => (await rowNow())?.exceeded === true)
  clock.jumpTo('2026-03-02T09:02+08:00')
  clock.moveTo('2026-03-02T09:20+08:00')
  await until('judged for today', async () => (await rowNow())?.stage === '20')
  expect(await rowNow()).toMatchObject({ exceeded: false, due: '2026-03-09', wake: '2026-03-10' })
})

test('R18 a published calendar gives every open row its last day; the status says how far that has come', async () => {
  const { root } = await openHall([])
  const { office } = root.engine
  const numbers: string[] = []
  for (let made = 0; made < 45; made++) numbers.push((await receive(root)).number)
  expect((await office.find({ dueBefore: day('2099-01-01') })).rows).toEqual([])
  await publish(root, SAMPLE_CALENDARS)
  const { refolding } = await office.status()
  expect(refolding).not.toBeNull()
  await quiet(root)
  const rows = (await office.find({ dueBefore: day('2099-01-01') })).rows
  expect(rows.map(({ number }) => number).sort()).toEqual(numbers.sort())
  expect(rows.every(({ due }) => due === '2026-03-09')).toBe(true)
})

test('R18 an ended case says by the calendar that came later whether its day was exceeded, as after a rebuild', async () => {
  const { clock, root } = await openHall([])
  const { office } = root.engine
  const { id, number } = await receive(root)
  clock.moveTo('2026-03-20T08:00+08:00')
  value(await office.act(clerk, id, 'withdrawn', FIELDS.withdrawn))
  const rowNow = async () => (await office.byNumber(number))[0]
  expect(await rowNow()).toMatchObject({ stage: '83', exceeded: false })
  await publish(root, SAMPLE_CALENDARS)
  await quiet(root)
  const row = await rowNow()
  expect(row).toMatchObject({ stage: '83', exceeded: true })
  await root.engine.rebuild()
  expect(await rowNow()).toEqual(row)
})

/** A disk that cannot be read through so many times. */
class Refusing extends MemoryStorage {
  refusals = 0

  override async documentsAfter(place: number, limit: number) {
    this.refusals -= 1
    if (this.refusals >= 0) throw new StorageFailure('other', '读盘失败')
    return super.documentsAfter(place, limit)
  }
}

test('R18 what the disk refused is gone on with soon, and not first when the day is looked at again', async () => {
  const storage = new Refusing()
  const root = await openCountyRoot(storage, hurriedHost(morningOf(FRIDAY), 50))
  await quiet(root)
  storage.refusals = 2
  await publish(root, SAMPLE_CALENDARS)
  expect((await root.engine.office.status()).refolding).not.toBeNull()
  await quiet(root)
  expect(storage.refusals).toBeLessThan(0)
})

test('R18 an act does not wait until all rows are mended', async () => {
  const { root } = await openHall([])
  const { office } = root.engine
  for (let made = 0; made < 90; made++) await receive(root)
  const { id } = await receive(root)
  await publish(root, SAMPLE_CALENDARS)
  value(await office.act(clerk, id, 'noted', { text: '正在办理' }))
  expect((await office.status()).refolding).not.toBeNull()
  await quiet(root)
  expect((await office.find({ text: '王芳', limit: 1 })).rows[0]?.due).toBe('2026-03-09')
})

test('R19 what a revoked letter no longer covers is set aside in rows and receipts, ended cases too, and counts again when the letter does', async () => {
  const { root } = await openHall([...SAMPLE_CALENDARS, letter])
  const { office } = root.engine
  const { id, number } = await receive(root, 'FW01')
  value(await office.act(clerk, id, 'accepted', {}))
  value(await office.act(clerk, id, 'decided', { result: 'granted', opinion: '同意' }))
  value(await office.act(clerk, id, 'closed', {}))
  value(await office.act(clerk, id, 'delivered', { recipient: '王芳' }))
  const licensed = await receive(root)
  const fine = (await office.byNumber(number))[0]
  const other = (await office.byNumber(licensed.number))[0]
  expect(fine).toMatchObject({ stage: '70', aside: 0 })
  await publish(root, [{ ...letter, revoked: { from: day('2026-02-01'), reason: '超越权限' } }])
  await quiet(root)
  expect((await office.byNumber(number))[0]).toMatchObject({ stage: '00', acceptedOn: null })
  expect((await office.byNumber(number))[0]?.aside).toBeGreaterThan(0)
  expect((await office.find({ aside: true })).rows.map((row) => row.id)).toEqual([id])
  expect((await office.status()).conservation.setAside).toBeGreaterThan(0)
  expect((await office.byNumber(licensed.number))[0]).toEqual(other)
  await publish(root, [letter])
  await quiet(root)
  expect((await office.byNumber(number))[0]).toEqual(fine)
  expect((await office.status()).conservation).toMatchObject({ setAside: 0, quarantined: 0 })
})

test('R20 a pass that the power cut ended goes on at the next start', async () => {
  const storage = new MemoryStorage()
  const { root, restart } = await openHall([], storage)
  const numbers: string[] = []
  for (let made = 0; made < 30; made++) numbers.push((await receive(root)).number)
  let commits = 0
  storage.beforeCommit = () => (++commits > 2 ? 'full' : 'ok')
  await publish(root, SAMPLE_CALENDARS)
  await until('the disk refuses', async () => (await root.engine.office.status()).health.writable === false)
  await root.engine.stop()
  storage.beforeCommit = undefined
  const again = await restart()
  await quiet(again)
  for (const number of numbers) expect((await again.engine.office.byNumber(number))[0]?.due).toBe('2026-03-09')
})

test('R21 a changed station makes rows anew: whoever no longer serves a station did not speak for it', async () => {
  const { root } = await openHall(SAMPLE_CALENDARS)
  const { office } = root.engine
  const { id, number } = await receive(root)
  const fine = (await office.byNumber(number))[0]
  await publish(root, [{ ...nodeRecord(root, null), stations: [] }])
  await quiet(root)
  expect(await office.state(id)).toMatchObject({ ok: false })
  expect(await office.byNumber(number)).toEqual([])
  expect((await root.storage.recordsOf([id as DocumentId])).get(id as DocumentId)).not.toEqual([])
  await publish(root, [nodeRecord(root, null)])
  await quiet(root)
  expect((await office.byNumber(number))[0]).toEqual(fine)
})

test('R22 a rebuild makes the same rows again, says how far it is, and lets others have their turn', async () => {
  const { root } = await openHall([...SAMPLE_CALENDARS, letter])
  const { office } = root.engine
  for (let made = 0; made < 25; made++) await receive(root, made % 2 === 0 ? 'XK01' : 'FW01')
  await quiet(root)
  const before = (await office.find({ limit: 50 })).rows
  const directory = (await root.storage.load()).directory
  const done: number[] = []
  let turns = 0
  const turn = () => {
    turns += 1
    if (done.at(-1) !== 25 + directory.length) setImmediate(turn)
  }
  setImmediate(turn)
  await root.engine.rebuild((documents) => done.push(documents))
  expect(done.at(-1)).toBe(25 + directory.length)
  expect(done).toEqual([...done].sort((left, right) => left - right))
  expect(turns).toBeGreaterThan(0)
  const byId = (rows: typeof before) => new Map(rows.map((row) => [row.id, row]))
  expect(byId((await office.find({ limit: 50 })).rows)).toEqual(byId(before))
  expect((await root.storage.load()).directory).toEqual(directory)
})

test('R23 a database without its computed tables is folded anew before the node opens', async () => {
  const storage = new MemoryStorage()
  const { root, restart } = await openHall(SAMPLE_CALENDARS, storage)
  const { id, number } = await receive(root)
  const row = (await root.engine.office.byNumber(number))[0]
  await root.engine.stop()
  await storage.dropComputed()
  await storage.commit({ ...NO_CHANGE, local: [{ space: 'engine', key: 'rebuilding', value: 'true' }] })
  const again = await restart()
  expect((await again.engine.office.byNumber(number))[0]).toEqual(row)
  expect(value(await again.engine.office.state(id as DocumentId)).number).toBe(number)
  expect(await storage.local('engine', 'rebuilding')).toBeUndefined()
})
