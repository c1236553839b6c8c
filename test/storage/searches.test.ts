/** Searches by their indexes: a file finds what memory finds by looking at every case, whichever way it takes. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CaseQuery, type CaseRow, NO_CHANGE, type Storage } from '#protocol/engine/ports/storage.ts'
import { openLibsql } from '#protocol/storage/libsql.ts'
import { MemoryStorage } from '#protocol/storage/memory.ts'
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

test('D27 a text finds the same cases in the same order by whichever way it is looked for', {
  timeout: 60_000,
}, async () => {
  withLimits({ recentCases: 7, termHits: 5, pageRows: 4 })
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
          for (const query of texts.flatMap((one) => [{ text: one }, { text: one, holders: [station('510724101')] }])) {
            const [inFile, inMemory] = await Promise.all(both.map((storage) => allOf(storage, query)))
            expect(inFile, JSON.stringify(query)).toEqual(inMemory)
          }
        }),
    ),
    { numRuns: 60 },
  )
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

test('R1 of a long text only the first characters count', async () => {
  const applicant = '安'.repeat(40)
  expect(await finds({ applicant }, ['安'.repeat(33), `${'安'.repeat(32)}县`])).toHaveLength(2)
  expect(await finds({ applicant }, [`${'安'.repeat(31)}县`])).toEqual([])
})
