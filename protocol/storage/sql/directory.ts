/** The directory in SQL: of every record the highest version. */
import { sql } from 'drizzle-orm'
import { directory } from '../schema.ts'
import { builder, change, excluded, query } from './query.ts'
import { rowsInto } from './rows.ts'

/** Writes records; of equal versions the greater hash stays. */
export const writeDirectory = rowsInto(directory, ['document', 'version', 'hash', 'json'], (insert) =>
  insert.onConflictDoUpdate({
    target: directory.document,
    set: { version: excluded(directory.version), hash: excluded(directory.hash), json: excluded(directory.json) },
    setWhere: sql`(${excluded(directory.version)}, ${excluded(directory.hash)}) > (${directory.version}, ${directory.hash})`,
  }),
)

/** All records. */
export const directoryRows = query(
  { document: directory.document, version: directory.version, hash: directory.hash, json: directory.json },
  (select) => select.from(directory).orderBy(directory.document),
)

/** Drops all records. */
export const dropDirectory = change(() => builder.delete(directory))
