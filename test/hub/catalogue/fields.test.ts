/** Every field of an item through every place that shows or takes it: door, file, form, page, guide, API. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { EditionsShape, ItemShape } from '#edge-node/desk/api/shapes.ts'
import { otherWords } from '#edge-node/desk/guide/item-words.ts'
import { codecOf } from '#hub/catalogue/codecs.ts'
import { CLIENT_LIST, COLUMNS, valueAt, withValue } from '#hub/catalogue/columns.ts'
import { readCsv, writeCsv } from '#hub/catalogue/csv.ts'
import { importItems } from '#hub/catalogue/import.ts'
import { itemTable, readRow } from '#hub/catalogue/rows.ts'
import type { Table } from '#hub/catalogue/table.ts'
import { ASKED, contentOf, nameOf, typedOf } from '#hub/pages/item-typed.ts'
import { SAMPLE_DEPARTMENTS } from '#hub/samples/departments.ts'
import { choice, type Field, type Kind, line } from '#protocol/casework/catalogue/fields.ts'
import { ITEM_COLUMNS, ITEM_FIELDS } from '#protocol/casework/catalogue/item-fields.ts'
import { FORM_FIELDS } from '#protocol/casework/catalogue/item-parts.ts'
import { completeItem, completeMaterial, type Item } from '#protocol/casework/item.ts'
import { documentOf, readDirectoryRecord } from '#protocol/engine/directory/record-reading.ts'
import { type Place as Api, openPlace as openApi } from '#test/api/place.ts'
import { read, tokenOf } from '#test/api/reading.ts'
import { arbitraryItem, misfitsOf, standoutRecord } from '#test/casework/catalogue/item-values.ts'
import { formOf, type Place, type Visitor } from '#test/desk/place.ts'
import { openHall } from '../register.ts'

const CATALOGUE = '/hub/catalogue'

function value<Value, Problem>(result: { ok: true; value: Value } | { ok: false; problem: Problem }): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
  return result.value
}

/** The item of a file with one row. */
function fromFile(item: Item): Item {
  const { header, rows } = value(readCsv(writeCsv(itemTable([item]))))
  return value(readRow(header, rows[0] ?? [], SAMPLE_DEPARTMENTS)).item
}

test('B38 whatever fits its field comes back the same from the door, a file, the form and the API', () => {
  fc.assert(
    fc.property(arbitraryItem, (given) => {
      const item = { ...given, pinyin: `${given.pinyin}p` } // an empty one is made anew by a file
      expect(readDirectoryRecord(JSON.stringify(item), documentOf(item))).toEqual(item)
      expect(fromFile(item)).toEqual(item)
      expect(ItemShape.parse(JSON.parse(JSON.stringify(item)))).toEqual(item)
      const { content, problems } = contentOf(typedOf(item))
      expect(problems).toEqual({})
      for (const { path, field } of ASKED) {
        const [kept, typed] = [valueAt(item, path), valueAt(content as Item, path)]
        expect([path, typed]).toEqual([path, field.kind.is === 'text' ? (kept as string).trim() : kept])
      }
    }),
    { numRuns: 200 },
  )
})

/** An item in which every field says something of its own. */
const STANDOUT: Item = completeItem({
  ...(standoutRecord(ITEM_FIELDS, '') as unknown as Item),
  id: 'X9',
  edition: 1,
  effectiveFrom: '2024-02-03' as Item['effectiveFrom'],
  promised: { days: 61, unit: 'calendar', note: '某承诺' },
  change: { type: 'new', basis: '某变更' },
})

/** What a reader of a page must find of a value. */
function wordsOf(kind: Kind, value: unknown): readonly string[] {
  if (kind.is === 'optional') return wordsOf(kind.of, value)
  if (kind.is === 'choice') return [kind.titles[value as string] ?? '']
  if (kind.is === 'several') return (value as readonly unknown[]).flatMap((one) => wordsOf(kind.of, one))
  if (kind.is === 'rows')
    return (value as readonly Record<string, unknown>[]).flatMap((row) =>
      Object.entries(kind.fields).flatMap(([name, cell]) => (name === 'id' ? [] : wordsOf(cell.kind, row[name]))),
    )
  if (kind.is === 'amount') return [((value as number) / 100).toFixed(2)]
  if (kind.is === 'range') return Object.values(value as Record<string, number>).map((fen) => (fen / 100).toFixed(2))
  if (kind.is === 'flag') return []
  if (kind.is === 'key' && kind.department)
    return SAMPLE_DEPARTMENTS.filter(({ id }) => id === value).map(({ name }) => name)
  return [String(value)]
}

let place: Place
let admin: Visitor
let api: Api
beforeAll(async () => {
  place = await openHall()
  admin = await place.as('admin')
  expect(await place.office.publish(null, [STANDOUT])).toMatchObject({ ok: true })
  api = await openApi()
  expect(await api.office.publish(null, [STANDOUT])).toMatchObject({ ok: true })
})

test('B38 the item of these tests has a value of its own in every field, and no field is left as nobody filled it', () => {
  for (const { path, field } of ITEM_COLUMNS)
    if (!['edition', 'change.type'].includes(path.join('.')))
      expect([path, valueAt(STANDOUT, path)]).not.toEqual([path, field.initial])
})

test('B38 P111 an item’s page shows every field under its title', async () => {
  const { text } = await admin.get(`${CATALOGUE}/X9`)
  for (const { path, field } of ITEM_COLUMNS)
    for (const words of wordsOf(field.kind, valueAt(STANDOUT, path)))
      expect([path, text]).toEqual([path, expect.stringContaining(words)])
  const titled = ITEM_COLUMNS.filter(
    ({ path: [name = ''] }) => !['result', 'promised', 'statutory', 'presence'].includes(name),
  )
  for (const { field } of titled) expect(text).toContain(field.title)
})

test('B38 P120 the guide says every field that the table publishes', async () => {
  const { text } = await admin.get('/guide/X9')
  const published = ITEM_COLUMNS.filter(({ path: [name = ''], field }) => {
    const whole = ITEM_FIELDS[name as keyof typeof ITEM_FIELDS]
    return field.guide !== undefined || ('guide' in whole && whole.guide !== undefined)
  })
  expect(published.length).toBeGreaterThan(20)
  for (const { path, field } of published) {
    // How a material is to be brought, and which stage a step is, the guide says in words of its own.
    const own = ['原件和复印件', '审核', '批准']
    const words = wordsOf(field.kind, valueAt(STANDOUT, path)).filter((word) => !own.includes(word))
    for (const word of words) expect([path, text]).toEqual([path, expect.stringContaining(word)])
  }
})

test('B38 the form asks every field, with what stands there', async () => {
  const form = await admin.get(`${CATALOGUE}/X9/edit`)
  const held = formOf(form, `${CATALOGUE}/X9/edit`)
  for (const column of ASKED) {
    expect(form.text).toContain(column.title)
    expect([nameOf(column), held[nameOf(column)] ?? '']).toEqual([nameOf(column), typedOf(STANDOUT)[nameOf(column)]])
  }
})

test('B38 A67 the API gives every field as it was published, and its document names each by its title', async () => {
  const response = await api.call('GET', '/items/X9/editions', { token: await tokenOf(api, 'wang.fang') })
  const { editions } = await read(response, EditionsShape)
  expect(editions.map((item) => ({ ...item, version: 0 }))).toEqual([STANDOUT])
  const document = await (await api.call('GET', '/openapi.json')).text()
  for (const { field } of ITEM_COLUMNS.filter(({ path: [name = ''] }) => !['promised', 'statutory'].includes(name)))
    expect(document).toContain(`"description":"${field.title}`)
})

const TYPED = ASKED.flatMap((column) =>
  misfitsOf(column.field.kind).flatMap(({ typed }) =>
    typed === undefined ? [] : [{ name: nameOf(column), title: column.title, typed }],
  ),
)

test('B37 what does not fit is refused by the form beside its field, and nothing is published', async () => {
  const action = `${CATALOGUE}/X9/edit`
  const form = await admin.get(action)
  expect(new Set(TYPED.map(({ name }) => name)).size).toBeGreaterThan(35)
  for (const { name, title, typed } of TYPED) {
    const { status, html } = await admin.submit(form, action, { changeBasis: '某文件', step: 'publish', [name]: typed })
    expect([name, status]).toEqual([name, 422])
    const beside = new RegExp(`id="hint-${name}"[^>]*>\\s*<span class="field-problem">([^<]+)`).exec(html)?.[1]
    expect([name, beside]).toEqual([name, expect.stringContaining(title)])
  }
  expect(place.office.directory.editions('X9')).toHaveLength(1)
})

/** A catalogue as the program of November 2026 exported it. */
const EXPORTED = readFileSync(join(import.meta.dirname, 'exported-2026-11.csv'))

test('B39 a file that an earlier program exported is imported whole and written again byte for byte', () => {
  const table = value(readCsv(EXPORTED))
  const codes = new Set(table.rows.flatMap((row) => row[table.header.indexOf('实施主体')] ?? []))
  expect(codes.size).toBeGreaterThan(3)
  const report = value(
    importItems(table, {
      departments: SAMPLE_DEPARTMENTS,
      disclosure: 'seven',
      editions: () => [],
      items: () => [],
    }),
  )
  expect([report.refused.rows, report.loaded]).toEqual([[], table.rows.length])
  const order = table.rows.map((row) => `${row[0]}.${row[1]}`)
  const items = order.map((name) => report.records.find(({ id, edition }) => name === `${id}.${edition}`) as Item)
  const again = asWritten(itemTable(items), table)
  expect(again.rows).toEqual(table.rows)
  expect(Buffer.from(writeCsv(again)).equals(EXPORTED)).toBe(true)
})

/** A table as an earlier program would have written it: later ones have more columns, and more parts at the end of a line. */
function asWritten({ header, rows }: Table, earlier: Table): Table {
  const isList = new Set(COLUMNS.flatMap(({ title, field }) => (field.kind.is === 'rows' ? [title] : [])))
  const cut = (cell: string, before: string) => {
    const lines = before.split('\n')
    return cell
      .split('\n')
      .map((line, at) => (line.startsWith(`${lines[at]}|`) ? (lines[at] ?? '') : line))
      .join('\n')
  }
  return {
    header: earlier.header,
    rows: rows.map((row, at) =>
      earlier.header.map((title, column) => {
        const cell = row[header.indexOf(title)] ?? ''
        return isList.has(title) ? cut(cell, earlier.rows[at]?.[column] ?? '') : cell
      }),
    ),
  }
}

/** What is read of a column when this stands in it. */
function ofCell(name: 'materials' | 'fees' | 'steps' | 'fields' | 'procedures', cell: string) {
  const { header, rows } = itemTable([STANDOUT])
  const row = (rows[0] ?? []).with(header.indexOf(ITEM_FIELDS[name].title), cell)
  const read = readRow(header, row, SAMPLE_DEPARTMENTS)
  return read.ok ? read.value.item[name] : read.problem.join()
}

test('B39 what a line of a list ends before is empty, and where it cannot be empty it is missed by its title', () => {
  expect(ofCell('fees', 'f1|工本费|标准|依据')).toMatch(/收费“f1\|工本费\|标准\|依据”的金额:/)
  expect(ofCell('materials', 'm1|身份证')).toMatch(/材料“m1\|身份证”的类型:/)
  expect(ofCell('materials', 'm1|身份证|是|原件')).toMatch(/复印件份数:/)
  expect(ofCell('fields', 'a|住址|是')).toMatch(/栏目“a\|住址\|是”的类型:/)
  expect(ofCell('steps', '40 承办|承办人\n\n|审核人')).toMatch(/环节“\|审核人”的环节:/)
  expect(ofCell('procedures', '|10')).toMatch(/特别程序“\|10”的种类:/)
  expect(ofCell('materials', 'm1|身份证|是|原件|0')).toEqual([
    completeMaterial({ id: 'm1', name: '身份证', form: 'original', copies: 0 }),
  ])
  expect(ofCell('steps', '40 承办|承办人')).toEqual([{ stage: '40', role: '承办人', standard: '', days: null }])
})

test('B39 lines of earlier programs may lack a part only where the table marks it', () => {
  const fields = { name: line('名称'), later: choice('新栏目', { a: '甲', b: '乙' }, 'b') }
  const codec = (later: Field) =>
    codecOf({ is: 'rows', fields: { ...fields, later } as never, most: 9, one: '项', called: 'name' })
  expect(codec(fields.later).read('x')).toMatchObject({ ok: false, problem: expect.stringContaining('新栏目') })
  const marked = codec({ ...fields.later, mayLack: true })
  expect(marked.read('x\ny|甲')).toEqual({
    ok: true,
    value: [
      { name: 'x', later: 'b' },
      { name: 'y', later: 'a' },
    ],
  })
  expect(marked.read('x|')).toMatchObject({ ok: false, problem: expect.stringContaining('新栏目') })
})

test('B38 a type of field that another program published stands in a file and on the page as it is', () => {
  const later = { id: 'a', label: '签名', required: true, type: 'toString' as never }
  const { header, rows } = itemTable([{ ...STANDOUT, fields: [later] }])
  expect(rows[0]?.[header.indexOf(ITEM_FIELDS.fields.title)]).toBe('a|签名|是|toString')
  expect(otherWords(FORM_FIELDS, later, [])).toContain('类型:toString')
})

test('B39 every column of that file is a column still, and none stands twice', () => {
  const titles = COLUMNS.map(({ title }) => title)
  expect(value(readCsv(EXPORTED)).header.filter((title) => title !== CLIENT_LIST && !titles.includes(title))).toEqual(
    [],
  )
  expect(new Set(titles).size).toBe(titles.length)
  expect(withValue({ codes: { basic: 'A' } }, ['codes', 'business'], 'B')).toEqual({
    codes: { basic: 'A', business: 'B' },
  })
})
