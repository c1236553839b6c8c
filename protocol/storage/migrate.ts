/** The migration runner: applies what is missing, in order, each migration in one commit with its record. */
import { and, eq, sql } from 'drizzle-orm'
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import { MIGRATIONS } from './migrations.ts'
import { builder, change, type Given, query, whole } from './sql/query.ts'
import { type Statements, statement } from './sql/statements.ts'
import { master } from './sql/tables.ts'

/** What has been applied; made by the runner itself, so it is not part of the schema. */
const migrations = sqliteTable('migrations', { name: text('name').primaryKey() })

const runnersTable = query({ found: whole(sql`1`) }, (select) =>
  select.from(master).where(and(eq(master.type, 'table'), eq(master.name, 'migrations'))),
)
const appliedNames = query({ name: migrations.name }, (select) => select.from(migrations))
const recordName = change(({ name }: Given<{ name: string }>) => builder.insert(migrations).values({ name }))

/**
 * Brings a database to the newest schema.
 * @throws StorageFailure when the database was written by a newer program, which this one must not touch
 */
export async function migrate(statements: Statements, wanted: typeof MIGRATIONS = MIGRATIONS): Promise<void> {
  const known = await statements.read(runnersTable())
  if (known.length === 0) {
    await statements.commit([statement('CREATE TABLE migrations (name TEXT PRIMARY KEY NOT NULL)')])
  }
  const ask = appliedNames()
  const applied = new Set((await statements.read(ask)).map((row) => ask.rowOf(row).name))
  const unknown = [...applied].find((name) => !wanted.some((migration) => migration.name === name))
  if (unknown !== undefined) {
    throw new StorageFailure('other', `数据库由更新版本的程序写入(${unknown})。数据未改动。请安装新版本程序后再打开。`)
  }
  for (const { name, statements: lines } of wanted.filter((migration) => !applied.has(migration.name))) {
    await statements.commit([...lines.map((line) => statement(line)), recordName({ name })])
  }
}
