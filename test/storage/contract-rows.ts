/** The storage contract: receipts, directory, local rows and what is computed. */
import { expect, test } from 'vitest'
import { LISTED } from '#protocol/casework/directory.ts'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import type { DocumentId, EntryHash } from '#protocol/ids.ts'
import type { Bench } from './contract.ts'
import { Author, caseId, caseRow, logOf } from './fixtures.ts'

const document = caseId(1)

export function receiptRules({ storage, reopen, commit }: Bench): void {
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

  test('D13 what takes back a receipt takes it from its own document only: a cut may have put another entry in that place', async () => {
    const now = { log: logOf(1), seq: 3, document, outcome: 'set-aside', reason: '' } as const
    await commit({ receipts: [now] })
    await commit({ receipts: [{ ...now, document: caseId(2), outcome: 'applied' }] })
    expect(await storage().receiptsOf(document)).toEqual([now])
    // In one commit, whichever comes first.
    const later = { ...now, seq: 9 }
    await commit({ receipts: [later, { ...later, document: caseId(2), outcome: 'applied' }] })
    expect(await storage().receiptsOf(document)).toEqual([now, later])
  })

  test('D13 R71 the documents of which something did not apply for a reason are named once each', async () => {
    const receipt = { log: logOf(1), seq: 3, document, outcome: 'set-aside', reason: 'who?' } as const
    const other = { ...receipt, seq: 5, document: caseId(2) }
    await commit({ receipts: [receipt, { ...receipt, seq: 4 }, other, { ...other, seq: 6, reason: 'when?' }] })
    expect((await storage().documentsTold('who?', 10)).toSorted()).toEqual([document, caseId(2)].toSorted())
    expect(await storage().documentsTold('who?', 1)).toHaveLength(1)
    expect(await storage().documentsTold('when?', 10)).toEqual([caseId(2)])
    await commit({ receipts: [{ ...other, outcome: 'applied', reason: '' }] })
    expect(await storage().documentsTold('who?', 10)).toEqual([document])
  })

  test('D13 receipts of a log are given from its end, those that the fold sets aside left out', async () => {
    const receipt = { log: logOf(1), seq: 3, document, outcome: 'quarantined', reason: 'pending' } as const
    const [later, forked] = [
      { ...receipt, seq: 40 },
      { ...receipt, seq: 5, outcome: 'forked' },
    ] as const
    await commit({ receipts: [receipt, later, forked, { ...receipt, seq: 6, outcome: 'set-aside' }] })
    await commit({ receipts: [{ ...receipt, log: logOf(2) }] })
    expect(await storage().receiptsIn(logOf(1), 10)).toEqual([later, forked, receipt])
    expect(await storage().receiptsIn(logOf(1), 2)).toEqual([later, forked])
    expect(await storage().receiptsIn(logOf(3), 10)).toEqual([])
    const between = await storage().receiptsAt(logOf(1), 4, 40)
    expect(between.map(({ seq, outcome }) => [seq, outcome])).toEqual([
      [5, 'forked'],
      [6, 'set-aside'],
      [40, 'quarantined'],
    ])
    expect(await storage().receiptsAt(logOf(1), 7, 39)).toEqual([])
  })

  test('D13 of several receipts of an entry in one commit the last one counts', async () => {
    const receipt = { log: logOf(1), seq: 3, document, outcome: 'quarantined', reason: 'pending' } as const
    await commit({ receipts: [receipt, { ...receipt, outcome: 'applied' }] })
    expect(await storage().receiptsOf(document)).toEqual([])
    await commit({ receipts: [{ ...receipt, outcome: 'applied' }, { ...receipt, outcome: 'forked' }, receipt] })
    await reopen()
    expect(await storage().receiptsOf(document)).toEqual([receipt])
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

  const byDocument = (left: { document: string }, right: { document: string }) =>
    left.document < right.document ? -1 : 1
  const stationRow = (document: string, version: number) => ({
    document: document as DocumentId,
    version,
    hash: String(version + 100_000).padStart(64, '0') as EntryHash,
    json: `{"version":${version}}`,
  })

  test('D58 a forgotten row goes before its rows come, so that a lower version takes its place; others stay', async () => {
    const [one, other] = ['absence/510724.a', 'absence/510724.b']
    await commit({ directory: [stationRow(one, 9), stationRow(other, 9)] })
    await commit({ forgotten: [one as DocumentId], directory: [stationRow(one, -5)] })
    expect((await storage().listed()).sort(byDocument)).toEqual([stationRow(one, -5), stationRow(other, 9)])
    await commit({ forgotten: [one as DocumentId, 'absence/510724.none' as DocumentId] })
    await reopen()
    expect(await storage().listed()).toEqual([stationRow(other, 9)])
  })

  test('D58 what is read of stations’ records is of each station and type the highest versions, at a start too; other types are whole', async () => {
    const more = 5
    const rows = Array.from({ length: LISTED.handover + more }, (_, at) => stationRow(`handover/510724.${at}`, at - 2))
    const beside = ['handover/510724100.a', 'absence/510724.a', 'consultation/510724.a'].map((one) =>
      stationRow(one, 0),
    )
    const ofRoot = ['department/510724.a', 'handovers/510724.a', 'window/1'].map((one) => stationRow(one, 0))
    await commit({ directory: [...rows, ...beside, ...ofRoot] })
    await reopen()
    const listed = [...rows.slice(more), ...beside].sort(byDocument)
    expect((await storage().listed()).sort(byDocument)).toEqual(listed)
    const { directory } = await storage().load()
    expect([...directory].sort(byDocument)).toEqual([...listed, ...ofRoot].sort(byDocument))
  })
}

export function localRules({ storage, reopen, commit }: Bench): void {
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

  test('D16 local rows are read by a range of keys, in their order', async () => {
    const rows = ['2026-12-01 b', '2026-11-30 a', '2026-12-01 a', '2026-12-02 a'].map((key) => ({
      space: 'days',
      key,
      value: '1',
    }))
    await commit({ local: [...rows, { space: 'other', key: '2026-12-01 a', value: '2' }] })
    const keys = async (after: string, before: string, limit: number) =>
      (await storage().localBetween({ space: 'days', after, before, limit })).map(({ key }) => key)
    expect(await keys('2026-12-01', '2026-12-01~', 9)).toEqual(['2026-12-01 a', '2026-12-01 b'])
    expect(await keys('2026-11-30 a', '2026-12-02 a', 9)).toEqual(['2026-12-01 a', '2026-12-01 b'])
    expect(await keys('', '~', 2)).toEqual(['2026-11-30 a', '2026-12-01 a'])
    expect(await keys('2027', '~', 9)).toEqual([])
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
    // All or nothing with what takes its place.
    await commit({ directory, cases: [caseRow(1)] })
    const next = author.pack([[logOf(2), document]])
    const used = { ...NO_CHANGE, packs: next.packs.map((pack) => ({ ...pack, arrival: 1 })) }
    await expect(storage().dropComputed(used)).rejects.toMatchObject({ fault: 'other' })
    expect((await storage().load()).directory).toEqual(directory)
    expect((await storage().cases({})).rows).toHaveLength(1)
    await storage().dropComputed({ ...NO_CHANGE, directory, receipts: [receipt] })
    expect((await storage().load()).directory).toEqual(directory)
    expect(await storage().receiptsOf(document)).toEqual([receipt])
    expect((await storage().cases({})).rows).toEqual([])
  })

  test('D2 commits asked for at the same time all arrive', async () => {
    const author = new Author()
    const changes = Array.from({ length: 20 }, (_, index) => author.pack([[logOf(index), caseId(index)]]))
    await Promise.all(changes.map((change) => commit(change)))
    expect((await storage().load()).heads).toHaveLength(20)
    expect(await storage().packsAfter(0, 1_000_000)).toHaveLength(20)
  })
}
