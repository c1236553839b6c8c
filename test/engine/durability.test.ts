/** Store before you tell: what is said, shown or passed on is on the disk; a refusing disk is words, not a crash. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { Host } from '#protocol/engine/ports/host.ts'
import type { Change } from '#protocol/engine/ports/storage.ts'
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import { openLibsql, openStatements } from '#protocol/storage/libsql.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { openStorage } from '#protocol/storage/sql/sql-storage.ts'
import { FRIDAY, hurriedHost, morningOf } from '#test/clock/host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { goodLine, overLine } from '#test/storage/poor-line.ts'
import {
  COUNTY,
  connect,
  type Node,
  openCounty,
  openCountyRoot,
  openNode,
  person,
  TOWNSHIP,
  until,
  VILLAGE,
} from './county.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Holds commits back until they are let go, and counts them. */
class SlowStorage extends MemoryStorage {
  readonly commits: Change[] = []
  readonly #held: (() => void)[] = []
  holding = false

  override async commit(change: Change): Promise<void> {
    if (this.holding) await new Promise<void>((resolve) => this.#held.push(resolve))
    this.commits.push(change)
    await super.commit(change)
  }

  get waiting(): number {
    return this.#held.length
  }

  release(): void {
    this.holding = false
    for (const go of this.#held.splice(0)) go()
  }
}

const handler = person(COUNTY, ['handler', 'agent'])

const turns = async (count = 20) => {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

test('S50 an act is answered, shown and listed only when it is durable', async () => {
  const storage = new SlowStorage()
  const root = await openCountyRoot(storage)
  const { office } = root.engine
  const { id } = value(await office.openCase(handler, 'SL0001'))
  storage.holding = true
  let answered = false
  const noted = office.act(handler, id, 'noted', { text: '现场核验' }).then((result) => {
    answered = true
    return result
  })
  await until('commit held', () => storage.waiting === 1)
  await turns()
  expect(answered).toBe(false)
  expect(value(await office.view(handler, id)).state.story).toHaveLength(1)
  storage.release()
  value(await noted)
  expect(value(await office.view(handler, id)).state.story).toHaveLength(2)
})

/** Each case with the number of its facts, by case number. */
async function storiesOf(office: Node['engine']['office']) {
  const { rows } = await office.find({})
  const stories = rows.map(async ({ id, number }) => [number, value(await office.state(id)).story.length] as const)
  return (await Promise.all(stories)).sort()
}

/** A root on a real file over a line that may fail, in which its next case is the first entry of a log. */
async function openOverLine(host?: Host) {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'))
  folders.push(folder)
  const line = goodLine()
  const open = () => openStorage(overLine(openStatements(join(folder, 'node.db')), line))
  const storage = await open()
  const root = await openCountyRoot(storage, host)
  /** Closes everything; answers what a new start shows of the cases. */
  const fromDisk = async () => {
    await root.engine.stop()
    await storage.close()
    const again = await open()
    const { keys } = root.identity
    const { engine } = await openNode({ station: COUNTY, lease: 1, storage: again, keys, incarnation: 2 })
    const held = await storiesOf(engine.office)
    await engine.stop()
    await again.close()
    return held
  }
  const stories = () => storiesOf(root.engine.office)
  return { line, root, office: root.engine.office, stories, fromDisk }
}

test('S50 a commit that is durable although its answer was lost is answered as saved, also the first entry of a log', async () => {
  const { line, office, stories, fromDisk } = await openOverLine()
  line.next = 'lost'
  const opened = value(await office.openCase(handler, 'SL0001'))
  expect((await office.status()).health.writable).toBe(true)
  value(await office.act(handler, opened.id, 'noted', { text: '现场核验' }))
  line.next = 'lost'
  value(await office.act(handler, opened.id, 'noted', { text: '再次核验' }))
  const second = value(await office.openCase(handler, 'SL0001'))
  const listed = [[opened.number, 3] as const, [second.number, 1] as const].sort()
  expect(await stories()).toEqual(listed)
  expect(await fromDisk()).toEqual(listed)
})

test('S50 a commit of which the disk could not be asked counts with the next write, when it is there', async () => {
  const { line, office, stories, fromDisk } = await openOverLine()
  Object.assign(line, { next: 'lost', thenMute: true })
  const said = await office.openCase(handler, 'SL0001')
  expect(said).toMatchObject({ ok: false, problem: { code: 'storage-other' } })
  expect(await office.openCase(handler, 'SL0001')).toMatchObject({ ok: false, problem: { code: 'storage-other' } })
  expect((await office.status()).health.writable).toBe(false)
  line.isMute = false
  const opened = value(await office.openCase(handler, 'SL0001'))
  expect((await office.status()).health.writable).toBe(true)
  value(await office.act(handler, opened.id, 'noted', { text: '现场核验' }))
  const listed = await stories()
  expect(listed).toHaveLength(2)
  expect(listed).toContainEqual([opened.number, 2])
  expect(await fromDisk()).toEqual(listed)
})

test('S50 it counts without another write, as soon as the disk can be asked again', async () => {
  const { line, root, office } = await openOverLine(hurriedHost(morningOf(FRIDAY), 20))
  await until('nothing else is to be written', async () => (await office.status()).refolding === null)
  Object.assign(line, { next: 'lost', thenMute: true })
  expect(await office.openCase(handler, 'SL0001')).toMatchObject({ ok: false, problem: { code: 'storage-other' } })
  const written = () => Object.values(root.engine.ownHeads()).reduce((sum, { seq }) => sum + seq, 0)
  const before = written()
  line.isMute = false
  await until('it counts', () => written() === before + 1)
})

test('S50 a commit that failed in the same words and is not on the disk is refused, and leaves nothing', async () => {
  const { line, office, stories, fromDisk } = await openOverLine()
  line.next = 'refused'
  expect(await office.openCase(handler, 'SL0001')).toMatchObject({ ok: false, problem: { code: 'storage-other' } })
  expect(await stories()).toEqual([])
  Object.assign(line, { next: 'refused', thenMute: true })
  expect(await office.openCase(handler, 'SL0001')).toMatchObject({ ok: false, problem: { code: 'storage-other' } })
  line.isMute = false
  const opened = value(await office.openCase(handler, 'SL0001'))
  value(await office.act(handler, opened.id, 'noted', { text: '现场核验' }))
  expect(await stories()).toEqual([[opened.number, 2]])
  expect(await fromDisk()).toEqual([[opened.number, 2]])
})

test('S51 entries are acknowledged and passed on only after the commit', async () => {
  const slow = new SlowStorage()
  const { root, township, village } = await openCounty((station) => (station === TOWNSHIP ? slow : new MemoryStorage()))
  connect(township, root)
  await until('township has its station', () => township.engine.office.stations.length === 1)
  connect(village, township)
  await until('village has its station', () => village.engine.office.stations.length === 1)
  slow.holding = true
  const agent = person(VILLAGE, ['agent'])
  const { id, number } = value(await village.engine.office.openCase(agent, 'SL0001'))
  await until('commit held', () => slow.waiting > 0)
  await turns()
  expect((await village.engine.office.safetyOf([id])).get(id)).toBe('here')
  expect((await root.engine.office.byNumber(number))[0]).toBeUndefined()
  slow.release()
  await until('at the root', async () => (await village.engine.office.safetyOf([id])).get(id) === 'root')
})

test('S52 writes that come while one is being committed are committed together', async () => {
  const storage = new SlowStorage()
  const root = await openCountyRoot(storage)
  const { office } = root.engine
  storage.holding = true
  const first = office.openCase(handler, 'SL0001')
  await until('commit held', () => storage.waiting === 1)
  const others = Array.from({ length: 30 }, () => office.openCase(handler, 'SL0001'))
  const before = storage.commits.length
  storage.release()
  const numbers = (await Promise.all([first, ...others])).map((opened) => value(opened).number)
  expect(new Set(numbers).size).toBe(31)
  // Others keep what no case says, the clock for instance, when it is their time.
  expect(storage.commits.slice(before).filter(({ cases }) => cases.length > 0)).toHaveLength(2)
})

test('S53 of twenty acts on one case at once exactly the first takes it on, the others are told in words', async () => {
  const root = await openCountyRoot()
  const { office } = root.engine
  const { id } = value(await office.openCase(handler, 'SL0001'))
  value(await office.edit(handler, id, 'application', { set: { applicant: '王芳' } }))
  const tip = value(await office.view(handler, id)).state.tip
  const results = await Promise.all(
    Array.from({ length: 20 }, () => office.act(handler, id, 'received', { materials: 1 }, tip ?? undefined)),
  )
  expect(results.filter(({ ok }) => ok)).toHaveLength(1)
  const codes = results.flatMap((result) => (result.ok ? [] : [result.problem.code]))
  expect(new Set(codes)).toEqual(new Set(['case-moved-on']))
  expect(value(await office.view(handler, id)).state.forks).toEqual([])
})

test('S54 a full disk: the act fails in words, nothing is half written, health says so, and it recovers', async () => {
  const storage = new MemoryStorage()
  const root = await openCountyRoot(storage)
  const { office } = root.engine
  const { id } = value(await office.openCase(handler, 'SL0001'))
  const before = value(await office.view(handler, id)).state
  const { arrival } = await storage.load()
  storage.beforeCommit = () => 'full'
  const refused = await office.act(handler, id, 'noted', { text: 'x' })
  expect(refused).toMatchObject({ ok: false, problem: { code: 'storage-full' } })
  expect((await office.status()).health).toMatchObject({ writable: false })
  expect((await office.status()).health.problem).toContain('磁盘已满')
  expect(value(await office.view(handler, id)).state).toEqual(before)
  expect((await storage.load()).arrival).toBe(arrival)
  storage.beforeCommit = undefined
  value(await office.act(handler, id, 'noted', { text: 'x' }))
  expect((await office.status()).health).toEqual({ writable: true, problem: '', next: '' })
  expect(value(await office.view(handler, id)).state.story).toHaveLength(2)
})

test('S55 a child whose parent cannot write keeps its entries and delivers them when it can', async () => {
  const disk = new MemoryStorage()
  const { root, township } = await openCounty((station) => (station === COUNTY ? disk : new MemoryStorage()))
  const first = connect(township, root)
  await until('township has its station', () => township.engine.office.stations.length === 1)
  disk.beforeCommit = () => 'full'
  const clerk = person(TOWNSHIP, ['clerk', 'agent'])
  const { id } = value(await township.engine.office.openCase(clerk, 'SL0001'))
  expect(await first.ended).toMatchObject({ reason: 'storage', retry: true })
  expect((await township.engine.office.safetyOf([id])).get(id)).toBe('here')
  disk.beforeCommit = undefined
  connect(township, root)
  await until('delivered', async () => (await township.engine.office.safetyOf([id])).get(id) === 'root')
})

test('S56 a disk that fails while reading ends a link or answers in words, never the process', async () => {
  const disk = new MemoryStorage()
  const root = await openCountyRoot(disk)
  const { id } = value(await root.engine.office.openCase(handler, 'SL0001'))
  disk.recordsOf = async () => {
    throw new StorageFailure('damaged', 'test')
  }
  const reopened = await openNode({
    station: COUNTY,
    lease: 1,
    storage: disk,
    keys: root.identity.keys,
    incarnation: 2,
  })
  const acted = await reopened.engine.office.act(handler, id, 'noted', { text: 'x' })
  expect(acted).toMatchObject({ ok: false, problem: { code: 'storage-damaged' } })
  const viewed = await reopened.engine.office.view(handler, id)
  expect(viewed).toMatchObject({ ok: false, problem: { code: 'storage-damaged' } })
})

test('S57 a rebuild gives what was computed entry by entry, on a real disk and after a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'))
  folders.push(folder)
  const open = () => openLibsql(join(folder, 'node.db'))
  const storage = await open()
  const root = await openCountyRoot(storage)
  const { office } = root.engine
  for (const name of ['王芳', '李强', '张敏']) {
    const { id } = value(await office.openCase(handler, 'SL0001'))
    value(await office.edit(handler, id, 'application', { set: { applicant: name } }))
    value(await office.act(handler, id, 'received', { materials: 1 }))
  }
  const computed = async (of: typeof storage) => ({
    rows: (await of.cases({})).rows,
    directory: (await of.load()).directory,
    receipts: await of.receiptCounts(),
  })
  const before = await computed(storage)
  expect(before.rows).toHaveLength(3)
  expect(before.directory.length).toBeGreaterThan(10)
  await root.engine.rebuild()
  expect(await computed(storage)).toEqual(before)
  await root.engine.stop()
  await storage.close()
  const again = await open()
  const restarted = await openNode({ station: COUNTY, lease: 1, storage: again, keys: root.identity.keys })
  expect(restarted.engine.office.stations).toHaveLength(1)
  expect(await computed(again)).toEqual(before)
  await restarted.engine.stop()
  await again.close()
})

test('S58 a rebuild that was cut short is done again at the next start', async () => {
  const storage = new MemoryStorage()
  const root = await openCountyRoot(storage)
  value(await root.engine.office.openCase(handler, 'SL0001'))
  const { directory } = await storage.load()
  let commits = 0
  storage.beforeCommit = () => (++commits > 2 ? 'crash-before' : 'ok')
  await expect(root.engine.rebuild()).rejects.toThrow('before the commit')
  expect((await storage.cases({})).rows).toEqual([])
  storage.beforeCommit = undefined
  const restarted = await openNode({ station: COUNTY, lease: 1, storage, keys: root.identity.keys, incarnation: 2 })
  expect((await storage.cases({})).rows).toHaveLength(1)
  expect((await storage.load()).directory).toEqual(directory)
  expect(restarted.engine.office.stations).toHaveLength(1)
})
