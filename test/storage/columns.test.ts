/** Statements and the schema: no column is written by hand, and every statement is made once. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getTableColumns, getTableName, is } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, expectTypeOf, test } from 'vitest'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import * as schema from '#protocol/storage/schema.ts'
import { casesByNumber, writeCases } from '#protocol/storage/sql/cases.ts'
import { query } from '#protocol/storage/sql/query.ts'
import { caseList } from '#protocol/storage/sql/searches.ts'
import { ROOT } from '#test/house/tree.ts'
import { caseId, caseRow, station } from './fixtures.ts'

const STORAGE = join(ROOT, 'protocol', 'storage')

/** The schema's text with one column under another name, wherever the schema itself names it. */
function renamed(text: string, table: string, column: string): string {
  const [, before = '', definition = '', after = ''] =
    new RegExp(`^([\\s\\S]*export const ${table} = )([\\s\\S]*?\n\\)?\\}?\\)\n)([\\s\\S]*)$`).exec(text) ?? []
  const changed = definition
    .replace(new RegExp(`\\b${column}: (text|integer|bytes)\\(`), `${column}Renamed: $1(`)
    .replaceAll(new RegExp(`\\btable\\.${column}\\b`, 'g'), `table.${column}Renamed`)
  expect(changed, `${table}.${column}`).not.toBe(definition)
  return before + changed + after
}

/** The files that make statements of a table. */
function usersOf(table: string): string[] {
  const files = readdirSync(join(STORAGE, 'sql')).filter((file) => file.endsWith('.ts'))
  const imported = new RegExp(`import \\{[^}]*\\b${table}\\b[^}]*\\} from '../schema.ts'`)
  return files.filter((file) => imported.test(readFileSync(join(STORAGE, 'sql', file), 'utf8')))
}

test('D28 a column that is renamed in the schema and nowhere else does not compile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'columns-'))
  const text = readFileSync(join(STORAGE, 'schema.ts'), 'utf8')
  cpSync(join(ROOT, 'protocol'), join(folder, 'protocol'), { recursive: true })
  for (const file of ['package.json', 'tsconfig.json']) cpSync(join(ROOT, file), join(folder, file))
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  // One copy of the folder for each column, all compiled in one go: what they share is read once.
  const files: string[] = []
  const copyWith = (table: string, column: string, schemaText: string) => {
    const copy = join('copies', `${table}.${column}`)
    cpSync(STORAGE, join(folder, copy), { recursive: true })
    writeFileSync(join(folder, copy, 'schema.ts'), schemaText)
    files.push(...usersOf(table).map((file) => join(copy, 'sql', file)))
    return copy
  }
  const tables = Object.values(schema).filter((table) => is(table, SQLiteTable))
  const unchanged = tables.map((table) => copyWith(getTableName(table), 'unchanged', text))
  const changed = tables.flatMap((table) =>
    Object.keys(getTableColumns(table)).map((column) =>
      copyWith(getTableName(table), column, renamed(text, getTableName(table), column)),
    ),
  )
  writeFileSync(join(folder, 'columns.json'), JSON.stringify({ extends: './tsconfig.json', include: [], files }))
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc')
  const { stdout } = spawnSync(tsc, ['-p', 'columns.json'], { cwd: folder, encoding: 'utf8' })
  const wrong = stdout.split('\n').filter((line) => line.includes('error TS'))
  const compiles = (copy: string) => !wrong.some((line) => line.startsWith(`${copy}/`))
  expect(changed.length).toBeGreaterThan(40)
  expect(changed.filter(compiles)).toEqual([])
  expect(unchanged.filter(compiles)).toEqual(unchanged)
  expect(wrong.filter((line) => !line.includes('/sql/'))).toEqual([])
  rmSync(folder, { recursive: true, force: true })
})

test('D28 no SQL written by hand names a column', () => {
  const names = Object.values(schema)
    .filter((table) => is(table, SQLiteTable))
    .flatMap((table) => Object.values(getTableColumns(table)).map(({ name }) => name))
  const folder = join(STORAGE, 'sql')
  const texts = readdirSync(folder).flatMap((file) => [
    ...readFileSync(join(folder, file), 'utf8').matchAll(/\bsql(?:<\w+>)?`([^`]*)`/g),
  ])
  const words = texts.flatMap(([, text = '']) => text.replace(/\$\{[^}]*\}/g, '').match(/\w+/g) ?? [])
  expect(words).toContain('json_each')
  // What json_each calls its values is not ours to name.
  expect(words.filter((word) => word !== 'value' && names.includes(word))).toEqual([])
})

test('D28 what a statement is given has the type of its columns', () => {
  // @ts-expect-error a number is no text
  casesByNumber({ folded: 5 })
  // @ts-expect-error the value is wanted
  expect(() => casesByNumber({})).toThrow('folded')
  expectTypeOf(casesByNumber({ folded: ['x'] }).rowOf).returns.toEqualTypeOf<{
    readonly sequence: number
    readonly row: CaseRow
  }>()
})

test('D28 a statement is made once: lists that differ in values only are the same text', () => {
  const list = (holder: string, after?: string) => caseList({ holders: [station(holder)], after })
  expect(list('510724101').sql).toBe(list('510724102').sql)
  expect(list('510724101', '5.5').sql).toBe(list('510724102', '7.1').sql)
  expect(list('510724101', '5.5').sql).not.toBe(list('510724101').sql)
  expect(list('510724101', '5.6').values).toEqual(['510724101', 5, 6, 51])
})

test('D28 rows are written in as few statements as the parameters allow, of few sizes', () => {
  const sizes = (parameters: number, rows: number) =>
    writeCases(parameters, {
      cases: Array.from({ length: rows }, (_, number) => caseRow(number)),
      unopened: [],
    }).map(({ values }) => values.length / WIDTH)
  const WIDTH = Object.keys(getTableColumns(schema.cases)).length - 1 // SQLite gives the sequence
  expect(sizes(2_000, 0)).toEqual([])
  expect(sizes(2_000, 213)).toEqual([100, 100, 8, 2, 2, 1])
  expect(sizes(2_000, 110)).toEqual([100, 8, 2])
  expect(sizes(100, 12)).toEqual([5, 5, 2])
  expect(sizes(1, 2)).toEqual([1, 1])
  const gone = (...numbers: number[]) =>
    writeCases(100, { cases: [], unopened: numbers.map((number) => caseId(number)) })
  expect([gone(), gone(1), gone(1, 2, 3)].map(({ length }) => length)).toEqual([0, 1, 1])
})

test('D23 a value of another type than its column is damage', () => {
  const { rowOf } = query({ key: schema.local.key }, (select) => select.from(schema.local))()
  expect(rowOf([new TextEncoder().encode('县')])).toEqual({ key: '县' })
  for (const value of [null, '县', 5, new Uint8Array([0xff])]) {
    expect(() => rowOf([value])).toThrow(expect.objectContaining({ fault: 'damaged' }))
  }
  const number = query({ seq: schema.receipts.seq }, (select) => select.from(schema.receipts))()
  for (const value of [null, '5', 1.5, 2 ** 60]) {
    expect(() => number.rowOf([value])).toThrow(expect.objectContaining({ fault: 'damaged' }))
  }
  const nullable = query({ wake: schema.cases.wake, to: schema.cases.offeredTo }, (select) =>
    select.from(schema.cases),
  )()
  expect(nullable.rowOf([null, null])).toEqual({ wake: null, to: null })
  expect(() => nullable.rowOf([null, 5])).toThrow(expect.objectContaining({ fault: 'damaged' }))
  const json = query({ row: schema.cases.row }, (select) => select.from(schema.cases))()
  expect(() => json.rowOf([new TextEncoder().encode('{')])).toThrow(expect.objectContaining({ fault: 'damaged' }))
})
