/** The libSQL adapter: the contract on real files, and what real files do: full, locked, damaged, migrated. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'libsql'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { NO_CHANGE, type Storage } from '#protocol/engine/ports/storage.ts'
import { LIMITS } from '#protocol/limits.ts'
import { openLibsql, openStatements } from '#protocol/storage/libsql.ts'
import { migrate } from '#protocol/storage/migrate.ts'
import { openStorage } from '#protocol/storage/sql/sql-storage.ts'
import { statement } from '#protocol/storage/sql/statements.ts'
import { type Home, storageContract } from './contract.ts'
import { Author, caseId, caseRow, logOf } from './fixtures.ts'
import { goodLine, overLine } from './poor-line.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), '县 storage-'))
  path = join(folder, 'node.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A file of its own, with real connections over a line that may fail. */
const fileHome = async (settings: Parameters<typeof openStatements>[1] = {}): Promise<Home> => {
  const line = goodLine()
  return {
    open: () => openStorage(overLine(openStatements(path, settings), line)),
    loseAnswer: () => {
      line.next = 'lost'
    },
    remove: async () => undefined,
  }
}

storageContract('libSQL', () => fileHome())
storageContract('libSQL with 100 parameters a statement', () => fileHome({ parameters: 100 }))

test('D56 while it cannot be asked whether new logs were stored, reads and commits fail, and then it is known', async () => {
  const line = goodLine()
  const storage = await openStorage(overLine(openStatements(path), line))
  const author = new Author()
  Object.assign(line, { next: 'lost', thenMute: true })
  await expect(storage.commit(author.pack([[logOf(1), caseId(1)]]))).rejects.toMatchObject({ fault: 'other' })
  const next = author.pack([[logOf(2), caseId(2)]])
  await expect(storage.packHolding(logOf(1), 1)).rejects.toMatchObject({ fault: 'other' })
  await expect(storage.receiptsIn(logOf(1), 10)).rejects.toMatchObject({ fault: 'other' })
  await expect(storage.commit(next)).rejects.toMatchObject({ fault: 'other' })
  line.isMute = false
  expect((await storage.packHolding(logOf(1), 1))?.arrival).toBe(1)
  line.next = 'refused'
  await expect(storage.commit(next)).rejects.toMatchObject({ fault: 'other' })
  expect(await storage.packHolding(logOf(2), 1)).toBeUndefined()
  await storage.commit(next)
  expect((await storage.packHolding(logOf(2), 1))?.arrival).toBe(2)
  await storage.close()
})

/** Writes enough that the file has pages to damage. */
async function fill(storage: Storage): Promise<void> {
  const author = new Author()
  for (let round = 0; round < 3; round++) {
    const entries = Array.from({ length: 300 }, (_, index) => [logOf(1), caseId(round * 300 + index)] as const)
    const cases = entries.map((_, index) => caseRow(round * 300 + index))
    await storage.commit({ ...author.pack(entries), cases })
  }
}

test('D29 a statement is given a value for every parameter, of a kind the database knows, or is refused', async () => {
  const statements = await openStatements(path)
  await statements.commit([statement('CREATE TABLE trial (a, b)')])
  const insert = 'INSERT INTO trial VALUES (?, ?)'
  await statements.commit([statement(insert, 'x', 1)])
  const wrong: readonly unknown[][] = [['y'], ['y', 1, 2], ['y', true], ['y', undefined], ['y', Number.NaN], ['y', 1n]]
  for (const values of wrong)
    await expect(statements.commit([{ sql: insert, values: values as never }])).rejects.toMatchObject({
      fault: 'other',
      cause: { message: expect.stringContaining('assertion failed') },
    })
  expect(await statements.read(statement("SELECT a, b, '?' FROM trial"))).toEqual([['x', 1, '?']])
  await statements.close()
})

test('D20 the file is readable and writable for its owner only', async () => {
  await (await openLibsql(path)).close()
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

describe('locked', () => {
  test('D21 a second opening is refused while the first is open, and works after it closed', async () => {
    const first = await openLibsql(path)
    await expect(openLibsql(path, { busyMilliseconds: 10 })).rejects.toMatchObject({ fault: 'locked' })
    await first.commit({ ...NO_CHANGE, cases: [caseRow(1)] })
    await first.close()
    const second = await openLibsql(path)
    expect((await second.cases({})).rows).toEqual([caseRow(1)])
    await second.close()
  })

  test('D21 another process that holds the file is told apart from damage, and its end frees the file', async () => {
    await (await openLibsql(path)).close()
    const program = `const { openLibsql } = await import('#protocol/storage/libsql.ts')
      await openLibsql(${JSON.stringify(path)}); process.stdout.write('open'); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: process.cwd() })
    const ended = once(child, 'exit')
    await once(child.stdout, 'data')
    await expect(openLibsql(path, { busyMilliseconds: 10 })).rejects.toMatchObject({ fault: 'locked' })
    child.kill('SIGKILL')
    await ended
    const storage = await openLibsql(path)
    await storage.commit({ ...NO_CHANGE, cases: [caseRow(1)] })
    await storage.close()
  })
})

test('D29 after SQLITE_BUSY the next attempt has a new connection and the lock, and nothing of the failed commit is there', async () => {
  const statements = openStatements(path, { busyMilliseconds: 10 })
  const storage = await openStorage(statements)
  // The lock is given up by hand: with it nobody else could make the database busy.
  for (const pragma of ['journal_mode = DELETE', 'locking_mode = NORMAL']) {
    await statements.read(statement(`PRAGMA ${pragma}`))
  }
  await statements.read(statement('SELECT count(*) FROM sqlite_master'))
  const other = new Database(path)
  other.exec('BEGIN IMMEDIATE')
  const author = new Author()
  const failed = author.pack([[logOf(1), caseId(1)]])
  await expect(storage.commit({ ...failed, cases: [caseRow(1)] })).rejects.toMatchObject({ fault: 'locked' })
  other.exec('ROLLBACK')
  other.close()
  await storage.commit({ ...NO_CHANGE, cases: [caseRow(2)] })
  expect((await storage.cases({})).rows).toEqual([caseRow(2)])
  expect(await storage.load()).toMatchObject({ heads: [], arrival: 0 })
  await storage.commit(failed)
  await expect(openLibsql(path, { busyMilliseconds: 10 })).rejects.toMatchObject({ fault: 'locked' })
  expect(await statements.read(statement('PRAGMA journal_mode'))).toEqual([['wal']])
  await storage.close()
})

test('D29 more statements than a connection keeps prepared are all answered, the earliest again at the end', async () => {
  const statements = openStatements(path)
  for (const number of [...Array(LIMITS.preparedStatements + 5).keys(), 0, 1]) {
    expect(await statements.read(statement(`SELECT ${number}, ?`, 'x'))).toEqual([[number, 'x']])
  }
  await statements.close()
})

test('D22 a full disk fails the whole commit, says so, and the next smaller one works', async () => {
  const statements = openStatements(path)
  const storage = await openStorage(statements)
  await storage.commit({ ...NO_CHANGE, cases: [caseRow(1)] })
  const [pages] = await statements.read(statement('PRAGMA page_count'))
  await statements.read(statement(`PRAGMA max_page_count = ${Number(pages?.[0]) + 3}`))
  const author = new Author()
  const big = author.pack(Array.from({ length: 900 }, (_, index) => [logOf(1), caseId(index)] as const))
  const failed = storage.commit({ ...big, cases: [caseRow(2)] })
  await expect(failed).rejects.toMatchObject({ fault: 'full', message: expect.stringContaining('磁盘已满') })
  expect(await storage.load()).toEqual({ heads: [], directory: [], arrival: 0 })
  expect((await storage.cases({})).rows).toEqual([caseRow(1)])
  await storage.commit({ ...NO_CHANGE, cases: [caseRow(1, { stage: '30' })] })
  await statements.read(statement('PRAGMA max_page_count = 1000000'))
  await storage.commit(big)
  expect((await storage.load()).heads).toHaveLength(1)
  await storage.close()
})

describe('damaged', () => {
  const overwrite = (offset: number, bytes: Uint8Array) => {
    const file = openSync(path, 'r+')
    writeSync(file, bytes, 0, bytes.length, offset)
    closeSync(file)
  }

  test('D23 an overwritten header is reported as damage', async () => {
    const storage = await openLibsql(path)
    await fill(storage)
    await storage.close()
    overwrite(0, new Uint8Array(100).fill(0x55))
    await expect(openLibsql(path)).rejects.toMatchObject({ fault: 'damaged', message: expect.stringContaining('备份') })
  })

  test('D23 torn pages in the middle are found by the check and never crash a read', async () => {
    const pagesOf = () => statSync(path).size / 4096
    await (await openLibsql(path)).close()
    const empty = pagesOf()
    const storage = await openLibsql(path)
    await fill(storage)
    await storage.close()
    for (let page = empty, pages = pagesOf(); page < pages; page++)
      overwrite(page * 4096 + 8, new Uint8Array(2000).fill(0xa7))
    const torn = await openLibsql(path)
    await expect(torn.check()).rejects.toMatchObject({ fault: 'damaged', message: expect.stringContaining('备份') })
    const ids = Array.from({ length: 900 }, (_, index) => caseId(index))
    await expect(torn.recordsOf(ids)).rejects.toMatchObject({ fault: 'damaged' })
    await torn.close()
  })

  test('D23 a file that ends early is reported as damage', async () => {
    const storage = await openLibsql(path)
    await fill(storage)
    await storage.close()
    writeFileSync(path, readFileSync(path).subarray(0, 50_000))
    const attempt = openLibsql(path).then(async (opened) => {
      await opened.check().finally(() => opened.close())
    })
    await expect(attempt).rejects.toMatchObject({ fault: 'damaged' })
  })

  /** Replaces every occurrence of a text in the file by bytes that are not UTF-8. */
  const spoil = (text: string) => {
    const bytes = readFileSync(path)
    let count = 0
    for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1), count++) {
      bytes.fill(0xff, at, at + text.length)
    }
    writeFileSync(path, bytes)
    return count
  }

  test('D23 text that is no longer UTF-8 is reported as damage and does not end the process', async () => {
    const storage = await openLibsql(path)
    await storage.commit({
      ...new Author().pack([[logOf(1), caseId(0xabcdef)]]),
      cases: [caseRow(1, { applicant: 'marker-name', stage: 'marker-stage' })],
      local: [{ space: 's', key: 'k', value: 'marker-value' }],
    })
    await storage.close()
    for (const marker of ['marker-name', 'marker-stage', 'marker-value', caseId(0xabcdef)]) {
      expect(spoil(marker)).toBeGreaterThan(0)
    }
    const spoilt = await openLibsql(path)
    await expect(spoilt.cases({})).rejects.toMatchObject({ fault: 'damaged' })
    await expect(spoilt.countByStage([])).rejects.toMatchObject({ fault: 'damaged' })
    await expect(spoilt.local('s', 'k')).rejects.toMatchObject({ fault: 'damaged' })
    await expect(spoilt.documentsAfter(0, 10)).rejects.toMatchObject({ fault: 'damaged' })
    await spoilt.close()
  })

  test('D23 a damaged schema is reported as damage', async () => {
    await (await openLibsql(path)).close()
    expect(spoil('CREATE TABLE `documents`')).toBeGreaterThan(0)
    await expect(openLibsql(path)).rejects.toMatchObject({ fault: 'damaged' })
  })

  test('D23 a text file is not taken for a database', async () => {
    writeFileSync(path, '这不是数据库'.repeat(400))
    await expect(openLibsql(path)).rejects.toMatchObject({ fault: 'damaged' })
  })
})

test('D24 a process killed at any moment keeps every commit it was told about', async () => {
  const program = `const { openLibsql } = await import('#protocol/storage/libsql.ts')
    const { NO_CHANGE } = await import('#protocol/engine/ports/storage.ts')
    const storage = await openLibsql(${JSON.stringify(path)})
    for (let number = 1; ; number++) {
      await storage.commit({ ...NO_CHANGE, local: [{ space: 's', key: 'k', value: String(number) }] })
      process.stdout.write(number + '\\n')
    }`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: process.cwd() })
  const ended = once(child, 'exit')
  let told = ''
  for await (const chunk of child.stdout) {
    told += chunk
    if (told.split('\n').length > 50) child.kill('SIGKILL')
  }
  await ended
  const complete = told.slice(0, told.lastIndexOf('\n')).split('\n')
  const storage = await openLibsql(path)
  expect(Number(await storage.local('s', 'k'))).toBeGreaterThanOrEqual(Number(complete.at(-1)))
  await storage.close()
})

test('D25 a database of a newer program is refused untouched', async () => {
  const statements = openStatements(path)
  await migrate(statements)
  await statements.commit([statement("INSERT INTO migrations (name) VALUES ('9999_later')")])
  await statements.close()
  await expect(openLibsql(path)).rejects.toMatchObject({ fault: 'other', message: expect.stringContaining('新版本') })
})

test('D25 each migration is applied once, in one commit with its record', async () => {
  const statements = openStatements(path)
  const first = { name: '0000_a', statements: ['CREATE TABLE a (x INTEGER)', 'INSERT INTO a VALUES (1)'] }
  await migrate(statements, [first])
  await migrate(statements, [first])
  const broken = { name: '0001_b', statements: ['INSERT INTO a VALUES (2)', 'INSERT INTO missing VALUES (1)'] }
  await expect(migrate(statements, [first, broken])).rejects.toMatchObject({ fault: 'other' })
  expect(await statements.read(statement('SELECT x FROM a'))).toEqual([[1]])
  expect(await statements.read(statement('SELECT name FROM migrations'))).toEqual([['0000_a']])
  await statements.close()
})
