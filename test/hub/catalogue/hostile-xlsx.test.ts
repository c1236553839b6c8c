/** Spreadsheet files that were made to fill the memory, and those that only look odd. */
import { crc32, deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { archiveOf, partsOf } from '#hub/catalogue/archive.ts'
import { readXlsx, writeXlsx } from '#hub/catalogue/xlsx.ts'
import { LIMITS } from '#protocol/limits.ts'
import { valueIn } from '#test/documents/authors.ts'

const TABLE = { header: ['编码', '名称'], rows: [['0001', '甲']] }
const SHEET = 'xl/worksheets/sheet1.xml'

const everything = () => true
const MEGABYTE = 1024 * 1024

/** The parts of an honest workbook. */
const honest = async () =>
  new Map(valueIn(await partsOf(Buffer.from(valueIn(await writeXlsx(TABLE))), 10 * MEGABYTE, everything)))

interface Made {
  readonly name: string
  readonly content: Buffer
  /** What the directory says of it, where that differs. */
  readonly said?: {
    readonly bytes?: number
    readonly flags?: number
    readonly local?: number
    readonly method?: number
    readonly crc?: number
  }
  /** Sizes stand behind the content, as programs write that cannot go back in a file. */
  readonly isStreamed?: boolean
}

/** A zip file as other programs write it, or as nobody does. */
function zipOf(made: readonly Made[], options: { readonly hidden?: Buffer; readonly count?: number } = {}): Buffer {
  const { hidden = Buffer.alloc(0), count = made.length } = options
  const files: Buffer[] = [hidden]
  const directory: Buffer[] = []
  let at = hidden.length
  for (const { name, content, said = {}, isStreamed = false } of made) {
    const packed = deflateRawSync(content)
    const header = Buffer.alloc(30)
    header.writeUInt32LE(0x04034b50, 0)
    header.writeUInt16LE(isStreamed ? 0x08 : 0, 6)
    header.writeUInt16LE(8, 8)
    const sizes = Buffer.alloc(12)
    sizes.writeUInt32LE(crc32(content), 0)
    sizes.writeUInt32LE(packed.length, 4)
    sizes.writeUInt32LE(content.length, 8)
    if (!isStreamed) sizes.copy(header, 14)
    header.writeUInt16LE(name.length, 26)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(said.flags ?? (isStreamed ? 0x08 : 0), 8)
    entry.writeUInt16LE(said.method ?? 8, 10)
    sizes.copy(entry, 16)
    if (said.crc !== undefined) entry.writeUInt32LE(said.crc, 16)
    if (said.bytes !== undefined) entry.writeUInt32LE(said.bytes, 24)
    entry.writeUInt16LE(name.length, 28)
    entry.writeUInt32LE(said.local ?? at, 42)
    directory.push(entry, Buffer.from(name))
    const behind = isStreamed ? Buffer.concat([Buffer.from('504b0708', 'hex'), sizes]) : Buffer.alloc(0)
    const file = Buffer.concat([header, Buffer.from(name), packed, behind])
    files.push(file)
    at += file.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...files, listed, end, Buffer.from('a comment')])
}

const codeOf = async (file: Buffer) => {
  const read = await readXlsx(file)
  return read.ok ? read.value : read.problem.code
}

const madeOf = async (more: readonly Made[] = []): Promise<Made[]> => [
  ...[...(await honest())].map(([name, content]) => ({ name, content })),
  ...more,
]

/** An honest workbook with other rows in its sheet. */
async function withSheet(rows: string): Promise<Buffer> {
  const parts = await honest()
  const sheet = `<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows}</sheetData></worksheet>`
  return archiveOf(parts.set(SHEET, Buffer.from(sheet)))
}

const cell = (place: string, text = 'x') => `<c r="${place}" t="inlineStr"><is><t>${text}</t></is></c>`

test('X35 honest workbooks are read however they are packed: sizes in front or behind, stored, with pictures and a comment', async () => {
  expect(await codeOf(zipOf(await madeOf()))).toEqual(TABLE)
  expect(await codeOf(zipOf((await madeOf()).map((made) => ({ ...made, isStreamed: true }))))).toEqual(TABLE)
  expect(await codeOf(archiveOf(await honest()))).toEqual(TABLE)
  const picture = { name: 'xl/media/image1.png', content: Buffer.alloc(LIMITS.unpackedCatalogueBytes + 1) }
  expect(await codeOf(zipOf(await madeOf([picture])))).toEqual(TABLE) // not even unpacked
})

test('X35 what a file unpacks to is counted while it is unpacked, whatever it says', async () => {
  const content = Buffer.alloc(LIMITS.unpackedCatalogueBytes + 1, ' ')
  const bomb = { name: 'xl/more.xml', content, said: { bytes: 10 } }
  expect(await codeOf(zipOf(await madeOf([bomb])))).toBe('file-too-large')
  const half = Buffer.alloc(LIMITS.unpackedCatalogueBytes / 2 + 1, ' ')
  const halves = ['xl/one.xml', 'xl/two.xml'].map((name) => ({ name, content: half }))
  expect(await codeOf(zipOf(await madeOf(halves)))).toBe('file-too-large')
  const file = zipOf([{ name: 'xl/many.xml', content }])
  const begin = { bytes: content.length, local: 0 }
  const many = Array.from({ length: 5 }, (_, at) => ({ name: `xl/${at}.xml`, content: Buffer.from('x'), said: begin }))
  expect(await codeOf(zipOf(many, { hidden: file.subarray(0, file.length - 100) }))).not.toEqual(TABLE)
})

test('X35 what stands in a file beside its directory is not read', async () => {
  const more = zipOf([{ name: SHEET, content: Buffer.alloc(LIMITS.unpackedCatalogueBytes + 1, ' ') }])
  const hidden = more.subarray(0, more.indexOf('504b0102', 'hex'))
  expect(await codeOf(zipOf(await madeOf(), { hidden }))).toEqual(TABLE)
})

test('X35 a file that is not whole, or does not agree with itself, is refused in words', async () => {
  const whole = await madeOf()
  const [first, ...others] = whole
  if (!first) throw new Error('no parts')
  const file = zipOf(whole)
  const altered = (said: Made['said']) => zipOf([{ ...first, said }, ...others])
  const broken = [
    Buffer.alloc(0),
    Buffer.from('PK'),
    file.subarray(0, file.length / 2),
    zipOf([...whole, first]),
    zipOf(whole, { count: whole.length + 1 }),
    zipOf(whole, { count: LIMITS.archiveEntries + 1 }),
    altered({ bytes: 1 }),
    altered({ crc: 1 }),
    altered({ flags: 1 }),
    altered({ method: 99 }),
    altered({ local: 0xffffff00 }),
    altered({ local: 1 }),
  ]
  for (const [at, one] of broken.entries()) expect([at, await codeOf(one)]).toEqual([at, 'file-unreadable'])
})

test('X35 a cell far out is refused, and one that only has a style is not', async () => {
  const table = `<row r="1">${cell('A1', '编码')}${cell('B1', '名称')}</row><row r="2">${cell('A2', '0001')}${cell('B2', '甲')}`
  expect(await codeOf(await withSheet(`${table}</row>`))).toEqual(TABLE)
  const styled = `<c r="XFD2" s="0"/></row><row r="1048576" ht="12"></row>` // as programs leave them behind
  expect(await codeOf(await withSheet(`${table}${styled}`))).toEqual(TABLE)
  const far = [
    cell('XFD1048576'),
    cell('A9999999'),
    cell('A1e9'),
    cell('&#88;FD1048576'),
    cell('XFD1048576').replace('<c ', '<x:c '),
    cell('XFD1048576').replaceAll('"', "'"),
    `<c a=">" r="XFD1048576"><v>1</v></c>`,
    `<c a="<" r="XFD1048576"><v>1</v></c>`,
    '<c r=XFD1048576><v>1</v></c>',
  ]
  for (const one of far) {
    const outcome = await codeOf(await withSheet(`${table}</row><row>${one}</row>`))
    expect([one, outcome]).toEqual([one, 'file-too-large'])
  }
  expect(await codeOf(await withSheet(`${table}</row><row r="99999999">${cell('A3')}</row>`))).toBe('file-too-large')
})
