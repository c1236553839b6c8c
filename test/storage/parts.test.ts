/** Parts of documents in a file: what an entry writes, how long rows become, and files of programs that knew no parts. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Change } from '#protocol/engine/ports/storage.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { openLibsql, openStatements } from '#protocol/storage/libsql.ts'
import { migrate } from '#protocol/storage/migrate.ts'
import { MIGRATIONS } from '#protocol/storage/migrations.ts'
import { LogNumbers } from '#protocol/storage/sql/log-numbers.ts'
import { encodePlaces } from '#protocol/storage/sql/place-bytes.ts'
import { openStorage } from '#protocol/storage/sql/sql-storage.ts'
import { type Statements, statement } from '#protocol/storage/sql/statements.ts'
import { statementsOf } from '#protocol/storage/sql/writing.ts'
import { expectWhole } from './contract-parts.ts'
import { Author, caseId, logOf } from './fixtures.ts'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), '县 parts-'))
  path = join(folder, 'node.db')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const [long, short] = [caseId(1), caseId(2)]
const times = (count: number, document: DocumentId) =>
  Array.from({ length: count }, () => [logOf(1), document] as const)

/** The lengths of the rows that say where entries lie. */
async function rowLengths(statements: Statements): Promise<{ growing: number[]; full: number[] }> {
  const lengths = async (table: string) =>
    (await statements.read(statement(`SELECT length(places) FROM ${table} ORDER BY rowid`))).map(([one]) => Number(one))
  return { growing: await lengths('documents'), full: await lengths('parts') }
}

test('D54 an entry writes as much to a case of many entries as to one of few', async () => {
  const statements = openStatements(path)
  const storage = await openStorage(statements)
  const author = new Author()
  for (let count = 0; count < 49; count++) await storage.commit(author.pack(times(100, long)))
  await storage.commit(author.pack(times(20, short)))
  await statements.read(statement('PRAGMA wal_checkpoint(TRUNCATE)'))
  await statements.read(statement('PRAGMA wal_autocheckpoint = 0')) // every commit makes the log longer
  const written = { [long]: 0, [short]: 0 }
  for (let count = 0; count < 100; count++) {
    for (const document of [long, short]) {
      const before = statSync(`${path}-wal`).size
      await storage.commit(author.pack([[logOf(1), document]]))
      written[document] = (written[document] ?? 0) + statSync(`${path}-wal`).size - before
    }
  }
  expect(written[short]).toBeGreaterThan(0)
  expect((written[long] ?? 0) / (written[short] ?? 0)).toBeLessThan(1.5)
  await storage.close()
})

test('D54 no row grows with its case, however many entries one commit brings', async () => {
  const statements = openStatements(path)
  const storage = await openStorage(statements)
  const author = new Author()
  await storage.commit(author.pack(times(5_000, long)))
  for (let count = 0; count < 300; count++) await storage.commit(author.pack(times(7, long)))
  const { growing, full } = await rowLengths(statements)
  expect(full.length).toBeGreaterThan(50)
  for (const length of growing) expect(length).toBeLessThanOrEqual(LIMITS.growingPlaceBytes)
  for (const length of full) {
    expect(length).toBeGreaterThan(LIMITS.growingPlaceBytes)
    expect(length).toBeLessThanOrEqual(2 * LIMITS.growingPlaceBytes)
  }
  await storage.close()
})

/** What programs before parts wrote of a document: one row that each entry made longer. */
const IN_ONE_ROW =
  'insert into "documents" ("id", "places") values (?, ?) on conflict ("documents"."id") do update set "places" = cast("documents"."places" || excluded."places" as blob)'

/** A database as the last program without parts left it. */
async function writtenBefore(changes: readonly Change[]): Promise<void> {
  const statements = openStatements(path)
  const last = MIGRATIONS.findIndex(({ name }) => name === '0003_renumbered')
  await migrate(statements, MIGRATIONS.slice(0, last + 1))
  const logs = new LogNumbers([])
  for (const change of changes) {
    const others = statementsOf({ ...change, places: [] }, statements.parameters, logs)
    const places = change.places.map((one) =>
      statement(
        IN_ONE_ROW,
        one.document,
        encodePlaces(one.places, (log) => logs.numberOf(log)),
      ),
    )
    await statements.commit([...others, ...places])
    logs.settle()
  }
  await statements.close()
}

test('D55 a database in which each document lies in one row is opened as it is, loses nothing, and is parted by what comes', async () => {
  const author = new Author()
  const changes = [author.pack(times(3, short)), ...Array.from({ length: 49 }, () => author.pack(times(100, long)))]
  await writtenBefore(changes)
  const statements = openStatements(path)
  const storage = await openStorage(statements)
  const before = await rowLengths(statements)
  expect(before.full).toEqual([])
  expect(before.growing[1]).toBeGreaterThan(150_000)
  const parting = MIGRATIONS.find(({ name }) => name === '0004_parts')?.statements ?? []
  expect(parting.filter((line) => line.includes('rebuilding'))).toEqual([])
  for (const document of [long, short]) await expectWhole(storage, changes, document)

  const more = [author.pack([[logOf(1), short]]), ...Array.from({ length: 200 }, () => author.pack(times(1, long)))]
  for (const change of more) await storage.commit(change)
  const after = await rowLengths(statements)
  expect(after.full[0]).toBeGreaterThan(before.growing[1] ?? 0)
  expect(after.full[1]).toBeLessThan(2 * LIMITS.growingPlaceBytes)
  expect(Math.max(...after.growing)).toBeLessThanOrEqual(LIMITS.growingPlaceBytes)
  await storage.close()

  const again = await openLibsql(path)
  for (const document of [long, short]) await expectWhole(again, [...changes, ...more], document)
  expect((await again.documentsAfter(0, 9)).documents).toEqual([short, long])
  await again.close()
})
