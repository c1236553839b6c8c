/** Presence, authorisation and promised speed-up. */
import { expect, test } from 'vitest'
import { presenceRates } from '#protocol/casework/catalogue/presence.ts'
import { authorisedRate, percent, promisedSpeedUp, rateOf } from '#protocol/casework/catalogue/rates.ts'
import type { Letter } from '#protocol/casework/directory.ts'
import type { Day } from '#protocol/casework/time/days.ts'
import type { StationCode } from '#protocol/ids.ts'
import { item } from './item.ts'

const AT_HALL = { due: true, present: true, reason: '' }
const NOT_THERE = { due: true, present: false, reason: '涉密,安府函〔2026〕1号' }

test('B8 presence by department counts only what should be at the hall', () => {
  const { departments, total } = presenceRates([
    item({ id: 'A', department: 'MZ', presence: AT_HALL }),
    item({ id: 'B', department: 'MZ', presence: NOT_THERE }),
    item({ id: 'C', department: 'ZR', presence: { ...NOT_THERE, reason: '' } }),
    item({ id: 'D', department: 'ZR', presence: { due: false, present: false, reason: '' } }),
    item({ id: 'E', department: 'GA', presence: { due: false, present: true, reason: '' } }),
  ])
  expect(departments.get('MZ')).toMatchObject({ part: 1, whole: 2, rate: 0.5, unexplained: [] })
  expect(departments.get('MZ')?.absent).toEqual([{ item: 'B', name: '某项许可', reason: '涉密,安府函〔2026〕1号' }])
  expect(departments.get('ZR')).toMatchObject({ part: 0, whole: 1, rate: 0, unexplained: ['C'] })
  expect(departments.get('GA')).toMatchObject({ part: 0, whole: 0, rate: null })
  expect(total).toMatchObject({ part: 1, whole: 3 })
  expect([percent(total), percent(rateOf(0, 0))]).toEqual(['33.3%', '—'])
})

const day = (text: string) => text as Day
const letter = (changes: Partial<Letter> = {}): Letter => ({
  type: 'letter',
  id: '授1',
  version: 1,
  department: 'MZ',
  station: '510724' as StationCode,
  person: null,
  items: null,
  powers: ['accept'],
  from: day('2026-01-01'),
  until: day('2026-12-31'),
  revoked: null,
  ...changes,
})

test('B9 a power counts as given while a letter in force covers the item', () => {
  const items = [item({ id: 'A', authorised: ['accept', 'examine'] }), item({ id: 'B', authorised: ['accept'] })]
  const rate = (letters: readonly Letter[], at = '2026-06-01') => authorisedRate(items, letters, day(at))
  expect(rate([])).toEqual({ part: 0, whole: 3, rate: 0 })
  expect(rate([letter()])).toMatchObject({ part: 2, whole: 3 })
  expect(rate([letter({ items: ['B'] })]).part).toBe(1)
  expect(rate([letter({ powers: ['accept', 'examine'] })]).rate).toBe(1)
  expect(rate([letter({ department: 'ZR' })]).part).toBe(0)
  expect(rate([letter()], '2027-01-01').part).toBe(0)
  expect(rate([letter()], '2025-12-31').part).toBe(0)
  const revoked = letter({ revoked: { from: day('2026-06-01'), reason: '调岗' } })
  expect([rate([revoked], '2026-05-31').part, rate([revoked]).part]).toEqual([2, 0])
  expect(authorisedRate([item()], [letter()], day('2026-06-01')).rate).toBeNull()
})

test('B10 the promised speed-up sums limits of the same unit and lists what it left out', () => {
  const limit = (days: number | null, unit: 'working' | 'calendar' = 'working') => ({ days, unit, note: '' })
  const result = promisedSpeedUp([
    item({ id: 'A', promised: limit(5), statutory: limit(20) }),
    item({ id: 'B', promised: limit(10, 'calendar'), statutory: limit(30, 'calendar') }),
    item({ id: 'C', promised: limit(5), statutory: limit(30, 'calendar') }),
    item({ id: 'D', promised: limit(5), statutory: limit(null) }),
  ])
  expect(result).toEqual({ part: 15, whole: 50, rate: 0.7, leftOut: ['C', 'D'] })
  expect(promisedSpeedUp([]).rate).toBeNull()
})
