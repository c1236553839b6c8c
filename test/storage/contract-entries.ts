/** The storage contract: commits, packs, places and cuts. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Change } from '#protocol/engine/ports/storage.ts'
import type { Bench } from './contract.ts'
import { Author, caseId, caseRow, logOf, plainPlaces } from './fixtures.ts'

export function commitRules({ storage, reopen, commit }: Bench): void {
  test('D1 a new database is empty and loads', async () => {
    expect(await storage().load()).toEqual({ heads: [], directory: [], arrival: 0 })
    expect(await storage().packsAfter(0, 1000)).toEqual([])
    expect(await storage().packHolding(logOf(1), 1)).toBeUndefined()
    expect(await storage().arrivalAbove(logOf(1), 0)).toBeUndefined()
    await storage().check()
  })

  test('D1 what was committed is there after closing and opening', async () => {
    const author = new Author()
    await commit(author.pack([[logOf(1), caseId(1)]]))
    await commit(
      author.pack([
        [logOf(2), caseId(2)],
        [logOf(1), caseId(1)],
      ]),
    )
    await commit({ heads: [{ ...author.headOf(logOf(1)), parentHeight: 2, rootHeight: 1 }] })
    const before = { loaded: await storage().load(), packs: await storage().packsAfter(0, 1_000_000) }
    await reopen()
    expect(await storage().load()).toEqual(before.loaded)
    expect(await storage().packsAfter(0, 1_000_000)).toEqual(before.packs)
    expect(before.loaded.arrival).toBe(2)
    expect(before.loaded.heads.find(({ key }) => key === logOf(1))).toMatchObject({
      height: 2,
      parentHeight: 2,
      rootHeight: 1,
    })
  })

  test('D2 a commit that names a used arrival number leaves nothing behind, and the next one works', async () => {
    const author = new Author()
    await commit(author.pack([[logOf(1), caseId(1)]]))
    author.arrival = 0
    const wrong = author.pack([[logOf(3), caseId(3)]])
    await expect(commit({ ...wrong, cases: [caseRow(3)] })).rejects.toMatchObject({ fault: 'other' })
    expect(await storage().casesById([caseId(3)])).toEqual([])
    expect((await storage().placesOf([caseId(3)])).size).toBe(0)
    expect((await storage().load()).heads.map(({ key }) => key)).toEqual([logOf(1)])
    const next = author.pack([[logOf(4), caseId(4)]])
    await commit(next)
    expect((await storage().load()).arrival).toBe(2)
    expect((await storage().placesOf([caseId(4)])).get(caseId(4))?.[0]?.log).toBe(logOf(4))
  })
}

export function lostAnswerRules({ storage, reopen, commit, loseAnswer }: Bench): void {
  test('D56 a commit that is durable although it failed is found by its logs, also new ones, and the next ones go on from it', async () => {
    const author = new Author()
    await commit(author.pack([[logOf(1), caseId(1)]]))
    const lost = author.pack([
      [logOf(2), caseId(2)],
      [logOf(1), caseId(1)],
    ])
    loseAnswer()
    await expect(commit(lost)).rejects.toMatchObject({ fault: 'other' })
    // At once and in any order, as many rooms of a node ask.
    const [held, above, places, packs] = await Promise.all([
      storage().packHolding(logOf(2), 1),
      storage().arrivalAbove(logOf(2), 0),
      storage().placesOf([caseId(2)]),
      storage().packsAfter(1, 1_000_000),
    ])
    expect(held).toMatchObject({ arrival: 2, runs: lost.packs[0]?.runs })
    expect(above).toBe(2)
    expect(plainPlaces(places.get(caseId(2)))).toEqual(plainPlaces(lost.places[0]?.places))
    expect(packs).toEqual(lost.packs)
    await commit(author.pack([[logOf(3), caseId(3)]]))
    loseAnswer()
    await expect(commit(author.pack([[logOf(4), caseId(4)]]))).rejects.toMatchObject({ fault: 'other' })
    await commit(author.pack([[logOf(5), caseId(5)]])) // before anybody asked
    for (const again of [async () => {}, reopen]) {
      await again()
      const { heads, arrival } = await storage().load()
      expect(arrival).toBe(5)
      expect(heads.map(({ key }) => key).sort()).toEqual([1, 2, 3, 4, 5].map(logOf).sort())
      for (const [at, number] of [2, 3, 4, 5].entries())
        expect((await storage().packHolding(logOf(number), 1))?.arrival).toBe(at + 2)
    }
  })
}

export function packRules({ storage, commit }: Bench): void {
  test('D3 packs are read behind an arrival number, at least one, until about the bytes wanted', async () => {
    const author = new Author()
    for (let round = 0; round < 20; round++) await commit(author.pack([[logOf(1), caseId(round)]]))
    const all = await storage().packsAfter(0, 1_000_000)
    expect(all.map(({ arrival }) => arrival)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    const size = all[0]?.bytes.length ?? 0
    expect((await storage().packsAfter(5, 0)).map(({ arrival }) => arrival)).toEqual([6])
    expect((await storage().packsAfter(5, size)).map(({ arrival }) => arrival)).toEqual([6])
    expect((await storage().packsAfter(5, size + 1)).map(({ arrival }) => arrival)).toEqual([6, 7])
    expect(await storage().packsAfter(20, 1000)).toEqual([])
    expect(all[3]?.runs).toEqual([{ log: logOf(1), first: 4, last: 4, before: expect.any(Uint8Array) }])
  })

  test('D3 packs and their runs come back byte for byte, whatever bytes they are', async () => {
    const before = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const pack = fc.record({ bytes: fc.uint8Array({ maxLength: 300 }), befores: fc.array(before, { maxLength: 3 }) })
    let arrival = 0
    let seq = 0
    await fc.assert(
      fc.asyncProperty(fc.array(pack, { minLength: 1, maxLength: 5 }), async (given) => {
        const start = arrival
        const packs = given.map(({ bytes, befores }) => {
          const runs = befores.map((before) => ({ log: logOf(1), first: ++seq, last: seq, before }))
          return { arrival: ++arrival, bytes, runs }
        })
        await commit({ packs })
        expect(await storage().packsAfter(start, 1_000_000)).toEqual(packs)
        const [run] = packs.flatMap(({ runs }) => runs)
        if (run !== undefined) {
          expect(await storage().packHolding(run.log, run.first)).toEqual(packs.find(({ runs }) => runs.includes(run)))
        }
      }),
      { numRuns: 30 },
    )
  })

  test('D4 the pack of an entry is found by log and seq', async () => {
    const author = new Author()
    await commit(
      author.pack([
        [logOf(1), caseId(1)],
        [logOf(1), caseId(2)],
        [logOf(2), caseId(1)],
      ]),
    )
    await commit(author.pack([[logOf(1), caseId(1)]]))
    expect((await storage().packHolding(logOf(1), 2))?.arrival).toBe(1)
    expect((await storage().packHolding(logOf(1), 3))?.arrival).toBe(2)
    expect((await storage().packHolding(logOf(2), 1))?.arrival).toBe(1)
    expect(await storage().packHolding(logOf(1), 4)).toBeUndefined()
    expect(await storage().packHolding(logOf(2), 2)).toBeUndefined()
    expect(await storage().arrivalAbove(logOf(1), 0)).toBe(1)
    expect(await storage().arrivalAbove(logOf(1), 1)).toBe(1)
    expect(await storage().arrivalAbove(logOf(1), 2)).toBe(2)
    expect(await storage().arrivalAbove(logOf(1), 3)).toBeUndefined()
    const later = { log: logOf(3), first: 5, last: 6, before: new Uint8Array(32) }
    await commit({ packs: [{ arrival: 3, bytes: new Uint8Array(), runs: [later] }] })
    expect(await storage().packHolding(logOf(3), 4)).toBeUndefined()
    expect((await storage().packHolding(logOf(3), 5))?.arrival).toBe(3)
  })
}

export function placeRules({ storage, reopen, commit }: Bench): void {
  test('D5 the entries of documents come back in arrival order, byte for byte', async () => {
    const author = new Author()
    const changes: Change[] = []
    for (let round = 0; round < 150; round++) {
      changes.push(
        author.pack([
          [logOf(round % 3), caseId(round % 7)],
          [logOf(5), caseId(1)],
        ]),
      )
    }
    for (const change of changes) await commit(change)
    await reopen()
    const ids = [caseId(1), caseId(2), caseId(99)]
    const records = await storage().recordsOf(ids)
    expect([...records.keys()].sort()).toEqual([caseId(1), caseId(2)])
    const packs = new Map(changes.map(({ packs: [pack] }) => [pack?.arrival, pack?.bytes]))
    for (const id of [caseId(1), caseId(2)]) {
      const written = changes.flatMap(({ places }) => places.filter(({ document }) => document === id))
      const expected = written.flatMap(({ places }) => places)
      expect(plainPlaces((await storage().placesOf(ids)).get(id))).toEqual(plainPlaces(expected))
      const bytes = expected.map((place) =>
        packs.get(place.arrival)?.subarray(place.offset, place.offset + place.length),
      )
      expect(records.get(id)?.map((record) => Buffer.from(record.bytes))).toEqual(
        bytes.map((one) => Buffer.from(one ?? [])),
      )
    }
  })

  test('D5 documents are listed in the order in which they were first stored', async () => {
    const author = new Author()
    for (const number of [5, 1, 9, 5, 3]) await commit(author.pack([[logOf(1), caseId(number)]]))
    const first = await storage().documentsAfter(0, 3)
    expect(first.documents).toEqual([caseId(5), caseId(1), caseId(9)])
    expect(await storage().documentsAfter(first.last, 3)).toMatchObject({ documents: [caseId(3)] })
    const { last } = await storage().documentsAfter(first.last, 3)
    expect(await storage().documentsAfter(last, 3)).toEqual({ documents: [], last })
  })
}

export function cutRules({ storage, reopen, commit }: Bench): void {
  test('D6 a cut ends runs and forgets places above the height; pack bytes stay and the log can go on', async () => {
    const author = new Author()
    const one = logOf(1)
    const two = logOf(2)
    await commit(
      author.pack([
        [one, caseId(1)],
        [one, caseId(2)],
        [two, caseId(1)],
        [one, caseId(1)],
      ]),
    )
    await commit(
      author.pack([
        [one, caseId(3)],
        [two, caseId(3)],
        [two, caseId(4)],
      ]),
    )
    const bytes = (await storage().packsAfter(0, 1_000_000)).map((pack) => pack.bytes)
    author.heads.set(one, { seq: 1, hash: new Uint8Array(32).fill(9) })
    author.heads.set(two, { seq: 2, hash: new Uint8Array(32).fill(8) })
    const cuts = [
      { log: one, height: 1 },
      { log: two, height: 2 },
      { log: logOf(9), height: 0 },
    ]
    const after = author.pack([[one, caseId(5)]])
    await commit({ ...after, cuts })
    await reopen()
    const packs = await storage().packsAfter(0, 1_000_000)
    expect(packs.slice(0, 2).map((pack) => pack.bytes)).toEqual(bytes)
    expect(packs.map(({ runs }) => runs.map(({ log, first, last }) => ({ log, first, last })))).toEqual([
      [
        { log: one, first: 1, last: 1 },
        { log: two, first: 1, last: 1 },
      ],
      [{ log: two, first: 2, last: 2 }],
      [{ log: one, first: 2, last: 2 }],
    ])
    const places = await storage().placesOf([1, 2, 3, 4, 5].map(caseId))
    const heights = [...places].map(([id, list]) => [id, list.map(({ log, seq }) => [log, seq])])
    expect(Object.fromEntries(heights)).toEqual({
      [caseId(1)]: [
        [one, 1],
        [two, 1],
      ],
      [caseId(3)]: [[two, 2]],
      [caseId(5)]: [[one, 2]],
    })
    expect((await storage().packHolding(one, 1))?.arrival).toBe(1)
    expect((await storage().packHolding(one, 2))?.arrival).toBe(3)
    expect((await storage().packHolding(two, 2))?.arrival).toBe(2)
    expect(await storage().packHolding(two, 3)).toBeUndefined()
    expect([...(await storage().documentsAfter(0, 10)).documents].sort()).toEqual([caseId(1), caseId(3), caseId(5)])
  })
}
