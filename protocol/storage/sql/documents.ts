/** Documents in SQL: where their entries lie, in parts of which only the last one is written again. */
import { and, eq, gt, sql } from 'drizzle-orm'
import { appendAll } from '#protocol/append-all.ts'
import type { Change, Place } from '#protocol/engine/ports/storage.ts'
import type { DocumentId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { documents, parts } from '../schema.ts'
import type { LogNumbers } from './log-numbers.ts'
import { encodePlaces, PLACE_BYTES } from './place-bytes.ts'
import { amongst, builder, change, excluded, type Given, query, whole } from './query.ts'
import { rowsInto } from './rows.ts'
import type { Statement } from './statements.ts'

/** Places that are appended to a document at once at most; more of them go round by round. */
const placesPerRound = (): number => Math.max(1, Math.floor(LIMITS.growingPlaceBytes / PLACE_BYTES))

const placeRows = rowsInto(documents, ['id', 'places'], (insert) =>
  insert.onConflictDoUpdate({
    target: documents.id,
    // Joining two blobs gives text, which would be read back as text.
    set: { places: sql`cast(${documents.places} || ${excluded(documents.places)} as blob)` },
  }),
)

type DocumentsGiven = Given<{ ids: readonly DocumentId[] }>

/** Of these documents the ones whose last part is full. */
const isFull = (ids: DocumentsGiven['ids']) =>
  and(amongst(documents.id, ids), gt(sql`length(${documents.places})`, LIMITS.growingPlaceBytes))

const keepFull = change(({ ids }: DocumentsGiven) =>
  builder.insert(parts).select(
    builder
      .select({ sequence: sql`null`.as('sequence'), document: documents.id, places: documents.places })
      .from(documents)
      .where(isFull(ids)),
  ),
)

const NOTHING = sql`x''`

const beginNext = change(({ ids }: DocumentsGiven) =>
  builder.update(documents).set({ places: NOTHING }).where(isFull(ids)),
)

/** Appends places to what is known of each document. */
export function writePlaces(parameters: number, places: Change['places'], numbers: LogNumbers): Statement[] {
  const numberOf = numbers.numberOf.bind(numbers)
  return roundsOf(places).flatMap((round) => {
    const ids = round.map(({ document }) => document)
    const rows = round.map((entry) => ({ id: entry.document, places: encodePlaces(entry.places, numberOf) }))
    return [...placeRows(parameters, rows), keepFull({ ids }), beginNext({ ids })]
  })
}

/** Each document once a round, with no more places than a part has room for: a commit may bring a whole case. */
function roundsOf(given: Change['places']): Change['places'][] {
  const byDocument = new Map<DocumentId, Place[]>()
  for (const { document, places } of given) {
    const known = byDocument.get(document)
    if (known) appendAll(known, places)
    else byDocument.set(document, [...places])
  }
  const most = placesPerRound()
  const rounds: { document: DocumentId; places: Place[] }[][] = []
  for (const [document, places] of byDocument) {
    for (let start = 0, round = 0; start < places.length; start += most, round++) {
      rounds[round] ??= []
      rounds[round]?.push({ document, places: places.slice(start, start + most) })
    }
  }
  return rounds
}

/** Behind every full part. */
const LAST = Number.MAX_SAFE_INTEGER

/** The places of documents by parts; the parts of a document follow one another by their sequence. */
export const placesOf = query(
  { id: documents.id, sequence: whole(sql`${LAST}`), places: documents.places },
  (select, { ids }: DocumentsGiven) =>
    select
      .from(documents)
      .where(amongst(documents.id, ids))
      .unionAll(
        builder
          .select({
            id: sql`cast(${parts.document} as blob)`,
            sequence: sql`${parts.sequence}`,
            places: sql`${parts.places}`,
          })
          .from(parts)
          .where(amongst(parts.document, ids)),
      ),
)

/** Full parts of a document behind one of them, in their order. */
export const partsBehind = query(
  { sequence: parts.sequence, places: parts.places },
  (select, { document, sequence, limit }: Given<{ document: DocumentId; sequence: number; limit: number }>) =>
    select
      .from(parts)
      .where(and(eq(parts.document, document), gt(parts.sequence, sequence)))
      .orderBy(parts.sequence)
      .limit(limit),
)

/** The part of a document that still grows. */
export const growingPart = query(
  { places: documents.places },
  (select, { document }: Given<{ document: DocumentId }>) => select.from(documents).where(eq(documents.id, document)),
)

/** Every table has this number beside its columns; documents get theirs in the order in which they are first stored. */
const ROWID = sql`rowid`

/** Documents behind a place in the order in which they were first stored. */
export const documentsAfter = query(
  { place: whole(ROWID), id: documents.id },
  (select, { place, limit }: Given<{ place: number; limit: number }>) =>
    select.from(documents).where(gt(ROWID, place)).orderBy(ROWID).limit(limit),
)

/** A part of a document's places as it lies on the disk. */
export interface PlacesPart {
  readonly id: DocumentId
  readonly sequence: number
  readonly places: Uint8Array
}

/** For cuts: a part anew, or without anything left of it; a document keeps its place in the order. */
export function writePart({ id, sequence, places }: PlacesPart): Statement {
  if (sequence === LAST) return endWith({ id, places })
  return places.length === 0 ? dropPart({ sequence }) : changePart({ sequence, places })
}

const endWith = change(({ id, places }: Given<{ id: DocumentId; places: Uint8Array }>) =>
  builder
    .update(documents)
    .set({ places: sql`${places}` })
    .where(eq(documents.id, id)),
)
const changePart = change(({ sequence, places }: Given<{ sequence: number; places: Uint8Array }>) =>
  builder
    .update(parts)
    .set({ places: sql`${places}` })
    .where(eq(parts.sequence, sequence)),
)
const dropPart = change(({ sequence }: Given<{ sequence: number }>) =>
  builder.delete(parts).where(eq(parts.sequence, sequence)),
)

/** For cuts: a document of which nothing is left. */
export const dropDocument = change(({ id }: Given<{ id: DocumentId }>) =>
  builder.delete(documents).where(eq(documents.id, id)),
)
