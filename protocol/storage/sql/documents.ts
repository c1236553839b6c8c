/** Documents in SQL: where their entries lie. */
import { eq, gt, sql } from 'drizzle-orm'
import type { Change } from '#protocol/engine/ports/storage.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { documents } from '../schema.ts'
import type { LogNumbers } from './log-numbers.ts'
import { encodePlaces } from './place-bytes.ts'
import { amongst, builder, change, excluded, type Given, query, whole } from './query.ts'
import { rowsInto } from './rows.ts'
import type { Statement } from './statements.ts'

const placeRows = rowsInto(documents, ['id', 'places'], (insert) =>
  insert.onConflictDoUpdate({
    target: documents.id,
    // Joining two blobs gives text, which would be read back as text.
    set: { places: sql`cast(${documents.places} || ${excluded(documents.places)} as blob)` },
  }),
)

/** Appends places to what is known of each document. */
export function writePlaces(parameters: number, places: Change['places'], numbers: LogNumbers): Statement[] {
  const numberOf = numbers.numberOf.bind(numbers)
  const rows = places.map((entry) => ({ id: entry.document, places: encodePlaces(entry.places, numberOf) }))
  return placeRows(parameters, rows)
}

/** The places of documents. */
export const placesOf = query(
  { id: documents.id, places: documents.places },
  (select, { ids }: Given<{ ids: readonly DocumentId[] }>) => select.from(documents).where(amongst(documents.id, ids)),
)

/** Every table has this number beside its columns; documents get theirs in the order in which they are first stored. */
const ROWID = sql`rowid`

/** Documents behind a place in the order in which they were first stored. */
export const documentsAfter = query(
  { place: whole(ROWID), id: documents.id },
  (select, { place, limit }: Given<{ place: number; limit: number }>) =>
    select.from(documents).where(gt(ROWID, place)).orderBy(ROWID).limit(limit),
)

/** For cuts: the places of a document written anew. */
export const replacePlaces = change((given: Given<{ id: DocumentId; places: Uint8Array }>) =>
  builder
    .update(documents)
    .set({ places: sql`${given.places}` })
    .where(eq(documents.id, given.id)),
)

/** For cuts: a document of which nothing is left. */
export const dropDocument = change(({ id }: Given<{ id: DocumentId }>) =>
  builder.delete(documents).where(eq(documents.id, id)),
)
