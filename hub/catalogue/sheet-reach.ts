/** How far the cells of a sheet reach: whoever reads it makes every place up to there, so one cell far out fills the memory. */
import { LIMITS } from '#protocol/limits.ts'

/** What spreadsheet programs have (ECMA-376 18.3.1.73). */
const LAST_ROW = 1_048_576
const BEGIN = /<(?:[^\s<>/:]+:)?(?:row|c)(?=[\s/>])/g
const TAG = /<(?:[^\s<>/:]+:)?(row|c)((?:\s+[^\s=<>/"']+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/g
const PLACE = /\s(?:[^\s=:]+:)?r\s*=\s*["']([^"']*)["']/g

const columnOf = (letters: string): number =>
  [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0)

/**
 * Whether a sheet, as XML, is no larger than a table may be: rows up to the last one with something in it, times columns
 * up to the last one. Tags that are not written as spreadsheet programs write them are not trusted.
 */
export function isWithinReach(xml: string): boolean {
  let [rows, columns, tags] = [1, 1, 0]
  for (const [, tag, attributes = '', closed] of xml.matchAll(TAG)) {
    tags += 1
    for (const [, place = ''] of attributes.matchAll(PLACE)) {
      const [, letters = '', row = ''] = /^([A-Z]{0,3})(\d{1,7})$/.exec(place) ?? []
      if (row === '' || Number(row) > LAST_ROW || (letters === '') !== (tag === 'row')) return false
      if (tag === 'row' || closed !== '') continue // rows and cells that only have a style take no place
      rows = Math.max(rows, Number(row))
      columns = Math.max(columns, columnOf(letters))
    }
  }
  return rows * columns <= LIMITS.sheetCells && tags === [...xml.matchAll(BEGIN)].length
}
