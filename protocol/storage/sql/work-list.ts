/** The work list's SQL: the lists of cases that desks show, filtered, in order and read by key. */
import { and, asc, type Column, desc, type Placeholder, type SQL, sql } from 'drizzle-orm'
import { dayNumber } from '#protocol/casework/time/days.ts'
import type { CaseQuery } from '#protocol/engine/ports/storage.ts'
import { LIMITS } from '#protocol/limits.ts'
import { foldText, type ListedCase, orderOf, readCursor, rowsWanted } from '../case-order.ts'
import { cases } from '../schema.ts'
import { type Ask, amongst, query } from './query.ts'

/** One condition of a list: what it says, and the values it is given. */
export interface ListCondition {
  /** Conditions of one name are the same SQL, whatever their values; the placeholders of the values are called so, too. */
  readonly name: string
  readonly sql: (...values: Placeholder[]) => SQL
  readonly values?: readonly unknown[]
}

/**
 * A column that must have one of some values. The condition is only checked (the unary plus) unless the list goes by
 * the column: of two that might use an index SQLite takes either, and sorts what the wrong one hands over. Several
 * values are only checked as well, but those of the column that the list goes by.
 * @param of what the values are of, where one query asks a column twice: each condition has a value of its own
 */
function among(
  column: Column,
  values: readonly string[] | undefined,
  lead: Column | undefined,
  of: string = column.name,
): ListCondition[] {
  if (values === undefined) return []
  const plus = column === lead ? '' : '+'
  const checked = sql`${sql.raw(plus)}${column}`
  const [only] = values
  return values.length === 1
    ? [{ name: `${plus}${of}`, sql: (value) => sql`${checked} = ${value}`, values: [only] }]
    : [
        {
          name: `${plus}${of} of several`,
          sql: (list) => sql`${sql.raw(plus)}${amongst(column, list as Placeholder)}`,
          values: [values],
        },
      ]
}

const fixed = (name: string, condition: SQL): ListCondition => ({ name, sql: () => condition })

/** An index that leaves out rows without a value is used when the condition says so as well. */
export const whereFilled = (column: Column, wanted = true): ListCondition[] =>
  wanted ? [fixed(`${column.name} filled`, sql`${column} <> ''`)] : []

/** Whether a text is looked for among all cases, which has ways of its own (searches.ts): few want attention or are in transfer. */
export const isSearch = ({ text = '', aside, inTransfer }: CaseQuery): boolean =>
  foldText(text) !== '' && aside !== true && inTransfer !== true

/**
 * The column whose index a list goes by: the one that leaves the fewest cases, and has them in the list's order. None
 * where the list's own order finds them soonest: transfers under way, what wants attention.
 */
export function leadOf(asked: CaseQuery): Column | undefined {
  if (asked.master !== undefined) return cases.master
  if (asked.sameApplicant !== undefined) return cases.idNumber
  if (orderOf(asked) === 'offered' || asked.aside === true) return undefined
  // Few people are asked for at once, and each has few cases: they are read and sorted.
  if (asked.assignees !== undefined) return cases.assignee
  if (asked.offeredTo?.length === 1 && orderOf(asked) === 'arrival') return cases.offeredTo
  if (asked.holders?.length === 1) return cases.holder
  return asked.homes?.length === 1 && orderOf(asked) === 'due' ? cases.home : undefined
}

/** Whether a list leaves out cases, whatever text is looked for in it. */
export const isFiltered = (asked: CaseQuery): boolean => conditionsOf(asked, undefined).length > 0

/** Few cases need attention: of those that its index finds the rows are read. */
function attentionOf({ stopped, asideOf, asks }: CaseQuery): ListCondition[] {
  const conditions: ListCondition[] = []
  if (stopped === true) conditions.push(fixed('stopped', sql`json_extract(${cases.row}, '$.forked')`))
  if (asideOf !== undefined) {
    const waits = (station?: Placeholder) =>
      sql`exists (select 1 from json_each(${cases.row}, '$.asideOf') where value = ${station})`
    conditions.push({ name: 'aside of', sql: waits, values: [asideOf] })
  }
  if (asks !== undefined) {
    const waits = (...people: Placeholder[]) =>
      sql`exists (select 1 from json_each(${cases.row}, '$.asks') where value in (${sql.join(people, sql`, `)}))`
    conditions.push({ name: `asks ${asks.length}`, sql: waits, values: asks })
  }
  return conditions
}

/** @param lead the column that the list goes by */
function conditionsOf(asked: CaseQuery, lead: Column | undefined): ListCondition[] {
  const { sameApplicant } = asked
  const conditions = [
    ...among(cases.holder, asked.holders, lead),
    ...among(cases.home, asked.homes, lead),
    ...among(cases.offeredTo, asked.offeredTo, lead),
    ...among(cases.assignee, asked.assignees, lead),
    ...whereFilled(cases.assignee, asked.assignees !== undefined),
    ...among(cases.master, asked.master === undefined ? undefined : [asked.master], lead),
    ...whereFilled(cases.master, asked.master !== undefined),
    ...among(cases.idNumber, sameApplicant && [foldText(sameApplicant.idNumber)], lead),
    ...whereFilled(cases.idNumber, sameApplicant !== undefined),
    ...among(cases.item, sameApplicant && [sameApplicant.item], lead, 'item of the applicant'),
    ...among(cases.item, asked.items, lead),
    ...among(cases.stage, asked.stages, lead),
    ...attentionOf(asked),
  ]
  if (asked.inTransfer === true || asked.offeredTo !== undefined) {
    conditions.push(fixed('offered', sql`${cases.offeredTo} is not null`))
  }
  if (asked.aside === true) conditions.push(fixed('attention', sql`${cases.attention} = 1`))
  if (asked.dueBefore !== undefined) {
    const isChecked = lead !== undefined && EXACT.includes(lead)
    const due = isChecked ? sql`+${cases.due}` : sql`${cases.due}`
    const name = isChecked ? '+due before' : 'due before'
    conditions.push({ name, sql: (day) => sql`${due} < ${day}`, values: [dayNumber(asked.dueBefore)] })
  }
  return conditions
}

const ORDERS = {
  due: { key: cases.due, direction: asc, behind: sql.raw('>') },
  offered: { key: cases.offeredAt, direction: asc, behind: sql.raw('>') },
  arrival: { key: cases.arrival, direction: desc, behind: sql.raw('<') },
} as const

/** Columns by which a text is found: each has a case or a few of it. */
const EXACT: readonly Column[] = [cases.numberFolded, cases.formerFolded, cases.idNumber]

type List = (values: Record<string, unknown>) => Ask<ListedCase>

/** The lists that were asked for, by what they say; each is a prepared statement. */
const lists = new Map<string, List>()

const placeOf = (name: string, at: number): string => `${name} ${at}`

/** How a text is looked for in a list: by the column that the list goes by then, or by an index that holds the text. */
interface Looking {
  readonly conditions: readonly ListCondition[]
  readonly lead?: Column
  readonly index?: string | undefined
}

/** A list in its order, one row more than wanted. */
export function orderedList(asked: CaseQuery, looking: Looking = { conditions: [] }): Ask<ListedCase> {
  const { index, lead = leadOf(asked) } = looking
  const cursor = readCursor(asked.after)
  const order = orderOf(asked)
  const conditions = [...conditionsOf(asked, lead), ...looking.conditions]
  const shape = [order, index, cursor && 'behind', ...conditions.map(({ name }) => name)].join()
  let list = lists.get(shape)
  if (list === undefined) {
    list = makeList(order, conditions, cursor !== undefined, index)
    // All shapes that pages ask for are few; addresses typed by hand combine filters as they like.
    if (lists.size >= LIMITS.preparedStatements) lists.clear()
    lists.set(shape, list)
  }
  const values = Object.fromEntries(
    conditions.flatMap(({ name, values = [] }) => values.map((value, at) => [placeOf(name, at), value])),
  )
  return list({ ...values, ...cursor, limit: rowsWanted(asked) + 1 })
}

function makeList(
  order: keyof typeof ORDERS,
  conditions: readonly ListCondition[],
  behind: boolean,
  index?: string,
): List {
  const { key, direction, behind: side } = ORDERS[order]
  const hint = index === undefined ? cases : sql`${cases} indexed by ${sql.identifier(index)}`
  const said = conditions.map((condition) => {
    const places = (condition.values ?? []).map((_, at) => sql.placeholder(placeOf(condition.name, at)))
    return condition.sql(...places)
  })
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
