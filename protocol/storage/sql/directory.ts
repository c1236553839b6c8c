/** The directory in SQL: of every record the highest version. */
import { and, gte, inArray, lt, lte, not, or, type SQL, sql } from 'drizzle-orm'
import { LISTED, type StationRecord } from '#protocol/casework/directory.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { directory } from '../schema.ts'
import { amongst, builder, change, excluded, type Given, query } from './query.ts'
import { rowsInto } from './rows.ts'

/** Writes records; of equal versions the greater hash stays. */
export const writeDirectory = rowsInto(directory, ['document', 'version', 'hash', 'json'], (insert) =>
  insert.onConflictDoUpdate({
    target: directory.document,
    set: { version: excluded(directory.version), hash: excluded(directory.hash), json: excluded(directory.json) },
    setWhere: sql`(${excluded(directory.version)}, ${excluded(directory.hash)}) > (${directory.version}, ${directory.hash})`,
  }),
)

const TYPES = Object.keys(LISTED) as StationRecord['type'][]
const COLUMNS = {
  document: directory.document,
  version: directory.version,
  hash: directory.hash,
  json: directory.json,
}

/** The documents of a type: `0` is the sign behind `/`. */
const isOf = (type: string) =>
  and(gte(directory.document, `${type}/` as DocumentId), lt(directory.document, `${type}0` as DocumentId))

/** All records but those that stations write of themselves. */
export const directoryRows = query(COLUMNS, (select) =>
  select
    .from(directory)
    .where(not(or(...TYPES.map(isOf)) as SQL))
    .orderBy(directory.document),
)

/** Type and station of a document: what stands before the first dot. */
const LIST = sql`substr(${directory.document}, 1, instr(${directory.document} || '.', '.') - 1)`

/** Of each station the records of a type of the highest versions; places are found without reading what is not listed. */
const highestOfType = (type: StationRecord['type']) =>
  query(COLUMNS, (select, { most }: Given<{ most: number }>) => {
    const place = sql<number>`row_number() over (partition by ${LIST} order by ${directory.version} desc, ${directory.hash} desc)`
    const placed = builder
      .select({ document: directory.document, place: place.as('place') })
      .from(directory)
      .where(isOf(type))
      .as('placed')
    const listed = builder.select({ document: placed.document }).from(placed).where(lte(placed.place, most))
    return select.from(directory).where(inArray(directory.document, listed))
  })

/** What stations write of themselves, as far as it is listed: one query for each type. */
export const listedRows = TYPES.map((type) => {
  const highest = highestOfType(type)
  return () => highest({ most: LISTED[type] })
})

/** Takes records out. */
export const forgetRecords = change(({ documents }: Given<{ documents: readonly DocumentId[] }>) =>
  builder.delete(directory).where(amongst(directory.document, documents)),
)

/** Drops all records. */
export const dropDirectory = change(() => builder.delete(directory))
