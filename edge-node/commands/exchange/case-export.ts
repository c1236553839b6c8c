/** Cases of a period in the vocabulary of GB/T 39046, a bounded number at a time. */
import { writeCsvRows } from '#edge-node/commands/exchange/csv.ts'
import { readableBy, readsNumbers } from '#edge-node/commands/masking.ts'
import { mayReadRow } from '#edge-node/commands/reading.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import {
  type CaseRecord,
  caseRecord,
  type Names,
  RECORD_COLUMNS,
  type SpecialRecord,
  type StepRecord,
  specialRecords,
  stepRecords,
} from '#protocol/casework/exchange/case-record.ts'
import { compactDay } from '#protocol/casework/exchange/dates.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import type { CaseRow } from '#protocol/engine/ports/storage.ts'
import type { DocumentId, StationCode } from '#protocol/ids.ts'
import { LIMITS } from '#protocol/limits.ts'

export interface ExportedCase extends CaseRecord {
  readonly steps: readonly StepRecord[]
  readonly specials: readonly SpecialRecord[]
}

export interface CaseExport {
  readonly from: string
  readonly until: string
  readonly cases: readonly ExportedCase[]
  /** Cursor when there may be more. */
  readonly next: string | null
}

/** Both ends belong to the period. */
export interface Period {
  readonly from: Day
  readonly until: Day
}

const isWithin = ({ receivedOn }: CaseRow, { from, until }: Period): boolean =>
  receivedOn !== null && from <= receivedOn && receivedOn <= until

/** Names for whoever does not have this network's directory. */
export const namesOf = (directory: DirectoryView): Names => ({
  person: (id) => directory.personName(id),
  station: (code) => directory.station(code as StationCode)?.name ?? code,
})

/** The state as this person may read it; sections are opened only to know which numbers to hide. */
async function readableState(office: Office, actor: Actor, id: DocumentId): Promise<CaseState | undefined> {
  const found = await office.state(id)
  if (!found.ok) return undefined // gone from view between list and fold: the next export has it
  if (readsNumbers(actor, { state: found.value })) return found.value
  const view = await office.view(actor, id)
  return view.ok ? readableBy(actor, view.value).state : undefined
}

async function exported(office: Office, actor: Actor, row: CaseRow): Promise<ExportedCase | undefined> {
  const state = await readableState(office, actor, row.id)
  if (!state) return undefined
  const item = office.directory.edition(state.item, state.itemVersion)
  return {
    ...caseRecord(state, item),
    steps: stepRecords(state, namesOf(office.directory)),
    specials: specialRecords(state),
  }
}

/**
 * Cases received in a period, as far as they concern the reader's station; numbers are in full for the handling
 * station only. Looks at LIMITS.exportCases cases at most and says where to go on.
 */
export async function exportCases(office: Office, actor: Actor, period: Period, after?: string): Promise<CaseExport> {
  await office.audit(actor, 'export', { subject: `办件 ${period.from} 至 ${period.until}` })
  const cases: ExportedCase[] = []
  let cursor = after
  for (let looked = 0; looked < LIMITS.exportCases; ) {
    const page = await office.find({ limit: LIMITS.pageRows, ...(cursor === undefined ? {} : { after: cursor }) })
    const rows = page.rows.filter((row) => isWithin(row, period) && mayReadRow(actor, office.directory, row))
    for (const row of rows) {
      const one = await exported(office, actor, row)
      if (one) cases.push(one)
    }
    looked += Math.max(page.rows.length, 1)
    cursor = page.next ?? undefined
    if (cursor === undefined) break
  }
  return { from: compactDay(period.from), until: compactDay(period.until), cases, next: cursor ?? null }
}

/** The flat columns as CSV; steps and special procedures are in the JSON only. */
export const exportCsv = ({ cases }: CaseExport): string =>
  writeCsvRows(
    RECORD_COLUMNS,
    cases.map(({ steps: _, specials: __, ...record }) => record),
  )
