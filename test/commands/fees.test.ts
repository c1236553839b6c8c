/** What is owed, and who confirms that it came in. */
import { expect, test } from 'vitest'
import { isUnpaid, owedOf, takesMoney } from '#edge-node/commands/fees/fees.ts'
import type { Fee } from '#protocol/casework/course/course.ts'
import type { Role } from '#protocol/casework/directory.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { EntryHash, PersonId, StationCode } from '#protocol/ids.ts'

const fact = 'a'.repeat(64) as EntryHash
const station = '510724' as StationCode
const day = '2026-11-20' as Day
const OPEN: Fee = { fact, fee: 'test', amount: 1000, day, paid: null, refunded: null, waived: null, station }
const PAID: Fee = { ...OPEN, paid: { fact, receipt: '1', amount: 1000, day } }
const REFUNDED: Fee = { ...PAID, refunded: { fact, receipt: '2' } }
const WAIVED: Fee = { ...OPEN, waived: { fact, as: 'reduced', reason: '低保' } }

test('P177 the list sums what is paid or still to be paid, not what was given back or waived', () => {
  expect(owedOf([OPEN, PAID, REFUNDED, WAIVED])).toBe(2000)
  expect([OPEN, PAID, REFUNDED, WAIVED].map(isUnpaid)).toEqual([true, false, false, false])
})

test('P175 the cashier confirms, and nobody else', () => {
  const may = (...roles: Role[]) => takesMoney({ person: 'x' as PersonId, name: '', station, roles })
  expect(may('cashier')).toBe(true)
  expect([may('clerk'), may('chief', 'coordinator'), may('cashier', 'supervisor'), may()]).not.toContain(true)
})
