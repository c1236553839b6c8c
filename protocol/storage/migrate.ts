/** The migration runner: applies what is missing, in order, each migration in one commit with its record. */
import { StorageFailure } from '#protocol/engine/ports/storage.ts'
import { MIGRATIONS } from './migrations.ts'
import { type Statements, statement, textColumns, textIn } from './statements.ts'

export interface Migration {
  readonly name: string
  readonly statements: readonly string[]
}

/**
 * Brings a database to the newest schema.
 * @throws StorageFailure when the database was written by a newer program, which this one must not touch
 */
export async function migrate(statements: Statements, migrations: readonly Migration[] = MIGRATIONS): Promise<void> {
  const known = await statements.read(
    statement("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'"),
  )
  if (known.length === 0) {
    await statements.commit([statement('CREATE TABLE migrations (name TEXT PRIMARY KEY NOT NULL)')])
  }
  const rows = await statements.read(statement(`SELECT ${textColumns('name')} FROM migrations`))
  const applied = new Set(rows.map((row) => textIn(row, 'name')))
  const unknown = [...applied].find((name) => !migrations.some((migration) => migration.name === name))
  if (unknown !== undefined) {
    throw new StorageFailure('other', `数据库由更新版本的程序写入(${unknown})。数据未改动。请安装新版本程序后再打开。`)
  }
  for (const migration of migrations.filter(({ name }) => !applied.has(name))) {
    const record = statement('INSERT INTO migrations (name) VALUES (?)', migration.name)
    await statements.commit([...migration.statements.map((sql) => statement(sql)), record])
  }
}
