/** The embedded migrations are the generated ones, and they make the tables the schema describes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { generatedMigrations } from '#protocol/storage/embed.ts'
import { openStatements } from '#protocol/storage/libsql.ts'
import { migrate } from '#protocol/storage/migrate.ts'
import { MIGRATIONS } from '#protocol/storage/migrations.ts'
import * as schema from '#protocol/storage/schema.ts'
import { type SqlRow, statement, textColumns, textIn } from '#protocol/storage/statements.ts'

test('D26 the embedded migrations equal the generated files', () => {
  expect(generatedMigrations().length).toBeGreaterThan(0)
  expect(MIGRATIONS).toEqual(generatedMigrations())
})

test('D26 the migrations make every table, column and index of the schema and no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'migrations-'))
  const statements = openStatements(join(folder, 'node.db'))
  await migrate(statements)
  const names = (rows: readonly SqlRow[]) => rows.map((row) => textIn(row, 'name')).sort()
  const read = async (source: string) =>
    names(await statements.read(statement(`SELECT ${textColumns('name')} FROM ${source}`)))
  const tables = Object.values(schema).map((table) => getTableConfig(table as SQLiteTable))
  expect(await read("sqlite_master WHERE type = 'table' AND name <> 'migrations'")).toEqual(
    tables.map(({ name }) => name).sort(),
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

test('D27 lists and searches go by their indexes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plans-'))
  const statements = openStatements(join(folder, 'node.db'))
  await migrate(statements)
  const { caseList, exactCaseList } = await import('#protocol/storage/case-table.ts')
  const planOf = async (query: Parameters<typeof caseList>[0], exact = false) => {
    const list = exact ? exactCaseList(query) : caseList(query)
    const rows = await statements.read({ sql: `EXPLAIN QUERY PLAN ${list?.sql}`, values: list?.values ?? [] })
    return rows.map((row) => String(row.detail)).join('\n')
  }
  const town = '510724101' as Parameters<typeof caseList>[0]['holders'] extends readonly (infer Code)[] | undefined
    ? Code
    : never
  expect(await planOf({})).toContain('cases_by_arrival')
  expect(await planOf({ holders: [town] })).toContain('cases_by_holder (holder=?)')
  expect(await planOf({ holders: [town], after: '5.5' })).toContain('cases_by_holder (holder=? AND arrival<')
  expect(await planOf({ text: '王' })).toContain('cases_by_arrival')
  expect(await planOf({ text: '510724101' }, true)).toContain('cases_by_number (number_folded=?)')
  expect(await planOf({ inTransfer: true })).toContain('cases_in_transfer')
  expect(await planOf({ aside: true })).toContain('cases_for_attention')
  for (const query of [{}, { holders: [town] }, { text: '王' }, { inTransfer: true }, { aside: true }]) {
    expect(await planOf(query)).not.toContain('TEMP B-TREE')
  }
  await statements.close()
  rmSync(folder, { recursive: true, force: true })
})
