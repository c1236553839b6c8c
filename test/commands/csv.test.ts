/** CSV in the one place that writes and reads it: formulas, marks, encodings. */
import * as fc from 'fast-check'
import Papa from 'papaparse'
import { expect, test } from 'vitest'
import { csvLines, csvText, textOfFile } from '#edge-node/commands/csv.ts'
import { readCsvRows, writeCsvRows } from '#edge-node/commands/exchange/csv.ts'
import { importsOf, sources } from '#test/house/tree.ts'

const MARK = '\uFEFF'
const bytesOf = (text: string) => new TextEncoder().encode(text)

/** Cells of everything that runs, parts or guards, on one line or several. */
const cell = fc
  .array(
    fc.constantFrom(
      '=',
      '+',
      '-',
      '@',
      "'",
      '\uff1d',
      '\uff0b',
      '\uff0d',
      '\uff20',
      'a',
      '中',
      '"',
      ',',
      ';',
      ' ',
      '\t',
      '\n',
      '\u200b',
      '\ufeff',
    ),
    {
      maxLength: 6,
    },
  )
  .map((parts) => parts.join(''))

/** What a spreadsheet program sees in a file: the cells as they stand, guards included. */
const seen = (text: string): string[] => Papa.parse<string[]>(text.slice(MARK.length), { delimiter: ',' }).data.flat()

test('X33 no cell of a file begins like a formula, whatever it holds, and all of them come back', () => {
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 4 }), (lines) => {
      const text = csvText([['甲', '乙'], ...lines])
      for (const each of seen(text)) expect(each.trimStart()).not.toMatch(/^[=+\-@\uff1d\uff0b\uff0d\uff20]/)
      expect(csvLines(text)).toEqual({ ok: true, value: [['甲', '乙'], ...lines] })
    }),
    { numRuns: 500 },
  )
})

/** Characters that nobody sees: marks of order and direction, joiners, soft hyphens, controls. */
const UNSEEN = [
  '\ufeff',
  '\u200b',
  '\u200c',
  '\u200d',
  '\u200e',
  '\u202e',
  '\u2060',
  '\u00ad',
  '\u180e',
  '\u0001',
  '\u007f',
]

test('X36 characters that nobody sees hide no formula, and every cell of a file comes back as it was', () => {
  for (const unseen of UNSEEN)
    for (const begin of ['=1+1', '＝1', '-1', '@a', "'x", 'a']) {
      const cells = [`${unseen}${begin}`, `${unseen}${unseen} ${begin}`, `${unseen}\n${begin}`]
      const file = bytesOf(csvText([cells, ['second', 'line', 'x']]))
      const text = textOfFile(file) ?? expect.fail('no text')
      expect(csvLines(text)).toEqual({ ok: true, value: [cells, ['second', 'line', 'x']] })
      const plain = (each: string) => each.replace(/^[\s\p{Cf}\p{Cc}]+/u, '')
      for (const each of seen(csvText([cells]))) expect(plain(each)).not.toMatch(/^[=+\-@\uff1d\uff0b\uff0d\uff20]/)
    }
  expect(seen(csvText([['\u200b=1', '\ufeffa']]))).toEqual(["'\u200b=1", "'\ufeffa"])
})

test('X33 the first line of a cell is guarded though others follow, later lines stay as they are', () => {
  expect(seen(csvText([['=1+1\n第二行', '清单:\n- 甲\n- 乙', '\n=1', ' +86 138', '普通']]))).toEqual([
    "'=1+1\n第二行",
    '清单:\n- 甲\n- 乙',
    "'\n=1",
    "' +86 138",
    '普通',
  ])
})

test('X33 a file has one mark, and one that an earlier program wrote is read as it was meant', () => {
  const text = csvText([['甲'], ['1']])
  expect([...text].filter((character) => character === MARK)).toHaveLength(1)
  expect(text.startsWith(MARK)).toBe(true)
  expect(csvLines(text)).toEqual(csvLines(text.slice(1)))
  const earlier = `${MARK}名称,说明\r\n'=SUM(A1),'+86\r\n'30,"'-甲\r\n乙"\r\n`
  expect(readCsvRows({ name: '名称', note: '说明' }, [], earlier)).toEqual({
    ok: true,
    value: [
      { name: '=SUM(A1)', note: '+86' },
      { name: "'30", note: '-甲\n乙' },
    ],
  })
})

test('X33 files of rows end their last line too, as earlier programs wrote them, and blanks before a sign hide no formula', () => {
  const text = writeCsvRows({ name: '名称', note: '说明' }, [{ name: '=1', note: ' =1' }])
  expect(text).toBe(`${MARK}名称,说明\r\n'=1,' =1\r\n`)
  expect(readCsvRows({ name: '名称', note: '说明' }, [], text)).toEqual({
    ok: true,
    value: [{ name: '=1', note: '=1' }],
  })
  expect(csvLines(text)).toEqual({
    ok: true,
    value: [
      ['名称', '说明'],
      ['=1', ' =1'],
    ],
  })
})

const WORDS = '姓名,王小明'
const utf16 = (text: string, little: boolean) =>
  Uint8Array.from([
    ...(little ? [0xff, 0xfe] : [0xfe, 0xff]),
    ...[...text].flatMap((character) => {
      const code = character.charCodeAt(0)
      return little ? [code & 0xff, code >> 8] : [code >> 8, code & 0xff]
    }),
  ])
/** 王小明 in GB 18030. */
const NATIONAL = [0xcd, 0xf5, 0xd0, 0xa1, 0xc3, 0xf7]

test.each<readonly [string, Uint8Array, string | undefined]>([
  ['UTF-8', bytesOf(WORDS), WORDS],
  ['UTF-8 with a mark', bytesOf(MARK + WORDS), WORDS],
  ['UTF-16 little end first', utf16(WORDS, true), WORDS],
  ['UTF-16 big end first', utf16(WORDS, false), WORDS],
  ['GB 18030', Uint8Array.from(NATIONAL), '王小明'],
  ['GB 18030 with a broken byte', Uint8Array.from([...NATIONAL, 0xff, 0x2c]), undefined],
  ['GB 18030 cut in a character', Uint8Array.from(NATIONAL.slice(0, -1)), undefined],
  ['UTF-8 with a mark and a broken byte', Uint8Array.from([0xef, 0xbb, 0xbf, 0xcd, ...NATIONAL]), undefined],
  ['a spreadsheet under another name', Uint8Array.from([0x50, 0x4b, 0x03, 0x04, 0, 0, 0x08, 0]), undefined],
])('X33 a file in %s is read, or refused where its bytes are no characters', (_name, bytes, text) => {
  expect(textOfFile(bytes)).toBe(text)
})

test('X33 nothing else of the product writes or reads CSV by itself', () => {
  const others = sources('.ts')
    .filter(({ path }) => !path.startsWith('test/') && path !== 'edge-node/commands/csv.ts')
    .filter((source) => importsOf(source).includes('papaparse') || /\\u[fF][eE][fF][fF]|'gb18030'/.test(source.text))
  expect(others.map(({ path }) => path)).toEqual([])
})
