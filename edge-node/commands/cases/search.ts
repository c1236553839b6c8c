/** Looking for cases by what somebody knows of them: bounded to what the person may read, and written into the audit log. */
import { lookedFor, plainSearch } from '#edge-node/commands/masking.ts'
import { mayReadRow } from '#edge-node/commands/reading.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import type { CasePage, CaseQuery, CaseRow } from '#protocol/engine/ports/storage.ts'

/** Notes a search; the pages of one search are one event, two numbers that end alike are two. */
export const noteSearch = (office: Office, actor: Actor, text: string): Promise<void> =>
  office.audit(actor, 'search', { subject: lookedFor(text), same: plainSearch(text) })

/** The cases that have a number, as far as the person may read them. */
export async function casesNumbered(office: Office, actor: Actor, number: string): Promise<readonly CaseRow[]> {
  return (await office.byNumber(number)).filter((row) => mayReadRow(actor, office.directory, row))
}

/** One page of the cases of a query; what was typed in it is noted. */
export async function findCases(office: Office, actor: Actor, query: CaseQuery): Promise<CasePage> {
  if (query.text !== undefined && query.text !== '') await noteSearch(office, actor, query.text)
  const page = await office.find(query)
  return { ...page, rows: page.rows.filter((row) => mayReadRow(actor, office.directory, row)) }
}
