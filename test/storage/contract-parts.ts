/** The storage contract: documents with any number of entries, however an adapter parts what it knows of them. */
import { expect, test } from 'vitest'
import type { Change, Place, Storage } from '#protocol/engine/ports/storage.ts'
import type { DocumentId } from '#protocol/ids.ts'
import type { Bench } from './contract.ts'
import { Author, caseId, logOf, plainPlaces } from './fixtures.ts'

const [long, other] = [caseId(1), caseId(2)]

/** Places that changes add to a document, in order. */
export const placesIn = (changes: readonly Change[], document: DocumentId): readonly Place[] =>
  changes.flatMap(({ places }) => places.flatMap((one) => (one.document === document ? one.places : [])))

/** The places of a document, read behind marks. */
async function pagesOf(storage: Storage, document: DocumentId): Promise<(readonly Place[])[]> {
  const pages: (readonly Place[])[] = []
  for (let mark: number | null = 0; mark !== null; ) {
    const page = await storage.placesBehind(document, mark)
    pages.push(page.places)
    mark = page.mark
  }
  return pages
}

/** The places and record bytes of a document are those that changes brought. */
export async function expectWhole(storage: Storage, changes: readonly Change[], document: DocumentId): Promise<void> {
  const places = placesIn(changes, document)
  const packs = new Map(changes.flatMap(({ packs }) => packs.map(({ arrival, bytes }) => [arrival, bytes] as const)))
  expect(plainPlaces((await storage.placesOf([document])).get(document))).toEqual(plainPlaces(places))
  expect(plainPlaces((await pagesOf(storage, document)).flat())).toEqual(plainPlaces(places))
  const hexOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex')
  const records = (await storage.recordsOf([document])).get(document)?.map(({ bytes }) => hexOf(bytes))
  expect(records).toEqual(
    places.map(({ arrival, offset, length }) => hexOf(packs.get(arrival)?.subarray(offset, offset + length))),
  )
}

/** A case that grows entry by entry and by a thousand at once, with another one between. */
function grown(author: Author): Change[] {
  const changes: Change[] = []
  const one = () => changes.push(author.pack([[logOf(changes.length % 3), long]]))
  const many = (count: number) =>
    changes.push(author.pack(Array.from({ length: count }, (_, at) => [logOf(at % 3), at % 10 === 9 ? other : long])))
  for (let count = 0; count < 250; count++) one()
  many(1_000)
  for (let count = 0; count < 30; count++) one()
  many(150)
  one()
  return changes
}

export function partRules({ storage, reopen, commit }: Bench): void {
  test('D52 a document of many entries comes back whole and in order, whether they came one by one or at once', async () => {
    const changes = grown(new Author())
    for (const change of changes) await commit(change)
    for (const again of [async () => {}, reopen, () => storage().dropComputed()]) {
      await again()
      for (const document of [long, other]) await expectWhole(storage(), changes, document)
    }
    expect((await storage().documentsAfter(0, 10)).documents).toEqual([long, other])
  })

  test('D59 the places of a long document come in pieces, none of which holds many; of one that is not held there are none', async () => {
    const author = new Author()
    const changes: Change[] = []
    for (let count = 0; count < 12; count++)
      changes.push(author.pack(Array.from({ length: 1_000 }, (_, at) => [logOf(at % 3), at % 10 === 9 ? other : long])))
    for (const change of changes) await commit(change)
    await reopen()
    const pages = await pagesOf(storage(), long)
    expect(pages.length).toBeGreaterThan(2)
    for (const places of pages) expect(places.length).toBeLessThan(5_000)
    expect(plainPlaces(pages.flat())).toEqual(plainPlaces(placesIn(changes, long)))
    expect(await storage().placesBehind(caseId(3), 0)).toEqual({ places: [], mark: null })
  })

  test('D52 a cut in the middle of a long document forgets what lies above it, and the document goes on', async () => {
    const author = new Author()
    const changes = grown(author)
    for (const change of changes) await commit(change)
    const [cut, height] = [logOf(1), 100]
    author.heads.set(cut, { seq: height, hash: new Uint8Array(32).fill(9) })
    const after = author.pack([
      [cut, long],
      [logOf(2), other],
    ])
    await commit({ ...after, cuts: [{ log: cut, height }] })
    const stays = ({ log, seq }: Place) => log !== cut || seq <= height
    const left: Change[] = changes.map((change) => ({
      ...change,
      places: change.places.map((one) => ({ ...one, places: one.places.filter(stays) })),
    }))
    left.push(after)
    for (let count = 0; count < 120; count++) {
      const change = author.pack([[cut, long]])
      left.push(change)
      await commit(change)
    }
    await reopen()
    for (const document of [long, other]) await expectWhole(storage(), left, document)
    expect((await storage().documentsAfter(0, 10)).documents).toEqual([long, other])
  })

  test('D52 a cut that leaves nothing of a long document forgets it, and it can come anew', async () => {
    const author = new Author()
    for (let count = 0; count < 5; count++)
      await commit(author.pack(Array.from({ length: 100 }, () => [logOf(1), long])))
    author.heads.delete(logOf(1))
    await commit({ cuts: [{ log: logOf(1), height: 0 }] })
    expect((await storage().placesOf([long])).size).toBe(0)
    expect((await storage().documentsAfter(0, 10)).documents).toEqual([])
    const anew = author.pack([[logOf(1), long]])
    await commit(anew)
    await expectWhole(storage(), [anew], long)
  })

  test('D53 what is read of a document while others write is what it was before a commit or behind it', async () => {
    const author = new Author()
    const [rounds, entries] = [300, 20]
    let durable = 0
    const grow = async () => {
      await commit(author.pack(Array.from({ length: entries }, () => [logOf(1), long])))
      durable += entries
    }
    const look = async (least: number) => {
      const places = (await storage().placesOf([long])).get(long) ?? []
      expect(places.map(({ seq }) => seq)).toEqual(places.map((_, at) => at + 1))
      expect(places.length % entries).toBe(0)
      expect(places.length).toBeGreaterThanOrEqual(least)
    }
    for (let round = 0; round < rounds; round++) await Promise.all([grow(), look(durable)])
    await look(rounds * entries)
  })
}
