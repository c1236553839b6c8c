/** Cases with fees, found by the items that have a standard for one. */
import { mayReadRow } from '#edge-node/desk/reading.ts'
import type { Desk, Visit } from '#edge-node/desk/visit.ts'
import type { CaseState } from '#protocol/casework/case.ts'
import type { Fee } from '#protocol/casework/course/course.ts'
import type { CaseQuery, CaseRow } from '#protocol/engine/ports/storage.ts'
import { LIMITS } from '#protocol/limits.ts'

/** A fee with the case it belongs to. */
export interface FeeOfCase {
  readonly row: CaseRow
  readonly state: CaseState
  readonly fee: Fee
}

export interface FeesFound {
  readonly fees: readonly FeeOfCase[]
  /** Whether there may be more: the search ends at a bound, not at the end. */
  readonly cut: boolean
}

/** Codes of items that have, or had in an earlier edition, a fee. */
const itemsWithFees = (desk: Desk): readonly string[] =>
  desk.office.directory
    .items()
    .filter(({ id }) => desk.office.directory.editions(id).some(({ fees }) => fees.length > 0))
    .map(({ id }) => id)

/** The fees of cases a person may read; only rows that pass the sieve are opened. */
export async function findFees(
  desk: Desk,
  visit: Visit,
  query: CaseQuery,
  sieve: (row: CaseRow) => boolean = () => true,
): Promise<FeesFound> {
  const items = itemsWithFees(desk)
  const fees: FeeOfCase[] = []
  let after: string | undefined
  let seen = 0
  while (items.length > 0) {
    const found = await desk.office.find({ ...query, items, ...(after ? { after } : {}) })
    for (const row of found.rows) {
      if (!sieve(row) || !mayReadRow(visit.actor, desk.office.directory, row)) continue
      const state = await desk.office.state(row.id)
      if (state.ok) fees.push(...state.value.fees.map((fee) => ({ row, state: state.value, fee })))
    }
    seen += found.rows.length
    if (found.next === null) break
    if (seen >= LIMITS.feeSearchRows) return { fees, cut: true }
    after = found.next
  }
  return { fees, cut: false }
}

/** The name of a fee by the edition the case was received under. */
export function feeNameOf(desk: Desk, { state, fee }: FeeOfCase): string {
  const item = desk.office.directory.edition(state.item, state.itemVersion) ?? desk.office.directory.item(state.item)
  return item?.fees.find(({ id }) => id === fee.fee)?.name ?? fee.fee
}
