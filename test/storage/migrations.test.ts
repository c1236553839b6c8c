/** The embedded migrations are the generated ones, and they make the tables the schema describes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@libsql/client/sqlite3'
import { is } from 'drizzle-orm'
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { type Day, dayNumber } from '#protocol/casework/time/days.ts'
import type { CaseQuery } from '#protocol/engine/ports/storage.ts'
import type { DocumentId, PersonId, StationCode } from '#protocol/ids.ts'
import { generatedMigrations } from '#protocol/storage/embed.ts'
import { openStatements } from '#protocol/storage/libsql.ts'
import { migrate } from '#protocol/storage/migrate.ts'
import { MIGRATIONS } from '#protocol/storage/migrations.ts'
import * as schema from '#protocol/storage/schema.ts'
import { casesByFormerNumber, casesByNumber, casesToWake, dropCases } from '#protocol/storage/sql/cases.ts'
import { caseList, exactCaseLists, type SearchWays, searchOf } from '#protocol/storage/sql/searches.ts'
import { openStorage } from '#protocol/storage/sql/sql-storage.ts'
import { type Statement, statement } from '#protocol/storage/sql/statements.ts'

test('D26 the embedded migrations equal the generated files', () => {
  expect(generatedMigrations().length).toBeGreaterThan(0)
  expect(MIGRATIONS).toEqual(generatedMigrations())
})

test('D26 the migrations make every table, column and index of the schema and no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
  const statements = openStatements(join(folder, 'node.db'))
  await migrate(statements)
  const read = async (source: string) =>
    (await statements.read(statement(`SELECT name FROM ${source}`))).map(([name]) => name).sort()
  const tables = Object.values(schema)
    .filter((table) => is(table, SQLiteTable))
    .map((table) => getTableConfig(table))
  const made = await read("sqlite_master WHERE type = 'table' AND name <> 'migrations'")
  // A full-text table has tables of its own (sqlite.org/fts5.html, 9).
  expect(made.filter((name) => !String(name).startsWith(`${schema.TERM_INDEX}_`))).toEqual(
    [...tables.map(({ name }) => name), schema.TERM_INDEX].sort(),
  )
  for (const table of tables) {
    expect(await read(`pragma_table_info('${table.name}')`)).toEqual(table.columns.map(({ name }) => name).sort())
    const wanted = [
      ...table.indexes.map(({ config }) => config.name),
      ...table.columns.filter(({ isUnique }) => isUnique).map(({ name }) => `${table.name}_${name}_unique`),
    ]
    expect(await read(`sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = '${table.name}'`)).toEqual(
      wanted.sort(),
    )
  }
  await statements.close()
  rmSync(folder, { recursive: true, force: true })
})

test('R23 the migration to the rows of casework asks for a rebuild where there is something to rebuild', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
  for (const documents of [0, 1]) {
    const statements = openStatements(join(folder, `${documents}.db`))
    await migrate(statements, MIGRATIONS.slice(0, 1))
    for (let made = 0; made < documents; made++) {
      await statements.commit([statement('INSERT INTO documents (id, places) VALUES (?, ?)', 'x', new Uint8Array())])
    }
    await migrate(statements)
    const keys = (await statements.read(statement('SELECT key FROM local'))).map(([key]) => key)
    expect(keys).toEqual(documents === 0 ? [] : ['rebuilding'])
    await statements.close()
  }
  rmSync(folder, { recursive: true, force: true })
})

test('R29 the migration to bounded records of stations takes out what no start may read, and asks that every station is judged anew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
  const statements = openStatements(join(folder, 'node.db'))
  const before = MIGRATIONS.findIndex(({ name }) => name === '0005_station_records')
  await migrate(statements, MIGRATIONS.slice(0, before))
  const rows = {
    'absence/510724.a': 16_000,
    'absence/a': 10,
    'consultation/510724.a': 16_001,
    'handover/510724.a': 16_001,
    'item/a': 90_000,
    'station/510724': 10,
    'station/510724100201': 10,
  }
  for (const [document, length] of Object.entries(rows))
    await statements.commit([
      statement('INSERT INTO directory VALUES (?, 1, ?, ?)', document, 'f'.repeat(64), 'x'.repeat(length)),
    ])
  await migrate(statements)
  const read = async (sql: string) => await statements.read(statement(sql))
  expect(await read('SELECT document FROM directory ORDER BY document')).toEqual(
    ['absence/510724.a', 'item/a', 'station/510724', 'station/510724100201'].map((document) => [document]),
  )
  expect(await read('SELECT * FROM local ORDER BY key')).toEqual([
    ['judged-stations', '510724', '0'],
    ['judged-stations', '510724100201', '0'],
  ])
  await statements.close()
  rmSync(folder, { recursive: true, force: true })
})

test('R23 every migration that changes a computed table asks for a rebuild', () => {
  // Computed are the tables that a rebuild drops: what they say is made again from the entries.
  const changes = /\b(CREATE|DROP|ALTER) TABLE `(cases|receipts|directory)`/
  const changing = MIGRATIONS.slice(1).filter(({ statements }) => statements.some((line) => changes.test(line)))
  expect(changing.length).toBeGreaterThan(0)
  const asks = (line: string) => line.includes("'rebuilding'")
  expect(changing.filter(({ statements }) => !statements.some(asks)).map(({ name }) => name)).toEqual([])
})

test('D27 lists and searches go by their indexes and are never sorted', async () => {
  const client = createClient({ url: ':memory:' })
  for (const sql of MIGRATIONS.flatMap((migration) => migration.statements)) await client.execute(sql)
  const planOf = async (list: Statement | undefined) => {
    const { rows } = await client.execute({ sql: `EXPLAIN QUERY PLAN ${list?.sql}`, args: [...(list?.values ?? [])] })
    return rows.map((row) => String(row.detail)).join('\n')
  }
  const holders = ['510724101' as StationCode]
  expect(await planOf(caseList({}))).toContain('cases_by_arrival')
  expect(await planOf(caseList({ holders }))).toContain('cases_by_holder (holder=?)')
  expect(await planOf(caseList({ holders, after: '5.5' }))).toContain('cases_by_holder (holder=? AND arrival<')
  expect(await planOf(caseList({ text: '王' }))).toContain('cases_by_arrival')
  expect(await planOf(caseList({ text: '王', holders }))).toContain('cases_by_holder (holder=?)')
  expect(await planOf(caseList({ text: '王', holders, order: 'due' }))).toContain('cases_by_holder_due (holder=?)')
  for (const query of [{ text: '王' }, { text: '1234', holders }, { text: '王', after: '5.5' }]) {
    const { recent, common, hits, byTerms } = searchOf(query) as SearchWays
    const plan = await planOf(recent)
    expect(plan, query.text).toContain('USING INDEX cases_by_arrival (arrival>')
    expect(plan, query.text).not.toContain('TEMP B-TREE')
    expect(await planOf(common), query.text).toContain('SCAN cases USING COVERING INDEX cases_by_arrival')
    expect(await planOf(common), query.text).not.toContain('TEMP B-TREE')
    expect(await planOf(hits), query.text).toContain('SCAN case_terms VIRTUAL TABLE')
    // Few cases have the term: they are read and sorted.
    expect(await planOf(byTerms), query.text).toContain('SEARCH cases USING INTEGER PRIMARY KEY (rowid=?)')
  }
  const [[byNumber, byFormer] = [], [byIdNumber] = []] = exactCaseLists({ text: '510724101' })
  expect(await planOf(byFormer)).toContain('cases_by_former_number (former_folded=?)')
  const folded = ['510724101']
  expect(await planOf(casesByNumber({ folded }))).toContain('cases_by_number (number_folded=?)')
  expect(await planOf(casesByFormerNumber({ folded }))).toContain('cases_by_former_number (former_folded=?)')
  expect(await planOf(byNumber)).toContain('cases_by_number (number_folded=?)')
  expect(await planOf(byIdNumber)).toContain('cases_by_applicant (id_number=?)')
  const day = '2026-11-21' as Day
  for (const asked of [
    { order: 'due' },
    { dueBefore: day },
    { homes: holders, order: 'due' },
    { aside: true },
  ] as const) {
    const [[number, former] = [], [idNumber] = []] = exactCaseLists({ ...asked, holders, text: '510724101' })
    expect(await planOf(number), JSON.stringify(asked)).toContain('cases_by_number (number_folded=?)')
    expect(await planOf(former), JSON.stringify(asked)).toContain('cases_by_former_number (former_folded=?)')
    expect(await planOf(idNumber), JSON.stringify(asked)).toContain('cases_by_applicant (id_number=?)')
  }
  expect(await planOf(caseList({ inTransfer: true }))).toContain('cases_in_transfer')
  expect(await planOf(caseList({ aside: true }))).toContain('cases_for_attention')
  const [due, assignees] = ['2026-11-21' as Day, ['p1' as PersonId]]
  const sameApplicant = { idNumber: '51072419900202123X', item: 'A' }
  const master = 'a'.repeat(32) as DocumentId
  const byDue = { order: 'due' } as const
  expect(await planOf(caseList(byDue))).toContain('cases_by_due')
  expect(await planOf(caseList({ ...byDue, holders }))).toContain('cases_by_holder_due (holder=?)')
  expect(await planOf(caseList({ ...byDue, holders, after: '5.5' }))).toContain(
    'cases_by_holder_due (holder=? AND due>',
  )
  expect(await planOf(caseList({ dueBefore: due, holders }))).toContain('cases_by_holder_due (holder=? AND due<')
  expect(await planOf(caseList({ dueBefore: due }))).toContain('cases_by_due (due<')
  expect(await planOf(caseList({ ...byDue, homes: holders, stages: ['25'] }))).toContain('cases_by_home_due (home=?)')
  expect(await planOf(caseList({ ...byDue, holders, assignees }))).toContain('cases_by_assignee_due (assignee=?)')
  const both = [...assignees, 'p2' as PersonId]
  expect(await planOf(caseList({ ...byDue, assignees: both }))).toContain('cases_by_assignee_due (assignee=?)')
  expect(await planOf(caseList({ offeredTo: holders }))).toContain('cases_by_offer (offered_to=?)')
  expect(await planOf(caseList({ inTransfer: true, holders }))).toContain('cases_in_transfer')
  expect(await planOf(caseList({ aside: true, holders }))).toContain('cases_for_attention')
  // Few cases want attention: the rest of what these lists ask is read from their rows.
  expect(await planOf(caseList({ aside: true, stopped: true }))).toContain('cases_for_attention')
  expect(await planOf(caseList({ aside: true, asideOf: '510724101' as StationCode }))).toContain('cases_for_attention')
  expect(await planOf(caseList({ assignees }))).toContain('cases_by_assignee (assignee=?)')
  expect(await planOf(caseList({ master }))).toContain('cases_by_master (master=?)')
  expect(await planOf(caseList({ sameApplicant, stages: ['20'] }))).toContain('cases_by_applicant (id_number=?)')
  expect(await planOf(casesToWake({ day: dayNumber(due), limit: 9 }))).toContain('cases_to_wake (wake<')
  const several = [...holders, '510724102' as StationCode]
  const lists: readonly CaseQuery[] = [
    ...[
      {},
      { holders },
      { offeredTo: holders },
      { inTransfer: true, holders },
      { aside: true, holders },
      { holders: several },
      { text: '王' },
      { text: '12' },
      { inTransfer: true },
      { aside: true },
    ],
    ...[
      byDue,
      { ...byDue, holders },
      { ...byDue, holders, assignees },
      { ...byDue, homes: holders },
      { dueBefore: due, holders: several },
    ],
    ...[{ assignees }, { assignees, holders: several }, { master }, { sameApplicant }, { items: ['A', 'B'] }],
  ]
  for (const query of lists) {
    expect(await planOf(caseList(query))).not.toContain('TEMP B-TREE')
  }
  client.close()
})

test('D16 cases are dropped all at once, not row by row, and all triggers are as before', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'triggers-'))
  const path = join(folder, 'node.db')
  const storage = await openStorage(openStatements(path))
  await storage.dropComputed()
  await storage.dropComputed() // its statements are prepared by now
  await storage.close()
  const client = createClient({ url: `file:${path}` })
  const triggers = async () =>
    (await client.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY sql")).rows.map(
      ({ sql }) => sql,
    )
  const made = MIGRATIONS.flatMap((migration) => migration.statements).filter((line) =>
    line.startsWith('CREATE TRIGGER'),
  )
  const newest = new Map(made.map((line) => [line.split(' ')[2], line.replace(/;$/, '')]))
  expect(await triggers()).toEqual([...newest.values()].sort())
  for (const { sql } of dropCases()) {
    const { rows } = await client.execute(`EXPLAIN ${sql}`)
    // sqlite.org/lang_delete.html, the truncate optimization
    if (sql.startsWith('delete')) expect(rows.map(({ opcode }) => opcode)).toContain('Clear')
    await client.execute(sql)
  }
  client.close()
  rmSync(folder, { recursive: true, force: true })
})
