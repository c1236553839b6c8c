/** Letters of authorisation in their time. */
import { expect, test } from 'vitest'
import { isInForce, isOver } from '#edge-node/commands/letters.ts'
import type { Letter } from '#protocol/casework/directory.ts'
import { type Day, plusDays } from '#protocol/casework/time/days.ts'
import type { StationCode } from '#protocol/ids.ts'

const FROM = '2026-11-02' as Day
const UNTIL = '2026-11-05' as Day
const REVOKED = '2026-11-04' as Day
const LETTER: Letter = {
  type: 'letter',
  id: '1号',
  version: 1,
  department: 'SC',
  station: '510724' as StationCode,
  person: null,
  items: null,
  powers: ['accept'],
  from: FROM,
  until: UNTIL,
  revoked: null,
}

test('P124 a letter is in force from its first day to its last, or to the day before it is revoked', () => {
  const days = [-1, 0, 1, 2, 3, 4].map((count) => plusDays(FROM, count))
  expect(days.map((day) => isInForce(LETTER, day))).toEqual([false, true, true, true, true, false])
  expect(days.map((day) => isOver(LETTER, day))).toEqual([false, false, false, false, false, true])
  const revoked: Letter = { ...LETTER, revoked: { from: REVOKED, reason: '调离' } }
  expect(days.map((day) => isInForce(revoked, day))).toEqual([false, true, true, false, false, false])
  expect(days.map((day) => isOver(revoked, day))).toEqual([false, false, false, true, true, true])
})
