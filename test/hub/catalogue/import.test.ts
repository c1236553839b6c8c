/** Import and export of the catalogue: real files through the real readers and writers. */
import { Buffer } from 'node:buffer'
import * as fc from 'fast-check'
import Papa from 'papaparse'
import { expect, test } from 'vitest'
import { COLUMNS, REASON_COLUMN } from '#hub/catalogue/columns.ts'
import { readCsv, writeCsv } from '#hub/catalogue/csv.ts'
import { type ImportReport, importItems } from '#hub/catalogue/import.ts'
import { itemTable } from '#hub/catalogue/rows.ts'
import type { Table } from '#hub/catalogue/table.ts'
import { readXlsx, writeXlsx } from '#hub/catalogue/xlsx.ts'
import { SAMPLE_ITEMS } from '#hub/samples/items.ts'
import { completeItem, type Item } from '#protocol/casework/item.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { Result } from '#protocol/result.ts'
import { arbitraryCatalogue, importContext } from './items.ts'

function value<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(result.problem.message)
  return result.value
}
const FORMATS = {
  csv: { write: async (table: Table) => writeCsv(table), read: async (bytes: Uint8Array) => value(readCsv(bytes)) },
  xlsx: {
    write: async (table: Table) => value(await writeXlsx(table)),
    read: async (bytes: Uint8Array) => value(await readXlsx(bytes)),
  },
} as const
const FORMAT_NAMES = ['csv', 'xlsx'] as const

/** Through a real file and back. */
async function passed(table: Table, format: (typeof FORMAT_NAMES)[number]): Promise<Table> {
  return FORMATS[format].read(await FORMATS[format].write(table))
}
const imported = (table: Table, published: readonly Item[] = []): ImportReport =>
  value(importItems(table, importContext(published)))

/** A table of one sample item with some cells changed. */
function sampleTable(changes: Readonly<Record<string, string>>, item: Item = SAMPLE_ITEMS[0] as Item): Table {
  const { header, rows } = itemTable([item])
  const cells = (rows[0] ?? []).map((cell, at) => changes[header[at] ?? ''] ?? cell)
  return { header, rows: [cells] }
}

test.each(FORMAT_NAMES)('B21 what is exported as %s and imported again is the same catalogue', async (format) => {
  await fc.assert(
    fc.asyncProperty(arbitraryCatalogue, async (catalogue) => {
      const report = imported(await passed(itemTable(catalogue), format))
      expect(report.refused.rows).toEqual([])
      expect(report.records).toEqual(catalogue)
      const again = imported(await passed(itemTable(catalogue), format), catalogue)
      expect([again.records, again.loaded, again.unchanged]).toEqual([[], 0, catalogue.length])
    }),
    { numRuns: format === 'csv' ? 60 : 25 },
  )
})

test.each(FORMAT_NAMES)('B21 the sample catalogue survives %s, and a table without pinyin gets it', async (format) => {
  const { header, rows } = itemTable(SAMPLE_ITEMS)
  const at = header.indexOf('拼音')
  const without = { header, rows: rows.map((row) => row.map((cell, column) => (column === at ? '' : cell))) }
  const report = imported(await passed(without, format))
  expect(report.refused.rows).toEqual([])
  expect(report.records).toEqual(SAMPLE_ITEMS)
})

/** Ways in which rows are wrong, and what is said of them. */
const WRONG: readonly (readonly [column: string, cell: string, words: RegExp])[] = [
  ['事项类型', '99 其他', /事项类型.*不在代码表中/],
  ['承诺时限', '三天', /承诺时限.*须是整数/],
  ['承诺时限', '999', /承诺时限须是 0 到 730/],
  ['设定依据', '', /设立依据没有填写/],
  ['生效日期', '2026-02-30', /不是日期/],
  ['实施主体', '没有这个局', /没有登记/],
  ['申报材料', 'a|申请表|是|扫描件', /材料.*类型/],
  ['事项编码', '有 空格', /事项编码/],
  ['收费项目', 'fee|工本费|20元||20.00', /收费依据/],
  ['变更类型', '升级', /变更类型/],
]

test.each(FORMAT_NAMES)(
  'B22 5,000 rows of %s with 300 bad ones load 4,700 and return the 300 with reasons',
  async (format) => {
    const { header, rows } = itemTable(SAMPLE_ITEMS)
    const code = header.indexOf('事项编码')
    const wrong = (index: number) => (index % 50 < 3 ? WRONG[index % WRONG.length] : undefined)
    const many = Array.from({ length: 5_000 }, (_, index) => {
      const row = [...(rows[index % rows.length] ?? [])]
      row[code] = `X${index}`
      const broken = wrong(index)
      if (broken) row[header.indexOf(broken[0])] = broken[1]
      return row
    })
    const report = imported(await passed({ header, rows: many }, format))
    expect([report.loaded, report.records.length, report.refused.rows.length]).toEqual([4_700, 4_700, 300])
    const back = await passed(report.refused, format)
    expect(back.header).toEqual([...header, REASON_COLUMN])
    const bad = many.flatMap((row, index) => (wrong(index) ? [{ row, wrong: wrong(index) }] : []))
    for (const [at, { row, wrong: broken }] of bad.entries()) {
      expect(back.rows[at]?.slice(0, -1)).toEqual(row)
      expect(back.rows[at]?.at(-1)).toMatch(broken?.[2] ?? /$^/)
    }
    // The file that comes back is an import file: mended, it loads.
    const good = rows[0] ?? []
    const mended = back.rows.map((row, at) => [...good.with(code, `Y${at}`), row.at(-1) ?? ''])
    const second = imported(await passed({ header: back.header, rows: mended }, format), report.records)
    expect([second.loaded, second.refused.rows.length]).toEqual([300, 0])
  },
)

test.each(WRONG)('B22 a row with %s “%s” is refused in words', (column, cell, words) => {
  const { refused, loaded } = imported(sampleTable({ [column]: cell }))
  expect([loaded, refused.rows.length]).toEqual([0, 1])
  expect(refused.rows[0]?.at(-1)).toMatch(words)
})

test('B22 every reason of a row is told, not only the first', () => {
  const { refused } = imported(sampleTable({ 承诺时限: '三天', 办件类型: '7', 生效日期: '昨天' }))
  expect(refused.rows[0]?.at(-1)).toMatch(/生效日期.*办件类型.*承诺时限/)
})

test('B23 an edition that is published is not rewritten; the next one closes it', () => {
  const first = SAMPLE_ITEMS[0] as Item
  const rewritten = imported(sampleTable({ 事项名称: '改了名' }), [first])
  expect(rewritten.refused.rows[0]?.at(-1)).toMatch(/版次 1 已经公布,不能改写;请改为版次 2/)
  const changes = {
    版次: '',
    事项名称: '改了名',
    生效日期: '20261201',
    变更类型: '调整',
    变更依据: '安府发〔2026〕9号',
  }
  const { records, loaded } = imported(sampleTable(changes), [first])
  expect(loaded).toBe(1)
  expect(records.map(({ edition, effectiveFrom, effectiveUntil }) => [edition, effectiveFrom, effectiveUntil])).toEqual(
    [
      [1, first.effectiveFrom, '2026-11-30'],
      [2, '2026-12-01', null],
    ],
  )
  const early = imported(sampleTable({ ...changes, 生效日期: first.effectiveFrom }), [first])
  expect(early.refused.rows[0]?.at(-1)).toMatch(/重叠/)
  const without = imported(sampleTable({ ...changes, 变更依据: '' }), [first])
  expect(without.refused.rows[0]?.at(-1)).toMatch(/依据/)
  expect(imported(sampleTable({ 版次: '' }), [first])).toMatchObject({ loaded: 0, unchanged: 1, records: [] })
})

test('B23 the same edition twice in a file is loaded once and refused once', () => {
  const { header, rows } = sampleTable({})
  const { loaded, refused } = imported({ header, rows: [...rows, ...rows] })
  expect([loaded, refused.rows.length]).toEqual([1, 1])
  expect(refused.rows[0]?.at(-1)).toBe('与第 2 行重复:SL0001 版次 1')
})

test('B24 no cell of an exported CSV is taken for a formula, and all come back as they were', () => {
  const cells = ['=cmd()', '+1', '-1', '@SUM(A1)', '\tx', '\uff1d1', "'quoted", "'=x", 'plain', '']
  const bytes = writeCsv({ header: cells.map((_, at) => `列${at}`), rows: [cells] })
  const raw = Papa.parse<string[]>(new TextDecoder().decode(bytes)).data[1] ?? []
  for (const cell of raw) expect(cell).not.toMatch(/^[=+\-@\t\uff1d]/)
  expect(value(readCsv(bytes)).rows).toEqual([cells])
})

test('B24 cells of an exported spreadsheet are text', async () => {
  const item = completeItem({
    ...(SAMPLE_ITEMS[0] as Item),
    name: '=HYPERLINK("http://x")',
    place: '0123456789012345678',
  })
  const bytes = value(await writeXlsx(itemTable([item])))
  expect(Buffer.from(bytes).subarray(0, 2).toString()).toBe('PK')
  expect(value(await readXlsx(bytes)).rows[0]).toContain('=HYPERLINK("http://x")')
  expect(value(await readXlsx(bytes)).rows[0]).toContain('0123456789012345678')
})

test('B25 clients of an older national list are mapped when the table names the list', () => {
  const clients = (cells: Readonly<Record<string, string>>) => imported(sampleTable(cells)).records[0]?.clients
  expect(clients({ 服务对象: '1;5;6;9', 服务对象代码表: '旧版国家目录' })).toEqual(['1', '6', '5'])
  expect(clients({ 服务对象: '自然人、行政机关', 服务对象代码表: '' })).toEqual(['1', '5'])
  const unknown = imported(sampleTable({ 服务对象代码表: '某省目录' }))
  expect(unknown.refused.rows[0]?.at(-1)).toMatch(/没有代码表“某省目录”/)
  expect(imported(sampleTable({ 服务对象: '9' })).refused.rows[0]?.at(-1)).toMatch(/“9”不在代码表中/)
})

test('B25 codes of every length pass, departments may be named by a former name, limits by G and Z', () => {
  const { records, refused, warnings } = imported(
    sampleTable({
      基本编码: 'XK0010100Y',
      实施编码: '110101202001010012345678',
      实施主体: '安县国土资源局',
      承诺时限单位: 'Z',
      法定时限单位: 'Z',
    }),
  )
  expect(refused.rows).toEqual([])
  expect(records[0]).toMatchObject({ department: 'ZR', promised: { unit: 'calendar' }, codes: { basic: 'XK0010100Y' } })
  expect(warnings).toEqual(expect.not.arrayContaining([expect.stringMatching(/编码/)]))
})

test('B26 a file that cannot be read is refused in words, and nothing is imported', async () => {
  const csv = (text: string) => readCsv(new TextEncoder().encode(text))
  expect(csv('')).toMatchObject({ problem: { code: 'table-empty' } })
  expect(csv('甲,甲\n1,2')).toMatchObject({ problem: { code: 'column-twice' } })
  expect(csv('甲,乙\n"1,2')).toMatchObject({ problem: { code: 'csv-quotes' } })
  expect(readCsv(new Uint8Array([0xff, 0xff, 0xff]))).toMatchObject({ problem: { code: 'file-encoding' } })
  expect(await readXlsx(new TextEncoder().encode('not a spreadsheet'))).toMatchObject({
    problem: { code: 'file-unreadable' },
  })
  expect(importItems({ header: ['事项名称'], rows: [] }, importContext())).toMatchObject({
    problem: { code: 'columns-missing', message: '缺少列:事项编码、事项类型、实施主体。' },
  })
})

test('B26 files of Chinese spreadsheet programs are read: GB 18030, semicolons, no byte order mark', () => {
  const gb = Buffer.from([0xca, 0xc2, 0xcf, 0xee, 0x2c, 0x61, 0x0a, 0xc3, 0xf1, 0xd5, 0xfe, 0x2c, 0x31]) // 事项,a / 民政,1
  expect(value(readCsv(gb))).toEqual({ header: ['事项', 'a'], rows: [['民政', '1']] })
  expect(value(readCsv(new TextEncoder().encode('甲;乙\n1;2\n3;4')))).toEqual({
    header: ['甲', '乙'],
    rows: [
      ['1', '2'],
      ['3', '4'],
    ],
  })
})

test('B26 numbers, days and flags that a spreadsheet program made of the cells are read', async () => {
  const { default: write } = await import('write-excel-file/node')
  const { header, rows } = sampleTable({})
  const typed: Record<string, unknown> = { 承诺时限: 2, 生效日期: new Date('2025-05-01T00:00:00Z'), 告知承诺: true }
  const cells = (rows[0] ?? []).map((cell, at) => typed[header[at] ?? ''] ?? (cell === '' ? null : cell))
  const bytes = await write([header, cells] as never, { dateFormat: 'yyyy-mm-dd' }).toBuffer()
  const { records } = imported(value(await readXlsx(new Uint8Array(bytes))))
  expect(records[0]).toMatchObject({ promised: { days: 2 }, effectiveFrom: '2025-05-01', commitment: true })
})

test('B27 columns nobody knows, missing bases and circles are said and refuse nothing', () => {
  const base = sampleTable({})
  const table = { header: [...base.header, '备注'], rows: base.rows.map((row) => [...row, 'x']) }
  expect(imported(table).warnings).toContain('不认识的列没有导入:备注')
  const pair = (id: string, other: string) =>
    completeItem({ ...(SAMPLE_ITEMS[0] as Item), id, name: `事项${id}`, prerequisites: [{ item: other, basis: '' }] })
  const { warnings, loaded } = imported(itemTable([pair('A', 'B'), pair('B', 'A')]))
  expect(loaded).toBe(2)
  expect(warnings.join()).toMatch(/擅自增设/)
  expect(warnings).toContain('互为前置:事项A → 事项B → 事项A')
})

test('B21 the names of the columns are stable', () => {
  expect(COLUMNS.map(({ title }) => title)).toMatchSnapshot()
  expect(new Set(COLUMNS.map(({ title }) => title)).size).toBe(COLUMNS.length)
})

test('B23 an item that is cancelled by a file can no longer be applied for', () => {
  const first = SAMPLE_ITEMS[0] as Item
  const cancelled: Item = {
    ...first,
    edition: 2,
    effectiveFrom: '2026-12-01' as Day,
    effectiveUntil: '2026-11-30' as Day,
    change: { type: 'cancelled', basis: '安府发〔2026〕10号' },
  }
  const { records, refused } = imported(itemTable([cancelled]), [first])
  expect(refused.rows).toEqual([])
  expect(records.map(({ effectiveUntil }) => effectiveUntil)).toEqual(['2026-11-30', '2026-11-30'])
})
