/** The tables of a database, as SQLite itself lists them. */
import { eq } from 'drizzle-orm'
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { query } from './query.ts'

/** SQLite's own table of tables. */
export const master = sqliteTable('sqlite_master', { type: text('type').notNull(), name: text('name').notNull() })

/** Names of all tables. */
export const tableNames = query({ name: master.name }, (select) => select.from(master).where(eq(master.type, 'table')))
