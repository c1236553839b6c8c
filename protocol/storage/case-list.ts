/** What both adapters agree on about case lists: folded text, order and cursors. */
import type { CasePage, CaseQuery, CaseRow } from '#protocol/engine/storage.ts'
import { LIMITS } from '#protocol/limits.ts'

/** Text as it is searched: full-width becomes half-width, lower case, without spaces and hyphens. */
export const foldText = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s-]+/g, '')

/** The searched text of a case; the line breaks keep a match from reaching over two fields. */
export const foldedCase = (row: CaseRow): string =>
  [row.number, row.applicant, row.idNumber, row.phone].map(foldText).join('\n')

/** Whether a case has something a person must resolve. */
export const needsAttention = (row: CaseRow): boolean => row.aside > 0 || row.forked

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

/** The transfer board shows the oldest offer first, every other list the newest change first. */
export const listKeyOf = ({ row, sequence }: ListedCase, query: CaseQuery): ListKey => ({
  key: query.inTransfer === true ? (row.offeredAt ?? 0) : row.arrival,
  sequence,
})

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
