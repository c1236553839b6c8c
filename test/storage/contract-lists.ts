/** The storage contract: case lists, text search and counts. */
import { expect, test } from 'vitest'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import type { CaseQuery, Storage } from '#protocol/engine/ports/storage.ts'
import type { PersonId, StationCode } from '#protocol/ids.ts'
import type { Bench } from './contract.ts'
import { caseId, caseRow, station } from './fixtures.ts'

const idsOf = async (storage: Storage, query: CaseQuery): Promise<number[]> =>
  (await storage.cases(query)).rows.map(({ id }) => Number.parseInt(id, 16))

/** The numbers of all cases of a list, page by page. */
async function walk(storage: Storage, query: CaseQuery): Promise<number[]> {
  const seen: number[] = []
  let after: string | undefined
  for (let pages = 0; pages < 100; pages++) {
    const page = await storage.cases({ ...query, ...(after === undefined ? {} : { after }) })
    seen.push(...page.rows.map(({ id }) => Number.parseInt(id, 16)))
    if (page.next === null) return seen
    after = page.next
  }
  throw new Error('the list never ends')
}

export function pagingRules({ storage, commit }: Bench): void {
  test('D7 lists show the newest change first and page by key without losing or repeating a case', async () => {
    const rows = Array.from({ length: 123 }, (_, index) => caseRow(index + 1, { arrival: Math.floor(index / 10) + 1 }))
    await commit({ cases: rows })
    const seen = await walk(storage(), {})
    expect(seen).toHaveLength(123)
    expect(new Set(seen).size).toBe(123)
    expect(seen.slice(0, 3).every((number) => number > 120)).toBe(true)
    expect(await walk(storage(), { limit: 7 })).toEqual(seen)
    expect((await storage().cases({ limit: 1_000 })).rows).toHaveLength(50)
    const first = await storage().cases({ limit: 10 })
    await commit({ cases: [caseRow(1, { arrival: 99 })] })
    const second = await storage().cases({ limit: 10, after: first.next ?? '' })
    expect(second.rows.map(({ id }) => Number.parseInt(id, 16))).toEqual(seen.slice(10, 20))
    expect((await idsOf(storage(), {}))[0]).toBe(1)
    expect(await idsOf(storage(), { after: 'typed by hand' })).toEqual(await idsOf(storage(), {}))
  })
}

export function unopenedRules({ storage, reopen, commit }: Bench): void {
  test('R21 a case that nothing opens any more leaves the lists, alone and for good, until it is written again', async () => {
    const same = { arrival: 7 }
    await commit({ cases: [1, 2, 3].map((number) => caseRow(number, { ...same, applicant: `王${number}` })) })
    await commit({ unopened: [caseId(2), caseId(9)] })
    const isGone = async () => {
      expect(await storage().casesById([caseId(2)])).toEqual([])
      expect(await idsOf(storage(), { text: caseRow(2).number })).toEqual([])
      expect(await walk(storage(), { limit: 1 })).toEqual([3, 1])
    }
    await isGone()
    await reopen()
    await isGone()
    // Those that come later have places of their own in the order of a list.
    await commit({ cases: [caseRow(4, same), caseRow(5, same)] })
    expect(await walk(storage(), { limit: 1 })).toEqual([5, 4, 3, 1])
    await commit({ cases: [caseRow(2, { ...same, stage: '30' })] })
    expect(await storage().casesById([caseId(2)])).toEqual([caseRow(2, { ...same, stage: '30' })])
    expect((await walk(storage(), { limit: 1 })).sort()).toEqual([1, 2, 3, 4, 5])
    expect(await idsOf(storage(), { stages: ['30'] })).toEqual([2])
    // What is taken back and written anew at once is there.
    await commit({ unopened: [caseId(2)], cases: [caseRow(2, { ...same, stage: '40' })] })
    expect(await idsOf(storage(), { stages: ['40'] })).toEqual([2])
  })
}

export function filterRules({ storage, commit }: Bench): void {
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
    expect(await idsOf(storage(), { holders: [town] })).toEqual([5, 2])
    expect(await idsOf(storage(), { holders: [town, station('510724101')] })).toEqual([5, 4, 3, 2, 1])
    expect(await idsOf(storage(), { holders: [] })).toEqual([])
    expect(await idsOf(storage(), { stages: ['30'] })).toEqual([3, 2])
    expect(await idsOf(storage(), { stages: ['20', '30'], holders: [town] })).toEqual([5, 2])
    expect(await idsOf(storage(), { homes: [village], stages: ['30'] })).toEqual([2])
    expect(await idsOf(storage(), { aside: true })).toEqual([5, 4])
    expect(await idsOf(storage(), { aside: true, holders: [town], text: '王芳' })).toEqual([5])
  })

  test('D8 of what wants attention a list finds what a fork stops, and what waits of a station that another one goes on from', async () => {
    const [town, east] = [station('510724102'), station('510724200')]
    await commit({
      cases: [
        caseRow(1, { asideOf: [east] }),
        caseRow(2, { aside: 1, asideOf: [town, east] }),
        caseRow(3, { aside: 1, forked: true, asideOf: [town] }),
        caseRow(4, { aside: 1 }),
        caseRow(5, { aside: 1, forked: true, asideOf: [east], holder: town }),
      ],
    })
    expect(await walk(storage(), { aside: true, stopped: true, limit: 1 })).toEqual([5, 3])
    expect(await walk(storage(), { aside: true, asideOf: east, limit: 1 })).toEqual([5, 2])
    expect(await idsOf(storage(), { aside: true, asideOf: town, stopped: true })).toEqual([3])
    expect(await idsOf(storage(), { aside: true, asideOf: station('510724') })).toEqual([])
    expect(await idsOf(storage(), { aside: true, stopped: true, holders: [town] })).toEqual([5])
  })

  test('D8 of what wants attention a list finds what waits for the signature of one of some people', async () => {
    const [chief, clerk, nobody] = ['chief', 'clerk', 'nobody'] as PersonId[] as [PersonId, PersonId, PersonId]
    await commit({
      cases: [
        caseRow(1, { asks: [chief] }),
        caseRow(2, { aside: 1, asks: [clerk, chief] }),
        caseRow(3, { aside: 1, asks: [clerk] }),
        caseRow(4, { aside: 1 }),
      ],
    })
    expect(await walk(storage(), { aside: true, asks: [chief], limit: 1 })).toEqual([2])
    expect(await walk(storage(), { aside: true, asks: [clerk, nobody], limit: 1 })).toEqual([3, 2])
    expect(await idsOf(storage(), { aside: true, asks: [nobody] })).toEqual([])
    expect(await idsOf(storage(), { aside: true, asks: [] })).toEqual([])
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
    expect((await walk(storage(), { inTransfer: true, limit: 9 })).map(caseId)).toEqual(offered.map(({ id }) => id))
    expect(await walk(storage(), { offeredTo: [hall] })).toEqual(
      cases
        .filter(({ offeredTo }) => offeredTo !== null)
        .map(({ id }) => Number.parseInt(id, 16))
        .reverse(),
    )
    expect(await walk(storage(), { offeredTo: [station('510725')] })).toEqual([])
    await commit({ cases: [caseRow(2)] })
    expect(await walk(storage(), { inTransfer: true })).not.toContain(2)
  })
}

export function textRules({ storage, commit }: Bench): void {
  test('D10 text finds number, name, ID number and phone, one Chinese character is enough', async () => {
    const given = { applicant: '欧阳 娜', idNumber: '51072419900202123X', phone: '139-1234-5678' }
    await commit({ cases: [caseRow(1), caseRow(2, given), caseRow(3, { applicant: 'Li ＢＡＩ' })] })
    expect(await idsOf(storage(), { text: '娜' })).toEqual([2])
    expect(await idsOf(storage(), { text: '欧阳娜' })).toEqual([2])
    expect(await idsOf(storage(), { text: '123x' })).toEqual([2])
    expect(await idsOf(storage(), { text: '13912345678' })).toEqual([2])
    expect(await idsOf(storage(), { text: 'li bai' })).toEqual([3])
    expect(await idsOf(storage(), { text: '20261121-ABC' })).toEqual([3, 2, 1])
    expect(await idsOf(storage(), { text: ' 　' })).toEqual([3, 2, 1])
    expect(await idsOf(storage(), { text: ' - ' })).toEqual([])
    expect(await idsOf(storage(), { text: "%'_" })).toEqual([])
    expect(await idsOf(storage(), { text: '3m' })).toEqual([])
    expect(await idsOf(storage(), { text: '王芳', holders: [station('510724101')] })).toEqual([1])
  })

  test('R1 text finds a name by its pinyin, whole, in part or by initials, and a number by any part', async () => {
    await commit({
      cases: [
        caseRow(1),
        caseRow(2, { applicant: '曾小芳', phone: '13912345678' }),
        caseRow(3, { applicant: '欧阳吕' }),
        caseRow(4, { applicant: '安县3M公司' }),
      ],
    })
    expect(await idsOf(storage(), { text: 'zengxiaofang' })).toEqual([2])
    expect(await idsOf(storage(), { text: 'Zeng Xiao' })).toEqual([2])
    expect(await idsOf(storage(), { text: 'zxf' })).toEqual([2])
    expect(await idsOf(storage(), { text: 'ouyanglv' })).toEqual([3])
    expect(await idsOf(storage(), { text: 'fang' })).toEqual([2, 1])
    expect(await idsOf(storage(), { text: '3M公司' })).toEqual([4])
    expect(await idsOf(storage(), { text: '12345678' })).toEqual([2])
    expect(await idsOf(storage(), { text: '5107241980010100 03' })).toEqual([3])
    expect(await idsOf(storage(), { text: '510724198001010003', holders: [station('510799')] })).toEqual([])
  })

  test('D11 a whole case number finds its case, with or without hyphens and whatever the case of letters', async () => {
    await commit({ cases: [caseRow(1), caseRow(2)] })
    const row = caseRow(2)
    expect(await storage().casesByNumber([row.number])).toEqual([row])
    expect(await storage().casesByNumber([row.number.replaceAll('-', '').toLowerCase()])).toEqual([row])
    expect(await storage().casesByNumber(['510724101'])).toEqual([])
    expect(await idsOf(storage(), { text: row.number.replaceAll('-', '') })).toEqual([2])
    expect(await idsOf(storage(), { text: row.number, holders: [station('510799')] })).toEqual([])
  })

  test('C118 a number finds all cases that have it or had it, and no other', async () => {
    const [first, second] = [caseRow(1), caseRow(2, { number: caseRow(1).number })]
    await commit({ cases: [first, second, caseRow(3)] })
    expect(await storage().casesByNumber([first.number])).toEqual([first, second])
    const renumbered = { ...second, number: '510724101-261121-KQX-0099-X', formerNumbers: [first.number] }
    await commit({ cases: [renumbered] })
    expect(await storage().casesByNumber([first.number])).toEqual([first, renumbered])
    expect(await storage().casesByNumber([renumbered.number])).toEqual([renumbered])
    expect(await storage().casesByNumber([renumbered.number, caseRow(3).number])).toEqual([renumbered, caseRow(3)])
    expect(await storage().casesByNumber([''])).toEqual([])
    expect((await idsOf(storage(), { text: first.number })).toSorted()).toEqual([1, 2])
    expect(await idsOf(storage(), { text: renumbered.number })).toEqual([2])
    expect((await idsOf(storage(), { text: first.number.slice(0, -2) })).toSorted()).toEqual([1, 2])
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

  test('D16 D12 after what is computed was dropped, what is counted is what was written since', async () => {
    const other = station('510724102')
    await commit({ cases: [caseRow(1), caseRow(2), caseRow(3, { holder: other })] })
    await storage().dropComputed()
    expect([...(await storage().countByStage([]))]).toEqual([])
    await commit({ cases: [caseRow(1), caseRow(2), caseRow(3)] })
    expect(Object.fromEntries(await storage().countByStage([]))).toEqual({ 20: 3 })
    await commit({ cases: [caseRow(1, { stage: '30' }), caseRow(2, { holder: other })], unopened: [caseId(3)] })
    expect(Object.fromEntries(await storage().countByStage([]))).toEqual({ 20: 1, 30: 1 })
    expect(Object.fromEntries(await storage().countByStage([other]))).toEqual({ 20: 1 })
  })

  test('D12 whatever is written, moves on or is dropped, what is counted is what is listed', async () => {
    const holders = ['510724101', '510724102', '510724103'].map(station)
    const stages = ['10', '20', '30']
    for (let round = 0; round < 30; round++) {
      // Some of 12 cases each round, by turns of different length, so that each goes from every stage and holder to every other.
      const rows = [round, round * 5 + 1, round * 7 + 3].map((turn) =>
        caseRow((turn % 12) + 1, {
          arrival: round + 1,
          stage: stages[turn % 3] as string,
          holder: holders[Math.floor(turn / 5) % 3] as StationCode,
        }),
      )
      await commit({ cases: [...new Map(rows.map((row) => [row.id, row])).values()] })
      if (round % 4 === 3) await commit({ unopened: [caseId((round % 12) + 1), caseId(99)] })
      const { rows: listed } = await storage().cases({ limit: 50 })
      for (const asked of [[], [holders[0]], holders.slice(1)] as StationCode[][]) {
        const seen = listed.filter(({ holder }) => asked.length === 0 || asked.includes(holder))
        const counted = Object.fromEntries(
          stages.map((stage) => [stage, seen.filter((row) => row.stage === stage).length]),
        )
        const counts = await storage().countByStage(asked)
        expect([...counts.values()].every((count) => count > 0)).toBe(true)
        expect({ ...Object.fromEntries(stages.map((stage) => [stage, 0])), ...Object.fromEntries(counts) }).toEqual(
          counted,
        )
      }
    }
  })
}

const day = (text: string) => text as Day

export function deadlineRules({ storage, commit }: Bench): void {
  test('R2 the list by last days shows the earliest first, cases without one last, and loses none', async () => {
    const due = (number: number) => (number % 5 === 0 ? null : plusDays(day('2026-11-01'), (number * 17) % 40))
    const cases = Array.from({ length: 60 }, (_, index) => caseRow(index + 1, { due: due(index + 1) }))
    await commit({ cases })
    const seen = await walk(storage(), { order: 'due', limit: 7 })
    expect(seen).toHaveLength(60)
    expect(new Set(seen).size).toBe(60)
    const days = seen.map((number) => due(number) ?? '9')
    expect(days).toEqual([...days].sort())
    expect(seen.slice(-12).every((number) => number % 5 === 0)).toBe(true)
    expect(await walk(storage(), { order: 'due', holders: [station('510724101')], limit: 50 })).toEqual(seen)
    const before = await walk(storage(), { dueBefore: day('2026-11-09'), limit: 4 })
    expect(before).toEqual(seen.filter((number) => (due(number) ?? '9') < '2026-11-09'))
    expect(before.length).toBeGreaterThan(4)
  })

  test('R3 lists by assignee, item, master case and applicant hold nothing else', async () => {
    const [first, second] = ['p1', 'p2'] as [PersonId, PersonId]
    const idNumber = '51072419900202123X'
    await commit({
      cases: [
        caseRow(1, { assignee: first, item: 'A' }),
        caseRow(2, { assignee: second, item: 'B', master: caseId(1) }),
        caseRow(3, { assignee: first, item: 'B', idNumber }),
        caseRow(4, { item: 'B', idNumber: idNumber.toLowerCase(), stage: '83' }),
        caseRow(5, { item: 'A', idNumber: '' }),
      ],
    })
    expect(await idsOf(storage(), { assignees: [first] })).toEqual([3, 1])
    expect(await idsOf(storage(), { assignees: [first, second] })).toEqual([3, 2, 1])
    expect(await idsOf(storage(), { assignees: ['' as PersonId] })).toEqual([])
    expect(await idsOf(storage(), { assignees: [first], order: 'due' })).toEqual([1, 3])
    expect(await idsOf(storage(), { items: ['B'] })).toEqual([4, 3, 2])
    expect(await idsOf(storage(), { items: [] })).toEqual([])
    expect(await idsOf(storage(), { master: caseId(1) })).toEqual([2])
    expect(await idsOf(storage(), { sameApplicant: { idNumber, item: 'B' } })).toEqual([4, 3])
    expect(await idsOf(storage(), { sameApplicant: { idNumber, item: 'B' }, stages: ['20'] })).toEqual([3])
    expect(await idsOf(storage(), { sameApplicant: { idNumber, item: 'A' } })).toEqual([])
    expect(await idsOf(storage(), { sameApplicant: { idNumber: '', item: 'A' } })).toEqual([])
    // Two conditions on one column: both hold, each with a value of its own.
    expect(await idsOf(storage(), { sameApplicant: { idNumber, item: 'B' }, items: ['A'] })).toEqual([])
    expect(await idsOf(storage(), { sameApplicant: { idNumber, item: 'B' }, items: ['B'] })).toEqual([4, 3])
  })

  test('R4 cases wake on their day, the earliest first, and no longer once their row says so', async () => {
    const wake = (number: number, on: string | null) => caseRow(number, { wake: on === null ? null : day(on) })
    await commit({
      cases: [
        wake(1, '2026-11-09'),
        wake(2, null),
        wake(3, '2026-11-07'),
        wake(4, '2026-11-10'),
        wake(5, '2026-11-09'),
      ],
    })
    expect(await storage().casesToWake(day('2026-11-06'), 10)).toEqual([])
    expect(await storage().casesToWake(day('2026-11-09'), 10)).toEqual([caseId(3), caseId(1), caseId(5)])
    expect(await storage().casesToWake(day('2026-11-30'), 2)).toEqual([caseId(3), caseId(1)])
    await commit({ cases: [wake(3, null)] })
    expect(await storage().casesToWake(day('2026-11-09'), 10)).toEqual([caseId(1), caseId(5)])
  })
}
