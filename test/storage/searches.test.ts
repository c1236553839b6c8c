/** Searches by their indexes: a file finds what memory finds by looking at every case, whichever way it takes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mintNumber } from '#protocol/casework/identity/case-numbers.ts'
import { type CaseQuery, type CaseRow, NO_CHANGE, type Storage } from '#protocol/engine/ports/storage.ts'
import { openLibsql, openStatements } from '#protocol/storage/libsql.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
import { termsOf } from '#protocol/storage/search-terms.ts'
import { searchOf } from '#protocol/storage/sql/searches.ts'
import { openStorage } from '#protocol/storage/sql/sql-storage.ts'
import type { Statement, Statements } from '#protocol/storage/sql/statements.ts'
import { withLimits } from '#test/hostile/other-limits.ts'
import { caseId, caseRow, station } from './fixtures.ts'

/** A file and a memory with the same cases. */
async function withBoth(use: (both: readonly [Storage, Storage]) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'searches-'))
  const file = await openLibsql(join(folder, 'node.db'))
  const memory = new MemoryStorage()
  try {
    await use([file, memory])
  } finally {
    await file.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function allOf(storage: Storage, query: CaseQuery): Promise<number[]> {
  const seen: number[] = []
  for (let after: string | undefined, pages = 0; pages < 200; pages++) {
    const page: Awaited<ReturnType<Storage['cases']>> = await storage.cases({ ...query, ...(after ? { after } : {}) })
    seen.push(...page.rows.map(({ id }) => Number.parseInt(id, 16)))
    if (page.next === null) return seen
    after = page.next
  }
  throw new Error('the list never ends')
}

/** Few characters, so that texts are found; among them what a tokenizer, a string or a pattern might take for its own. */
const SOME = [
  ...'王李芳小娜乐单于阿·𠮷éü',
  ...'aBwf',
  ...'0123',
  ...'-"\'*%_<>(){}\\^:+~',
  ' ',
  '\u0000',
  '\n',
  '　',
  '１',
]
const text = (most: number) => fc.array(fc.constantFrom(...SOME), { maxLength: most }).map((all) => all.join(''))
const digits = (most: number) => fc.array(fc.constantFrom(...'012-'), { maxLength: most }).map((all) => all.join(''))
const rowsOf = (most: number) =>
  fc.array(
    fc.record({
      applicant: fc.oneof(text(4), text(40)),
      number: digits(12),
      formerNumbers: fc.array(digits(6), { maxLength: 2 }),
      idNumber: digits(18),
      phone: digits(11),
      holder: fc.constantFrom('510724101', '510724102').map(station),
      arrival: fc.integer({ min: 1, max: 40 }),
    }),
    { minLength: 1, maxLength: most },
  )

/** The lists in which a text is looked for. */
const queriesOf = (text: string): CaseQuery[] => {
  const holders = [station('510724101')]
  return [{ text }, { text, holders }, { text, order: 'due' }, { text, holders, order: 'due' }]
}

test('D27 a text finds the same cases in the same order by whichever way it is looked for', {
  timeout: 60_000,
}, async () => {
  withLimits({ recentCases: 7, commonHits: 3, termHits: 5, pageRows: 4 })
  await fc.assert(
    fc.asyncProperty(
      rowsOf(40),
      rowsOf(20),
      rowsOf(8),
      fc.array(fc.oneof(text(3), digits(5), text(40)), { maxLength: 12 }),
      (first, second, third, texts) =>
        withBoth(async (both) => {
          // The second ones replace the first ones of their places, and a few of these go.
          const cases = (given: readonly Partial<CaseRow>[]) => given.map((one, index) => caseRow(index + 1, one))
          for (const storage of both) {
            await storage.commit({ ...NO_CHANGE, cases: cases(first) })
            await storage.commit({ ...NO_CHANGE, cases: cases(second) })
            await storage.commit({ ...NO_CHANGE, unopened: [caseId(2), caseId(3)] })
            // Few rows at once are compared with what is there, many are replaced.
            for (const one of cases(third)) await storage.commit({ ...NO_CHANGE, cases: [one] })
          }
          for (const query of texts.flatMap(queriesOf)) {
            const [inFile, inMemory] = await Promise.all(both.map((storage) => allOf(storage, query)))
            expect(inFile, JSON.stringify(query)).toEqual(inMemory)
          }
        }),
    ),
    { numRuns: 60 },
  )
})

/** A file with cases, and what is read and written there from then on. */
async function withStatements(
  rows: readonly CaseRow[],
  use: (storage: Storage, seen: { read: string[]; written: string[] }, statements: Statements) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'searches-'))
  const statements = openStatements(join(folder, 'node.db'))
  const storage = await openStorage(statements)
  const { read, commit } = statements
  const seen = { read: [] as string[], written: [] as string[] }
  try {
    await storage.commit({ ...NO_CHANGE, cases: rows })
    statements.read = (one) => {
      seen.read.push(one.sql)
      return read.call(statements, one)
    }
    statements.commit = (all) => {
      seen.written = all.map(({ sql }) => sql)
      return commit.call(statements, all)
    }
    await use(storage, seen, statements)
  } finally {
    await storage.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

test('D27 the index of terms is asked for a rare text, and not for a common one', async () => {
  withLimits({ recentCases: 20, commonHits: 10, termHits: 15, pageRows: 4 })
  const holder = station('510724109')
  // 王 is common; 欧 was so among the older ones; 单 has two, and the oldest has a station of its own.
  const names = (index: number) => (index === 0 ? '单于芳' : index === 1 ? '单娜' : index < 40 ? '欧阳娜' : '王芳')
  const rows = Array.from({ length: 80 }, (_, index) =>
    caseRow(index + 1, { applicant: names(index), arrival: index + 1, ...(index === 0 ? { holder } : {}) }),
  )
  await withStatements(rows, async (storage, seen) => {
    const ways = async (query: CaseQuery) => {
      seen.read = []
      const { length } = (await storage.cases(query)).rows
      const kinds = seen.read.map((sql) =>
        sql.includes('"sequence" in') ? 'terms' : sql.includes('match') ? 'hits' : 'list',
      )
      return [length, ...kinds]
    }
    expect(await ways({ text: '王' })).toEqual([4, 'list'])
    expect(await ways({ text: '王', holders: [holder] })).toEqual([0, 'list', 'list', 'list'])
    expect(await ways({ text: '单' })).toEqual([2, 'list', 'hits', 'terms'])
    expect(await ways({ text: '单', holders: [holder] })).toEqual([1, 'list', 'list', 'hits', 'terms'])
    expect(await ways({ text: '单', order: 'due' })).toEqual([2, 'list', 'hits', 'terms'])
    expect(await ways({ text: '欧' })).toEqual([4, 'list', 'hits', 'list'])
  })
})

test('D16 cases that are dropped leave nothing in the index of terms', async () => {
  await withStatements([caseRow(1), caseRow(2)], async (storage, _, statements) => {
    const hits = async () => (await statements.read(searchOf({ text: '王芳' })?.hits as Statement))[0]?.[0]
    expect(await hits()).toBe(2)
    await storage.commit({ ...NO_CHANGE, unopened: [caseId(1)] })
    expect(await hits()).toBe(1)
    await storage.dropComputed()
    expect(await hits()).toBe(0)
    await storage.dropComputed({ ...NO_CHANGE, cases: [caseRow(2, { arrival: 9 })] })
    expect((await storage.cases({ text: '王芳' })).rows).toHaveLength(1)
  })
})

test('D12 of a row that is there only what is different is written, of many rows all', async () => {
  const rows = Array.from({ length: 20 }, (_, index) => caseRow(index + 1))
  await withStatements(rows, async (storage, seen) => {
    await storage.commit({ ...NO_CHANGE, cases: [caseRow(1, { arrival: 99 })] })
    expect(seen.written).toEqual(['update "cases" set "arrival" = ?, "row" = ? where "cases"."id" = ?'])
    await storage.commit({ ...NO_CHANGE, cases: [caseRow(2, { stage: '30', arrival: 99 })] })
    expect(seen.written).toEqual(['update "cases" set "stage" = ?, "arrival" = ?, "row" = ? where "cases"."id" = ?'])
    await storage.commit({ ...NO_CHANGE, cases: rows })
    expect(seen.written.every((sql) => sql.startsWith('insert into "cases"'))).toBe(true)
  })
})

const PERSON = { applicant: '王小芳', phone: '139-1234-5678', idNumber: '51072419900202123X' }

const finds = async (row: Partial<CaseRow>, texts: readonly string[]): Promise<string[]> => {
  const found: string[] = []
  await withBoth(async (both) => {
    for (const storage of both) await storage.commit({ ...NO_CHANGE, cases: [caseRow(1, row)] })
    for (const one of texts) {
      const counts = await Promise.all(both.map(async (storage) => (await storage.cases({ text: one })).rows.length))
      if (counts[0] !== counts[1]) throw new Error(`${one}: ${counts.join(' in the file, ')} in memory`)
      if (counts[0] === 1) found.push(one)
    }
  })
  return found
}

test('R1 a name is found from any character on, as written, in pinyin and by initials', async () => {
  const texts = ['王', '王小', '小芳', '芳', 'wangxiaofang', 'XiaoFang', 'fang', 'wxf', 'xf', 'f', 'wang xiao']
  expect(await finds(PERSON, texts)).toEqual(texts)
  expect(await finds(PERSON, ['王芳', 'angxiao', 'wf', 'g', '方'])).toEqual([])
})

test('R1 the name of a company is found from any character on, its pinyin from the first', async () => {
  const company = { applicant: '安县兴隆农业专业合作社' }
  expect(await finds(company, ['兴隆', '合作社', 'anxianxing', 'axxl'])).toHaveLength(4)
  expect(await finds(company, ['xinglong', 'xl'])).toEqual([])
})

test('R1 a number is found from its beginning, from each of its parts, from the birthday on, and by its end', async () => {
  const number = '510724103201-261121-KQX-0007-3'
  const texts = ['5107241032', '261121', 'KQX-0007', 'kqx0007', '0007-3', '73', '1391234', '5678', '12345678']
  const identity = ['510724199', '19900202', '1990-02-02', '123X', '3x']
  expect(await finds({ ...PERSON, number }, [...texts, ...identity])).toEqual([...texts, ...identity])
  expect(await finds({ ...PERSON, number }, ['9123', '0724103', '9002', '007-'])).toEqual([])
})

test('R1 dots, quotes, brackets and characters that nobody sees make no difference', async () => {
  const dotted = [
    '阿依古丽买买提',
    '阿依古丽 买买提',
    '阿依古丽•买买提',
    'ayiguli·maimaiti',
    'maimaiti',
    'mmt',
    '\u202d买买提\u202c',
  ]
  expect(await finds({ applicant: '阿依古丽·买买提' }, dotted)).toEqual(dotted)
  const quoted = ['O’Brien', 'obrien', "o'brien明", '明']
  expect(await finds({ applicant: "O'Brien 明" }, quoted)).toEqual(quoted)
  expect(await finds(PERSON, ['<', '<9', '-', '——', "%'_", '\u0000'])).toEqual([])
})

test('R1 phones are found as people write them, birthdays too', async () => {
  const mobile = ['+8613912345678', '86 139 1234 5678', '139.1234.5678', '13912345678,']
  expect(await finds(PERSON, mobile)).toEqual(mobile)
  const fixed = ['(0816)4321567', '0816-4321567', '+86 0816 4321567', '4321567', '1567']
  expect(await finds({ phone: '0816-4321567' }, fixed)).toEqual(fixed)
  expect(await finds({ phone: '+86（0816）4321567' }, fixed)).toEqual(fixed)
  const days = ['1990.2.2', '1990/02/02', '1990-2-2', '1990年2月2日', '19900202']
  expect(await finds(PERSON, days)).toEqual(days)
})

test('R1 a case number is found with what a receipt says beside it', async () => {
  const number = mintNumber({ station: station('510724103'), day: '2026-11-21', lane: 7, running: 12 })
  const texts = [
    `办件编号:${number}`,
    `No. ${number}`,
    number.replaceAll('-', '_'),
    `${number} f6df94d4542762e4aed43fe4daa912b3`,
  ]
  expect(await finds({ number }, texts)).toEqual(texts)
})

test('R1 a line that folds to thousands of characters, or has a part at each, makes few terms', () => {
  for (const line of ['ﷺ'.repeat(200), '王'.repeat(200), '王·'.repeat(100), '1-'.repeat(100), '𠮷'.repeat(100)]) {
    const terms = termsOf(caseRow(1, { applicant: line, phone: line, idNumber: line }))
    expect(terms.length, line).toBeLessThan(50_000)
    expect(terms.isWellFormed(), line).toBe(true)
  }
})

test('R1 of a long text only the first characters count', async () => {
  const applicant = '安'.repeat(40)
  expect(await finds({ applicant }, ['安'.repeat(33), `${'安'.repeat(32)}县`])).toHaveLength(2)
  expect(await finds({ applicant }, [`${'安'.repeat(31)}县`])).toEqual([])
})
