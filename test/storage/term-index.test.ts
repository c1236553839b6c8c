/** The full-text index on real files whose tables were changed: it is made anew from the rows, whatever was lost of it. */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { NO_CHANGE } from '#protocol/engine/ports/storage.ts'
import { openLibsql, openStatements } from '#protocol/storage/libsql.ts'
import { type Statements, statement } from '#protocol/storage/sql/statements.ts'
import { MendingStatements } from '#protocol/storage/sql/term-index.ts'
import { withLimits } from '#test/hostile/other-limits.ts'
import { caseRow } from './fixtures.ts'

const CASES = 300

/** A file with cases, of which the index is changed by statements; nothing looks among the last cases instead. */
async function changed(texts: readonly string[]): Promise<string> {
  withLimits({ recentCases: 1 })
  const folder = mkdtempSync(join(tmpdir(), 'terms-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'county.db')
  const storage = await openLibsql(path)
  for (let from = 0; from < CASES; from += 50) {
    const cases = Array.from({ length: 50 }, (_, at) => caseRow(from + at, { applicant: `王芳${from + at}` }))
    await storage.commit({ ...NO_CHANGE, cases })
  }
  await storage.close()
  const statements = openStatements(path)
  for (const text of texts) await statements.commit([statement(text)])
  await statements.close()
  return path
}

const DAMAGES: readonly (readonly [what: string, ...texts: string[]])[] = [
  ['its structure lost', 'DELETE FROM case_terms_data WHERE id = 10'],
  ['its structure overwritten', "UPDATE case_terms_data SET block = x'0102030405060708' WHERE id = 10"],
  ['its averages lost', 'DELETE FROM case_terms_data WHERE id = 1'],
  ['its leaves overwritten', "UPDATE case_terms_data SET block = x'01020304' WHERE id > 10"],
  ['its leaves lost', 'DELETE FROM case_terms_data WHERE id > 10'],
  ['everything lost', 'DELETE FROM case_terms_data'],
  ['its version lost', 'DELETE FROM case_terms_config'],
  ['a table gone', 'DROP TABLE case_terms_config'],
]

const found = async (storage: Awaited<ReturnType<typeof openLibsql>>, text: string) =>
  (await storage.cases({ text })).rows.map(({ number }) => number)

test.each(DAMAGES)('D60 with %s new cases are taken, and all are found', async (_what, ...texts) => {
  const storage = await openLibsql(await changed(texts))
  onTestFinished(() => storage.close())
  await storage.commit({ ...NO_CHANGE, cases: [caseRow(CASES)] })
  for (const at of [0, 7, 123, CASES - 1, CASES])
    expect(await found(storage, caseRow(at).phone.slice(-5))).toEqual([caseRow(at).number])
  expect([storage.isRemade, storage.damage]).toEqual([texts[0] !== undefined, undefined])
  await storage.check()
})

test.each(DAMAGES.filter(([what]) => what !== 'its averages lost'))(
  'D60 with %s a search, or a check, finds it and it is made anew',
  async (_what, ...texts) => {
    const path = await changed(texts)
    const searching = await openLibsql(path)
    expect(await found(searching, caseRow(42).phone.slice(-5))).toEqual([caseRow(42).number])
    expect(searching.isRemade).toBe(true)
    await searching.close()
    const checking = await openLibsql(await changed(texts))
    await checking.check()
    expect([checking.isRemade, checking.damage]).toEqual([true, undefined])
    await checking.close()
  },
)

test.each(['case_terms_data', 'case_terms_idx', 'case_terms_docsize'])(
  'D60 with torn pages of %s new cases are taken, all are found, and the check is content',
  async (table) => {
    const path = await changed([])
    const statements = openStatements(path)
    const asked = statement('SELECT pageno FROM dbstat WHERE name = ?', table)
    const pages = await statements
      .read(asked)
      .catch(async () => statements.read(statement('SELECT rootpage FROM sqlite_schema WHERE name = ?', table)))
    await statements.close()
    const file = openSync(path, 'r+')
    for (const [page] of pages) writeSync(file, new Uint8Array(2000).fill(0xa7), 0, 2000, (Number(page) - 1) * 4096 + 8)
    closeSync(file)
    const storage = await openLibsql(path)
    onTestFinished(() => storage.close())
    await storage.commit({ ...NO_CHANGE, cases: [caseRow(CASES)] })
    for (const at of [0, 123, CASES])
      expect(await found(storage, caseRow(at).phone.slice(-5))).toEqual([caseRow(at).number])
    await storage.check()
    expect([storage.isRemade, storage.damage]).toEqual([true, undefined])
  },
)

test('D60 D49 a torn page of another table is told as damage, and leaves the index alone', async () => {
  const path = await changed([])
  const statements = openStatements(path)
  const [[page] = []] = await statements.read(statement("SELECT rootpage FROM sqlite_schema WHERE name = 'packs'"))
  await statements.close()
  const file = openSync(path, 'r+')
  writeSync(file, new Uint8Array(2000).fill(0xa7), 0, 2000, (Number(page) - 1) * 4096)
  closeSync(file)
  const storage = await openLibsql(path)
  await expect(storage.packsAfter(0, 1)).rejects.toMatchObject({ fault: 'damaged' })
  expect([storage.isRemade, storage.damage?.fault]).toEqual([false, 'damaged'])
  expect(await found(storage, caseRow(7).phone.slice(-5))).toEqual([caseRow(7).number])
  await storage.close()
})

test('D60 rows dropped over a damaged index go, and a sound one is left alone', async () => {
  const storage = await openLibsql(await changed(['DELETE FROM case_terms_data']))
  await storage.dropComputed()
  expect((await storage.cases({})).rows).toEqual([])
  expect(storage.isRemade).toBe(true)
  await storage.close()
  const sound = await openLibsql(await changed([]))
  await sound.commit({ ...NO_CHANGE, cases: [caseRow(CASES)] })
  await sound.check()
  expect(sound.isRemade).toBe(false)
  await sound.close()
})

test('D60 D49 an index that cannot be made anew is told as damage, and nothing can write into the schema afterwards', async () => {
  const path = await changed(['DELETE FROM case_terms_data'])
  const statements = openStatements(path)
  // The disk refuses in the middle, while the schema is open.
  const refusing: Statements = {
    ...{ parameters: statements.parameters, close: () => statements.close(), read: (asked) => statements.read(asked) },
    commit: (list) =>
      statements.commit(list.length > 3 ? [...list.slice(0, 2), statement('DELETE FROM nothing')] : list),
  }
  const mending = new MendingStatements(refusing)
  const searched = statement('SELECT rowid FROM case_terms WHERE case_terms MATCH \'"a" *\'')
  await expect(mending.read(searched)).rejects.toMatchObject({ fault: 'damaged' })
  expect(mending.isRemade).toBe(false)
  const schema = statement("DELETE FROM sqlite_schema WHERE name = 'cases'")
  await expect(statements.commit([schema])).rejects.toMatchObject({ name: 'StorageFailure' })
  await statements.close()
})
