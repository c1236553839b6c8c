/** The entries of directory records, piece by piece: a station may have written gigabytes of them, or a million of one. */
import type { DocumentId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { damagedEntries, type Place, type PlacedRecord, type PlacePage, type Storage } from '../ports/storage.ts'

type Reading = Pick<Storage, 'placesBehind' | 'recordsOf' | 'packHolding'>

/** The entries of documents, those of one document in arrival order, of about LIMITS.recordReadBytes at once. */
export async function* recordsInPieces(
  storage: Reading,
  documents: readonly DocumentId[],
): AsyncGenerator<readonly PlacedRecord[]> {
  let together: DocumentId[] = []
  let bytes = 0
  for (const document of documents) {
    const first = await storage.placesBehind(document, 0)
    const more = first.places.reduce((sum, { length }) => sum + length, 0)
    if (first.mark !== null || more > LIMITS.recordReadBytes) {
      yield* oneByOne(storage, document, first)
      continue
    }
    if (bytes + more > LIMITS.recordReadBytes) {
      yield await recordsOf(storage, together)
      together = []
      bytes = 0
    }
    together.push(document)
    bytes += more
  }
  if (together.length > 0) yield await recordsOf(storage, together)
}

const recordsOf = async (storage: Reading, documents: readonly DocumentId[]) =>
  [...(await storage.recordsOf(documents)).values()].flat()

/** Each entry of a document alone, with its pack, which is kept while the next one lies in it. */
async function* oneByOne(
  storage: Reading,
  document: DocumentId,
  first: PlacePage,
): AsyncGenerator<readonly PlacedRecord[]> {
  let pack: Awaited<ReturnType<Storage['packHolding']>>
  for (let page = first; ; page = await storage.placesBehind(document, page.mark)) {
    for (const place of page.places) {
      if (pack?.arrival !== place.arrival) pack = await storage.packHolding(place.log, place.seq)
      if (!pack) throw damagedEntries()
      yield [recordAt(place, pack.bytes)]
    }
    if (page.mark === null) return
  }
}

const recordAt = (place: Place, pack: Uint8Array): PlacedRecord => ({
  ...place,
  bytes: pack.slice(place.offset, place.offset + place.length),
})
