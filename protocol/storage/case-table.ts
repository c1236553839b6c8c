/** The table of cases: rows written by hand-made multi-row statements, lists read by key. */
import type { CaseQuery, CaseRow } from '#protocol/engine/storage.ts'
import type { DocumentId, StationCode } from '#protocol/ids.ts'
import { foldedCase, foldText, type ListedCase, needsAttention, readCursor, rowsWanted } from './case-list.ts'
import { readSound } from './faults.ts'
import {
  insertRows,
  numberIn,
  type SqlRow,
  type SqlValue,
  type Statement,
  statement,
  textColumns,
  textIn,
} from './statements.ts'

const COLUMNS = [
  'id',
  'number_folded',
  'stage',
  'home',
  'holder',
  'offered_to',
  'offered_at',
  'arrival',
  'attention',
  'folded',
  'row',
] as const

const ROW = textColumns('row')

const HEAD = `INSERT INTO cases (${COLUMNS.join(', ')})`
const TAIL = `ON CONFLICT (id) DO UPDATE SET ${COLUMNS.slice(1)
  .map((column) => `${column} = excluded.${column}`)
  .join(', ')}`

const valuesOf = (row: CaseRow): SqlValue[] => [
  row.id,
  foldText(row.number),
  row.stage,
  row.home,
  row.holder,
  row.offeredTo,
  row.offeredAt,
  row.arrival,
  needsAttention(row) ? 1 : 0,
  foldedCase(row),
  JSON.stringify(row),
]

/** Writes rows; a row that is there already is replaced and keeps its place among equals. */
export const writeCases = (parameters: number, rows: readonly CaseRow[]): Statement[] =>
  insertRows(parameters, HEAD, rows.map(valuesOf), TAIL)

/** A row of the table with its place among equals. */
export const listedCase = (row: SqlRow): ListedCase => ({ row: caseRowOf(row), sequence: numberIn(row, 'sequence') })

/** Reads one row of the table. */
export function caseRowOf(row: SqlRow): CaseRow {
  const text = textIn(row, 'row')
  return readSound(() => JSON.parse(text) as CaseRow)
}

interface Condition {
  readonly sql: string
  readonly values: readonly SqlValue[]
}

/**
 * One value may use the column's index. Several may not (the unary plus): an index would hand over all their rows
 * unordered and sort them, while the list's own order reaches a full page after a few rows.
 */
function among(column: string, values: readonly string[] | undefined): Condition[] {
  if (values === undefined) return []
  if (values.length === 1) return [{ sql: `${column} = ?`, values: [values[0] as string] }]
  return [{ sql: `+${column} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(values)] }]
}

function conditionsOf(query: CaseQuery): Condition[] {
  const conditions = [
    ...among('holder', query.holders),
    ...among('home', query.homes),
    ...among('offered_to', query.offeredTo),
    ...(query.stages === undefined ? [] : among('+stage', query.stages)),
  ]
  if (query.inTransfer === true || query.offeredTo !== undefined) {
    conditions.push({ sql: 'offered_to IS NOT NULL', values: [] })
  }
  if (query.aside === true) conditions.push({ sql: 'attention = 1', values: [] })
  return conditions
}

function listOf(query: CaseQuery, search: readonly Condition[]): Statement {
  const cursor = readCursor(query.after)
  const [key, direction, behind] = query.inTransfer === true ? ['offered_at', 'ASC', '>'] : ['arrival', 'DESC', '<']
  const conditions = [...conditionsOf(query), ...search]
  if (cursor !== undefined)
    conditions.push({ sql: `(${key}, sequence) ${behind} (?, ?)`, values: [cursor.key, cursor.sequence] })
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`
  return {
    sql: `SELECT sequence, ${ROW} FROM cases ${where} ORDER BY ${key} ${direction}, sequence ${direction} LIMIT ?`,
    values: [...conditions.flatMap(({ values }) => values), rowsWanted(query) + 1],
  }
}

/** The list a query asks for, one row more than wanted; text is found anywhere in the folded column. */
export function caseList(query: CaseQuery): Statement {
  const text = foldText(query.text ?? '')
  return listOf(query, text === '' ? [] : [{ sql: 'instr(folded, ?) > 0', values: [text] }])
}

/** The same list for a text that is a whole case number, by index; undefined when there is no text. */
export function exactCaseList(query: CaseQuery): Statement | undefined {
  const text = foldText(query.text ?? '')
  return text === '' ? undefined : listOf(query, [{ sql: 'number_folded = ?', values: [text] }])
}

export const caseByNumber = (number: string): Statement =>
  statement(`SELECT ${ROW} FROM cases WHERE number_folded = ? ORDER BY sequence LIMIT 1`, foldText(number))

export const casesById = (ids: readonly DocumentId[]): Statement =>
  statement(`SELECT ${ROW} FROM cases WHERE id IN (SELECT value FROM json_each(?))`, JSON.stringify(ids))

/** Cases per stage; all holders when the list is empty. */
export function countByStage(holders: readonly StationCode[]): Statement {
  const chosen = holders.length === 0 ? '' : 'WHERE holder IN (SELECT value FROM json_each(?))'
  const values = holders.length === 0 ? [] : [JSON.stringify(holders)]
  return { sql: `SELECT ${textColumns('stage')}, count(*) AS count FROM cases ${chosen} GROUP BY cases.stage`, values }
}
