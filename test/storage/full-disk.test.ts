/** The database on a disk that is really full, held by another program, or damaged in the middle. */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { NO_CHANGE, type Storage } from '#protocol/engine/ports/storage.ts'
import { openLibsql, openStatements } from '#protocol/storage/libsql.ts'
import { migrate } from '#protocol/storage/migrate.ts'
import { MIGRATIONS } from '#protocol/storage/migrations.ts'
import { openStorage } from '#protocol/storage/sql/sql-storage.ts'
import { statement } from '#protocol/storage/sql/statements.ts'
import { Author, caseId, caseRow, logOf } from './fixtures.ts'
import { canMount, smallDisk } from './small-disk.ts'

const local = (value: string) => ({ ...NO_CHANGE, local: [{ space: 's', key: 'k', value }] })

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs a piece of program with the storage in a process of its own, as the next start of a node does. */
function elsewhere(path: string, program: string): string {
  const source = `const { openLibsql } = await import('#protocol/storage/libsql.ts')
    const { NO_CHANGE } = await import('#protocol/engine/ports/storage.ts')
    const path = ${JSON.stringify(path)}
    ${program}`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    cwd: process.cwd(),
    encoding: 'utf8',
  })
  if (stderr !== '') throw new Error(stderr)
  return stdout
}
const TELL = `try { const storage = await openLibsql(path, { busyMilliseconds: 10 })
  process.stdout.write(String(await storage.local('s', 'k'))) } catch (problem) { process.stdout.write(problem.fault) }`

test('D45 opening a database looks into no file of its own: the lock of whoever has it open stays', async () => {
  const path = join(folderOf(), 'node.db')
  const storage = await openLibsql(path)
  await storage.commit(local('1'))
  expect(elsewhere(path, TELL)).toBe('locked')
  await expect(openLibsql(path, { busyMilliseconds: 10 })).rejects.toMatchObject({ fault: 'locked' })
  expect(elsewhere(path, TELL)).toBe('locked')
  await storage.close()
  expect(elsewhere(path, TELL)).toBe('1')
})

describe.skipIf(!canMount)('a full disk', () => {
  test('D46 closing on a full disk fails in no way, and the next start has everything that was committed', async () => {
    const disk = smallDisk(2_000_000)
    const path = join(disk.folder, 'node.db')
    // In a process of its own: what it leaves open ends with it, as with a program that stops.
    const closing = `const { writeFileSync } = await import('node:fs')
      const storage = await openLibsql(path)
      for (let n = 1; n <= 40; n++)
        await storage.commit({ ...NO_CHANGE, local: [{ space: 's', key: 'k', value: String(n) }, { space: 'big', key: String(n), value: 'x'.repeat(9000) }] })
      try { writeFileSync(${JSON.stringify(join(disk.folder, 'filler'))}, new Uint8Array(3_000_000)) } catch {}
      await storage.close().then(() => process.stdout.write('closed'), (problem) => process.stdout.write(problem.fault))`
    expect(elsewhere(path, closing)).toBe('closed')
    expect(statSync(`${path}-wal`).size).toBeGreaterThan(0) // it could not be taken in: the disk was full indeed
    expect(elsewhere(path, TELL)).toBe('40')
    disk.free()
    expect(elsewhere(path, `${TELL}; await (await openLibsql(path).catch(() => undefined))?.close()`)).toBe('40')
  })

  test('D47 a database opens on a full disk, alone, is read, refuses writes as full, and writes as soon as there is room', async () => {
    const disk = smallDisk(2_000_000)
    const path = join(disk.folder, 'node.db')
    const before = await openLibsql(path)
    await before.commit({ ...local('before'), cases: [caseRow(1)] })
    await before.close() // in order: the file stands in the mode that a start has to change
    disk.fill()
    const statements = openStatements(path)
    const storage = await openStorage(statements)
    expect(await storage.local('s', 'k')).toBe('before')
    expect((await storage.cases({})).rows).toEqual([caseRow(1)])
    await expect(storage.commit(local('refused'))).rejects.toMatchObject({ fault: 'full' })
    expect(await storage.local('s', 'k')).toBe('before')
    expect(elsewhere(path, TELL)).toBe('locked')
    disk.free()
    await storage.commit(local('after'))
    expect(await storage.local('s', 'k')).toBe('after')
    expect(await statements.read(statement('PRAGMA journal_mode'))).toEqual([['wal']])
    expect(elsewhere(path, TELL)).toBe('locked')
    await storage.close()
    expect(elsewhere(path, TELL)).toBe('after')
  })

  test('D48 a migration on a full disk is refused as full, with the data as it was, and done when there is room', async () => {
    const disk = smallDisk(2_000_000)
    const path = join(disk.folder, 'node.db')
    const statements = openStatements(path)
    await migrate(statements)
    await statements.commit([
      statement("INSERT INTO local (space, key, value) VALUES ('s', 'k', ?)", 'x'.repeat(600_000)),
    ])
    await statements.close()
    const kept = readFileSync(path)
    disk.fill(8_192)
    const newer = [...MIGRATIONS, { name: '9999_later', statements: ['CREATE TABLE later AS SELECT * FROM local'] }]
    const opened = openStatements(path)
    await expect(migrate(opened, newer)).rejects.toMatchObject({ fault: 'full' })
    expect(await opened.read(statement('SELECT length(value) FROM local'))).toEqual([[600_000]])
    expect(await opened.read(statement("SELECT count(*) FROM migrations WHERE name = '9999_later'"))).toEqual([[0]])
    expect(readFileSync(path).subarray(100).equals(kept.subarray(100))).toBe(true)
    disk.free()
    await migrate(opened, newer)
    expect(await opened.read(statement('SELECT length(value) FROM later'))).toEqual([[600_000]])
    await opened.close()
  })
})

/** Writes enough cases that the file has pages to damage. */
async function fill(storage: Storage): Promise<void> {
  const author = new Author()
  for (let round = 0; round < 3; round++) {
    const entries = Array.from({ length: 300 }, (_, index) => [logOf(1), caseId(round * 300 + index)] as const)
    await storage.commit({ ...author.pack(entries), cases: entries.map((_, index) => caseRow(round * 300 + index)) })
  }
}

test('D49 damage in one table is remembered and named by the check, while the others are read and written', async () => {
  const path = join(folderOf(), 'node.db')
  const first = await openLibsql(path)
  await fill(first)
  await first.commit(local('1'))
  await first.close()
  const statements = openStatements(path)
  const [root] = await statements.read(statement("SELECT rootpage FROM sqlite_master WHERE name = 'packs'"))
  await statements.close()
  const file = openSync(path, 'r+')
  writeSync(file, new Uint8Array(2_000).fill(0xa7), 0, 2_000, (Number(root?.[0]) - 1) * 4_096)
  closeSync(file)

  const storage = await openLibsql(path).catch((problem) => problem)
  if (storage instanceof Error) throw storage
  expect(storage.damage).toBeUndefined()
  let turns = 0
  await expect(storage.check(async () => void turns++)).rejects.toMatchObject({
    fault: 'damaged',
    message: expect.stringContaining('packs'),
  })
  expect(turns).toBeGreaterThan(0)
  expect(storage.damage).toMatchObject({ fault: 'damaged' })
  await expect(storage.packsAfter(0, 1)).rejects.toMatchObject({ fault: 'damaged' })
  expect((await storage.cases({})).rows).not.toEqual([])
  await storage.commit(local('2'))
  expect(await storage.local('s', 'k')).toBe('2')
  await storage.close()
})

test('D50 a check of a sound database goes table by table, with a turn for others after each', async () => {
  const path = join(folderOf(), 'node.db')
  const statements = openStatements(path)
  const storage = await openStorage(statements)
  await fill(storage)
  const [tables] = await statements.read(statement("SELECT count(*) FROM sqlite_master WHERE type = 'table'"))
  let turns = 0
  await storage.check(async () => void turns++)
  expect(turns).toBe(tables?.[0])
  expect(storage.damage).toBeUndefined()
  await storage.close()
})
