/** The entries of directory records, piece by piece: a station may have written gigabytes of them. */
import type { DocumentId } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'
import { damagedEntries, type Place, type PlacedRecord, type Storage } from '../ports/storage.ts'

const bytesOf = (places: readonly Place[]): number => places.reduce((sum, { length }) => sum + length, 0)

/** The entries of documents, those of one document in arrival order, of about LIMITS.recordReadBytes at once. */
export async function* recordsInPieces(
  storage: Pick<Storage, 'placesOf' | 'recordsOf' | 'packHolding'>,
  documents: readonly DocumentId[],
): AsyncGenerator<readonly PlacedRecord[]> {
  let together: DocumentId[] = []
  let bytes = 0
  for (const [document, places] of await storage.placesOf(documents)) {
    const more = bytesOf(places)
    if (more > LIMITS.recordReadBytes) {
      yield* oneByOne(storage, places)
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

const recordsOf = async (storage: Pick<Storage, 'recordsOf'>, documents: readonly DocumentId[]) =>
  [...(await storage.recordsOf(documents)).values()].flat()

/** Each entry with its pack alone, which is kept while the next one lies in it. */
async function* oneByOne(
  storage: Pick<Storage, 'packHolding'>,
  places: readonly Place[],
): AsyncGenerator<readonly PlacedRecord[]> {
  let pack: Awaited<ReturnType<Storage['packHolding']>>
  for (const place of places) {
    if (pack?.arrival !== place.arrival) pack = await storage.packHolding(place.log, place.seq)
    if (!pack) throw damagedEntries()
    yield [{ ...place, bytes: pack.bytes.slice(place.offset, place.offset + place.length) }]
  }
}
