/** The storage contract: every adapter runs these tests; D rules in SPEC. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type CaseQuery, type Change, NO_CHANGE, type Storage } from '#protocol/engine/storage.ts'
import type { DocumentId, EntryHash } from '#protocol/ids.ts'
import { Author, caseId, caseRow, logOf, plainPlaces, station } from './fixtures.ts'

/** One place where a storage lives: opened, closed and opened again. */
export interface Home {
  open(): Promise<Storage>
  remove(): Promise<void>
}

/** Runs the contract against one adapter. */
export function storageContract(name: string, makeHome: () => Promise<Home>): void {
  describe(`${name}: storage contract`, () => {
    let home: Home
    const held: { storage: Storage | undefined } = { storage: undefined }

    const storage = (): Storage => held.storage as Storage
    const reopen = async () => {
      await storage().close()
      held.storage = await home.open()
    }
    const commit = (change: Partial<Change>) => storage().commit({ ...NO_CHANGE, ...change })

    beforeEach(async () => {
      home = await makeHome()
      held.storage = await home.open()
    })
    afterEach(async () => {
      await storage().close()
      await home.remove()
    })

    describe('entries', () => entryRules({ storage, reopen, commit }))
    describe('cuts', () => cutRules({ storage, reopen, commit }))
    describe('lists', () => listRules({ storage, reopen, commit }))
    describe('other rows', () => rowRules({ storage, reopen, commit }))
  })
}

interface Bench {
  storage(): Storage
  reopen(): Promise<void>
  commit(change: Partial<Change>): Promise<void>
}

function entryRules({ storage, reopen, commit }: Bench): void {
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

  test('D3 packs are read behind an arrival number, at least one, until about the bytes wanted', async () => {
    const author = new Author()
    for (let round = 0; round < 20; round++) await commit(author.pack([[logOf(1), caseId(round)]]))
    const all = await storage().packsAfter(0, 1_000_000)
    expect(all.map(({ arrival }) => arrival)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
    const size = all[0]?.bytes.length ?? 0
    expect((await storage().packsAfter(5, 0)).map(({ arrival }) => arrival)).toEqual([6])
    expect((await storage().packsAfter(5, size + 1)).map(({ arrival }) => arrival)).toEqual([6, 7])
    expect(await storage().packsAfter(20, 1000)).toEqual([])
    expect(all[3]?.runs).toEqual([{ log: logOf(1), first: 4, last: 4, before: expect.any(Uint8Array) }])
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
  })

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

  test('D5 documents are listed in id order for rebuilds', async () => {
    const author = new Author()
    for (const number of [5, 1, 9, 3]) await commit(author.pack([[logOf(1), caseId(number)]]))
    expect(await storage().documentsAfter('', 3)).toEqual([caseId(1), caseId(3), caseId(5)])
    expect(await storage().documentsAfter(caseId(5), 3)).toEqual([caseId(9)])
  })
}

function cutRules({ storage, reopen, commit }: Bench): void {
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
    expect((await storage().packHolding(one, 2))?.arrival).toBe(3)
    expect(await storage().packHolding(two, 3)).toBeUndefined()
    expect(await storage().documentsAfter('', 10)).toEqual([caseId(1), caseId(3), caseId(5)])
  })
}

function listRules({ storage, commit }: Bench): void {
  const idsOf = async (query: CaseQuery): Promise<number[]> =>
    (await storage().cases(query)).rows.map(({ id }) => Number.parseInt(id, 16))

  const walk = async (query: CaseQuery): Promise<number[]> => {
    const seen: number[] = []
    let after: string | undefined
    for (let pages = 0; pages < 100; pages++) {
      const page = await storage().cases({ ...query, ...(after === undefined ? {} : { after }) })
      seen.push(...page.rows.map(({ id }) => Number.parseInt(id, 16)))
      if (page.next === null) return seen
      after = page.next
    }
    throw new Error('the list never ends')
  }

  test('D7 lists show the newest change first and page by key without losing or repeating a case', async () => {
    const rows = Array.from({ length: 123 }, (_, index) => caseRow(index + 1, { arrival: Math.floor(index / 10) + 1 }))
    await commit({ cases: rows })
    const seen = await walk({})
    expect(seen).toHaveLength(123)
    expect(new Set(seen).size).toBe(123)
    expect(seen.slice(0, 3).every((number) => number > 120)).toBe(true)
    expect(await walk({ limit: 7 })).toEqual(seen)
    expect((await storage().cases({ limit: 1_000 })).rows).toHaveLength(50)
    const first = await storage().cases({ limit: 10 })
    await commit({ cases: [caseRow(1, { arrival: 99 })] })
    const second = await storage().cases({ limit: 10, after: first.next ?? '' })
    expect(second.rows.map(({ id }) => Number.parseInt(id, 16))).toEqual(seen.slice(10, 20))
    expect((await idsOf({}))[0]).toBe(1)
    expect(await idsOf({ after: 'typed by hand' })).toEqual(await idsOf({}))
  })

  test('D8 all conditions of a query must hold; an empty list of stations finds nothing', async () => {
    const [village, town] = [station('510724101201'), station('510724102')]
    await commit({
      cases: [
        caseRow(1),
        caseRow(2, { holder: town, stage: '30' }),
        caseRow(3, { home: town, stage: '30' }),
        caseRow(4, { aside: 2 }),
        caseRow(5, { forked: true, holder: town }),
      ],
    })
    expect(await idsOf({ holders: [town] })).toEqual([5, 2])
    expect(await idsOf({ holders: [town, station('510724101')] })).toEqual([5, 4, 3, 2, 1])
    expect(await idsOf({ holders: [] })).toEqual([])
    expect(await idsOf({ stages: ['30'] })).toEqual([3, 2])
    expect(await idsOf({ stages: ['20', '30'], holders: [town] })).toEqual([5, 2])
    expect(await idsOf({ homes: [village], stages: ['30'] })).toEqual([2])
    expect(await idsOf({ aside: true })).toEqual([5, 4])
    expect(await idsOf({ aside: true, holders: [town], text: '王芳' })).toEqual([5])
  })

  test('D9 the transfer board shows the oldest offer first and only open offers', async () => {
    const hall = station('510724')
    const cases = Array.from({ length: 70 }, (_, index) => {
      const offeredAt = 1_000 + ((index * 37) % 70)
      return caseRow(index + 1, index % 7 === 0 ? {} : { offeredTo: hall, offeredAt })
    })
    await commit({ cases })
    const offered = cases.filter(({ offeredTo }) => offeredTo !== null)
    offered.sort((left, right) => (left.offeredAt ?? 0) - (right.offeredAt ?? 0))
    expect((await walk({ inTransfer: true, limit: 9 })).map(caseId)).toEqual(offered.map(({ id }) => id))
    expect(await walk({ offeredTo: [hall] })).toEqual(
      cases
        .filter(({ offeredTo }) => offeredTo !== null)
        .map(({ id }) => Number.parseInt(id, 16))
        .reverse(),
    )
    expect(await walk({ offeredTo: [station('510725')] })).toEqual([])
    await commit({ cases: [caseRow(2)] })
    expect(await walk({ inTransfer: true })).not.toContain(2)
  })

  test('D10 text finds number, name, ID number and phone, one Chinese character is enough', async () => {
    const given = { applicant: '欧阳 娜', idNumber: '51072419900202123X', phone: '139-1234-5678' }
    await commit({ cases: [caseRow(1), caseRow(2, given), caseRow(3, { applicant: 'Li ＢＡＩ' })] })
    expect(await idsOf({ text: '娜' })).toEqual([2])
    expect(await idsOf({ text: '欧阳娜' })).toEqual([2])
    expect(await idsOf({ text: '123x' })).toEqual([2])
    expect(await idsOf({ text: '13912345678' })).toEqual([2])
    expect(await idsOf({ text: 'li bai' })).toEqual([3])
    expect(await idsOf({ text: '20261121-ABC' })).toEqual([3, 2, 1])
    expect(await idsOf({ text: ' - ' })).toEqual([3, 2, 1])
    expect(await idsOf({ text: "%'_" })).toEqual([])
    expect(await idsOf({ text: '王芳', holders: [station('510724101')] })).toEqual([1])
  })

  test('D11 a whole case number finds its case, with or without hyphens and whatever the case of letters', async () => {
    await commit({ cases: [caseRow(1), caseRow(2)] })
    const row = caseRow(2)
    expect(await storage().caseByNumber(row.number)).toEqual(row)
    expect(await storage().caseByNumber(row.number.replaceAll('-', '').toLowerCase())).toEqual(row)
    expect(await storage().caseByNumber('510724101')).toBeUndefined()
    expect(await idsOf({ text: row.number.replaceAll('-', '') })).toEqual([2])
    expect(await idsOf({ text: row.number, holders: [station('510799')] })).toEqual([])
  })

  test('D12 a row replaces the row of its case, and counts follow', async () => {
    await commit({ cases: [caseRow(1), caseRow(2), caseRow(3, { holder: station('510724102') })] })
    await commit({ cases: [caseRow(1, { stage: '30', arrival: 9 })] })
    expect(await storage().casesById([caseId(1), caseId(8)])).toEqual([caseRow(1, { stage: '30', arrival: 9 })])
    expect(Object.fromEntries(await storage().countByStage([]))).toEqual({ 20: 2, 30: 1 })
    expect(Object.fromEntries(await storage().countByStage([station('510724102')]))).toEqual({ 20: 1 })
    expect(await storage().casesSince(3, 1)).toEqual({ ids: [caseId(3)], count: 2 })
    expect(await storage().casesSince(10, 5)).toEqual({ ids: [], count: 0 })
  })
}

function rowRules({ storage, reopen, commit }: Bench): void {
  const document = caseId(1)

  test('D13 an entry has one receipt; `applied` removes it', async () => {
    const receipt = { log: logOf(1), seq: 3, document, outcome: 'quarantined', reason: 'pending' } as const
    await commit({ receipts: [receipt, { ...receipt, seq: 4 }, { ...receipt, log: logOf(2), outcome: 'forked' }] })
    await commit({
      receipts: [
        { ...receipt, outcome: 'unknown-kind' },
        { ...receipt, seq: 4, outcome: 'applied' },
      ],
    })
    await reopen()
    expect(await storage().receiptsOf(document)).toEqual(
      expect.arrayContaining([
        { ...receipt, outcome: 'unknown-kind' },
        { ...receipt, log: logOf(2), outcome: 'forked' },
      ]),
    )
    expect(await storage().receiptsOf(document)).toHaveLength(2)
    expect(await storage().receiptsOf(caseId(2))).toEqual([])
    expect(await storage().receiptCounts()).toHaveLength(2)
    expect(await storage().receiptCounts()).toContainEqual({ log: logOf(2), outcome: 'forked', count: 1 })
    expect((await storage().load()).heads).toEqual([])
  })

  test('D14 the highest version of a directory record wins, equal versions by the greater hash', async () => {
    const row = (version: number, hash: string) => ({
      document: 'station/510724' as DocumentId,
      version,
      hash: hash.repeat(64) as EntryHash,
      json: `{"version":${version},"hash":"${hash}"}`,
    })
    await commit({ directory: [row(2, 'b')] })
    await commit({ directory: [row(1, 'f'), row(2, 'a')] })
    expect((await storage().load()).directory).toEqual([row(2, 'b')])
    await commit({ directory: [row(2, 'c')] })
    expect((await storage().load()).directory).toEqual([row(2, 'c')])
    await commit({ directory: [row(3, '0')] })
    await reopen()
    expect((await storage().load()).directory).toEqual([row(3, '0')])
  })

  test('D15 local rows are set, replaced and deleted by space and key', async () => {
    await commit({
      local: [
        { space: 'a', key: 'x', value: '1' },
        { space: 'b', key: 'x', value: '2' },
      ],
    })
    await commit({
      local: [
        { space: 'a', key: 'w', value: '3' },
        { space: 'a', key: 'x', value: '4' },
      ],
    })
    await reopen()
    expect(await storage().local('a', 'x')).toBe('4')
    expect(await storage().localAll('a')).toEqual([
      { key: 'w', value: '3' },
      { key: 'x', value: '4' },
    ])
    await commit({
      local: [
        { space: 'a', key: 'x', value: null },
        { space: 'c', key: 'no', value: null },
      ],
    })
    expect(await storage().local('a', 'x')).toBeUndefined()
    expect(await storage().local('b', 'x')).toBe('2')
    expect(await storage().localAll('c')).toEqual([])
  })

  test('D16 dropping what is computed keeps packs, places, heads and local rows', async () => {
    const author = new Author()
    const receipt = { log: logOf(1), seq: 1, document, outcome: 'forked', reason: 'x' } as const
    const directory = [{ document: 'item/1' as DocumentId, version: 1, hash: '0'.repeat(64) as EntryHash, json: '{}' }]
    const local = [{ space: 's', key: 'k', value: '1' }]
    await commit({ ...author.pack([[logOf(1), document]]), cases: [caseRow(1)], receipts: [receipt], directory, local })
    await storage().dropComputed()
    await reopen()
    expect((await storage().cases({})).rows).toEqual([])
    expect(await storage().receiptsOf(document)).toEqual([])
    const loaded = await storage().load()
    expect(loaded.directory).toEqual([])
    expect(loaded.heads).toEqual([author.headOf(logOf(1))])
    expect((await storage().recordsOf([document])).get(document)).toHaveLength(1)
    expect(await storage().local('s', 'k')).toBe('1')
  })

  test('D2 commits asked for at the same time all arrive', async () => {
    const author = new Author()
    const changes = Array.from({ length: 20 }, (_, index) => author.pack([[logOf(index), caseId(index)]]))
    await Promise.all(changes.map((change) => commit(change)))
    expect((await storage().load()).heads).toHaveLength(20)
    expect(await storage().packsAfter(0, 1_000_000)).toHaveLength(20)
  })
}
