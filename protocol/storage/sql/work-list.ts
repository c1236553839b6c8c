/** The work list's SQL: the lists of cases that desks show, filtered, searched, in order and read by key. */
import { and, asc, type Column, desc, eq, lt, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { dayNumber } from '#protocol/casework/time/days.ts'
import type { CaseQuery } from '#protocol/engine/ports/storage.ts'
import { LIMITS } from '#protocol/limits.ts'
import { foldText, isNumber, type ListedCase, orderOf, readCursor, rowsWanted } from '../case-order.ts'
import { cases, SEARCH_INDEXES } from '../schema.ts'
import { type Ask, amongst, query } from './query.ts'

/** One condition of a list: what it says, and the value it is given. */
interface Condition {
  /** Conditions of one name are the same SQL, whatever their values; the value's placeholder is called so, too. */
  readonly name: string
  readonly sql: (value: Placeholder) => SQL
  readonly value?: unknown
}

/**
 * One value may use the column's index, unless the condition is only to be checked (the unary plus). Several may not:
 * an index would hand over all their rows unordered and sort them, while the list's own order reaches a full page
 * after a few rows.
 * @param of what the values are of, where one query asks a column twice: each condition has a value of its own
 */
function among(
  column: Column,
  values: readonly string[] | undefined,
  checked = false,
  of: string = column.name,
): Condition[] {
  if (values === undefined) return []
  if (values.length === 1) {
    const name = `${checked ? '+' : ''}${of}`
    return [{ name, sql: (value) => sql`${sql.raw(checked ? '+' : '')}${column} = ${value}`, value: values[0] }]
  }
  return [{ name: `${of} of several`, sql: (list) => sql`+${amongst(column, list)}`, value: values }]
}

const fixed = (name: string, condition: SQL): Condition => ({ name, sql: () => condition })

/** An index that leaves out rows without a value is used when the condition says so as well. */
const filled = (column: Column, wanted = true): Condition[] =>
  wanted ? [fixed(`${column.name} filled`, sql`${column} <> ''`)] : []

/** Whether a text is looked for in the list of newest changes; then the index that holds the text is read. */
const isSearch = (asked: CaseQuery): boolean =>
  foldText(asked.text ?? '') !== '' && orderOf(asked) === 'arrival' && asked.aside !== true

function conditionsOf(asked: CaseQuery): Condition[] {
  const { sameApplicant } = asked
  // Whoever goes by last days or searches goes by that one index: all other conditions are only checked.
  const checked = orderOf(asked) === 'due' || isSearch(asked)
  const conditions = [
    ...among(cases.holder, asked.holders, checked),
    ...among(cases.home, asked.homes, checked),
    ...among(cases.offeredTo, asked.offeredTo, checked),
    ...among(cases.assignee, asked.assignees, checked),
    ...filled(cases.assignee, asked.assignees !== undefined),
    ...among(cases.master, asked.master === undefined ? undefined : [asked.master]),
    ...filled(cases.master, asked.master !== undefined),
    ...among(cases.idNumber, sameApplicant && [foldText(sameApplicant.idNumber)]),
    ...filled(cases.idNumber, sameApplicant !== undefined),
    ...among(cases.item, sameApplicant && [sameApplicant.item], true, 'item of the applicant'),
    ...among(cases.item, asked.items, true),
    ...among(cases.stage, asked.stages, true),
  ]
  if (asked.inTransfer === true || asked.offeredTo !== undefined) {
    conditions.push(fixed('offered', sql`${cases.offeredTo} is not null`))
  }
  if (asked.aside === true) conditions.push(fixed('attention', sql`${cases.attention} = 1`))
  if (asked.dueBefore !== undefined) {
    conditions.push({ name: 'due before', sql: (day) => lt(cases.due, day), value: dayNumber(asked.dueBefore) })
  }
  return conditions
}

const ORDERS = {
  due: { key: cases.due, direction: asc, behind: sql.raw('>') },
  offered: { key: cases.offeredAt, direction: asc, behind: sql.raw('>') },
  arrival: { key: cases.arrival, direction: desc, behind: sql.raw('<') },
} as const

type List = (values: Record<string, unknown>) => Ask<ListedCase>

/** The lists that were asked for, by what they say; each is a prepared statement. */
const lists = new Map<string, List>()

/** A list in its order, one row more than wanted. */
function listOf(asked: CaseQuery, search: readonly Condition[] = [], index?: string): Ask<ListedCase> {
  const cursor = readCursor(asked.after)
  const order = orderOf(asked)
  const conditions = [...conditionsOf(asked), ...search]
  const shape = [order, index, cursor && 'behind', ...conditions.map(({ name }) => name)].join()
  let list = lists.get(shape)
  if (list === undefined) {
    list = makeList(order, conditions, cursor !== undefined, index)
    // All shapes that pages ask for are few; addresses typed by hand combine filters as they like.
    if (lists.size >= LIMITS.preparedStatements) lists.clear()
    lists.set(shape, list)
  }
  const values = Object.fromEntries(conditions.map(({ name, value }) => [name, value]))
  return list({ ...values, ...cursor, limit: rowsWanted(asked) + 1 })
}

function makeList(order: keyof typeof ORDERS, conditions: readonly Condition[], behind: boolean, index?: string): List {
  const { key, direction, behind: side } = ORDERS[order]
  const hint = index === undefined ? cases : sql`${cases} indexed by ${sql.identifier(index)}`
  const said = conditions.map((condition) => condition.sql(sql.placeholder(condition.name)))
  if (behind) {
    const cursor = sql`(${sql.placeholder('key')}, ${sql.placeholder('sequence')})`
    said.push(sql`(${key}, ${cases.sequence}) ${side} ${cursor}`)
  }
  return query({ sequence: cases.sequence, row: cases.row }, (select, _: Record<string, Placeholder>) =>
    select
      .from(hint)
      .where(and(...said))
      .orderBy(direction(key), direction(cases.sequence))
      .limit(sql.placeholder('limit')),
  )
}

/** The list a query asks for, one row more than wanted; text is found anywhere in names or numbers. */
export function caseList(asked: CaseQuery): Ask<ListedCase> {
  const text = foldText(asked.text ?? '')
  if (text === '') return listOf(asked)
  const kind = isNumber(text) ? 'numbers' : 'names'
  const found = { name: `in ${kind}`, sql: (part: Placeholder) => sql`instr(${cases[kind]}, ${part}) > 0`, value: text }
  const search = [found, ...filled(cases[kind], kind === 'numbers')]
  return listOf(asked, search, isSearch(asked) ? SEARCH_INDEXES[kind] : undefined)
}

/**
 * The same list for a text that is a whole case number (its own or its former one), or else a whole ID number: all by
 * index. Empty when the text is not a number.
 */
export function exactCaseLists(asked: CaseQuery): readonly (readonly Ask<ListedCase>[])[] {
  const text = foldText(asked.text ?? '')
  if (!isNumber(text)) return []
  const exactly = (column: Column) => {
    const condition = { name: `exactly ${column.name}`, sql: (value: Placeholder) => eq(column, value), value: text }
    return listOf(asked, [condition, ...filled(column)])
  }
  return [[exactly(cases.numberFolded), exactly(cases.formerFolded)], [exactly(cases.idNumber)]]
}
