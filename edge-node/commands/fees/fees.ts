/** Fees of cases: those that wait to be paid, those of one case, and those of cases that belong together. */
import { mayReadRow } from '#edge-node/commands/reading.ts'
import { hasRole, mayWrite } from '#edge-node/commands/roles.ts'
import { appendAll } from '#protocol/append-all.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { Fee } from '#protocol/casework/course/course.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import type { Actor, CaseView, Office } from '#protocol/engine/office.ts'
import type { CaseQuery, CaseRow } from '#protocol/engine/ports/storage.ts'
import { LIMITS } from '#protocol/limits.ts'

/** A fee with the case it belongs to. */
export interface FeeOfCase {
  readonly state: CaseState
  readonly fee: Fee
}

export interface FeesFound {
  readonly fees: readonly FeeOfCase[]
  /** Whether there may be more: the search ends at a bound, not at the end. */
  readonly cut: boolean
}

/** Stages in which a notice may wait to be paid. */
const CHARGED_STAGES = ['20', '25', '30', '40', '41', '42', '45', '46', '50', '51']

/** Whether somebody confirms that money has come in. */
export const takesMoney = (actor: Actor): boolean => mayWrite(actor) && hasRole(actor, 'cashier')

/** Whether the applicant still has to pay it. */
export const isUnpaid = ({ paid, waived }: Fee): boolean => paid === null && waived === null

/** What the applicant owes or has paid, in fen; what was given back or waived is not owed. */
export const owedOf = (fees: readonly Fee[]): number =>
  fees
    .filter(({ refunded, waived }) => refunded === null && waived === null)
    .reduce((sum, { amount }) => sum + amount, 0)

/** Codes of items that have, or had in an earlier edition, a fee. */
const itemsWithFees = (directory: DirectoryView): readonly string[] =>
  directory
    .items()
    .filter(({ id }) => directory.editions(id).some(({ fees }) => fees.length > 0))
    .map(({ id }) => id)

/** The fees of cases a person may read; only rows that pass the sieve are opened. */
export async function findFees(
  office: Office,
  actor: Actor,
  query: CaseQuery,
  sieve: (row: CaseRow) => boolean = () => true,
): Promise<FeesFound> {
  const items = itemsWithFees(office.directory)
  const fees: FeeOfCase[] = []
  let after: string | undefined
  let seen = 0
  while (items.length > 0) {
    const found = await office.find({ ...query, items, ...(after ? { after } : {}) })
    for (const row of found.rows) {
      if (!sieve(row) || !mayReadRow(actor, office.directory, row)) continue
      const state = await office.state(row.id)
      if (state.ok) appendAll(fees, feesOf(state.value))
    }
    seen += found.rows.length
    if (found.next === null) break
    if (seen >= LIMITS.feeSearchRows) return { fees, cut: true }
    after = found.next
  }
  return { fees, cut: false }
}

const feesOf = (state: CaseState): readonly FeeOfCase[] => state.fees.map((fee) => ({ state, fee }))

/** Notices that wait to be paid. */
export async function unpaidFees(office: Office, actor: Actor): Promise<FeesFound> {
  const { fees, cut } = await findFees(office, actor, { stages: CHARGED_STAGES })
  return { fees: fees.filter(({ fee }) => isUnpaid(fee)), cut }
}

/** The notices of one case number, of all cases that have or had it; undefined when the case is not here, or not this person's business. */
export async function feesByNumber(
  office: Office,
  actor: Actor,
  number: string,
): Promise<readonly FeeOfCase[] | undefined> {
  const rows = (await office.byNumber(number)).filter((row) => mayReadRow(actor, office.directory, row))
  const states = await Promise.all(rows.map(({ id }) => office.state(id)))
  const found = states.flatMap((state) => (state.ok ? [state.value] : []))
  return found.length > 0 ? found.flatMap(feesOf) : undefined
}

/** The fees of a case and of the co-departments' cases beside it, which the applicant gets on one list. */
export async function feesTogether(
  office: Office,
  { state, subCases }: Pick<CaseView, 'state' | 'subCases'>,
): Promise<readonly FeeOfCase[]> {
  const states: CaseState[] = [state]
  for (const { id } of subCases) {
    const found = await office.state(id)
    if (found.ok) states.push(found.value)
  }
  return states.flatMap(feesOf)
}

/** The name of a fee by the edition the case was received under. */
export function feeNameOf(directory: DirectoryView, { state, fee }: FeeOfCase): string {
  const item = directory.edition(state.item, state.itemVersion) ?? directory.item(state.item)
  return item?.fees.find(({ id }) => id === fee.fee)?.name ?? fee.fee
}
