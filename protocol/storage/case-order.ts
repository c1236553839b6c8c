/** What both adapters agree on about case lists: folded text, order and cursors. */
import { dayNumber } from '#protocol/casework/time/days.ts'
import type { CasePage, CaseQuery, CaseRow } from '#protocol/engine/ports/storage.ts'
import { LIMITS } from '#protocol/limits.ts'

/**
 * Text as it is searched: full-width becomes half-width, lower case, and only what is read aloud stays: no spaces, hyphens,
 * dots, quotes or characters that nobody sees; of signs the star alone, which numbers end with (ISO 7064).
 */
export const foldText = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}*]+/gu, '')

/** Whether something was typed, and nothing of it can be looked for. */
export const saysNothing = (text = ''): boolean => text.trim() !== '' && foldText(text) === ''

/** Whether a text may be a number, or part of one: it has a digit and no Chinese. */
export const isNumber = (folded: string): boolean => /[0-9]/.test(folded) && !/\p{Script=Han}/u.test(folded)

/** The place in the list of a case without a last day: behind every day there is. */
const NO_DUE = 9_999_999

/** The last day as a number, so that lists page by it. */
export const dueNumber = ({ due }: CaseRow): number => (due === null ? NO_DUE : dayNumber(due))

/** Whether a case has something a person must resolve. */
export const needsAttention = (row: CaseRow): boolean => row.aside > 0 || row.forked || row.unread === true

/** A case in a list; cases with equal keys follow the sequence in which they were first stored. */
export interface ListedCase {
  readonly row: CaseRow
  readonly sequence: number
}

/** A place in a list. */
export interface ListKey {
  readonly key: number
  readonly sequence: number
}

/** What a list is ordered by: last days, or offers, the earliest first; or the newest change first. */
export function orderOf(query: CaseQuery): 'due' | 'offered' | 'arrival' {
  if (query.order === 'due' || query.dueBefore !== undefined) return 'due'
  return query.inTransfer === true ? 'offered' : 'arrival'
}

/** The place of a case in the list that a query asks for. */
export function listKeyOf({ row, sequence }: ListedCase, query: CaseQuery): ListKey {
  const keys = {
    due: dueNumber,
    offered: ({ offeredAt }: CaseRow) => offeredAt ?? 0,
    arrival: (of: CaseRow) => of.arrival,
  }
  return { key: keys[orderOf(query)](row), sequence }
}

/** Compares cases by their place in the list that a query asks for. */
export function inOrderOf(query: CaseQuery): (left: ListedCase, right: ListedCase) => number {
  const direction = orderOf(query) === 'arrival' ? -1 : 1
  return (left, right) => direction * compareKeys(listKeyOf(left, query), listKeyOf(right, query))
}

const compareKeys = (left: ListKey, right: ListKey): number => left.key - right.key || left.sequence - right.sequence

/** Reads a cursor; a malformed one (an address typed by hand) starts from the beginning. */
export function readCursor(cursor: string | undefined): ListKey | undefined {
  const match = /^([0-9]{1,15})\.([0-9]{1,15})$/.exec(cursor ?? '')
  return match ? { key: Number(match[1]), sequence: Number(match[2]) } : undefined
}

/** Rows on the page that is asked for. */
export const rowsWanted = (query: CaseQuery): number =>
  Math.max(1, Math.min(query.limit ?? LIMITS.pageRows, LIMITS.pageRows))

/** Makes a page from one row more than wanted. */
export function pageOf(listed: readonly ListedCase[], query: CaseQuery): CasePage {
  const wanted = rowsWanted(query)
  const shown = listed.slice(0, wanted)
  const last = shown.at(-1)
  const rows = shown.map(({ row }) => row)
  if (listed.length <= wanted || last === undefined) return { rows, next: null }
  const { key, sequence } = listKeyOf(last, query)
  return { rows, next: `${key}.${sequence}` }
}
