/** CSV in and out, the one place: the guard against formulas, the byte order mark, and the encodings that people save in. */
import Papa from 'papaparse'
import { failure, type Result, success } from '#protocol/result.ts'

type Lines = readonly (readonly string[])[]

/** Without it spreadsheet programs show Chinese as rubbish. */
const BYTE_ORDER_MARK = '\uFEFF'

/**
 * What may make a spreadsheet program take a cell for a formula: a sign at its beginning, full-width ones included, blanks
 * and characters that nobody sees before it or not, whatever lines follow. Only the beginning counts: no program runs a
 * later line of a quoted cell. The apostrophe is guarded like them, so that every guard can be taken off again, and so is
 * the byte order mark, which readers drop at the beginning of a file.
 */
const FORMULA = /^[\s\p{Cf}\p{Cc}]*['=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\ufeff]/u

const guarded = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)
const unguarded = (cell: string): string => (cell.startsWith("'") && FORMULA.test(cell.slice(1)) ? cell.slice(1) : cell)

/** Lines of cells as the text of a CSV file, in which no cell runs as a formula. */
export const csvText = (lines: Lines): string =>
  BYTE_ORDER_MARK +
  Papa.unparse(
    lines.map((line) => line.map(guarded)),
    { newline: '\r\n' },
  )

/** The cells of a CSV text, commas, semicolons or tabs between them. A failure says why, for people. */
export function csvLines(text: string): Result<Lines, string> {
  const { data, errors } = Papa.parse<string[]>(withoutMark(text), { delimitersToGuess: [',', '\t', ';'] })
  const broken = errors.find(({ type }) => type === 'Quotes')
  if (broken) return failure(`第 ${(broken.row ?? 0) + 1} 行的引号不成对`)
  // A break that ends the last line begins no other.
  const lines = /[\r\n]$/.test(text) && data.at(-1)?.join('') === '' ? data.slice(0, -1) : data
  return success(lines.map((line) => line.map((cell) => unguarded(cell.replaceAll('\r\n', '\n')))))
}

const withoutMark = (text: string): string => (text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text)

/** The marks by which a file says its encoding; then it is in no other. */
const MARKS: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]
/** GB 18030 is how spreadsheet programs on Chinese Windows save. */
const ENCODINGS = ['utf-8', 'gb18030'] as const

/** The text of a file from an office computer; undefined when some of its bytes are no characters, or it is no text at all. */
export function textOfFile(bytes: Uint8Array): string | undefined {
  const marked = MARKS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))
  for (const encoding of marked ? [marked[0]] : ENCODINGS) {
    try {
      const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
      return text.includes('\0') ? undefined : text // programs and pictures have such characters, texts have none
    } catch {
      // not in this encoding: the next one may be it
    }
  }
  return undefined
}
