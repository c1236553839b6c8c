/** Numbers that several cases have: found by the index when rows are written, shown until all but one are renumbered (rule C119). */
import type { CaseState } from '#protocol/casework/case.ts'
import type { DocumentId } from '#protocol/ids.ts'
import type { Core } from '../core.ts'
import type { SharedNumber } from '../office.ts'
import type { CaseRow, LocalRow } from '../ports/storage.ts'

/** Numbers seen at two cases; whether they still are is looked up when somebody asks. */
const SPACE = 'shared-number'

const groupsOf = (rows: Iterable<CaseRow>): Map<string, CaseRow[]> => Map.groupBy(rows, ({ number }) => number)

/** Marks the numbers of rows about to be written that another case has as well, on the disk or among these. */
export async function noteShared({ storage }: Core, rows: readonly CaseRow[]): Promise<LocalRow[]> {
  const numbers = rows.map(({ number }) => number).filter((number) => number !== '')
  if (numbers.length === 0) return []
  const held = await storage.casesByNumber(numbers)
  const present = new Map<DocumentId, CaseRow>([...held, ...rows].map((row) => [row.id, row]))
  return [...groupsOf(present.values())]
    .filter(([number, sharing]) => number !== '' && sharing.length > 1)
    .map(([number]) => ({ space: SPACE, key: number, value: 'true' }))
}

/** The numbers that several cases have at present. */
export async function sharedNumbers({ storage }: Core): Promise<readonly SharedNumber[]> {
  const marked = new Set((await storage.localAll(SPACE)).map(({ key }) => key))
  if (marked.size === 0) return []
  return [...groupsOf(await storage.casesByNumber([...marked]))].flatMap(([number, cases]) =>
    marked.has(number) && cases.length > 1 ? [{ number, cases }] : [],
  )
}

/** Other cases that have the number of a case. */
export const othersNumbered = async ({ storage }: Core, { id, number }: CaseState): Promise<readonly CaseRow[]> =>
  number === '' ? [] : (await storage.casesByNumber([number])).filter((row) => row.number === number && row.id !== id)
