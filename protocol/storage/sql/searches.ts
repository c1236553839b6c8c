/**
 * The searches' SQL: cases found by a text. Whole numbers go by the indexes of their columns; whatever else a text says is
 * looked for among the cases that changed last, where a common one fills its page, and by the full-text index of terms.
 */
import { count, eq, or, type Placeholder, type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { CasePage, CaseQuery } from '#protocol/engine/ports/storage.ts'
import { LIMITS } from '#protocol/limits.ts'
import {
  inOrderOf,
  isNumber,
  type ListedCase,
  orderOf,
  pageOf,
  readCursor,
  rowsWanted,
  saysNothing,
} from '../case-order.ts'
import { ARRIVAL_INDEX, cases, TERM_INDEX } from '../schema.ts'
import { numberLookedFor, soughtTerms } from '../search-terms.ts'
import { type Ask, type Given, query, whole } from './query.ts'
import { isFiltered, isSearch, type ListCondition, leadOf, orderedList, whereFilled } from './work-list.ts'

/** A case has a term that begins in one of these ways. */
const found = (sought: readonly string[]): ListCondition => {
  const begins = (start: Placeholder) => sql`instr(${cases.terms}, ${start}) > 0`
  return {
    name: sought.length > 1 ? 'begins or ends' : 'begins',
    sql: (...starts) => sql`(${or(...starts.map(begins))})`,
    values: sought.map((term) => ` ${term}`),
  }
}

const soughtIn = ({ text = '' }: CaseQuery): readonly string[] => soughtTerms(text)

/** The list a query asks for, one row more than wanted; a text is looked for in every case that comes in question. */
export function caseList(asked: CaseQuery): Ask<ListedCase> {
  const sought = soughtIn(asked)
  if (sought.length === 0) return orderedList(asked)
  const isByArrival = isSearch(asked) && orderOf(asked) === 'arrival' && leadOf(asked) === undefined
  return orderedList(asked, { conditions: [found(sought)], ...(isByArrival ? { index: ARRIVAL_INDEX } : {}) })
}

/**
 * The same list for a text that is a whole case number (its own or its former one), or else a whole ID number: all by
 * index. Empty when the text is not a number.
 */
export function exactCaseLists(asked: CaseQuery): readonly (readonly Ask<ListedCase>[])[] {
  const text = numberLookedFor(asked.text ?? '')
  if (!isNumber(text)) return []
  const exactly = (column: SQLiteColumn) => {
    const condition: ListCondition = {
      name: `exactly ${column.name}`,
      sql: (value) => eq(column, value as Placeholder),
      values: [text],
    }
    return orderedList(asked, { conditions: [condition, ...whereFilled(column)], lead: column })
  }
  return [[exactly(cases.numberFolded), exactly(cases.formerFolded)], [exactly(cases.idNumber)]]
}

/** The ways to look for a text among all cases. */
export interface SearchWays {
  /** Among the cases that changed last, behind the cursor: where they fill the page nothing else is asked. */
  readonly recent: Ask<ListedCase>
  /** How many of those that changed last have the text, whatever else is asked of them; from {@link LIMITS.commonHits} on it is common. */
  readonly common: Ask<{ readonly count: number }>
  /** How many cases have it; more than one above {@link LIMITS.termHits} are not counted. */
  readonly hits: Ask<{ readonly count: number }>
  /** By the full-text index: its cases are read and sorted, so there must be few. */
  readonly byTerms: Ask<ListedCase>
}

/** How a query's text is looked for; undefined where it has none, or goes by a list of few cases. */
export function searchOf(asked: CaseQuery): SearchWays | undefined {
  if (!isSearch(asked)) return undefined
  const sought = soughtIn(asked)
  const terms = matchOf(sought)
  const among: ListCondition = { name: 'matching', sql: matching, values: [terms] }
  return {
    recent: orderedList(asked, { conditions: [recently(asked), found(sought)], index: ARRIVAL_INDEX }),
    common: commonOf(sought),
    hits: hitsOf({ terms, limit: LIMITS.termHits + 1 }),
    byTerms: orderedList(asked, { conditions: [among, found(sought)], lead: cases.sequence }),
  }
}

type All = <Row>(ask: Ask<Row>) => Promise<readonly Row[]>

/** A page of a list or a search; `all` runs a statement. */
export async function pageOfCases(asked: CaseQuery, all: All): Promise<CasePage> {
  if (saysNothing(asked.text)) return { rows: [], next: null }
  for (const lists of exactCaseLists(asked)) {
    const exact = new Map<number, ListedCase>()
    for (const list of lists) for (const one of await all(list)) exact.set(one.sequence, one)
    if (exact.size > 0) return pageOf([...exact.values()].sort(inOrderOf(asked)), asked)
  }
  const search = searchOf(asked)
  return pageOf((search && (await searched(asked, search, all))) ?? (await all(caseList(asked))), asked)
}

/**
 * What a search finds without looking through the list; undefined where the text is so common that the list shows it soon.
 * The full-text index gathers all terms that begin so before it gives the first case, and is not asked for common ones.
 */
async function searched(asked: CaseQuery, search: SearchWays, all: All): Promise<readonly ListedCase[] | undefined> {
  if (orderOf(asked) === 'arrival') {
    const recent = await all(search.recent)
    if (recent.length > rowsWanted(asked)) return recent
  }
  const count = async (ask: Ask<{ readonly count: number }>) => (await all(ask))[0]?.count ?? 0
  // Without a filter the recent ones would have filled the page.
  const mayBeCommon = orderOf(asked) !== 'arrival' || isFiltered(asked)
  if (mayBeCommon && (await count(search.common)) >= LIMITS.commonHits) return undefined
  return (await count(search.hits)) > LIMITS.termHits ? undefined : all(search.byTerms)
}

/** What the full-text index is asked for terms that begin so: strings of FTS5 (sqlite.org/fts5.html, 3.1 to 3.3). */
const matchOf = (sought: readonly string[]): string =>
  sought.map((term) => `"${term.replaceAll('"', '""')}" *`).join(' OR ')

const TERMS = sql.identifier(TERM_INDEX)
const BY_ARRIVAL = sql.identifier(ARRIVAL_INDEX)
const sequencesOf = (terms: Placeholder | undefined): SQL =>
  sql`select rowid from ${TERMS} where ${TERMS} match ${terms}`
const matching = (terms?: Placeholder): SQL => sql`${cases.sequence} in (${sequencesOf(terms)})`

const hitsOf = query({ count: whole(count()) }, (select, { terms, limit }: Given<{ terms: string; limit: number }>) =>
  select.from(sql`(${sequencesOf(terms)} limit ${limit})`),
)

/** Only the cases that changed last, behind the cursor. */
function recently(asked: CaseQuery): ListCondition {
  const behind = readCursor(asked.after) !== undefined
  const cursor = sql`(${sql.placeholder('key')}, ${sql.placeholder('sequence')})`
  const rest = behind ? sql`where (${cases.arrival}, ${cases.sequence}) < ${cursor}` : sql``
  const last = (skipped?: Placeholder) =>
    sql`(select ${cases.arrival} from ${cases} indexed by ${BY_ARRIVAL} ${rest} order by ${cases.arrival} desc, ${cases.sequence} desc limit 1 offset ${skipped})`
  return {
    name: 'recently',
    sql: (skipped) => sql`${cases.arrival} >= coalesce(${last(skipped)}, 0)`,
    values: [LIMITS.recentCases],
  }
}

/** How many of the cases that changed last have a text, up to as many as make it common. */
function commonOf(sought: readonly string[]): Ask<{ readonly count: number }> {
  const [start, end = start] = sought.map((term) => ` ${term}`) as [string, string?]
  return commonHits({ start, end, recent: LIMITS.recentCases, limit: LIMITS.commonHits })
}

const commonHits = query(
  { count: whole(count()) },
  (select, { start, end, recent, limit }: Given<{ start: string; end: string; recent: number; limit: number }>) => {
    const last = sql`select ${cases.terms} from ${cases} indexed by ${BY_ARRIVAL} order by ${cases.arrival} desc, ${cases.sequence} desc limit ${recent}`
    const has = (term: Placeholder) => sql`instr(${sql.identifier(cases.terms.name)}, ${term}) > 0`
    return select.from(sql`(select 1 from (${last}) where ${or(has(start), has(end))} limit ${limit})`)
  },
)
