/** Lists of cases over the API: what callers ask as a storage query, and rows as they may read them. */
import type { z } from '@hono/zod-openapi'
import { masked } from '#edge-node/commands/masking.ts'
import { mayReadRow } from '#edge-node/commands/reading.ts'
import type { Actor, CaseView, Office, Safety } from '#protocol/engine/office.ts'
import type { CaseQuery, CaseRow } from '#protocol/engine/ports/storage.ts'
import type { PersonId } from '#protocol/ids.ts'
import type { CasesQuery } from './requests.ts'

const listOf = <Value>(asked: Value | readonly Value[]): readonly Value[] =>
  Array.isArray(asked) ? (asked as readonly Value[]) : [asked as Value]

/** Whose cases are meant. */
function scopeOf(actor: Actor, scope: z.infer<typeof CasesQuery>['scope']): CaseQuery {
  if (scope === 'mine') return { holders: [actor.station] }
  return scope === 'incoming' ? { offeredTo: [actor.station] } : {}
}

/** The storage query for what a caller asks. */
export function caseQueryOf(actor: Actor, asked: z.infer<typeof CasesQuery>): CaseQuery {
  const { text, stage, item, assignee, master, dueBefore, order, scope, after, limit } = asked
  return {
    ...scopeOf(actor, scope),
    ...(text === undefined ? {} : { text }),
    ...(stage === undefined ? {} : { stages: listOf(stage) }),
    ...(item === undefined ? {} : { items: listOf(item) }),
    ...(assignee === undefined ? {} : { assignees: listOf(assignee) as readonly PersonId[] }),
    ...(master === undefined ? {} : { master }),
    ...(dueBefore === undefined ? {} : { dueBefore }),
    ...(order === undefined ? {} : { order }),
    ...(asked.inTransfer === 'true' ? { inTransfer: true } : {}),
    ...(asked.aside === 'true' ? { aside: true } : {}),
    ...(after === undefined ? {} : { after }),
    limit,
  }
}

/** A row as callers read it: numbers masked; arrival, wake, signedOn and whom it concerns besides left out because they mean something only to this node. */
function rowOf(office: Office, row: CaseRow, safety: Safety | undefined) {
  const {
    arrival: _arrival,
    wake: _wake,
    signedOn: _signedOn,
    besides: _besides,
    asideOf: _asideOf,
    asks: _asks,
    ...rest
  } = row
  return {
    ...rest,
    unread: row.unread ?? false,
    dueClock: row.dueClock === '' ? null : row.dueClock,
    itemName: office.directory.item(row.item)?.name ?? row.item,
    idNumber: masked(row.idNumber),
    phone: masked(row.phone),
    safety: safety ?? ('here' as const),
  }
}

/** The rows of these that concern the reader's station. */
export async function readableRows(office: Office, actor: Actor, rows: readonly CaseRow[]) {
  const readable = rows.filter((row) => mayReadRow(actor, office.directory, row))
  const safety = await office.safetyOf(readable.map(({ id }) => id))
  return readable.map((row) => rowOf(office, row, safety.get(row.id)))
}

/** A case with the rows beside it as this person may read them. */
export async function withReadableRows(office: Office, actor: Actor, view: CaseView) {
  const [subCases, duplicates, sameNumber] = await Promise.all([
    readableRows(office, actor, view.subCases),
    readableRows(office, actor, view.duplicates),
    readableRows(office, actor, view.sameNumber),
  ])
  return { ...view, subCases, duplicates, sameNumber }
}
