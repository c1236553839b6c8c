/** The month's fees by item: how many, how much, refunds apart. */
import { civilDay, type Day, isDay } from '#protocol/casework/time/days.ts'
import type { DirectoryView } from '#protocol/engine/directory/directory-view.ts'
import type { Actor, Office } from '#protocol/engine/office.ts'
import { type FeeOfCase, feeNameOf, findFees } from './fees.ts'

export interface MonthRow {
  readonly item: string
  readonly fee: string
  readonly count: number
  /** Fen taken, refunds left out. */
  readonly amount: number
  readonly refunds: number
}

export interface FeeMonth {
  readonly rows: readonly MonthRow[]
  /** Whether the sums may not be whole: the search ends at a bound. */
  readonly cut: boolean
}

/** Whether a text is a month: 2026-11. */
export const isMonth = (text: string): boolean => isDay(`${text}-01`)

function addUp(directory: DirectoryView, fees: readonly FeeOfCase[]): readonly MonthRow[] {
  const rows = new Map<string, MonthRow>()
  for (const found of fees) {
    const { state, fee } = found
    const key = `${state.item} ${fee.fee}`
    const before = rows.get(key) ?? {
      item: directory.item(state.item)?.name ?? state.item,
      fee: feeNameOf(directory, found),
      count: 0,
      amount: 0,
      refunds: 0,
    }
    const paid = fee.paid?.amount ?? 0
    rows.set(key, {
      ...before,
      count: before.count + 1,
      amount: before.amount + (fee.refunded === null ? paid : 0),
      refunds: before.refunds + (fee.refunded === null ? 0 : paid),
    })
  }
  return [...rows.values()].toSorted((one, other) => other.amount - one.amount)
}

/** A payment of the month was written in it or later, so cases untouched since then are not opened. */
export async function feeMonth(office: Office, actor: Actor, month: string): Promise<FeeMonth> {
  const found = await findFees(office, actor, {}, (row) => civilDay(row.changedAt) >= (`${month}-01` as Day))
  const paid = found.fees.filter(({ fee }) => fee.paid?.day.startsWith(month))
  return { rows: addUp(office.directory, paid), cut: found.cut }
}
