/** What people read when a database was put back, moved, or is gone: real folders, files and programs. */
import { createHash } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { buildPrograms } from '#edge-node/build.ts'
import { openDatabase } from '#edge-node/restored-database.ts'
import { findingsOf } from '#edge-node/restored-findings.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import type { KeyPair } from '#protocol/engine/ports/host.ts'
import { NO_CHANGE, StorageFailure } from '#protocol/engine/ports/storage.ts'
import { openLibsql } from '#protocol/storage/libsql.ts'
import { readSidecar } from '#protocol/storage/sidecar.ts'
import { generateKeys, nodeIdOf } from '#protocol/transport/node-host.ts'
import { valueIn as value } from '#test/documents/authors.ts'
import { COUNTY, nodeRecord, openNode, person, publish, STATIONS } from '#test/engine/county.ts'
import { temporaryFolder } from '#test/enrolment/folder.ts'
import { codeFor, HUB, rootOf, startHub, startNode, TOWNSHIP } from './county.ts'
import { run, until } from './program.ts'

beforeAll(() => buildPrograms(['hub', 'edge-node']), 60_000)

/** How the county's own node opens its database. */
const plain = (keys: KeyPair) => ({
  hadOne: false,
  startEmpty: false,
  enrolled: true,
  root: nodeIdOf(keys.publicKey),
})
const DATABASE = 'county.db'
const SIDECAR = 'sidecar.json'

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'county-restored-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The hall works in a folder: so many cases; everything is in the record outside when it ends. */
async function work(folder: string, keys: KeyPair, cases: number) {
  const database = value(await openDatabase(folder, nodeIdOf(keys.publicKey), plain(keys)))
  const { storage, incarnation, rotated, remember } = database
  const hall = await openNode({ station: COUNTY, lease: 1, keys, storage, incarnation, rotated })
  if (hall.engine.office.stations.length === 0)
    await publish(hall, [...STATIONS, nodeRecord(hall, null), ...SAMPLE_ITEMS])
  for (let count = 0; count < cases; count++)
    value(await hall.engine.office.openCase(person(COUNTY, ['clerk']), 'SL0001'))
  await hall.engine.stop()
  await remember(hall.engine.ownHeads() as never)
  await storage.close()
}

/** What is said of the database in a folder, at the county and below it. */
async function said(folder: string, keys: KeyPair) {
  const database = value(await openDatabase(folder, nodeIdOf(keys.publicKey), plain(keys)))
  await database.storage.close()
  const words = (isRoot: boolean) =>
    findingsOf(database, isRoot, 0).map(({ message, next, details }) => `${message}${next}${details}`)[0] ?? ''
  return { verdict: database.verdict, root: words(true), below: words(false) }
}

test('D38 a database that is behind says of how many logs how many entries are missing, who gives back which, and from when on paper is to be checked', async () => {
  const folder = await newFolder()
  const keys = generateKeys()
  await work(folder, keys, 1)
  await copyFile(join(folder, DATABASE), join(folder, 'older'))
  await work(folder, keys, 3)
  await copyFile(join(folder, 'older'), join(folder, DATABASE))
  const { verdict, root, below } = await said(folder, keys)
  expect(verdict).toBe('behind')
  for (const words of [root, below]) {
    expect(words).toContain('1 个日志至少少了 3 条记录')
    expect(words).toContain('编号不会重复')
    expect(words).toMatch(/“安县政务服务中心”最后一条写于 \d{4}-\d\d-\d\d \d\d:\d\d\(共 1 条\)/)
    expect(words).toMatch(/“全县目录”最后一条写于/)
    expect(words).toMatch(
      /本机写的记录当时只到 \d{4}-\d\d-\d\d \d\d:\d\d\(1 个站点,共 \d+ 条\)。这之后开出的纸质凭证.*补录/,
    )
    expect(words).not.toContain('无需操作')
  }
  expect(root).toContain('下级持有的记录自动取回')
  expect(root).toContain('大厅自己建的办件')
  expect(root).not.toContain('上级')
  expect(below).toContain('上级和下级持有的记录自动取回')
  expect(below).not.toContain('大厅')
})

test('D39 a moved database and one without its record speak of missing records too; the same one says nothing', async () => {
  const folder = await newFolder()
  const keys = generateKeys()
  await work(folder, keys, 1)
  expect(await said(folder, keys)).toEqual({ verdict: 'same', root: '', below: '' })
  await copyFile(join(folder, DATABASE), join(folder, 'copy'))
  await rename(join(folder, 'copy'), join(folder, DATABASE))
  const moved = await said(folder, keys)
  expect(moved.verdict).toBe('moved')
  for (const part of ['备份之后的记录可能缺失', '原来的那一份不再运行', '“安县政务服务中心”最后一条写于', '纸质凭证'])
    expect(moved.root).toContain(part)
  await rm(join(folder, SIDECAR))
  const unknown = await said(folder, keys)
  expect(unknown.verdict).toBe('unknown')
  for (const part of ['sidecar.json', '记录可能缺失', '“安县政务服务中心”最后一条写于', '纸质凭证'])
    expect(unknown.root).toContain(part)
})

test('D30 a rotation that the database or its record refuses, or that a power cut halves, is no restored backup at the next start', async () => {
  const folder = await newFolder()
  const keys = generateKeys()
  const node = nodeIdOf(keys.publicKey)
  await work(folder, keys, 1)
  const record = async () => {
    const reading = await readSidecar(join(folder, SIDECAR))
    return reading.state === 'present' ? reading.sidecar : expect.fail('the record is there')
  }
  const open = async () => value(await openDatabase(folder, node, plain(keys)))

  const refused = await open()
  const before = await record()
  expect(Object.keys(before.ownHeads)).toHaveLength(2)
  await refused.storage.close()
  await expect(refused.rotated(before.incarnation + 1)).rejects.toThrow()
  expect(await record()).toEqual(before)
  const first = await open()
  expect([first.verdict, first.incarnation, first.findings]).toEqual(['same', before.incarnation, []])

  // No file can be written where a folder stands: the database has the new number, its record does not.
  const block = join(folder, `${SIDECAR}.new`)
  await mkdir(block)
  for (const next of [before.incarnation + 1, before.incarnation + 2])
    await expect(first.rotated(next)).rejects.toThrow(StorageFailure)
  await rmdir(block)
  await first.remember(before.ownHeads as never) // it goes on under the number that stands
  expect((await record()).incarnation).toBe(before.incarnation)
  await first.storage.close()

  await mkdir(block)
  const second = await open()
  expect([second.verdict, second.incarnation, second.findings]).toEqual(['same', before.incarnation + 2, []])
  await expect(second.storage.commit(NO_CHANGE)).rejects.toThrow(StorageFailure) // not before the record has it
  await rmdir(block)
  await second.storage.commit(NO_CHANGE)
  expect(await record()).toMatchObject({ incarnation: before.incarnation + 2, ownHeads: before.ownHeads })
  await second.rotated(before.incarnation + 3)
  expect(await record()).toMatchObject({ incarnation: before.incarnation + 3, ownHeads: before.ownHeads })
  await mkdir(block)
  await expect(second.rotated(before.incarnation + 4)).rejects.toThrow(StorageFailure)
  await rmdir(block)
  await second.storage.close()
  const third = await open()
  expect([third.verdict, third.incarnation, third.findings]).toEqual(['same', before.incarnation + 4, []])
  await third.storage.close()
})

test('D40 a database that is gone or empty is not begun anew: nothing is made, nothing is changed', async () => {
  const folder = await newFolder()
  const keys = generateKeys()
  const node = nodeIdOf(keys.publicKey)
  await work(folder, keys, 1)
  const sidecar = await readFile(join(folder, SIDECAR), 'utf8')
  const refused = async () => {
    const opened = await openDatabase(folder, node, plain(keys))
    expect(opened).toMatchObject({ ok: false, problem: { code: 'database-gone' } })
    expect(await readFile(join(folder, SIDECAR), 'utf8')).toBe(sidecar)
  }
  await truncate(join(folder, DATABASE), 0)
  await refused()
  await rm(join(folder, DATABASE))
  await refused()
  await expect(readFile(join(folder, DATABASE))).rejects.toThrow()
  // A database of the right form in which nothing was ever written.
  const elsewhere = await newFolder()
  const empty = await openLibsql(join(elsewhere, DATABASE))
  await empty.close()
  await copyFile(join(elsewhere, DATABASE), join(folder, DATABASE))
  await refused()
  await writeFile(join(folder, SIDECAR), 'damaged')
  expect(await openDatabase(folder, node, plain(keys))).toMatchObject({ ok: false, problem: { code: 'database-gone' } })
  await rm(join(folder, DATABASE))
  await rm(join(folder, SIDECAR))
  const begun = await openDatabase(folder, node, { ...plain(keys), hadOne: true })
  expect(begun).toMatchObject({ ok: false, problem: { code: 'database-gone' } })
  const first = value(await openDatabase(folder, node, plain(keys)))
  expect(first.verdict).toBe('new')
  await first.storage.close()
})

test('D41 whoever decides it goes on with an empty database, under a new incarnation, and is told what is gone', async () => {
  const folder = await newFolder()
  const keys = generateKeys()
  await work(folder, keys, 2)
  const before = JSON.parse((await readFile(join(folder, SIDECAR), 'utf8')).split('\n')[0] ?? '') as {
    incarnation: number
  }
  await rm(join(folder, DATABASE))
  const startEmpty = { ...plain(keys), hadOne: true, startEmpty: true }
  const begun = value(await openDatabase(folder, nodeIdOf(keys.publicKey), startEmpty))
  await begun.storage.close()
  expect(begun).toMatchObject({ verdict: 'behind', restored: { logs: 2 } })
  expect(begun.incarnation).not.toBe(before.incarnation)
  const words = (isRoot: boolean) =>
    findingsOf(begun, isRoot, 0).map(({ message, next }) => `${message}${next}`)[0] ?? ''
  expect(words(false)).toContain('本机写的记录一条也没有。所有纸质凭证,请按编号逐份查询')
  expect(words(true)).toMatch(/凭县中心以前签名的登记被重新认可.*自动取回.*不用重新入网.*没有备用机的须重新建账号/)
  for (const told of [words(true), words(false)]) expect(told).not.toContain('恢复过备份')
  // Without the record, too, it is not a first start.
  await rm(join(folder, DATABASE))
  await rm(join(folder, SIDECAR))
  const alone = value(await openDatabase(folder, nodeIdOf(keys.publicKey), startEmpty))
  await alone.storage.close()
  expect(findingsOf(alone, true, 0)[0]?.message).toContain('从空数据库重新开始')
})

/** A hub and a township that have worked and were stopped. */
async function workedAndStopped() {
  const folder = temporaryFolder()
  const hub = startHub(folder)
  const county = await hub.address()
  const code = await codeFor(county, TOWNSHIP, await rootOf(county))
  const township = await startNode(join(folder, 'township'), county, code, 'anchang.clerk')
  expect(await township.program.end()).toBe(0)
  expect(await hub.end()).toBe(0)
  const programs = [
    ['hub', { ...HUB, DATA_FOLDER: join(folder, 'hub') }],
    ['edge-node', { DATA_FOLDER: join(folder, 'township') }],
  ] as const
  return { folder, programs }
}

test('D40 D41 hub and township end with code 2 and words when their database is gone, and start when told to', {
  timeout: 120_000,
}, async () => {
  const { programs } = await workedAndStopped()
  for (const [name, settings] of programs) {
    await rm(join(settings.DATA_FOLDER, DATABASE))
    const refused = run(name, settings)
    expect(await refused.ended, name).toBe(2)
    for (const words of ['county.db', '不见了或是空的', '没有新建数据库', 'start-empty'])
      expect(refused.text(), name).toContain(words)
    expect(refused.text(), name).toContain('自动取回')
    expect(refused.text().includes('凭县中心以前签名的登记'), name).toBe(name === 'hub')
    const told = run(name, settings, ['start-empty'])
    await told.address()
    await until(() => expect(told.text()).toContain('"verdict":"behind"'))
    expect(await told.end()).toBe(0)
    const again = run(name, settings)
    await again.address()
    expect(await again.end()).toBe(0)
  }
})

/** What lies in a folder, each file as a hash. A database that is looked into may be tidied by its library. */
async function contentOf(folder: string, lookedInto: boolean) {
  const hashOf = async (name: string) =>
    lookedInto && name === DATABASE
      ? ''
      : createHash('sha256')
          .update(await readFile(join(folder, name)))
          .digest('hex')
  return Promise.all((await readdir(folder)).sort().map(async (name) => [name, await hashOf(name)]))
}

test('D44 without its key or its enrolment nothing goes on over old data: code 2, the missing file is named, nothing is made', {
  timeout: 120_000,
}, async () => {
  const { folder, programs } = await workedAndStopped()
  for (const [name, settings] of programs) {
    const at = (file: string) => join(settings.DATA_FOLDER, file)
    for (const missing of [
      ['node-key.pem'],
      ['node-key.pem', 'enrolment.json'],
      ['enrolment.json'],
      ['enrolment.json', SIDECAR],
    ]) {
      for (const file of missing) await rename(at(file), join(folder, file))
      const before = await contentOf(settings.DATA_FOLDER, missing.includes(SIDECAR))
      const refused = run(name, settings)
      expect(await refused.ended, `${name} ${missing}`).toBe(2)
      expect(refused.text()).toContain(`没有 ${missing[0]}`)
      expect(await contentOf(settings.DATA_FOLDER, missing.includes(SIDECAR))).toEqual(before)
      for (const file of missing) await rename(join(folder, file), at(file))
    }
  }
})

test('D44 a database of another county is not taken; a first start that was cut short goes on', async () => {
  const folder = await newFolder()
  const [keys, others] = [generateKeys(), generateKeys()]
  await work(folder, keys, 1)
  await rm(join(folder, SIDECAR))
  const other = await openDatabase(folder, nodeIdOf(others.publicKey), plain(others))
  expect(other).toMatchObject({ ok: false, problem: { code: 'other-root' } })
  const begun = await newFolder()
  const first = value(await openDatabase(begun, nodeIdOf(keys.publicKey), { ...plain(keys), enrolled: false }))
  await first.storage.close()
  const second = value(await openDatabase(begun, nodeIdOf(keys.publicKey), { ...plain(keys), enrolled: false }))
  await second.storage.close()
})
