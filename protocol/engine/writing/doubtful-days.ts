/** Where the root keeps which facts have a doubtful day, and how people hear of it. */
import type { DocumentId, NodeId } from '#protocol/ids.ts'
import type { Core } from '../core.ts'
import { KEPT_FINDINGS } from '../kept-findings.ts'
import type { DoubtfulDay, Finding } from '../office.ts'
import type { Change } from '../ports/storage.ts'

/** Local rows by case. */
export const DOUBTFUL_DAY_SPACE = 'doubtful-days'

const NAMED = 'doubtful-days-'
/** The name of the finding about a node. */
export const doubtfulDayName = (node: NodeId): string => `${NAMED}${node}`

/** What was noted of a case. */
export async function doubtfulDaysOf({ locals }: Core, id: DocumentId): Promise<readonly DoubtfulDay[]> {
  const text = await locals.read(DOUBTFUL_DAY_SPACE, id)
  return text === undefined ? [] : (JSON.parse(text) as readonly DoubtfulDay[])
}

/** Tells people after the commit: one finding for each node, with how many there are. */
export function tellDoubtfulDays({ news }: Core, change: Change): void {
  for (const { space, key, value } of change.local) {
    if (space === KEPT_FINDINGS && key.startsWith(NAMED) && value !== null) news.replace(JSON.parse(value) as Finding)
  }
}
