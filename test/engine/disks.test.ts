/** Disks that give a case no more, disks that refuse at a start, and what a program reads that the one before could not. */
import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { followHeads, openDatabase } from '#edge-node/restored-database.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { emptyFile } from '#protocol/engine/cases/case-file.ts'
import { createCaseFiles } from '#protocol/engine/cases/case-files.ts'
import { GrowingLists, GrowingSet } from '#protocol/engine/cases/growing.ts'
import { NO_CHANGE, StorageFailure } from '#protocol/engine/ports/storage.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { generateKeys, nodeIdOf } from '#protocol/transport/node-host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { caseId } from '#test/storage/fixtures.ts'
import {
  COUNTY,
  connect,
  type Node,
  nodeRecord,
  openCounty,
  openNode,
  person,
  publish,
  STATIONS,
  TOWNSHIP,
  until,
} from './county.ts'

/** A disk that cannot give the entries of one case. */
class TornStorage extends MemoryStorage {
  torn: DocumentId | undefined

  override async recordsOf(documents: readonly DocumentId[]) {
    if (this.torn && documents.includes(this.torn)) throw new StorageFailure('damaged', '数据页损坏')
    return super.recordsOf(documents)
  }
}

const handler = person(COUNTY, ['handler', 'agent'])
const clerk = person(TOWNSHIP, ['clerk', 'agent'])

/** A root over a disk that has been written before: nothing is in memory. */
const reopen = (storage: MemoryStorage, { identity }: Node, version?: string) =>
  openNode({ station: COUNTY, lease: 1, storage, keys: identity.keys, ...(version ? { version } : {}) })

test('S122 a case that the disk cannot give says so, the others work, and what arrives of it is kept and passed on', async () => {
  const disk = new TornStorage()
  const { root, township } = await openCounty((station) => (station === COUNTY ? disk : new MemoryStorage()))
  const first = connect(township, root)
  await until('township has its station', () => township.engine.office.stations.length === 1)
  const torn = value(await township.engine.office.openCase(clerk, 'SL0001'))
  const sound = value(await township.engine.office.openCase(clerk, 'SL0001'))
  await until(
    'both at the county',
    async () => (await township.engine.office.safetyOf([sound.id])).get(sound.id) === 'root',
  )
  first.cut()
  await root.engine.stop()

  disk.torn = torn.id
  const { engine } = await reopen(disk, root)
  const { office } = engine
  expect(await office.view(handler, torn.id)).toMatchObject({ ok: false, problem: { code: 'storage-damaged' } })
  expect((await office.status()).health.next).toMatch(/没有备份时.*改名留着.*start-empty/)
  expect(value(await office.view(handler, sound.id)).state.number).toBe(sound.number)
  const { health, findings } = await office.status()
  expect(health).toMatchObject({ writable: true, problem: '数据库文件损坏' })
  expect(findings).toMatchObject([{ kind: 'storage' }])

  // One frame with entries of both: the torn case keeps nobody from arriving.
  const noted = [torn, sound].map(({ id }) => township.engine.office.act(clerk, id, 'noted', { text: '电话联系' }))
  for (const one of noted) value(await one)
  connect(township, { station: COUNTY, identity: root.identity, storage: disk, engine })
  await until('the note is at the county', async () => {
    const safety = await township.engine.office.safetyOf([torn.id, sound.id])
    return safety.get(torn.id) === 'root' && safety.get(sound.id) === 'root'
  })
  expect(value(await office.view(handler, sound.id)).state.story.at(-1)?.kind).toBe('noted')
  expect(await office.view(handler, torn.id)).toMatchObject({ ok: false, problem: { code: 'storage-damaged' } })
  await engine.stop()

  // On a sound disk everything is there, what came meanwhile as well.
  disk.torn = undefined
  const mended = (await reopen(disk, root)).engine.office
  expect(value(await mended.view(handler, torn.id)).state.story.at(-1)?.kind).toBe('noted')
  expect((await mended.status()).health.problem).toBe('')
})

test('S122 what is written together with a case that the disk cannot give is saved, and a frame among it keeps its link', async () => {
  const disk = new TornStorage()
  const { root, township } = await openCounty((station) => (station === COUNTY ? disk : new MemoryStorage()))
  const [torn, sound] = [
    await root.engine.office.openCase(handler, 'SL0001'),
    await root.engine.office.openCase(handler, 'SL0001'),
  ].map(value)
  if (!torn || !sound) throw new Error('two cases were opened')
  await root.engine.stop()
  disk.torn = torn.id
  const { engine } = await reopen(disk, root)
  const { office } = engine
  const link = connect(township, { station: COUNTY, identity: root.identity, storage: disk, engine })
  await until('the township has its station', () => township.engine.office.stations.length === 1)
  const ended: string[] = []
  void link.ended.then(({ reason }) => ended.push(reason))

  // A commit that takes until everything else waits: what people wrote is one group, the frame the next one.
  let [commits, release] = [0, () => {}]
  const commit = disk.commit.bind(disk)
  disk.commit = async (change) => {
    commits += 1
    if (commits === 1) await new Promise<void>((resolve) => (release = resolve))
    await commit(change)
  }
  const opening = office.openCase(handler, 'SL0001')
  await until('the commit is held', () => commits === 1)
  const arriving = value(await township.engine.office.openCase(clerk, 'SL0001'))
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  const notes = [sound, torn, sound].map(({ id }) => office.act(handler, id, 'noted', { text: '电话联系' }))
  release()
  value(await opening)
  const [first, refused, last] = await Promise.all(notes)
  expect([first?.ok, refused?.ok, last?.ok]).toEqual([true, false, true])
  expect(refused).toMatchObject({ problem: { code: 'storage-damaged' } })
  expect(value(await office.view(handler, sound.id)).state.story).toHaveLength(3)
  await until('the case arrived', async () => {
    return (await township.engine.office.safetyOf([arriving.id])).get(arriving.id) === 'root'
  })
  expect(commits).toBe(3)
  expect(ended).toEqual([])
  const { health, findings } = await office.status()
  expect(health).toMatchObject({ writable: true, problem: '数据库文件损坏' })
  expect(findings).toMatchObject([{ kind: 'storage' }])
  disk.commit = commit
  await engine.stop()
})

test('S123 a record outside the database that cannot be written is health, and is tried again with the next write and without one', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'county-sidecar-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const keys = generateKeys()
  const database = value(
    await openDatabase(folder, nodeIdOf(keys.publicKey), {
      hadOne: false,
      startEmpty: false,
      enrolled: true,
      root: nodeIdOf(keys.publicKey),
    }),
  )
  const { storage, incarnation, rotated } = database
  const root = await openNode({ station: COUNTY, lease: 1, keys, storage, incarnation, rotated })
  const pauses = new Map<number, () => void>()
  const after = (milliseconds: number, callback: () => void) => {
    pauses.set(milliseconds, callback)
    return () => {}
  }
  const bugs: unknown[] = []
  const following = followHeads(root.engine, database, after, (error) => bugs.push(error))
  const problem = async () => (await root.engine.office.status()).health.problem
  const block = join(folder, 'sidecar.json.new')

  // No file can be written where a folder stands; for a moment the file that is being written stands there itself.
  const obstruct = () =>
    until('nothing stands there', () =>
      mkdir(block).then(
        () => true,
        () => false,
      ),
    )
  await obstruct()
  await publish(root, STATIONS)
  await until('the health says so', async () => (await problem()).includes('记录文件写不进去'))
  expect((await root.engine.office.status()).health.writable).toBe(true)
  await rmdir(block)
  pauses.get(LIMITS.sidecarMilliseconds)?.()
  await publish(root, STATIONS)
  pauses.get(LIMITS.sidecarMilliseconds)?.()
  await until('healthy with the next write', async () => (await problem()) === '')

  await obstruct()
  await publish(root, STATIONS)
  pauses.get(LIMITS.sidecarMilliseconds)?.()
  await until('the health says so again', async () => (await problem()) !== '')
  await rmdir(block)
  pauses.get(LIMITS.sidecarRetryMilliseconds)?.()
  await until('healthy without a write', async () => (await problem()) === '')
  await obstruct()
  await publish(root, STATIONS)
  await following.stop() // fails in no way: the record may lag behind
  await root.engine.stop()
  await storage.close()
  expect(bugs).toEqual([])
})

/** The version of the program that has read all of a disk. */
const readerOf = async (disk: MemoryStorage) =>
  String(JSON.parse((await disk.local('engine', 'reader')) ?? '""')).split(' ')[0]

test('S124 what a program could not read is read again by the next one: records count, receipts go, cases are judged anew', async () => {
  const disk = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage: disk, version: '1' })
  await publish(root, [...STATIONS, nodeRecord(root, null), ...SAMPLE_ITEMS])
  const { id } = value(await root.engine.office.openCase(handler, 'SL0001'))
  value(await root.engine.office.act(handler, id, 'noted', { text: '现场核验' }))
  await root.engine.stop()

  // As an older program would have left it: it could not read an item's record, nor what the case went on with.
  const { directory } = await disk.load()
  const unread = directory.find(({ document }) => document.startsWith('item/SL0002'))?.document as DocumentId
  const [row] = await disk.casesById([id])
  const [place] = (await disk.placesOf([unread])).get(unread) ?? []
  const [ofCase] = (await disk.placesOf([id])).get(id)?.slice(-1) ?? []
  if (!row || !place || !ofCase) throw new Error('the disk has all of them')
  await disk.dropComputed()
  await disk.commit({
    ...NO_CHANGE,
    directory: directory.filter(({ document }) => document !== unread),
    cases: [{ ...row, changedAt: 0, aside: 1 }],
    local: [{ space: 'engine', key: 'refolding', value: null }],
    receipts: [
      {
        log: place.log,
        seq: place.seq,
        document: unread,
        outcome: 'quarantined',
        reason: expect.stringContaining('目录资料无法识别'),
      },
      { log: ofCase.log, seq: ofCase.seq, document: id, outcome: 'unknown-kind', reason: '本机程序不认识的条目类型' },
    ],
  })

  const same = await reopen(disk, root, '1')
  await until('the start is over', async () => (await same.engine.office.status()).refolding === null)
  expect((await disk.casesById([id]))[0]?.aside).toBe(1)
  expect(same.engine.office.directory.item('SL0002')).toBeUndefined()
  await same.engine.stop()

  const newer = await reopen(disk, root, '2')
  await until('the item is known', () => newer.engine.office.directory.item('SL0002') !== undefined)
  await until('the receipts are gone', async () => (await disk.receiptCounts()).length === 0)
  await until('the row is right', async () => JSON.stringify(await disk.casesById([id])) === JSON.stringify([row]))
  await until('it is noted', async () => (await readerOf(disk)) === '2')
  await until('all is judged', async () => (await newer.engine.office.status()).refolding === null)
  await newer.engine.stop()
})

test('S124 a bug while records are read again is told and ends nothing: the node works, and the next start tries it again', async () => {
  const disk = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage: disk, version: '1' })
  await publish(root, [...STATIONS, nodeRecord(root, null), ...SAMPLE_ITEMS])
  await root.engine.stop()
  const documentsAfter = disk.documentsAfter.bind(disk)
  disk.documentsAfter = async () => {
    throw new Error('a bug in reading again')
  }
  const { engine } = await reopen(disk, root, '2')
  const { office } = engine
  await until('it is told', async () => (await office.status()).findings.some(({ kind }) => kind === 'bug'))
  value(await office.openCase(handler, 'SL0001'))
  await engine.stop()
  disk.documentsAfter = documentsAfter
  const next = await reopen(disk, root, '2')
  await until('it is noted', async () => (await readerOf(disk)) === '2')
  await next.engine.stop()
})

test('S125 a rebuild that a full disk cuts in the middle keeps the directory: people sign in at the next start', async () => {
  const disk = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage: disk })
  await publish(root, [...STATIONS, nodeRecord(root, null), ...SAMPLE_ITEMS])
  value(await root.engine.office.openCase(handler, 'SL0001'))
  const { directory } = await disk.load()
  for (const commitsBefore of [0, 1, 2]) {
    let commits = 0
    disk.beforeCommit = () => (++commits > commitsBefore ? 'full' : 'ok')
    await expect(root.engine.rebuild()).rejects.toMatchObject({ fault: 'full' })
    expect((await disk.load()).directory).toEqual(directory)
  }
  await root.engine.stop()
  disk.beforeCommit = () => 'full'
  const { engine } = await reopen(disk, root)
  expect(engine.office.stations).toHaveLength(1)
  disk.beforeCommit = undefined
  await engine.rebuild()
  expect((await engine.office.find({})).rows).toHaveLength(1)
  await engine.stop()
})

test('S125 a rebuild that the disk refuses at a start is put off: lists show what there is, and it is done when there is room', async () => {
  const disk = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage: disk })
  await publish(root, [...STATIONS, nodeRecord(root, null), ...SAMPLE_ITEMS])
  const { id } = value(await root.engine.office.openCase(handler, 'SL0001'))
  await root.engine.stop()
  const [row] = await disk.casesById([id])
  if (!row) throw new Error('the case has a row')
  await disk.commit({
    ...NO_CHANGE,
    cases: [{ ...row, stage: 'old' }],
    local: [{ space: 'engine', key: 'rebuilding', value: 'true' }],
  })
  disk.beforeCommit = () => 'full'
  const { engine } = await reopen(disk, root)
  expect((await engine.office.find({})).rows).toMatchObject([{ id, stage: 'old' }])
  expect((await engine.office.status()).health).toMatchObject({ writable: false, problem: '本机磁盘已满' })
  disk.beforeCommit = undefined
  await engine.rebuild()
  expect((await engine.office.find({})).rows).toEqual([row])
  await engine.stop()
})

test('G33 copies of what grows see what was there and what they add, not what others add after them', () => {
  const first = new GrowingSet<string>()
  first.add('a')
  const [second, third] = [first.copy(), first.copy()]
  second.add('b')
  third.add('c')
  third.add('c')
  first.add('d')
  const seen = (set: GrowingSet<string>) => ['a', 'b', 'c', 'd'].filter((one) => set.has(one)).join('')
  expect([first, second, third].map(seen)).toEqual(['ad', 'ab', 'ac'])

  const lists = new GrowingLists<string, number>()
  lists.add('k', 1)
  const [left, right] = [lists.copy(), lists.copy()]
  left.add('k', 2)
  left.add('l', 3)
  right.add('k', 4)
  expect([lists.get('k'), left.get('k'), right.get('k')]).toEqual([[1], [1, 2], [1, 4]])
  expect([lists.has('l'), left.has('l'), right.has('l')]).toEqual([false, true, false])
})

test('G33 decoded cases are bounded in bytes: a few long ones push out many short ones, the one worked on stays', () => {
  const files = createCaseFiles()
  const sized = (number: number, bytes: number) => ({ ...emptyFile(caseId(number)), bytes })
  files.keep(Array.from({ length: 100 }, (_, number) => sized(number, 1_000)))
  files.keep([sized(200, LIMITS.cachedCaseBytes - 50_000)])
  expect(files.get(caseId(0))).toBeUndefined()
  expect(files.get(caseId(99))).toBeDefined()
  files.keep([sized(201, 2 * LIMITS.cachedCaseBytes)])
  expect(files.get(caseId(201))).toBeDefined()
  expect(files.get(caseId(99))).toBeUndefined()
})

test('G34 a station with as many edits in a case as it may have is refused further ones in words and writes facts', {
  timeout: 120_000,
}, async () => {
  const disk = new MemoryStorage()
  const root = await openNode({ station: COUNTY, lease: 1, storage: disk })
  await publish(root, [...STATIONS, nodeRecord(root, null), ...SAMPLE_ITEMS])
  const { office } = root.engine
  const { id } = value(await office.openCase(handler, 'SL0001'))
  const write = (number: number) => office.edit(handler, id, 'application', { set: { phone: String(number) } })
  let number = 0
  for (; number <= LIMITS.stationEdits; number++) if (!(await write(number)).ok) break
  expect(number).toBe(LIMITS.stationEdits)
  expect(await write(number)).toMatchObject({ ok: false, problem: { code: 'case-full' } })
  value(await office.act(handler, id, 'noted', { text: '补充说明' }))
  const view = value(await office.view(handler, id))
  expect(view.sections.find(({ name }) => name === 'application')?.value).toEqual({ phone: String(number - 1) })
  // A disk that refuses leaves nothing behind in what is kept open.
  const { id: other } = value(await office.openCase(handler, 'SL0001'))
  value(await office.edit(handler, other, 'application', { set: { phone: '1' } }))
  disk.beforeCommit = () => 'full'
  expect((await office.edit(handler, other, 'application', { set: { phone: '2' } })).ok).toBe(false)
  const phone = async () =>
    value(await office.view(handler, other)).sections.find(({ name }) => name === 'application')?.value
  expect(await phone()).toEqual({ phone: '1' })
  disk.beforeCommit = undefined
  value(await office.edit(handler, other, 'application', { set: { name: '王' } }))
  expect(await phone()).toEqual({ phone: '1', name: '王' })
  await root.engine.stop()
})
