/** The table of cases: rows written by hand-made multi-row statements, lists read by key. */
import { type Day, dayNumber } from '#protocol/casework/time/days.ts'
import type { CaseQuery, CaseRow } from '#protocol/engine/ports/storage.ts'
import type { DocumentId, StationCode } from '#protocol/ids.ts'
import {
  dueNumber,
  foldedNames,
  foldedNumbers,
  foldText,
  isNumber,
  type ListedCase,
  needsAttention,
  orderOf,
  readCursor,
  rowsWanted,
} from './case-order.ts'
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
  'item',
  'stage',
  'home',
  'holder',
  'offered_to',
  'offered_at',
  'arrival',
  'attention',
  'due',
  'wake',
  'assignee',
  'master',
  'id_number',
  'names',
  'numbers',
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
  row.item,
  row.stage,
  row.home,
  row.holder,
  row.offeredTo,
  row.offeredAt,
  row.arrival,
  needsAttention(row) ? 1 : 0,
  dueNumber(row),
  row.wake === null ? null : dayNumber(row.wake),
  row.assignee,
  row.master,
  foldText(row.idNumber),
  foldedNames(row),
  foldedNumbers(row),
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
function among(column: string, values: readonly string[] | undefined, alone = ''): Condition[] {
  if (values === undefined) return []
  if (values.length === 1) return [{ sql: `${alone}${column} = ?`, values: [values[0] as string] }]
  return [{ sql: `+${column} IN (SELECT value FROM json_each(?))`, values: [JSON.stringify(values)] }]
}

/** An index that leaves out rows without a value is used when the condition says so as well. */
const filled = (column: string, wanted: boolean): Condition[] =>
  wanted ? [{ sql: `${column} <> ''`, values: [] }] : []

/** Whether a text is looked for in the list of newest changes; then the index that holds the text is read. */
const isSearch = (query: CaseQuery): boolean =>
  foldText(query.text ?? '') !== '' && orderOf(query) === 'arrival' && query.aside !== true

function conditionsOf(query: CaseQuery): Condition[] {
  const { sameApplicant } = query
  // Whoever goes by last days or searches goes by that one index: all other conditions are only checked.
  const checked = orderOf(query) === 'due' || isSearch(query) ? '+' : ''
  const conditions = [
    ...among('holder', query.holders, checked),
    ...among('home', query.homes, checked),
    ...among('offered_to', query.offeredTo, checked),
    ...among('assignee', query.assignees, checked),
    ...filled('assignee', query.assignees !== undefined),
    ...among('master', query.master === undefined ? undefined : [query.master]),
    ...filled('master', query.master !== undefined),
    ...among('id_number', sameApplicant && [foldText(sameApplicant.idNumber)]),
    ...filled('id_number', sameApplicant !== undefined),
    ...among('item', sameApplicant && [sameApplicant.item], '+'),
    ...among('item', query.items, '+'),
    ...among('stage', query.stages, '+'),
  ]
  if (query.inTransfer === true || query.offeredTo !== undefined) {
    conditions.push({ sql: 'offered_to IS NOT NULL', values: [] })
  }
  if (query.aside === true) conditions.push({ sql: 'attention = 1', values: [] })
  if (query.dueBefore !== undefined) conditions.push({ sql: 'due < ?', values: [dayNumber(query.dueBefore)] })
  return conditions
}

const ORDERS = {
  due: ['due', 'ASC', '>'],
  offered: ['offered_at', 'ASC', '>'],
  arrival: ['arrival', 'DESC', '<'],
} as const

function listOf(query: CaseQuery, search: readonly Condition[], index = ''): Statement {
  const cursor = readCursor(query.after)
  const [key, direction, behind] = ORDERS[orderOf(query)]
  const conditions = [...conditionsOf(query), ...search]
  if (cursor !== undefined)
    conditions.push({ sql: `(${key}, sequence) ${behind} (?, ?)`, values: [cursor.key, cursor.sequence] })
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`
  return {
    sql: `SELECT sequence, ${ROW} FROM cases ${index} ${where} ORDER BY ${key} ${direction}, sequence ${direction} LIMIT ?`,
    values: [...conditions.flatMap(({ values }) => values), rowsWanted(query) + 1],
  }
}

/** The list a query asks for, one row more than wanted; text is found anywhere in names or numbers. */
export function caseList(query: CaseQuery): Statement {
  const text = foldText(query.text ?? '')
  if (text === '') return listOf(query, [])
  const column = isNumber(text) ? 'numbers' : 'names'
  const index = isNumber(text) ? 'cases_by_digits' : 'cases_by_arrival'
  const search = [{ sql: `instr(${column}, ?) > 0`, values: [text] }, ...filled(column, isNumber(text))]
  return listOf(query, search, isSearch(query) ? `INDEXED BY ${index}` : '')
}

/**
 * The same list for a text that is a whole case number, or else a whole ID number: both by index.
 * Empty when the text is not a number.
 */
export function exactCaseLists(query: CaseQuery): readonly Statement[] {
  const text = foldText(query.text ?? '')
  if (!isNumber(text)) return []
  const exactly = (column: string) => listOf(query, [{ sql: `${column} = ?`, values: [text] }, ...filled(column, true)])
  return ['number_folded', 'id_number'].map(exactly)
}

/** Cases whose row changes on or before a day without anything being written. */
export const casesToWake = (day: Day, limit: number): Statement =>
  statement(
    `SELECT ${textColumns('id')} FROM cases WHERE wake <= ? ORDER BY wake, sequence LIMIT ?`,
    dayNumber(day),
    limit,
  )

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
